//! Which rules and which of their conditions the cases have tried. May import model, rules, policy. Counts what the rules themselves tell of each message.

use std::collections::BTreeMap;

use crate::model::{Place, RuleName};
use crate::policy::Policy;
use crate::rules::{CondTrace, RuleTrace, Verdict};

/// What the cases have tried.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// Every rule, in order.
    pub rules: Vec<RuleCover>,
}

/// One rule.
#[derive(Debug, Clone)]
pub struct RuleCover {
    /// Its name.
    pub name: RuleName,
    /// Where it begins.
    pub place: Option<Place>,
    /// How many messages it took; one on which it failed counts.
    pub matched: usize,
    /// Its alternatives: what stands in an `any`, each of several values, and what a `not` stands before. Known once the rule was asked.
    pub alternatives: Vec<Alternative>,
}

/// One alternative of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// Where it is written.
    pub place: Place,
    /// What it asks, as `subject: "*refund*"`.
    pub wanted: String,
    /// Whether it stands under a `not`: then it is tried when it keeps the rule from a message.
    pub negated: bool,
    /// Whether a case has tried it: it held in a message that the rule took, or under `not` in one it did not take.
    pub tried: bool,
}

impl Coverage {
    /// Nothing tried yet.
    #[must_use]
    pub fn of(policy: &Policy) -> Self {
        let rules = policy.rules.rules().map(|(rule, _)| RuleCover {
            name: rule.name.clone(),
            place: rule.place.clone(),
            matched: 0,
            alternatives: Vec::new(),
        });
        Self { rules: rules.collect() }
    }

    /// Adds what all rules said of one message.
    pub fn add(&mut self, verdict: &Verdict) {
        let failed = verdict.failure.as_ref().map(|failure| &failure.rule.name);
        let traces: BTreeMap<&str, &RuleTrace> = verdict.trace.iter().map(|trace| (trace.rule.name.as_str(), trace)).collect();
        for rule in &mut self.rules {
            let Some(trace) = traces.get(rule.name.as_str()) else { continue };
            let took = trace.matched || failed == Some(&rule.name);
            rule.matched += usize::from(took);
            let seen = alternatives(&trace.conditions);
            if rule.alternatives.is_empty() {
                rule.alternatives = seen.iter().map(|(alternative, _)| alternative.clone()).collect();
            }
            for (alternative, (_, held)) in rule.alternatives.iter_mut().zip(&seen) {
                alternative.tried |= *held && took != alternative.negated;
            }
        }
    }

    /// The rules that took no message.
    pub fn untried(&self) -> impl Iterator<Item = &RuleCover> {
        self.rules.iter().filter(|rule| rule.matched == 0)
    }

    /// The alternatives that no case has tried, of rules that took a message: of the others none has been.
    pub fn untried_alternatives(&self) -> impl Iterator<Item = (&RuleCover, &Alternative)> {
        let tried = self.rules.iter().filter(|rule| rule.matched > 0);
        tried.flat_map(|rule| rule.alternatives.iter().filter(|one| !one.tried).map(move |one| (rule, one)))
    }
}

/// The conditions that are alternatives, each with whether it held in this message.
fn alternatives(conditions: &[CondTrace]) -> Vec<(Alternative, bool)> {
    let mut found = Vec::new();
    // The words above the present depth.
    let mut above: Vec<&str> = Vec::new();
    for condition in conditions {
        above.truncate(condition.depth);
        let Some(place) = &condition.place else {
            above.push(&condition.wanted);
            continue;
        };
        let negated = above.iter().filter(|word| **word == "not").count() % 2 == 1;
        let alternative = |wanted: &str| Alternative {
            place: place.clone(),
            wanted: wanted.to_owned(),
            negated,
            tried: false,
        };
        if !condition.values.is_empty() {
            found.extend(condition.values.iter().map(|(value, held)| (alternative(value), *held)));
        } else if negated || above.contains(&"any") {
            found.push((alternative(&condition.wanted), condition.held == Some(true)));
        }
    }
    found
}
