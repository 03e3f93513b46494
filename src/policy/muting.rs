//! What the configuration mutes. May import model, rules. Whether a mute holds is state and time; what it says stands here.

use std::collections::BTreeMap;

use crate::model::{MuteName, Muting};
use crate::rules::RuleSet;

/// The entries of `mute`.
#[derive(Debug, Default)]
pub struct Mutes {
    /// What each says.
    pub said: BTreeMap<MuteName, Muting>,
    /// Their conditions, one rule each, by the name of the mute; all are tried.
    pub rules: RuleSet,
}
