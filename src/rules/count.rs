//! `more_than`: what is counted, and who knows what came before. May import model. Rules keep no state: whoever judges brings the counts and keeps the tallies.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::RuleName;

/// One message counted for one `more_than`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// The rule.
    pub rule: RuleName,
    /// Which `more_than` of the rule, from 0 in the order written.
    pub number: usize,
    /// What `per` says of the message; empty without one.
    pub per: String,
    /// The most that is not yet more.
    pub count: u32,
    /// The time looked back on, in seconds.
    pub seconds: i64,
}

/// What was counted before.
pub trait Counts {
    /// Whether `count` messages or more were tallied alike less than `seconds` before `at`: with the one at hand that is more than `count`.
    ///
    /// # Errors
    /// Why it cannot be said: the rule fails.
    fn exceeded(&self, tally: &Tally, at: Timestamp) -> Result<bool, String>;
}

/// Nothing came before: for messages that are looked at by themselves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Nothing;

impl Counts for Nothing {
    fn exceeded(&self, _: &Tally, _: Timestamp) -> Result<bool, String> {
        Ok(false)
    }
}
