//! What one command came to, as it is journaled: one record, all or nothing. May import model. A record replayed later gives the same state, whatever the policy is then.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{DeliveryEvent, ItemEvent, PersonEvent};
use crate::model::{Delivery, DeliveryId, Item, ItemId, Notice, NoticeId, PersonKey, PersonState, RawRef, Revision};

/// One journal record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Counts from 1, without gaps.
    pub seq: u64,
    /// When it was decided.
    pub at: Timestamp,
    /// The policy it was decided under.
    pub policy: Revision,
    /// What caused it.
    pub cause: Cause,
    /// What it did to each aggregate, in order. An aggregate can occur more than once.
    pub steps: Vec<Step>,
    /// Keys by which later messages find an item.
    #[serde(default)]
    pub correlations: Vec<(Correlation, ItemId)>,
    /// Keys by which a repeat is recognised.
    #[serde(default)]
    pub seen: Vec<(SeenKey, Seen)>,
    /// The raw message this record accepted.
    #[serde(default)]
    pub raw: Option<RawRef>,
}

/// What caused a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A message.
    Message,
    /// A timer.
    Timer,
    /// A person at the command line.
    Local,
    /// The outbox.
    Outbox,
    /// A reload.
    Reload,
}

/// The facts about one aggregate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// An item.
    Item(ItemId, Vec<ItemEvent>),
    /// A person.
    Person(PersonKey, Vec<PersonEvent>),
    /// A delivery.
    Delivery(DeliveryId, Vec<DeliveryEvent>),
    /// A message was let go by a rule, for a reason: `(rule, reason)`.
    Dropped(String, String),
}

/// An aggregate that can have something due.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AggregateId {
    /// An item.
    Item(ItemId),
    /// A person.
    Person(PersonKey),
}

/// How a later message finds an item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Correlation {
    /// A Message-ID of a message on the item, without angle brackets.
    Thread(String),
    /// The key a rule gave it. Points to the newest item with that key.
    Key(String),
}

/// How a repeat is recognised.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SeenKey(pub String);

/// What a message came to when it was first seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// When.
    pub at: Timestamp,
    /// The items it opened or joined; empty if it was dropped.
    pub items: Vec<ItemId>,
}

/// One put or delete in the index, computed from a record by `project`. Idempotent: whole values.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The item as it now is.
    Item(Box<Item>),
    /// The person as they now are.
    Person(PersonState),
    /// A notice that waits.
    Held(PersonKey, Box<Notice>),
    /// A notice that waits no longer.
    Unheld(PersonKey, NoticeId),
    /// The delivery as it now is.
    Delivery(Box<Delivery>),
    /// A correlation.
    Correlate(Correlation, ItemId),
    /// A repeat key.
    Seen(SeenKey, Seen),
}
