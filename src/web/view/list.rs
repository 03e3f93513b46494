//! A list of items as `show DAY-3` and `show SHIFT-2` give it. May import model, engine.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::engine::Home;
use crate::model::{Item, ItemId, ItemList, PersonKey, State};

/// A list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListView {
    /// `DAY-3`, `SHIFT-2`, `AWAY-1`.
    pub list: ItemId,
    /// Why it was made, as a sentence.
    pub why: String,
    /// When.
    pub at: Timestamp,
    /// Whose items they were.
    pub giver: PersonKey,
    /// Who reads it.
    pub reader: PersonKey,
    /// Its items as they stand now.
    pub items: Vec<ListedView>,
}

/// An item of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedView {
    /// Its number in the list.
    pub number: u32,
    /// The item.
    pub id: ItemId,
    /// Where it stands.
    pub state: State,
    /// Who answers for it.
    pub accountable: PersonKey,
    /// One line, written by a stranger.
    pub title: String,
}

impl ListView {
    /// A list with its items.
    #[must_use]
    pub fn of(home: &Home, list: &ItemList, items: &[(u32, Item)]) -> Self {
        let (giver, reader) = (&list.giver, &list.reader);
        let why = match home {
            Home::Shift(shift) if list.notes => format!("{giver} was asked for notes before a shift in {} ended", shift.rotation),
            Home::Shift(shift) => format!("a shift in {} ended: {giver} handed these to {reader}", shift.rotation),
            Home::Person(_) if list.is_digest() => format!("what was with {reader}: their digest, or they asked for it"),
            Home::Person(_) => format!("{giver} is away: {reader} was asked to take these over"),
        };
        Self {
            list: list.id.clone(),
            why,
            at: list.at,
            giver: giver.clone(),
            reader: reader.clone(),
            items: items
                .iter()
                .map(|(number, item)| ListedView {
                    number: *number,
                    id: item.id.clone(),
                    state: item.state,
                    accountable: item.accountable.clone(),
                    title: item.title.clone(),
                })
                .collect(),
        }
    }
}
