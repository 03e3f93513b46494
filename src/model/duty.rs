//! Who has duty in the weeks ahead, as people were told. May import only its peers in model.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::PersonKey;

/// Who acts in a rotation, turn by turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyPlan {
    /// It speaks of the time before this instant.
    pub until: Timestamp,
    /// In order; the first begins when the plan was made.
    pub turns: Vec<DutyTurn>,
}

/// From an instant on somebody acts, until the next turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyTurn {
    /// From this instant on.
    pub at: Timestamp,
    /// Who; `None` is a gap.
    pub person: Option<PersonKey>,
}

impl DutyPlan {
    /// The prefix of the ids of notices about somebody's own duty. No queue may have it.
    pub const PREFIX: &'static str = "DUTY";

    /// Who acts at `at`.
    #[must_use]
    pub fn at(&self, at: Timestamp) -> Option<&PersonKey> {
        let begun = self.turns.iter().take_while(|turn| turn.at <= at);
        begun.last().and_then(|turn| turn.person.as_ref())
    }
}
