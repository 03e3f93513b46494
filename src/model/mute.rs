//! Quiet that somebody asked for: what it covers, until when, why, and what came meanwhile. May import only its peers in model. The engine's `mute::apply` is the only thing that changes one.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ItemId, MuteName, Party, PersonKey, Place, QueueName, Revision, RuleName};

/// What a mute covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MuteTarget {
    /// The messages for which the conditions of an entry of the configuration hold.
    Messages,
    /// One item.
    Item(ItemId),
    /// A queue.
    Queue(QueueName),
    /// What has a key, in whatever queue.
    Key(String),
}

impl MuteTarget {
    /// The name of a mute that somebody set on it: there is one at a time. `None` for what the configuration names.
    #[must_use]
    pub fn name(&self) -> Option<MuteName> {
        match self {
            Self::Messages => None,
            Self::Item(id) => Some(MuteName::from(id.to_string())),
            Self::Queue(queue) => Some(MuteName::from(format!("queue:{queue}"))),
            Self::Key(key) => Some(MuteName::from(format!("key:{key}"))),
        }
    }
}

impl fmt::Display for MuteTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Messages => f.pad("messages"),
            Self::Item(id) => f.pad(&format!("item {id}")),
            Self::Queue(queue) => f.pad(&format!("queue {queue}")),
            Self::Key(key) => f.pad(&format!("key {key}")),
        }
    }
}

/// Why a text names nothing that can be muted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write an item such as SUP-142, `queue:NAME`, or `key:KEY`")]
pub struct MuteTargetError;

impl FromStr for MuteTarget {
    type Err = MuteTargetError;

    /// Reads `SUP-142`, `queue:support`, `key:db3/disk`.
    fn from_str(text: &str) -> Result<Self, MuteTargetError> {
        let text = text.trim();
        let named = |rest: &str| !rest.trim().is_empty();
        if let Some(queue) = text.strip_prefix("queue:").filter(|rest| named(rest)) {
            return Ok(Self::Queue(QueueName::from(queue)));
        }
        if let Some(key) = text.strip_prefix("key:").filter(|rest| named(rest)) {
            return Ok(Self::Key(key.to_owned()));
        }
        text.parse().map(Self::Item).map_err(|_| MuteTargetError)
    }
}

/// A mute as it was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Muting {
    /// Its name: of the entry, or of what it is set on.
    pub name: MuteName,
    /// What it covers.
    pub target: MuteTarget,
    /// When it ends: it never lasts for ever.
    pub until: Timestamp,
    /// The zone that is best read in, an IANA name.
    pub time_zone: String,
    /// Why.
    pub why: String,
    /// Who said so; `None` for the configuration.
    #[serde(default)]
    pub by: Option<PersonKey>,
    /// The rule that said so of one item.
    #[serde(default)]
    pub rule: Option<RuleName>,
    /// Where the configuration says so.
    #[serde(default)]
    pub place: Option<Place>,
    /// Whether what is urgent is told all the same.
    #[serde(default)]
    pub except_urgent: bool,
}

impl Muting {
    /// The longest time somebody can ask for, in days.
    pub const MAX_DAYS: i64 = 366;

    /// Whether it says the same, wherever it is written.
    #[must_use]
    pub fn says_as(&self, other: &Self) -> bool {
        let place = other.place.clone();
        *other == Self { place, ..self.clone() }
    }

    /// Who said so, as text for people.
    #[must_use]
    pub fn said_by(&self) -> String {
        match (&self.by, &self.rule, &self.place) {
            (Some(person), ..) => person.to_string(),
            (None, Some(rule), Some(place)) => format!("rule {rule}, {}:{}", place.file, place.line),
            (None, Some(rule), None) => format!("rule {rule}"),
            (None, None, Some(place)) => format!("{}:{}", place.file, place.line),
            (None, None, None) => "the configuration".to_owned(),
        }
    }
}

/// How an item stood when it was muted: what follows at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Before {
    /// New: nobody was asked, and no promise runs.
    New,
    /// Somebody was asked to take it.
    Asked,
    /// Closed, and open again: nobody was asked, and its promises start anew.
    Again,
    /// Its holder had accepted it.
    Had,
}

/// That an item is muted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Muted {
    /// By which mute, with all it says.
    pub muting: Muting,
    /// Since when.
    pub since: Timestamp,
    /// How it stood before.
    pub before: Before,
    /// Who had been asked to take it.
    #[serde(default)]
    pub asked: Option<Party>,
    /// How many messages it had before.
    pub messages: u32,
}

/// One mute as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mute {
    /// What was said.
    pub muting: Muting,
    /// Since when.
    pub since: Timestamp,
    /// Set when one of the configuration was ended before its time: it stays ended.
    #[serde(default)]
    pub ended: Option<Timestamp>,
    /// How many messages came.
    #[serde(default)]
    pub messages: u32,
    /// How many items were muted.
    #[serde(default)]
    pub items: u32,
    /// How many of them were closed meanwhile.
    #[serde(default)]
    pub closed: u32,
    /// How many of them somebody took up meanwhile, or are muted otherwise.
    #[serde(default)]
    pub taken: u32,
    /// The first of those that are muted still.
    #[serde(default)]
    pub open: BTreeSet<ItemId>,
    /// How many more are.
    #[serde(default)]
    pub more: u32,
    /// The last item that was muted: the summary is sent on it where none is open.
    #[serde(default)]
    pub last: Option<ItemId>,
    /// The queues of the items: their owners read the summary.
    #[serde(default)]
    pub queues: BTreeSet<QueueName>,
    /// The policy revision under which it began.
    pub policy: Revision,
}

impl Mute {
    /// The most items that are named; the rest is counted.
    pub const MAX_NAMED: usize = 100;

    /// A mute that covers nothing yet.
    #[must_use]
    pub fn new(muting: Muting, since: Timestamp, policy: Revision) -> Self {
        Self {
            muting,
            since,
            ended: None,
            messages: 0,
            items: 0,
            closed: 0,
            taken: 0,
            open: BTreeSet::new(),
            more: 0,
            last: None,
            queues: BTreeSet::new(),
            policy,
        }
    }

    /// When it is to be looked at; `None` once it has ended.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        self.ended.is_none().then_some(self.muting.until)
    }
}
