//! Rules, and alternatives in rules, that can never match because an earlier rule takes all they could. May import def and tests. Says so only where it is certain: silence proves nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aho_corasick::AhoCorasick;

use super::field::{describe as describe_field, key};
use super::test::{Compiled, TestKey, describe as describe_test};
use super::{Cond, RuleDef, RuleFault, RuleFaultKind};
use crate::model::Place;

/// The tests that look for a text, by the words of their keys.
const LITERALS: [&str; 4] = ["is", "starts_with", "ends_with", "contains"];

/// A condition in a form in which two that say the same are equal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Norm {
    All(BTreeSet<Norm>),
    Any(BTreeSet<Norm>),
    Not(Box<Norm>),
    Field(String, BTreeSet<TestKey>),
    /// What is rendered, by where it lies in memory: like nothing else, not even what is written the same way.
    Live(usize),
}

/// Finds the rules that can never match, and the alternatives of the others that never decide anything.
pub(super) fn shadowed(rules: &[RuleDef]) -> Vec<RuleFault> {
    let asked: Vec<Option<BTreeSet<Norm>>> = rules.iter().map(|rule| conjuncts(&rule.when)).collect();
    let earlier = Earlier::of(rules, &asked);
    let mut faults = Vec::new();
    for (n, (rule, asked)) in rules.iter().zip(&asked).enumerate() {
        let Some(asked) = asked else { continue };
        let covering = |asked: &BTreeSet<Norm>| earlier.covering(n, asked).and_then(|cover| rules.get(cover));
        if let Some(cover) = covering(asked) {
            faults.push(unreachable(rule, cover));
            continue;
        }
        let outermost = outermost(&rule.when);
        for (at, cond) in outermost.iter().enumerate() {
            let others = outermost.iter().enumerate().filter(|(other, _)| *other != at);
            let others: Option<Vec<_>> = others.map(|(_, other)| conjuncts(other)).collect();
            let Some(mut asked) = others.map(|others| others.into_iter().flatten().collect::<BTreeSet<Norm>>()) else {
                continue;
            };
            for (place, words, one) in alternatives(cond) {
                let Some(one) = conjuncts(&one) else { continue };
                // Put in and taken out again: with a copy for each, lists of thousands would take seconds.
                let added: Vec<Norm> = one.into_iter().filter(|norm| asked.insert(norm.clone())).collect();
                if let Some(cover) = covering(&asked) {
                    faults.push(idle(rule, cover, place, &words));
                }
                for norm in &added {
                    asked.remove(norm);
                }
            }
        }
    }
    faults
}

fn unreachable(rule: &RuleDef, cover: &RuleDef) -> RuleFault {
    RuleFault {
        place: rule.place.clone(),
        kind: RuleFaultKind::Unreachable,
        text: format!(
            "the rule `{}` can never match: `{}` ({}) comes first and takes everything it could match",
            rule.name, cover.name, cover.place
        ),
        hint: Some(format!(
            "put it before `{}`, narrow that one, or give that one `continue: true`",
            cover.name
        )),
    }
}

fn idle(rule: &RuleDef, cover: &RuleDef, place: &Place, words: &str) -> RuleFault {
    RuleFault {
        place: place.clone(),
        kind: RuleFaultKind::Shadowed,
        text: format!(
            "in the rule `{}`, {words} never decides: `{}` ({}) comes first and takes all of that",
            rule.name, cover.name, cover.place
        ),
        hint: Some(format!("remove it, or put the rule before `{}`", cover.name)),
    }
}

/// The conditions that must all hold.
fn outermost(when: &Cond) -> &[Cond] {
    match when {
        Cond::All(conds) => conds,
        other => std::slice::from_ref(other),
    }
}

