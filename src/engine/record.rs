//! What one command came to, as it is journaled: one record, all or nothing. May import model. A record replayed later gives the same state, whatever the policy is then.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{DeliveryEvent, ExpectationEvent, Incoming, ItemEvent, MuteEvent, PersonEvent, RoundEvent, ShiftEvent};
use crate::model::{
    Address, Correspondent, Delivery, DeliveryId, Expectation, ExpectationName, Item, ItemId, Mute, MuteName, Notice, NoticeId, Party,
    PersonKey, PersonState, RawRef, Reader, Revision, RotationName, Round, Shift, SourceName,
};

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
    /// A message that a rule let go, without its text: what is needed to read its bytes again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub let_go: Option<Box<Incoming>>,
}

impl Record {
    /// Whether it puts a delivery into the outbox, or lets one go out again.
    #[must_use]
    pub fn queues_mail(&self) -> bool {
        let goes = |event: &DeliveryEvent| {
            matches!(
                event,
                DeliveryEvent::Queued { .. } | DeliveryEvent::Unparked | DeliveryEvent::Replayed { .. }
            )
        };
        let mut steps = self.steps.iter();
        steps.any(|step| matches!(step, Step::Delivery(_, events) if events.iter().any(goes)))
    }

    /// By which rule its message was let go, and why.
    #[must_use]
    pub fn dropped(&self) -> Option<(&str, &str)> {
        self.steps.iter().find_map(|step| match step {
            Step::Dropped(rule, reason) => Some((rule.as_str(), reason.as_str())),
            _ => None,
        })
    }
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
    /// An expectation.
    Expectation(ExpectationName, Vec<ExpectationEvent>),
    /// A mute.
    Mute(MuteName, Vec<MuteEvent>),
    /// The shift of a rotation.
    Shift(RotationName, Vec<ShiftEvent>),
    /// A round.
    Round(ItemId, Vec<RoundEvent>),
    /// An address as it now stands; `None` is without trouble.
    Correspondent(Address, Option<Box<Correspondent>>),
}

/// An aggregate that can have something due.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AggregateId {
    /// An item.
    Item(ItemId),
    /// A person.
    Person(PersonKey),
    /// An expectation.
    Expectation(ExpectationName),
    /// A mute.
    Mute(MuteName),
    /// The shift of a rotation.
    Shift(RotationName),
    /// A round.
    Round(ItemId),
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
pub struct SeenKey(String);

impl SeenKey {
    /// The sender's own id: of a delivery, or the Message-ID together with a digest of the content, at one source.
    #[must_use]
    pub fn of_id(source: &SourceName, id: &str) -> Self {
        Self(format!("i:{source}:{id}"))
    }

    /// The bytes themselves: mail at any source, anything else at one.
    #[must_use]
    pub fn of_bytes(source: Option<&SourceName>, raw: &RawRef) -> Self {
        Self(format!("b:{}:{}", source.map_or("", SourceName::as_str), raw.sha256))
    }

    /// That a correspondent was told that we have their mail.
    #[must_use]
    pub fn of_confirmation(reader: &Reader) -> Self {
        Self(format!("c:{reader}"))
    }

    /// That a correspondent was answered by itself about one thread.
    #[must_use]
    pub fn of_thread(reader: &Reader, thread: &str) -> Self {
        Self(format!("t:{reader}:{thread}"))
    }

    /// What went to a reader by itself about an item, by its kind.
    #[must_use]
    pub fn of_told(reader: &Reader, item: &ItemId, kind: &str) -> Self {
        Self(format!("m:{item}:{kind}:{reader}"))
    }

    /// That somebody let mail to an address go on: what was counted before counts no more.
    #[must_use]
    pub fn of_going_on(address: &Address) -> Self {
        Self(format!("g:{}", address.folded()))
    }

    /// That our own mail came round by way of an address.
    #[must_use]
    pub fn of_echo(address: &Address) -> Self {
        Self(format!("e:{}", address.folded()))
    }

    /// That somebody wrote the same words, by their digest.
    #[must_use]
    pub fn of_words(author: &Address, digest: &str) -> Self {
        Self(format!("r:{}:{digest}", author.folded()))
    }

    /// That a rule sent a message on to a party.
    #[must_use]
    pub fn of_forward(to: &Party) -> Self {
        Self(format!("w:{to}"))
    }

    /// That somebody was told that a rule fails, under one policy.
    #[must_use]
    pub fn of_failure(policy: &Revision, rule: &str) -> Self {
        Self(format!("f:{policy}:{rule}"))
    }

    /// That somebody was asked whether they are away until a day.
    #[must_use]
    pub fn of_absence(person: &PersonKey, last_day: jiff::civil::Date) -> Self {
        Self(format!("a:{person}:{last_day}"))
    }

    /// How many messages were counted alike, by a digest of what they have in common; with a slot, when the last one was that fell into it.
    #[must_use]
    pub fn of_count(digest: &str, slot: Option<u64>) -> Self {
        Self(slot.map_or_else(|| format!("n:{digest}"), |slot| format!("n:{digest}:{slot}")))
    }

    /// Whether it is a key of the bytes alone.
    #[must_use]
    pub fn is_same_bytes(&self) -> bool {
        self.0.starts_with("b:")
    }

    /// The key as text, for the store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a message came to when it was first seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// When.
    pub at: Timestamp,
    /// The items it opened or joined; empty if it was dropped.
    pub items: Vec<ItemId>,
    /// The envelope's recipients it was taken for, folded; empty for what is not mail.
    #[serde(default)]
    pub recipients: Vec<String>,
    /// For keys that count: how many there were, this one among them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub number: u64,
    /// Whether it was taken and led to no item: what somebody says of themselves, or of a swap.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_item: bool,
}

impl Seen {
    /// Seen at an instant, with nothing of it yet.
    #[must_use]
    pub fn new(at: Timestamp) -> Self {
        Self {
            at,
            items: Vec::new(),
            recipients: Vec::new(),
            number: 0,
            without_item: false,
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// One put or delete in the index, computed from a record by `project`. Idempotent: whole values, shared by all who look at them.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The item as it now is.
    Item(Arc<Item>),
    /// The person as they now are.
    Person(Box<PersonState>),
    /// A notice that waits.
    Held(PersonKey, Arc<Notice>),
    /// A notice that waits no longer.
    Unheld(PersonKey, NoticeId),
    /// The delivery as it now is.
    Delivery(Arc<Delivery>),
    /// A correlation.
    Correlate(Correlation, ItemId),
    /// A repeat key.
    Seen(SeenKey, Seen),
    /// The expectation as it now is.
    Expectation(Box<Expectation>),
    /// The expectation is no more.
    Withdrawn(ExpectationName),
    /// The mute as it now is.
    Mute(Box<Mute>),
    /// The mute is no more.
    Unmuted(MuteName),
    /// The shift as it now is.
    Shift(Box<Shift>),
    /// The round as it now is.
    Round(Box<Round>),
    /// An address as it now stands; `None` is without trouble.
    Correspondent(Address, Option<Box<Correspondent>>),
}

impl Change {
    /// An expectation as it now is, or that it is no more.
    #[must_use]
    pub fn expectation(name: ExpectationName, state: Option<Expectation>) -> Self {
        state.map_or(Self::Withdrawn(name), |state| Self::Expectation(Box::new(state)))
    }

    /// A mute as it now is, or that it is no more.
    #[must_use]
    pub fn mute(name: MuteName, state: Option<Mute>) -> Self {
        state.map_or(Self::Unmuted(name), |state| Self::Mute(Box::new(state)))
    }
}
