//! Items that stand numbered in one notice, and the sections of a notice that lists many. May import only its peers in model.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Fact, ItemId, PersonKey, QueueName};

/// Items that stand numbered in one notice. The numbers are those of this notice for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemList {
    /// `SHIFT-7`, `DAY-12`, `AWAY-40`: replies to the notice lead here. Digests are numbered for each person.
    pub id: ItemId,
    /// Whether it asks for notes before the change; else it hands over.
    pub notes: bool,
    /// When.
    pub at: Timestamp,
    /// Whose items they are.
    pub giver: PersonKey,
    /// Who reads the notice.
    pub reader: PersonKey,
    /// The items: the first is number 1.
    pub items: Vec<ItemId>,
    /// How many notices of it were made: numbers their Message-IDs.
    #[serde(default)]
    pub notices: u32,
    /// Whether its reader was reminded.
    #[serde(default)]
    pub reminded: bool,
}

impl ItemList {
    /// The numbered items.
    pub fn numbered(&self) -> impl Iterator<Item = (u32, &ItemId)> {
        (1..).zip(&self.items)
    }
}

impl ItemList {
    /// The prefix of the ids of digests. No queue may have it.
    pub const DAY: &'static str = "DAY";
    /// The prefix of the ids of lists of what somebody had when they left. No queue may have it.
    pub const AWAY: &'static str = "AWAY";
    /// How many lists of a person are remembered: of some weeks.
    pub const MAX_OF_PERSON: usize = 30;

    /// Whether it tells its reader of their own day.
    #[must_use]
    pub fn is_digest(&self) -> bool {
        &*self.id.prefix == Self::DAY
    }
}

/// A part of a notice that lists items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Its heading, such as `To accept`.
    pub title: String,
    /// Its items.
    pub entries: Vec<Entry>,
    /// How many more there are than it names.
    #[serde(default)]
    pub more: u32,
    /// Whether its items are told in full further down: then it only says their numbers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub told_below: bool,
    /// What it says that is no item.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<Remark>,
}

/// What a section says that is no item: a head, and lines below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// What it is about.
    pub head: String,
    /// What there is to say of it.
    pub lines: Vec<String>,
}

/// An item in a section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number in the notice, from 1.
    pub number: u32,
    /// The item.
    pub item: ItemId,
    /// Its title at that moment.
    pub title: String,
    /// Its queue.
    pub queue: QueueName,
    /// How it stands for the reader, such as `offered to you`.
    pub state: String,
    /// The deadline that matters here, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Fact>,
    /// What can be answered about it, such as `accept`, each without its number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<String>,
}
