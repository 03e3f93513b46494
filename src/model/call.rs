//! Calls of web addresses that rules ask for. May import nothing. What became of each stands in the outbox.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::RuleName;

/// A call as its item keeps it; the body stays in the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuedCall {
    /// The rule that asked for it.
    pub rule: RuleName,
    /// The address.
    pub url: String,
    /// The event's name.
    pub event: String,
    /// When it was queued.
    pub at: Timestamp,
}

/// The calls of one item.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Calls {
    /// The first of them, oldest first, at most [`Calls::MAX_SHOWN`].
    pub shown: Vec<QueuedCall>,
    /// How many more there are; the history has them.
    pub more: u32,
}

impl Calls {
    /// The most calls kept on an item itself.
    pub const MAX_SHOWN: usize = 50;

    /// Adds one, or counts it.
    pub fn add(&mut self, call: QueuedCall) {
        if self.shown.len() < Self::MAX_SHOWN {
            self.shown.push(call);
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }
}

#[cfg(test)]
#[path = "call_tests.rs"]
mod tests;
