//! An address mail to which is in trouble, as `batond addresses` gives it. May import model.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Correspondent, ItemId};

/// An address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressView {
    /// It.
    pub address: String,
    /// `marked`: nothing goes there; `stopped`: nothing goes there by itself; `failing`: some mail came back.
    pub state: String,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Until when, where it ends by itself.
    pub until: Option<Timestamp>,
    /// Why.
    pub why: String,
    /// How many mails came back for good, in a row.
    pub failures: u32,
    /// How many mails wait.
    pub parked: usize,
    /// The item that says so.
    pub item: Option<ItemId>,
}

impl AddressView {
    /// An address as it is at `now`; `None` where nothing is to be said of it any more.
    #[must_use]
    pub fn of(state: &Correspondent, now: Timestamp) -> Option<Self> {
        if state.is_quiet(now) {
            return None;
        }
        let failed = state.last_failure.as_ref();
        let why_failed = failed.map_or_else(String::new, |failed| failed.why.clone());
        let (word, since, until, why) = match (state.marked, state.stopped_at(now)) {
            (Some(since), _) => ("marked", Some(since), None, why_failed),
            (None, Some(stopped)) => ("stopped", Some(stopped.since), Some(stopped.until), stopped.why.clone()),
            (None, None) => ("failing", failed.map(|failed| failed.at), None, why_failed),
        };
        Some(Self {
            address: state.address.to_string(),
            state: word.to_owned(),
            since,
            until,
            why,
            failures: state.failures,
            parked: state.parked.len(),
            item: state.item.clone(),
        })
    }
}
