//! When somebody is away, and who covers. May import only its peers in model. Instants, so that no later change of zone or policy moves them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ItemId, PersonKey};

/// A stretch of time over which somebody is away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Away {
    /// From this instant on.
    pub from: Timestamp,
    /// Up to this one.
    pub until: Timestamp,
    /// Who covers; whoever the configuration names where nobody is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cover: Option<PersonKey>,
    /// Why, as its person says it; empty if they do not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// What somebody said about being away, and what is known to have begun.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Said {
    /// The stretches they announced, in the order they did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub away: Vec<Away>,
    /// They said then that they are back: whatever began before is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<Timestamp>,
    /// Since when they are away, if that has been acted upon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Timestamp>,
    /// When to look next whether something begins or ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look: Option<Timestamp>,
    /// What happened to their work while they were away, until they are told.
    #[serde(default, skip_serializing_if = "Meanwhile::is_empty")]
    pub meanwhile: Meanwhile,
}

/// What happened to somebody's work while they were away. They are told of it once, when they are there again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Meanwhile {
    /// They left then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// They are back, and are told then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// What they had when they left; the first [`Meanwhile::MAX_ITEMS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handed: Vec<ItemId>,
    /// What was for them and went to others; the first [`Meanwhile::MAX_ITEMS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub came: Vec<ItemId>,
}

impl Meanwhile {
    /// So many items of each kind are remembered.
    pub const MAX_ITEMS: usize = 200;

    /// Whether there is nothing of it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Notes items, each once.
    pub fn note(&mut self, handed: &[ItemId], came: &[ItemId]) {
        for item in handed {
            if !self.handed.contains(item) && self.handed.len() < Self::MAX_ITEMS {
                self.handed.push(item.clone());
            }
        }
        for item in came {
            if !self.handed.contains(item) && !self.came.contains(item) && self.came.len() < Self::MAX_ITEMS {
                self.came.push(item.clone());
            }
        }
    }
}

impl Said {
    /// So many announced stretches are kept; the oldest go first.
    pub const MAX_AWAY: usize = 50;

    /// Whether nothing was ever said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
