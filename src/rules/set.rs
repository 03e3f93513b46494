//! All rules, compiled together. May import model and the other parts of rules. Pure: the same message gets the same verdict, and no message makes it panic.

use super::matching::{Anchors, Catalog, Index, Lookup, Run};
use super::rule::Rule;
use super::template::Templates;
use super::{Facts, Failure, RuleDef, RuleFault, Verdict, merge, shadow};
use crate::model::{Message, QueueName, RuleRef};

/// All rules in order.
#[derive(Debug, Default)]
pub struct RuleSet {
    rules: Vec<Rule>,
    tests: Catalog,
    indexes: Vec<Index>,
    lookups: Vec<Lookup>,
    anchors: Anchors,
    templates: Templates,
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
            set.rules.push(rule);
        }
        faults.extend(shadow::shadowed(&rules));
        (set.indexes, set.lookups) = Index::build(&set.tests);
        set.anchors = Anchors::build(set.rules.iter().map(|rule| &rule.when), &set.tests, &set.lookups);
        (set, faults)
    }

    /// What the rules say of `message`. Never fails: a rule that fails is part of the verdict.
    ///
    /// The trace tells of the rules that matched or failed; [`RuleSet::judge_traced`] tells of all.
    #[must_use]
    pub fn judge(&self, message: &Message, facts: &Facts) -> Verdict {
        self.verdict(message, facts, Tell::Decisive)
    }

    /// The same verdict, with a trace of every rule up to the one that ended it. Costs what all those rules cost.
    #[must_use]
    pub fn judge_traced(&self, message: &Message, facts: &Facts) -> Verdict {
        self.verdict(message, facts, Tell::All)
    }

    /// All rules in order, each with the queue it fills, if it fills one.
    pub fn rules(&self) -> impl Iterator<Item = (&RuleRef, Option<&QueueName>)> {
        self.rules.iter().map(|rule| (&rule.reference, rule.queue()))
    }

    fn verdict(&self, message: &Message, facts: &Facts, tell: Tell) -> Verdict {
        let run = Run::new(message, facts, &self.tests, &self.indexes, &self.lookups);
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
            let tried = match rule.when.holds(&run) {
                Ok(true) => rule.outcomes(message, &run, &self.templates).map(Some),
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
