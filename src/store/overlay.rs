//! What the index has taken and the database has not yet. May import engine, model. Answers before the database does, in the database's order.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use super::index::Applied;
use super::values::DeliveryEntry;
use crate::model::{Correspondent, Expectation, Item, Mute, Notice, PersonState, Round, Shift};

/// What a slot weighs besides its key and its texts, roughly.
const SLOT_BYTES: usize = 160;
/// What an item or a delivery weighs besides its texts, roughly.
const AGGREGATE_BYTES: usize = 2_048;

/// A value that is not encoded yet, or the absence of one.
#[derive(Debug, Clone)]
pub enum Slot {
    /// An item, a person or a delivery, with the number of the last record in it and the keys that stand for it.
    Aggregate(Aggregate),
    /// A notice that waits.
    Held(Arc<Notice>),
    /// Anything small, as it is stored.
    Plain(Vec<u8>),
    /// It was removed.
    Gone,
}

/// See [`Slot::Aggregate`].
#[derive(Debug, Clone)]
pub struct Aggregate {
    /// The last record in it.
    pub seq: u64,
    /// The keys that stand for it: timer, outbox or dead letter; for an item those of the people it concerns.
    pub derived: Vec<Vec<u8>>,
    /// What it is.
    pub of: Of,
}

/// What an aggregate is.
#[derive(Debug, Clone)]
pub enum Of {
    /// An item.
    Item(Arc<Item>),
    /// A person.
    Person(Arc<PersonState>),
    /// A delivery.
    Delivery(Arc<DeliveryEntry>),
    /// An expectation.
    Expectation(Arc<Expectation>),
    /// A mute.
    Mute(Arc<Mute>),
    /// The shift of a rotation.
    Shift(Arc<Shift>),
    /// A round.
    Round(Arc<Round>),
    /// An address with trouble.
    Correspondent(Arc<Correspondent>),
}

#[derive(Debug)]
struct Held {
    slot: Slot,
    /// Whether an older layer may have something under this key.
    covers: bool,
}

/// Changes to the database, by key.
#[derive(Debug, Default)]
pub struct Overlay {
    slots: BTreeMap<Vec<u8>, Held>,
    weight_bytes: usize,
    /// How far the index is once these are in the database.
    pub applied: Option<Applied>,
}

impl Overlay {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty() && self.applied.is_none()
    }

    /// About how much memory it takes.
    #[must_use]
    pub fn weight_bytes(&self) -> usize {
        self.weight_bytes
    }

    /// What stands under a key.
    #[must_use]
    pub fn get(&self, key: &[u8]) -> Option<&Slot> {
        self.slots.get(key).map(|held| &held.slot)
    }

    /// Puts a value. `covers` says whether an older layer may have something under this key, or remove it.
    pub fn put(&mut self, key: Vec<u8>, slot: Slot, covers: bool) {
        let key_bytes = key.len();
        self.weight_bytes += key_bytes + weight(&slot);
        match self.slots.entry(key) {
            std::collections::btree_map::Entry::Occupied(mut there) => {
                let held = there.get_mut();
                self.weight_bytes = self.weight_bytes.saturating_sub(key_bytes + weight(&held.slot));
                held.slot = slot;
            }
            std::collections::btree_map::Entry::Vacant(free) => drop(free.insert(Held { slot, covers })),
        }
    }

    /// Removes a value. What was put here and covers nothing leaves nothing behind.
    pub fn remove(&mut self, key: &[u8]) {
        if self.slots.get(key).is_none_or(|held| held.covers) {
            self.put(key.to_vec(), Slot::Gone, true);
        } else if let Some(held) = self.slots.remove(key) {
            self.weight_bytes = self.weight_bytes.saturating_sub(key.len() + weight(&held.slot));
        }
    }

    /// The slots from `first` to before `end`, in order.
    pub fn range<'a>(&'a self, first: &[u8], end: Option<&[u8]>) -> impl Iterator<Item = (&'a [u8], &'a Slot)> + use<'a> {
        let end = end.map_or(Bound::Unbounded, Bound::Excluded);
        // An empty range must not be asked for the wrong way round.
        let backwards = matches!(end, Bound::Excluded(end) if end <= first);
        let range = (!backwards).then(|| self.slots.range::<[u8], _>((Bound::Included(first), end)));
        range.into_iter().flatten().map(|(key, held)| (key.as_slice(), &held.slot))
    }

    /// The last key from `first` to before `end`.
    pub fn last(&self, first: &[u8], end: Option<&[u8]>) -> Option<&[u8]> {
        let end = end.map_or(Bound::Unbounded, Bound::Excluded);
        let range = self.slots.range::<[u8], _>((Bound::Included(first), end));
        range.last().map(|(key, _)| key.as_slice())
    }

    /// All slots, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &Slot)> {
        self.slots.iter().map(|(key, held)| (key.as_slice(), &held.slot))
    }
}

fn weight(slot: &Slot) -> usize {
    let of = |aggregate: &Aggregate| match &aggregate.of {
        Of::Item(item) => {
            let words = item.their_word.iter().chain(&item.our_word).map(|word| word.text.len());
            AGGREGATE_BYTES + item.summary.len() + words.sum::<usize>()
        }
        Of::Person(_) | Of::Expectation(_) => 0,
        Of::Mute(_) | Of::Correspondent(_) => AGGREGATE_BYTES,
        Of::Shift(shift) => AGGREGATE_BYTES + AGGREGATE_BYTES * shift.lists.len(),
        Of::Round(round) => {
            let words = round
                .people
                .iter()
                .flat_map(|asked| &asked.answers)
                .map(|answer| answer.words.len());
            AGGREGATE_BYTES + words.sum::<usize>()
        }
        Of::Delivery(entry) => AGGREGATE_BYTES + entry.delivery.letter.text.len() + entry.delivery.letter.html.len(),
    };
    SLOT_BYTES
        + match slot {
            Slot::Aggregate(aggregate) => of(aggregate),
            Slot::Held(notice) => AGGREGATE_BYTES + notice.text.len(),
            Slot::Plain(bytes) => bytes.len(),
            Slot::Gone => 0,
        }
}
