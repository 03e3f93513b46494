//! What a rule has to say to people of an item that is quiet. May import only its peers in model. Kept on the item, told when the quiet ends.

use serde::{Deserialize, Serialize};

use super::{Party, RuleName};

/// A word that a rule has for people, kept until the item is quiet no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// The rule.
    pub rule: RuleName,
    /// Who hears of it.
    pub to: Vec<Party>,
    /// Why they do; `None` names the rule.
    pub why: Option<String>,
    /// Whether they are told outside their working hours too.
    pub urgent: bool,
}

impl Word {
    /// The most words kept on one item; a source that repeats itself says the same, and whoever a word is for hears once.
    pub const MAX_KEPT: usize = 20;
}
