//! An address that needs care: mail to it came back, or batond writes to it no more by itself. May import only its peers in model. There is none for an address without trouble.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Address, DeliveryId, ItemId};

/// What is known of mail to an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correspondent {
    /// The address.
    pub address: Address,
    /// How many mails in a row came back for good.
    pub failures: u32,
    /// The last of them.
    pub last_failure: Option<Failed>,
    /// Since when nothing goes there: what would have gone waits.
    pub marked: Option<Timestamp>,
    /// Batond writes nothing there by itself for a while.
    pub stopped: Option<Stopped>,
    /// The deliveries that wait, oldest first.
    pub parked: Vec<DeliveryId>,
    /// The item that says so.
    pub item: Option<ItemId>,
}

/// A mail that came back for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// When that was known.
    pub at: Timestamp,
    /// Why, in the words of the other end.
    pub why: String,
}

/// Batond writes nothing by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopped {
    /// Since when.
    pub since: Timestamp,
    /// Until when, unless somebody says otherwise.
    pub until: Timestamp,
    /// Why, as a sentence.
    pub why: String,
}

impl Correspondent {
    /// An address without trouble.
    #[must_use]
    pub fn new(address: Address) -> Self {
        Self {
            address,
            failures: 0,
            last_failure: None,
            marked: None,
            stopped: None,
            parked: Vec::new(),
            item: None,
        }
    }

    /// Whether nothing is to be remembered of it at `now`.
    #[must_use]
    pub fn is_quiet(&self, now: Timestamp) -> bool {
        let stopped = self.stopped.as_ref().is_some_and(|stopped| stopped.until > now);
        self.failures == 0 && self.marked.is_none() && self.parked.is_empty() && !stopped
    }

    /// Until when batond writes nothing there by itself, if it does not at `now`.
    #[must_use]
    pub fn stopped_at(&self, now: Timestamp) -> Option<&Stopped> {
        self.stopped.as_ref().filter(|stopped| stopped.until > now)
    }
}
