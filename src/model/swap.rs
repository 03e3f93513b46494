//! Duty that two people agree to exchange. May import only its peers in model. Instants, so that no later change of zone or policy moves what was agreed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ItemId, PersonKey, Reader, RotationName};

/// A stretch of duty: from this instant on, up to that one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stint {
    /// From this instant on.
    pub from: Timestamp,
    /// Up to this one.
    pub until: Timestamp,
}

/// Somebody asks somebody else to take over some of their duty, perhaps for some of the other's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swap {
    /// `SWAP-3`: replies to its notices lead here.
    pub id: ItemId,
    /// The rotation.
    pub rotation: RotationName,
    /// Who asks.
    pub asker: PersonKey,
    /// Who is asked.
    pub other: PersonKey,
    /// What goes from the asker to the other, in order; never empty.
    pub given: Vec<Stint>,
    /// What goes from the other to the asker in return, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returned: Vec<Stint>,
    /// When it was asked.
    pub asked: Timestamp,
    /// It is over if nobody has answered by then.
    pub answer_by: Timestamp,
    /// How it stands.
    pub state: SwapState,
    /// How many notices of it were made: numbers their Message-IDs.
    #[serde(default)]
    pub notices: u32,
    /// Who was sent one: later ones are in the same thread.
    #[serde(default)]
    pub told: Vec<Reader>,
}

/// How a swap stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SwapState {
    /// It waits for an answer.
    Asked,
    /// It holds.
    Accepted {
        /// Since when.
        at: Timestamp,
    },
    /// The other does not want it.
    Declined {
        /// When.
        at: Timestamp,
        /// Why, as they say it.
        why: String,
    },
    /// It was taken back: before it was accepted, or at the command line after.
    Withdrawn {
        /// When.
        at: Timestamp,
        /// By whom.
        by: PersonKey,
        /// Why, as they say it; empty if they do not.
        why: String,
    },
    /// Nobody answered in time.
    Lapsed {
        /// When.
        at: Timestamp,
    },
}

impl SwapState {
    /// The word for it, in tables and programs alike.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Accepted { .. } => "accepted",
            Self::Declined { .. } => "declined",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Lapsed { .. } => "lapsed",
        }
    }
}

impl Swap {
    /// The prefix of the ids of swaps. No queue may have it.
    pub const PREFIX: &'static str = "SWAP";
    /// How many swaps of a rotation are remembered besides those that are open or still to come.
    pub const MAX_KEPT: usize = 60;
    /// How many of a rotation can wait for an answer or lie ahead at once.
    pub const MAX_STANDING: usize = 200;

    /// Whether it waits for an answer.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state == SwapState::Asked
    }

    /// Whether it was agreed and not taken back.
    #[must_use]
    pub fn is_agreed(&self) -> bool {
        matches!(self.state, SwapState::Accepted { .. })
    }

    /// All that changes hands: who has it by turn, who takes it, which stretch.
    pub fn moves(&self) -> impl Iterator<Item = (&PersonKey, &PersonKey, Stint)> {
        let given = self.given.iter().map(|stint| (&self.asker, &self.other, *stint));
        let returned = self.returned.iter().map(|stint| (&self.other, &self.asker, *stint));
        given.chain(returned)
    }

    /// When the last of it is over.
    #[must_use]
    pub fn ends(&self) -> Timestamp {
        let ends = self.moves().map(|(_, _, stint)| stint.until);
        ends.max().unwrap_or(self.asked)
    }

    /// Whether it matters to who has duty at `at` or later.
    #[must_use]
    pub fn stands(&self, at: Timestamp) -> bool {
        (self.is_open() || self.is_agreed()) && self.ends() > at
    }
}
