//! Messages of one kind that are collected on one item and told together. May import only its peers in model. The engine's `apply` is the only thing that changes one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Party, SetDue, Span};

/// How a rule wants messages collected: `group: { by, wait, max }`, where `by` is the item's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collect {
    /// How long, elapsed: nothing is told later than this after the first message that was not told.
    pub wait: Span,
    /// So many messages are told at once, without waiting longer.
    #[serde(default)]
    pub max: Option<u32>,
}

/// What was collected on an item and not told yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// How it is collected.
    pub collect: Collect,
    /// How many messages came since the last word, besides the one that opened the item.
    #[serde(default)]
    pub untold: u32,
    /// When the first of them came.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// The titles of the first of them.
    #[serde(default)]
    pub shown: Vec<String>,
}

impl Group {
    /// How many titles are shown; the rest is counted.
    pub const MAX_SHOWN: usize = 3;
    /// The longest wait, in seconds: a day.
    pub const MAX_WAIT_SECONDS: i64 = 86_400;

    /// A group of which nothing is untold.
    #[must_use]
    pub fn new(collect: Collect) -> Self {
        Self {
            collect,
            untold: 0,
            since: None,
            shown: Vec::new(),
        }
    }
}

/// Who is asked once it is told, and by when it is to be done: decided when the item was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// Who.
    pub to: Party,
    /// Why they, as a sentence.
    pub why: String,
    /// What a rule says it is due by.
    #[serde(default)]
    pub due: Option<SetDue>,
}
