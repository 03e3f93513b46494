//! All rules, compiled together. May import model.

use super::{Facts, RuleDef, RuleFault, Verdict};
use crate::model::Message;

/// All rules in order.
#[derive(Debug, Default)]
pub struct RuleSet {}

impl RuleSet {
    /// Compiles rules. Every fault is found; with any, the set is not to be used.
    #[must_use]
    pub fn compile(rules: Vec<RuleDef>) -> (Self, Vec<RuleFault>) {
        let _ = rules;
        (Self::default(), Vec::new())
    }

    /// What the rules say of `message`. Never fails: a rule that fails is part of the verdict.
    #[must_use]
    pub fn judge(&self, message: &Message, facts: &Facts) -> Verdict {
        let _ = (message, facts);
        Verdict::default()
    }
}
