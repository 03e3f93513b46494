//! All rules, compiled together. May import model and the other parts of rules. Pure: the same message gets the same verdict, and no message makes it panic.

use std::collections::BTreeSet;

use super::count::Nothing;
use super::matching::{Anchors, Catalog, Given, Index, Known, Lookup, Run};
use super::rule::Rule;
use super::template::Templates;
use super::{Cond, Counts, Facts, Failure, Field, RuleDef, RuleFault, Test, Verdict, merge, shadow};
use crate::model::{CalendarName, Message, QueueName, RuleRef};

/// All rules in order.
#[derive(Debug, Default)]
pub struct RuleSet {
    rules: Vec<Rule>,
    tests: Catalog,
    indexes: Vec<Index>,
    lookups: Vec<Lookup>,
    anchors: Anchors,
    templates: Templates,
    calendars: BTreeSet<CalendarName>,
    counts: bool,
}

/// Which rules a verdict tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tell {
    /// Those that matched or failed.
    Decisive,
    /// All that were looked at.
    All,
}

impl RuleSet {
    /// Compiles rules. Every fault is found; with any but [`super::RuleFaultKind::Shadowed`], the set is not to be used.
    #[must_use]
    pub fn compile(rules: Vec<RuleDef>) -> (Self, Vec<RuleFault>) {
        let mut faults = Vec::new();
        let mut set = Self::default();
        for def in &rules {
            let rule = Rule::compile(def, &mut set.tests, &mut set.templates, &mut faults);
            set.counts |= rule.counts;
            set.rules.push(rule);
            calendars(&def.when, &mut set.calendars);
        }
        set.tests.close();
        faults.extend(shadow::shadowed(&rules));
        (set.indexes, set.lookups) = Index::build(&set.tests);
        set.anchors = Anchors::build(set.rules.iter().map(|rule| &rule.when), &set.tests, &set.lookups);
        (set, faults)
    }

    /// The calendars the rules name: what [`Facts::calendars`] must tell of.
    pub fn calendars(&self) -> impl Iterator<Item = &CalendarName> {
        self.calendars.iter()
    }

    /// Whether a verdict depends on what came before, so that it is to be asked for by [`RuleSet::judge_counting`].
    #[must_use]
    pub fn counts(&self) -> bool {
        self.counts
    }

    /// What the rules say of `message`. Never fails: a rule that fails is part of the verdict.
    ///
    /// The trace tells of the rules that matched or failed; [`RuleSet::judge_traced`] tells of all. For `more_than` nothing came before.
    #[must_use]
    pub fn judge(&self, message: &Message, facts: &Facts) -> Verdict {
        self.judge_counting(message, facts, &Nothing)
    }

    /// What the rules say of `message` after what `counts` knows of. The verdict's tallies are to be kept for the next.
    #[must_use]
    pub fn judge_counting(&self, message: &Message, facts: &Facts, counts: &dyn Counts) -> Verdict {
        self.verdict(Given { message, facts, counts }, Tell::Decisive)
    }

    /// The same verdict, with a trace of every rule up to the one that ended it. Costs what all those rules cost.
    #[must_use]
    pub fn judge_traced(&self, message: &Message, facts: &Facts) -> Verdict {
        self.judge_counting_traced(message, facts, &Nothing)
    }

    /// All rules in order, each with the queue it fills, if it fills one.
    pub fn rules(&self) -> impl Iterator<Item = (&RuleRef, Option<&QueueName>)> {
        self.rules.iter().map(|rule| (&rule.reference, rule.queue()))
    }

    /// The same after what `counts` knows of.
    #[must_use]
    pub fn judge_counting_traced(&self, message: &Message, facts: &Facts, counts: &dyn Counts) -> Verdict {
        self.verdict(Given { message, facts, counts }, Tell::All)
    }

    fn verdict(&self, given: Given<'_>, tell: Tell) -> Verdict {
        let known = Known {
            tests: &self.tests,
            indexes: &self.indexes,
            lookups: &self.lookups,
            templates: &self.templates,
        };
        let run = Run::new(given, known);
        let mut verdict = Verdict::default();
        let order = match tell {
            Tell::Decisive => self.anchors.candidates(&run),
            Tell::All => (0..self.rules.len()).collect(),
        };
        for rule in order.into_iter().filter_map(|n| self.rules.get(n)) {
            let told = |trace| match tell {
                Tell::Decisive => trace,
                Tell::All => rule.with_conditions(trace, &run),
            };
            if rule.counts {
                rule.when.tallies(&run, &mut verdict.tallies);
            }
            let tried = match rule.when.holds(&run) {
                Ok(true) => rule.outcomes(given.message, &run, &self.templates).map(Some),
                Ok(false) => Ok(None),
                Err(why) => Err(why),
            };
            match tried {
                Err(why) => {
                    verdict.trace.push(told(rule.trace(false, Some(why.clone()))));
                    verdict.failure = Some(Failure {
                        rule: rule.reference.clone(),
                        queue: rule.queue().cloned(),
                        why,
                    });
                    break;
                }
                Ok(Some(outcomes)) if !outcomes.is_empty() => {
                    verdict.trace.push(told(rule.trace(true, None)));
                    merge::add(&mut verdict.outcomes, outcomes);
                    if !rule.continues {
                        break;
                    }
                }
                Ok(_) if tell == Tell::All => verdict.trace.push(told(rule.trace_of_miss(&run))),
                Ok(_) => {}
            }
        }
        verdict
    }
}

/// The calendars a condition names.
fn calendars(cond: &Cond, into: &mut BTreeSet<CalendarName>) {
    match cond {
        Cond::All(conds) | Cond::Any(conds) => conds.iter().for_each(|cond| calendars(cond, into)),
        Cond::Not(cond) => calendars(cond, into),
        Cond::Field {
            field: Field::Within | Field::Outside,
            tests,
            ..
        } => into.extend(tests.iter().filter_map(|test| match test {
            Test::Is(name) => Some(CalendarName::from(name.as_str())),
            _ => None,
        })),
        Cond::Field { .. } | Cond::Expr(_) | Cond::More(_) => {}
    }
}
