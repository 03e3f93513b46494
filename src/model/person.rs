//! What is stored about a person besides the configuration. May import only its peers in model. Held notices are stored one by one, not in here.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Confirmation, ItemId, ItemList, PersonKey, Said, TeamName, Uncovered};

/// Whether notices go out at once or wait for the working hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Within working hours.
    Working,
    /// Outside: notices that are not urgent wait.
    Quiet,
}

/// Why a notice waits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldFor {
    /// Its reader does not work now.
    #[default]
    WorkingHours,
    /// Its reader was sent as much as their budget allows.
    Budget,
    /// Its reader only watches the item, and was told of what they watch a short while ago.
    Watching,
}

/// What a mail with several notices is, besides them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bundle {
    /// Its number among the reader's joint mails: part of the Message-ID.
    pub number: u32,
    /// How many more notices there were than it names.
    pub more: u32,
    /// Why its notices waited.
    pub held_for: HeldFor,
}

/// A mail that counts against the budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailed {
    /// When it was queued.
    pub at: Timestamp,
    /// Whether it was urgent.
    pub urgent: bool,
    /// The one item it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemId>,
    /// Whether responsibility hangs on it: such mail has room of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub apart: bool,
    /// Whether it only tells of what its reader watches: such mail has room of its own, and counts for nothing else.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub watched: bool,
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
    /// How many more wait of which only the number is kept.
    #[serde(default)]
    pub more: u32,
    /// The same for urgent ones.
    #[serde(default)]
    pub more_urgent: u32,
    /// Whether some of them wait because of the budget.
    #[serde(default)]
    pub storm: bool,
    /// The mails that count against the budget, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mailed: Vec<Mailed>,
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
    /// When their next digest is due: armed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Timestamp>,
    /// When they were last looked at for one, whether there was anything to say or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digested: Option<Timestamp>,
    /// When they are told next of what is not covered: armed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Timestamp>,
    /// When that was last looked at for them, whether there was anything to say or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covered: Option<Timestamp>,
    /// What was not covered then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uncovered: Vec<Uncovered>,
    /// The lists of items they were sent, oldest first; the newest [`ItemList::MAX_OF_PERSON`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<ItemList>,
    /// How many lists were made: numbers their ids.
    #[serde(default)]
    pub listed: u64,
    /// What they are asked to confirm, and what they answered lately.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confirmations: Vec<Confirmation>,
    /// The number of the last.
    #[serde(default)]
    pub confirmed_last: u64,
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
            more: 0,
            more_urgent: 0,
            storm: false,
            mailed: Vec::new(),
            bundles: 0,
            load: 0,
            turns: BTreeMap::new(),
            said: Said::default(),
            digest: None,
            digested: None,
            coverage: None,
            covered: None,
            uncovered: Vec::new(),
            lists: Vec::new(),
            listed: 0,
            confirmations: Vec::new(),
            confirmed_last: 0,
        }
    }

    /// The list of that id.
    #[must_use]
    pub fn list(&self, id: &ItemId) -> Option<&ItemList> {
        self.lists.iter().find(|list| list.id == *id)
    }

    /// When something is due for them by itself.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        [self.release, self.said.look, self.digest, self.coverage]
            .into_iter()
            .flatten()
            .min()
    }
}
