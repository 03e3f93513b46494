//! What somebody is asked to confirm: words that came in their name and that nothing proves. May import only its peers in model. Part of the person's aggregate.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{ItemId, RotationName};

/// Something somebody is asked back about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// Its id, numbered for each person: `CODE-3`.
    pub id: ItemId,
    /// When the words came: dates in them are read as of then.
    pub at: Timestamp,
    /// Up to when it can be answered.
    pub until: Timestamp,
    /// What was asked for.
    pub wants: Vec<Wanted>,
    /// Where it came from, as shown.
    pub from: String,
    /// How it stands.
    #[serde(default)]
    pub state: ConfirmationState,
    /// How many mails were sent about it.
    #[serde(default)]
    pub notices: u32,
}

/// Words, and what they are about. They are read again when they are confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// Lines said on an item.
    Item(ItemId, Vec<String>),
    /// Lines about their writer.
    Own(Vec<String>),
    /// Lines said of a swap of duty in a rotation.
    Swap(RotationName, ItemId, Vec<String>),
    /// An answer in a round, whole.
    Round(ItemId, String),
}

/// How a confirmation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfirmationState {
    /// Not answered.
    #[default]
    Asked,
    /// Theirs, and done. It works once.
    Confirmed,
    /// Not theirs.
    Disowned,
}

impl Confirmation {
    /// What stands before the number in its id.
    pub const PREFIX: &'static str = "CODE";
    /// How long it can be answered.
    pub const HOURS: i64 = 24;
    /// So many that are not confirmed one person has at a time: whatever comes beyond is kept with what it is about, and nobody is asked.
    pub const MAX_OPEN: usize = 3;
    /// So many mails one of them brings at most.
    pub const MAX_NOTICES: u32 = 6;
    /// So many characters of an answer in a round are kept.
    pub const MAX_WORDS_CHARS: usize = 4_000;

    /// Until when one that is asked at `at` can be answered.
    #[must_use]
    pub fn ends(at: Timestamp) -> Timestamp {
        at.checked_add(SignedDuration::from_hours(Self::HOURS)).unwrap_or(Timestamp::MAX)
    }

    /// Whether it takes one of the places a person has.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.state != ConfirmationState::Confirmed && now < self.until
    }
}

impl Wanted {
    /// The lines, each with what it is about: `done` on SUP-1.
    #[must_use]
    pub fn lines(&self) -> Vec<(Option<&ItemId>, &str)> {
        match self {
            Self::Item(id, lines) | Self::Swap(_, id, lines) => lines.iter().map(|line| (Some(id), line.as_str())).collect(),
            Self::Own(lines) => lines.iter().map(|line| (None, line.as_str())).collect(),
            Self::Round(id, text) => vec![(Some(id), text.as_str())],
        }
    }
}
