//! Whose shift it is in a rotation, and the lists of items that went with a change. May import only its peers in model.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{DutyPlan, ItemId, ItemList, PersonKey, Revision, RotationName, Swap};

/// A rotation as it is watched: who has the shift, when it ends, what was handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    /// The rotation.
    pub rotation: RotationName,
    /// Who has it; in a gap, who had it last.
    pub person: Option<PersonKey>,
    /// Since when that is known.
    pub since: Timestamp,
    /// The next change: armed. `None` if none lies ahead within a year, or nobody configures the rotation any more.
    pub change: Option<Timestamp>,
    /// When whoever has it is asked for notes: armed until that is done.
    pub ask: Option<Timestamp>,
    /// The lists of items sent in one notice, oldest first; the newest [`Shift::MAX_LISTS`].
    #[serde(default)]
    pub lists: Vec<ItemList>,
    /// What people asked each other to take over, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub swaps: Vec<Swap>,
    /// Who acts in the weeks ahead, as it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<DutyPlan>,
    /// The policy revision it is watched under.
    pub policy: Revision,
}

impl Shift {
    /// The prefix of the ids of lists. No queue may have it.
    pub const PREFIX: &'static str = "SHIFT";
    /// How many lists of a rotation are remembered.
    pub const MAX_LISTS: usize = 60;
    /// How many items stand in one notice.
    pub const MAX_LISTED: usize = 30;

    /// The next instant at which it must be looked at.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        self.rings().into_iter().chain(self.lapses()).min()
    }

    /// When the shift changes or its notes are asked for.
    #[must_use]
    pub fn rings(&self) -> Option<Timestamp> {
        self.change.into_iter().chain(self.ask).min()
    }

    /// When a swap is over that nobody has answered by then.
    #[must_use]
    pub fn lapses(&self) -> Option<Timestamp> {
        self.swaps.iter().filter(|swap| swap.is_open()).map(|swap| swap.answer_by).min()
    }

    /// The swaps that wait for an answer, or were agreed.
    pub fn standing_swaps(&self) -> impl Iterator<Item = &Swap> + Clone {
        self.swaps.iter().filter(|swap| swap.is_open() || swap.is_agreed())
    }

    /// The swap of that id.
    #[must_use]
    pub fn swap(&self, id: &ItemId) -> Option<&Swap> {
        self.swaps.iter().find(|swap| swap.id == *id)
    }

    /// The list of that id.
    #[must_use]
    pub fn list(&self, id: &ItemId) -> Option<&ItemList> {
        self.lists.iter().find(|list| list.id == *id)
    }
}
