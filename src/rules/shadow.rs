//! Rules that can never match because an earlier one takes all they could. May import def and tests. Says so only where it is certain: silence proves nothing.

use std::collections::{BTreeSet, HashMap};

use super::field::key;
use super::test::{Compiled, TestKey};
use super::{Cond, RuleDef, RuleFault, RuleFaultKind};

/// A condition in a form in which two that say the same are equal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Norm {
    All(BTreeSet<Norm>),
    Any(BTreeSet<Norm>),
    Not(Box<Norm>),
    Field(String, BTreeSet<TestKey>),
    /// What is rendered: like nothing else, not even what is written the same way.
    Live(usize),
}

/// Finds the rules that can never match.
pub(super) fn unreachable(rules: &[RuleDef]) -> Vec<RuleFault> {
    let mut faults = Vec::new();
    let mut earlier = Earlier::default();
    let mut live = 0;
    for (n, rule) in rules.iter().enumerate() {
        let Some(conjuncts) = conjuncts(&rule.when, &mut live) else {
            continue;
        };
        if let Some(cover) = earlier.covering(&conjuncts).and_then(|cover| rules.get(cover)) {
            faults.push(RuleFault {
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
            });
        } else if !rule.continues && rule.each.is_none() {
            // A rule with `each` passes on what has no elements, so nothing is certainly taken by it.
            earlier.add(n, conjuncts);
        }
    }
    faults
}

/// The rules that end what they match, found by what one of their conditions asks.
#[derive(Default)]
struct Earlier {
    /// The first rule without conditions.
    everything: Option<usize>,
    by_hook: HashMap<Norm, Vec<(usize, BTreeSet<Norm>)>>,
}

impl Earlier {
    fn add(&mut self, rule: usize, conjuncts: BTreeSet<Norm>) {
        // Conditions are hung up under the one that says most: a single test rather than a list, the longest text.
        let hook = conjuncts.iter().min_by_key(|norm| match norm {
            Norm::Field(_, tests) => (0, tests.len(), usize::MAX - tests.iter().map(|(_, text)| text.len()).sum::<usize>()),
            _ => (1, 0, 0),
        });
        match hook {
            None => self.everything = self.everything.or(Some(rule)),
            Some(hook) => {
                for key in hooks(hook) {
                    self.by_hook.entry(key).or_default().push((rule, conjuncts.clone()));
                }
            }
        }
    }

    /// The first rule that matches whenever all of these hold.
    fn covering(&self, later: &BTreeSet<Norm>) -> Option<usize> {
        let found = later.iter().flat_map(hooks).filter_map(|hook| self.by_hook.get(&hook)).flatten();
        let covers = |earlier: &BTreeSet<Norm>| earlier.iter().all(|wanted| later.iter().any(|given| implies(given, wanted)));
        let covered = found.filter(|(_, earlier)| covers(earlier)).map(|(rule, _)| *rule);
        covered.chain(self.everything).min()
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
        (Norm::Field(a, given), Norm::Field(b, wanted)) => a == b && given.is_subset(wanted),
        (Norm::Any(given), wanted) if !matches!(wanted, Norm::Any(_)) => given.iter().all(|one| implies(one, wanted)),
        (Norm::Any(given), Norm::Any(wanted)) => given.iter().all(|one| wanted.iter().any(|w| implies(one, w))),
        (given, Norm::Any(wanted)) => wanted.iter().any(|w| implies(given, w)),
        _ => given == wanted,
    }
}

/// What a rule's `when` asks, all of which must hold; `None` if a part of it does not compile. `live` numbers what is rendered.
fn conjuncts(cond: &Cond, live: &mut usize) -> Option<BTreeSet<Norm>> {
    Some(match normalise(cond, live)? {
        Norm::All(norms) => norms,
        other => BTreeSet::from([other]),
    })
}

fn normalise(cond: &Cond, live: &mut usize) -> Option<Norm> {
    Some(match cond {
        Cond::All(conds) => {
            let mut all = BTreeSet::new();
            for cond in conds {
                all.extend(conjuncts(cond, live)?);
            }
            single(Norm::All(all))
        }
        Cond::Any(conds) => {
            let any: Option<BTreeSet<Norm>> = conds.iter().map(|cond| normalise(cond, live)).collect();
            merged(any?)
        }
        Cond::Not(cond) => match normalise(cond, live)? {
            Norm::Not(inner) => *inner,
            other => Norm::Not(Box::new(other)),
        },
        Cond::Field { field, tests, .. } => {
            let keys: Result<BTreeSet<TestKey>, _> = tests.iter().map(|test| Compiled::new(test).map(|c| c.key())).collect();
            Norm::Field(key(field), keys.ok()?)
        }
        Cond::Expr(_) | Cond::More(_) => {
            *live += 1;
            Norm::Live(*live)
        }
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
