//! One pass over a field's values finds every text any rule looks for in it. May import tests. A hit is certain for exact needles, else the test is run.

use std::collections::HashMap;

use aho_corasick::AhoCorasick;

use super::scalars::Scalars;
use super::{Catalog, FieldId, TestId};
use crate::rules::test::{Needle, Needles, Seen, Spot};

/// The needles of one field.
#[derive(Debug, Default)]
pub(in crate::rules) struct Index {
    /// Whole values.
    whole: HashMap<String, Vec<TestId>>,
    /// Numbers, truth values, sides of bounds.
    scalars: Scalars,
    /// Parts of values, all in one automaton.
    parts: Option<AhoCorasick>,
    /// For each pattern of the automaton, who looks for it and where it must stand.
    wanted: Vec<Vec<(TestId, Spot)>>,
}

impl Index {
    /// The indexes of all fields, and for each test whether it can be looked up at all and whether a hit is enough.
    pub(in crate::rules) fn build(tests: &Catalog) -> (Vec<Self>, Vec<Lookup>) {
        let mut drafts: Vec<Draft> = tests.fields.iter().map(|_| Draft::default()).collect();
        let mut lookups = Vec::with_capacity(tests.tests.len());
        let all: Vec<Option<Needles>> = tests.tests.iter().map(|test| test.test.needles()).collect();
        let shared = Shared::count(tests, &all);
        for (id, (test, needles)) in tests.tests.iter().zip(all).enumerate() {
            if let (Some(exact), Some(draft)) = (test.test.exact(), drafts.get_mut(test.field)) {
                draft.scalars.add(id, exact);
                lookups.push(Lookup::Exact);
                continue;
            }
            let exact = needles.as_ref().is_some_and(|needles| needles.exact);
            let best = needles.and_then(|needles| shared.best(test.field, needles));
            let (Some(best), Some(draft)) = (best, drafts.get_mut(test.field)) else {
                lookups.push(Lookup::Run);
                continue;
            };
            lookups.push(if exact { Lookup::Exact } else { Lookup::Narrowed });
            for (text, spot) in best {
                draft.add(id, text, spot);
            }
        }
        let built = drafts.into_iter().map(|draft| draft.build(&mut lookups)).collect();
        (built, lookups)
    }

    /// Calls `hit` for every test whose needle stands in one of the values.
    pub(super) fn scan(&self, seen: &Seen<'_>, mut hit: impl FnMut(TestId)) {
        self.scalars.scan(seen, &mut hit);
        for value in seen.folded() {
            if let Some(tests) = self.whole.get(value) {
                tests.iter().copied().for_each(&mut hit);
            }
            let Some(parts) = &self.parts else { continue };
            for found in parts.find_overlapping_iter(value) {
                let Some(wanted) = self.wanted.get(found.pattern().as_usize()) else {
                    continue;
                };
                for (test, spot) in wanted {
                    let stands = match spot {
                        Spot::Whole => found.start() == 0 && found.end() == value.len(),
                        Spot::Anywhere => true,
                        Spot::Start => found.start() == 0,
                        Spot::End => found.end() == value.len(),
                    };
                    if stands {
                        hit(*test);
                    }
                }
            }
        }
    }
}

/// How a test is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Lookup {
    /// A hit is the answer.
    Exact,
    /// Without a hit the answer is no; with one the test is run.
    Narrowed,
    /// The test is run.
    Run,
}

/// How many tests of a field could be found by a text.
struct Shared(HashMap<(FieldId, String), usize>);

impl Shared {
    fn count(tests: &Catalog, needles: &[Option<Needles>]) -> Self {
        let mut counts = HashMap::new();
        for (test, needles) in tests.tests.iter().zip(needles) {
            let texts = needles.iter().flat_map(|needles| needles.choices.iter().flatten());
            for (text, _) in texts {
                *counts.entry((test.field, text.clone())).or_insert(0) += 1;
            }
        }
        Self(counts)
    }

    /// The list of texts that fewest tests share; of two such, the one whose shortest text is longer.
    /// Thousands of `incident 4711` must not all be run whenever a message says "incident".
    fn best(&self, field: FieldId, needles: Needles) -> Option<Vec<Needle>> {
        let uses = |texts: &[Needle]| -> usize {
            let counts = texts.iter().filter_map(|(text, _)| self.0.get(&(field, text.clone())));
            counts.sum()
        };
        let shortest = |texts: &[Needle]| texts.iter().map(|(text, _)| text.len()).min();
        let choices = needles.choices.into_iter();
        choices.min_by_key(|texts| (uses(texts), std::cmp::Reverse(shortest(texts))))
    }
}

#[derive(Default)]
struct Draft {
    whole: HashMap<String, Vec<TestId>>,
    scalars: Scalars,
    patterns: HashMap<String, usize>,
    texts: Vec<String>,
    wanted: Vec<Vec<(TestId, Spot)>>,
}

impl Draft {
    fn add(&mut self, test: TestId, text: String, spot: Spot) {
        if spot == Spot::Whole {
            self.whole.entry(text).or_default().push(test);
            return;
        }
        let at = *self.patterns.entry(text.clone()).or_insert_with(|| {
            self.texts.push(text);
            self.wanted.push(Vec::new());
            self.texts.len() - 1
        });
        if let Some(wanted) = self.wanted.get_mut(at) {
            wanted.push((test, spot));
        }
    }

    fn build(self, lookups: &mut [Lookup]) -> Index {
        let mut index = Index {
            whole: self.whole,
            scalars: self.scalars.sorted(),
            parts: None,
            wanted: self.wanted,
        };
        if self.texts.is_empty() {
            return index;
        }
        match AhoCorasick::new(&self.texts) {
            Ok(parts) => index.parts = Some(parts),
            // Only past four thousand million states; the tests are then run one by one.
            Err(_) => {
                for (test, _) in index.wanted.iter().flatten() {
                    if let Some(lookup) = lookups.get_mut(*test) {
                        *lookup = Lookup::Run;
                    }
                }
            }
        }
        index
    }
}
