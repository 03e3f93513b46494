//! When somebody is away, and who covers. May import only its peers in model. Instants, so that no later change of zone or policy moves them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::PersonKey;

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
