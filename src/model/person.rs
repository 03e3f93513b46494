//! What is stored about a person besides the configuration. May import only its peers in model. Held notices are stored one by one, not in here.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{PersonKey, Said, TeamName};

/// Whether notices go out at once or wait for the working hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Within working hours.
    Working,
    /// Outside: notices that are not urgent wait.
    Quiet,
}

/// The state of a person's aggregate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonState {
    /// Who.
    pub key: PersonKey,
    /// How many notices wait.
    pub held: u32,
    /// When the first of them was made.
    pub oldest_held: Option<Timestamp>,
    /// When they go out together: the promised time.
    pub release: Option<Timestamp>,
    /// How many joint mails were sent: numbers their Message-IDs.
    pub bundles: u32,
    /// How many open items carry their name: offered to them or held.
    #[serde(default)]
    pub load: u32,
    /// For each team that takes turns: the number of the turn that was theirs last.
    #[serde(default)]
    pub turns: BTreeMap<TeamName, u64>,
    /// What they said about being away.
    #[serde(default, skip_serializing_if = "Said::is_empty")]
    pub said: Said,
}

impl PersonState {
    /// A person of whom nothing is stored yet.
    #[must_use]
    pub fn new(key: PersonKey) -> Self {
        Self {
            key,
            held: 0,
            oldest_held: None,
            release: None,
            bundles: 0,
            load: 0,
            turns: BTreeMap::new(),
            said: Said::default(),
        }
    }
    /// When something is due for them by itself.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        [self.release, self.said.look].into_iter().flatten().min()
    }
}
