//! How many open items carry a person's name. May import model. Counted as items move, live and in recovery alike, so that nobody has to search.

use crate::model::{Item, PersonKey, PersonState};

/// How a move of an item changes what somebody carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// One more.
    More,
    /// One less.
    Less,
}

/// Whose load a move of an item changes, and how.
#[must_use]
pub fn moved(before: Option<&Item>, after: Option<&Item>) -> Vec<(PersonKey, Load)> {
    let (from, to) = (carried_by(before), carried_by(after));
    if from == to {
        return Vec::new();
    }
    let less = from.map(|person| (person.clone(), Load::Less));
    let more = to.map(|person| (person.clone(), Load::More));
    less.into_iter().chain(more).collect()
}

/// Whose name an open item carries: its holder's, or that of who is asked first.
fn carried_by(item: Option<&Item>) -> Option<&PersonKey> {
    item.filter(|item| item.state.is_open())?.holder.as_ref()
}

impl Load {
    /// Changes what is stored of the person.
    pub fn apply(self, state: &mut PersonState) {
        state.load = match self {
            Self::More => state.load.saturating_add(1),
            Self::Less => state.load.saturating_sub(1),
        };
    }
}
