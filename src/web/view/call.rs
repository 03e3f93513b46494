//! A queued call as `outbox` gives it. May import model.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Item, ItemId};

/// Why a queued call stays queued.
const WHY: &str = "calls are not sent yet by this version";

/// A call that a rule asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallView {
    /// `call`.
    pub kind: String,
    /// `queued`.
    pub state: String,
    /// Why it is in that state.
    pub why: String,
    /// The item it is about.
    pub item: ItemId,
    /// The rule that asked for it.
    pub rule: String,
    /// The event's name.
    pub event: String,
    /// The address.
    pub url: String,
    /// When it was queued.
    pub queued: Timestamp,
}

impl CallView {
    /// The calls an item keeps, oldest first.
    pub fn of(item: &Item) -> impl Iterator<Item = Self> {
        item.calls.shown.iter().map(|call| Self {
            kind: "call".into(),
            state: "queued".into(),
            why: WHY.into(),
            item: item.id.clone(),
            rule: call.rule.to_string(),
            event: call.event.clone(),
            url: call.url.clone(),
            queued: call.at,
        })
    }
}