/// The alternatives of a condition: where each stands, what it says, and the condition with nothing beside it.
fn alternatives(cond: &Cond) -> Vec<(&Place, String, Cond)> {
    match cond {
        Cond::Field { field, tests, place } if tests.len() > 1 => {
            let each = tests.iter().map(|test| {
                let one = Cond::Field {
                    field: field.clone(),
                    tests: vec![test.clone()],
                    place: place.clone(),
                };
                (place, format!("`{}: {}`", describe_field(field), describe_test(test)), one)
            });
            each.collect()
        }
        Cond::Any(conds) if conds.len() > 1 => {
            let each = conds.iter().enumerate();
            each.filter_map(|(nth, one)| Some((place_of(one)?, format!("alternative {} of `any`", nth + 1), one.clone())))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Where the first field of a condition stands.
fn place_of(cond: &Cond) -> Option<&Place> {
    match cond {
        Cond::All(conds) | Cond::Any(conds) => conds.iter().find_map(place_of),
        Cond::Not(cond) => place_of(cond),
        Cond::Field { place, .. } => Some(place),
        Cond::Expr(text) => Some(&text.place),
        Cond::More(def) => Some(&def.place),
    }
}

/// The rules that end what they match, found by what one of their conditions asks.
struct Earlier<'n> {
    /// The first rule without conditions.
    everything: Option<usize>,
    by_hook: HashMap<Norm, Vec<(usize, &'n BTreeSet<Norm>)>>,
    /// The texts of literal hooks, to find those that stand within a longer text.
    literals: Option<AhoCorasick>,
    /// For each of these texts, its hooks.
    hooks: Vec<Vec<Norm>>,
}

impl<'n> Earlier<'n> {
    fn of(rules: &[RuleDef], asked: &'n [Option<BTreeSet<Norm>>]) -> Self {
        let mut earlier = Self {
            everything: None,
            by_hook: HashMap::new(),
            literals: None,
            hooks: Vec::new(),
        };
        let mut texts: BTreeMap<String, BTreeSet<Norm>> = BTreeMap::new();
        for (n, (rule, asked)) in rules.iter().zip(asked).enumerate() {
            // A rule with `each` passes on what has no elements, so nothing is certainly taken by it.
            let Some(asked) = asked.as_ref().filter(|_| !rule.continues && rule.each.is_none()) else {
                continue;
            };
            // Conditions are hung up under the one that says most: a single test rather than a list, the longest text.
            let hook = asked.iter().min_by_key(|norm| match norm {
                Norm::Field(_, tests) => (0, tests.len(), usize::MAX - tests.iter().map(|(_, text)| text.len()).sum::<usize>()),
                _ => (1, 0, 0),
            });
            let Some(hook) = hook else {
                earlier.everything = earlier.everything.or(Some(n));
                continue;
            };
            for key in hooks(hook) {
                for text in literals(&key) {
                    texts.entry(text.to_owned()).or_default().insert(key.clone());
                }
                earlier.by_hook.entry(key).or_default().push((n, asked));
            }
        }
        // Without the automaton fewer shadows are found, and none is said that is not there.
        earlier.literals = AhoCorasick::new(texts.keys()).ok();
        earlier.hooks = texts.into_values().map(|keys| keys.into_iter().collect()).collect();
        earlier
    }

    /// The first rule before the `n`th that matches whenever all of these hold.
    fn covering(&self, n: usize, later: &BTreeSet<Norm>) -> Option<usize> {
        let mut keys: BTreeSet<Norm> = BTreeSet::new();
        for hook in later.iter().flat_map(hooks) {
            for text in literals(&hook) {
                let found = self.literals.iter().flat_map(|set| set.find_overlapping_iter(text));
                let within = found.filter_map(|found| self.hooks.get(found.pattern().as_usize())).flatten();
                keys.extend(within.filter(|within| implies(&hook, within)).cloned());
            }
            keys.insert(hook);
        }
        let found = keys.iter().filter_map(|key| self.by_hook.get(key)).flatten();
        let covers = |earlier: &BTreeSet<Norm>| earlier.iter().all(|wanted| later.iter().any(|given| implies(given, wanted)));
        let covered = found.filter(|(rule, earlier)| *rule < n && covers(earlier)).map(|(rule, _)| *rule);
        covered.chain(self.everything.filter(|rule| *rule < n)).min()
    }
}

/// The texts of a hook that asks for one.
fn literals(hook: &Norm) -> Vec<&str> {
    match hook {
        Norm::Field(_, tests) => tests
            .iter()
            .filter(|(word, text)| LITERALS.contains(word) && !text.is_empty())
            .map(|(_, text)| text.as_str())
            .collect(),
        _ => Vec::new(),
    }
}

/// What a condition is found under: each test of a field by itself, else the whole.
fn hooks(norm: &Norm) -> Vec<Norm> {
    match norm {
        Norm::Field(field, tests) if !tests.is_empty() => {
            let single = |test: &TestKey| Norm::Field(field.clone(), BTreeSet::from([test.clone()]));
            tests.iter().map(single).collect()
        }
        other => vec![other.clone()],
    }
}

/// Whether `wanted` certainly holds where `given` does.
fn implies(given: &Norm, wanted: &Norm) -> bool {
    match (given, wanted) {
        (Norm::Field(a, given), Norm::Field(b, wanted)) => {
            a == b && given.iter().all(|test| wanted.iter().any(|wanted| says(test, wanted)))
        }
        (Norm::Any(given), wanted) if !matches!(wanted, Norm::Any(_)) => given.iter().all(|one| implies(one, wanted)),
        (Norm::Any(given), Norm::Any(wanted)) => given.iter().all(|one| wanted.iter().any(|w| implies(one, w))),
        (given, Norm::Any(wanted)) => wanted.iter().any(|w| implies(given, w)),
        _ => given == wanted,
    }
}

/// Whether every value that passes one test passes the other: a text that holds a longer text holds the parts of it.
fn says(given: &TestKey, wanted: &TestKey) -> bool {
    if given == wanted {
        return true;
    }
    let (text, part) = (given.1.as_str(), wanted.1.as_str());
    match (given.0, wanted.0) {
        ("is" | "starts_with", "starts_with") => text.starts_with(part),
        ("is" | "ends_with", "ends_with") => text.ends_with(part),
        ("is" | "starts_with" | "ends_with" | "contains", "contains") => text.contains(part),
        _ => false,
    }
}

/// What a rule's `when` asks, all of which must hold; `None` if a part of it does not compile.
fn conjuncts(cond: &Cond) -> Option<BTreeSet<Norm>> {
    Some(match normalise(cond)? {
        Norm::All(norms) => norms,
        other => BTreeSet::from([other]),
    })
}

fn normalise(cond: &Cond) -> Option<Norm> {
    Some(match cond {
        Cond::All(conds) => {
            let mut all = BTreeSet::new();
            for cond in conds {
                all.extend(conjuncts(cond)?);
            }
            single(Norm::All(all))
        }
        Cond::Any(conds) => {
            let any: Option<BTreeSet<Norm>> = conds.iter().map(normalise).collect();
            merged(any?)
        }
        Cond::Not(cond) => match normalise(cond)? {
            Norm::Not(inner) => *inner,
            other => Norm::Not(Box::new(other)),
        },
        Cond::Field { field, tests, .. } => {
            let keys: Result<BTreeSet<TestKey>, _> = tests.iter().map(|test| Compiled::new(test).map(|c| c.key())).collect();
            Norm::Field(key(field), keys.ok()?)
        }
        Cond::Expr(_) | Cond::More(_) => Norm::Live(std::ptr::from_ref(cond).addr()),
    })
}

/// A list of one is the one.
fn single(norm: Norm) -> Norm {
    match norm {
        Norm::All(mut norms) | Norm::Any(mut norms) if norms.len() == 1 => norms.pop_first().unwrap_or(Norm::All(norms)),
        other => other,
    }
}

/// An `any` over one field is a list of tests.
fn merged(norms: BTreeSet<Norm>) -> Norm {
    let mut fields: HashMap<String, BTreeSet<TestKey>> = HashMap::new();
    let mut any = BTreeSet::new();
    for norm in norms {
        match norm {
            Norm::Field(field, tests) => fields.entry(field).or_default().extend(tests),
            Norm::Any(inner) => any.extend(inner),
            other => drop(any.insert(other)),
        }
    }
    any.extend(fields.into_iter().map(|(field, tests)| Norm::Field(field, tests)));
    single(Norm::Any(any))
}
