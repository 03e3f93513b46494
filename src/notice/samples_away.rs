//! A sample of what somebody leaves to whoever covers for them. Only built for tests. May import model. The people are those of every example: ana, ben, cat.

use super::samples::person;
use super::samples_shift::shift;
use crate::model::{ItemId, ItemList, Notice};

/// Ana is away from now on: two items for Ben, numbered.
pub(super) fn left() -> Notice {
    Notice {
        to: person("ben"),
        item: ItemId::new(ItemList::AWAY, 40),
        title: "2 items of Ana Ruiz".to_owned(),
        why_you: "you cover for Ana Ruiz, who is away".to_owned(),
        ..shift()
    }
}
