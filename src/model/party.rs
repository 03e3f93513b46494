//! Who is meant: a person, a team, whoever is on duty, a bare address. May import only its peers in model. Prints as the configuration writes it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Address, PersonKey, RotationName, TeamName};

/// Who an item is offered to, or who a step of an escalation tells. Roles are looked up on the item when the step fires.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// One person.
    Person(PersonKey),
    /// Everyone in a team; the first to accept has it.
    Team(TeamName),
    /// Whoever is on duty in a rotation at that moment.
    Rotation(RotationName),
    /// The item's holder at that moment.
    Holder,
    /// The owner of the item's queue.
    Owner,
    /// An outside address.
    Address(Address),
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(key) => write!(f, "{key}"),
            Self::Team(name) => write!(f, "team:{name}"),
            Self::Rotation(name) => write!(f, "rotation:{name}"),
            Self::Holder => f.write_str("holder"),
            Self::Owner => f.write_str("owner"),
            Self::Address(address) => write!(f, "{address}"),
        }
    }
}

/// How one of a team is chosen for a new item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pick {
    /// Who carries the fewest open items; of several the first in the team.
    LeastLoaded,
    /// Who was chosen longest ago; of several the first in the team.
    RoundRobin,
}

/// Who reads a notice: one of `people`, or an outside address. A reply key is bound to a reader.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reader {
    /// One of the configured people.
    Person(PersonKey),
    /// Somebody known only by an address: a requester, a guest.
    Address(Address),
}

impl Reader {
    /// The person, if the reader is one of `people`.
    #[must_use]
    pub fn person(&self) -> Option<&PersonKey> {
        match self {
            Self::Person(key) => Some(key),
            Self::Address(_) => None,
        }
    }
}

impl fmt::Display for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(key) => write!(f, "{key}"),
            Self::Address(address) => f.write_str(address.folded()),
        }
    }
}
