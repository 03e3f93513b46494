//! The index over the journal: what things are now, and where records are. May import model, engine. Applying a record twice, or half of one, changes nothing.
//!
//! Every aggregate's value carries the number of the last record in it and the derived key (timer, outbox, dead letter) that stands for it. The derived
//! keys are changed before the aggregate, the applied number last: whatever a kill leaves behind, applying the records after the applied number mends it.

use std::collections::{HashMap, VecDeque};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Newest;
use super::contract::stripped;
use super::journal::{Location, Part};
use super::keys;
use super::tree::{Go, Guarded, Tree, TreeError};
use crate::engine::{AggregateId, Change};
use crate::model::{Delivery, DeliveryId, DeliveryState, ItemId, Letter};

/// The layout of keys and values; an index of another layout is built anew.
const LAYOUT: u8 = 2;

/// How far the index is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Applied {
    /// The last record in it.
    pub seq: u64,
    /// The segment that record is in.
    pub segment: u64,
    /// Bytes of all raw files named by records so far.
    pub raw_bytes: u64,
}

/// Where the raw bytes of a message are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RawPlace {
    /// In a file of their own.
    File,
    /// In the frame of the record that accepted them.
    Frame(Location),
}

/// What is to be put for a group, besides the applied number.
#[derive(Default)]
pub struct Batch<'a> {
    /// Changes with the number of their record.
    pub changes: Vec<(u64, &'a Change)>,
    /// Items touched by a record, and where that record is.
    pub history: Vec<(&'a ItemId, u64, Location)>,
    /// Where the journal has the letters of deliveries that are queued: they need not be kept here.
    pub letters: HashMap<DeliveryId, (&'a Letter, Part)>,
    /// Raw messages that are new.
    pub raw: Vec<(super::raw::Digest, RawPlace)>,
}

/// A delivery as the index keeps it.
#[derive(Debug, Serialize, Deserialize)]
pub struct DeliveryEntry {
    /// Where its letter is; `None` when the letter is here, or was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letter: Option<Part>,
    /// The delivery, without the large parts of its letter if `letter` says where they are.
    pub delivery: Delivery,
}

impl DeliveryEntry {
    fn whole(delivery: Delivery) -> Self {
        Self { letter: None, delivery }
    }
}

/// The index.
pub struct Index {
    tree: Guarded,
}

impl Index {
    /// The index in an open database.
    #[must_use]
    pub fn new(tree: Guarded) -> Self {
        Self { tree }
    }

    /// The database, for reads.
    #[must_use]
    pub fn tree(&self) -> &Guarded {
        &self.tree
    }

    /// Whether this index is of the journal with `mark`, in this layout. One that sled lost everything of is not.
    ///
    /// # Errors
    /// When the index failed; so for every method here.
    pub fn is_of(&self, mark: &[u8]) -> Tree<bool> {
        let found = self.tree.get(keys::IDENTITY)?;
        Ok(found.is_some_and(|found| found == identity(mark)))
    }

    /// Makes a new index that of the journal with `mark`.
    ///
    /// # Errors
    /// When the index failed.
    pub fn claim(&self, mark: &[u8]) -> Tree<()> {
        self.tree.put(keys::IDENTITY, &identity(mark))
    }

    /// How far it is.
    ///
    /// # Errors
    /// When the index failed.
    pub fn applied(&self) -> Tree<Applied> {
        let Some(value) = self.tree.get(keys::APPLIED)? else {
            return Ok(Applied::default());
        };
        let numbers = numbers::<3>(&value).ok_or_else(|| unreadable(keys::APPLIED))?;
        Ok(Applied {
            seq: numbers[0],
            segment: numbers[1],
            raw_bytes: numbers[2],
        })
    }

    /// Notes how far it is; to be called after everything of those records was applied.
    ///
    /// # Errors
    /// When the index failed.
    pub fn set_applied(&self, applied: Applied) -> Tree<()> {
        let value = [applied.seq, applied.segment, applied.raw_bytes].map(u64::to_be_bytes).concat();
        self.tree.put(keys::APPLIED, &value)
    }

    /// Applies a group, what it writes twice only once.
    ///
    /// # Errors
    /// When the index failed; the group can be applied again.
    pub fn apply(&self, batch: &Batch<'_>) -> Tree<()> {
        let mut last: HashMap<Vec<u8>, (u64, &Change)> = HashMap::with_capacity(batch.changes.len());
        let mut order = Vec::with_capacity(batch.changes.len());
        for (seq, change) in &batch.changes {
            let key = key_of(change);
            if last.insert(key.clone(), (*seq, change)).is_none() {
                order.push(key);
            }
        }
        for key in &order {
            if let Some((seq, change)) = last.get(key) {
                self.change(key, *seq, change, batch)?;
            }
        }
        for (id, seq, location) in &batch.history {
            self.tree.put(&keys::history(id, *seq), &place(*location))?;
        }
        for (digest, raw) in &batch.raw {
            let value = match raw {
                RawPlace::File => Vec::new(),
                RawPlace::Frame(location) => place(*location),
            };
            self.tree.put(&keys::raw(digest), &value)?;
        }
        Ok(())
    }

    /// Where a raw message is.
    ///
    /// # Errors
    /// When the index failed.
    pub fn raw(&self, digest: &super::raw::Digest) -> Tree<Option<RawPlace>> {
        let key = keys::raw(digest);
        let Some(value) = self.tree.get(&key)? else { return Ok(None) };
        if value.is_empty() {
            return Ok(Some(RawPlace::File));
        }
        let location = read_place(&value).ok_or_else(|| unreadable(&key))?;
        Ok(Some(RawPlace::Frame(location)))
    }

    /// Where the records of an item with a number above `after` are, oldest first, with their numbers; at most `limit`.
    ///
    /// # Errors
    /// When the index failed.
    pub fn history(&self, id: &ItemId, after: u64, limit: usize) -> Tree<Vec<(u64, Location)>> {
        let mut found = Vec::new();
        let first = keys::next(keys::history(id, after));
        let end = keys::next(keys::history(id, u64::MAX));
        self.tree.visit(&first, Some(&end), |key, value| {
            if found.len() == limit {
                return Ok(Go::Stop);
            }
            let entry = read_seq(key).zip(read_place(value)).ok_or_else(|| unreadable(key))?;
            found.push(entry);
            Ok(Go::On)
        })?;
        Ok(found)
    }

    /// Where the newest `count` records of an item begin.
    ///
    /// # Errors
    /// When the index failed.
    pub fn history_newest(&self, id: &ItemId, count: usize) -> Tree<Newest> {
        let (mut seqs, mut newest) = (VecDeque::new(), Newest::default());
        self.tree.visit_prefix(&keys::history_of(id), |key, _| {
            seqs.push_back(read_seq(key).ok_or_else(|| unreadable(key))?);
            if seqs.len() > count
                && let Some(seq) = seqs.pop_front()
            {
                newest = Newest {
                    after: seq,
                    earlier: newest.earlier + 1,
                };
            }
            Ok(Go::On)
        })?;
        Ok(newest)
    }

    /// An aggregate's value.
    ///
    /// # Errors
    /// When the index failed.
    pub fn aggregate<T: DeserializeOwned>(&self, key: &[u8]) -> Tree<Option<T>> {
        self.tree.get(key)?.map(|value| read_aggregate(key, &value)).transpose()
    }

    /// A plain value.
    ///
    /// # Errors
    /// When the index failed.
    pub fn value<T: DeserializeOwned>(&self, key: &[u8]) -> Tree<Option<T>> {
        self.tree.get(key)?.map(|value| read_json(key, &value)).transpose()
    }

    fn change(&self, key: &[u8], seq: u64, change: &Change, batch: &Batch<'_>) -> Tree<()> {
        match change {
            Change::Item(item) => {
                let open = item.state.is_open();
                let timer = open.then(|| keys::timer(item.next_due(), &AggregateId::Item(item.id.clone())));
                self.put_aggregate(key, seq, timer, item)
            }
            Change::Person(person) => {
                let id = || AggregateId::Person(person.key.clone());
                let timer = person.release.map(|release| keys::timer(Some(release), &id()));
                self.put_aggregate(key, seq, timer, person)
            }
            Change::Delivery(delivery) => {
                let stands_for_it = match delivery.state {
                    DeliveryState::Due(at) => Some(keys::outbox(at, &delivery.id)),
                    DeliveryState::Dead(_) => Some(keys::dead(&delivery.id)),
                    DeliveryState::Sent(_) => None,
                };
                self.put_aggregate(key, seq, stands_for_it, &self.entry(key, delivery, batch)?)
            }
            Change::Held(_, notice) => self.tree.put(key, &json(notice)?),
            Change::Unheld(..) => self.tree.remove(key),
            Change::Correlate(_, id) => self.tree.put(key, id.to_string().as_bytes()),
            Change::Seen(_, seen) => self.tree.put(key, &json(seen)?),
            Change::Expectation(state) => {
                let timer = keys::timer(Some(state.due), &AggregateId::Expectation(state.name.clone()));
                self.put_aggregate(key, seq, Some(timer), state)
            }
            Change::Withdrawn(_) => self.remove_aggregate(key, seq),
        }
    }

    /// A delivery as it is kept: its letter stays in the journal, where the record that queued it is. One letter is more than all else a mail puts here.
    fn entry(&self, key: &[u8], delivery: &Delivery, batch: &Batch<'_>) -> Tree<DeliveryEntry> {
        if matches!(delivery.state, DeliveryState::Sent(_)) {
            return Ok(DeliveryEntry::whole(stripped(delivery)));
        }
        let place = match batch.letters.get(&delivery.id) {
            Some((queued, place)) if **queued == delivery.letter => Some(*place),
            Some(_) => None,
            None => self.aggregate::<DeliveryEntry>(key)?.and_then(|old| old.letter),
        };
        Ok(match place {
            Some(place) => DeliveryEntry {
                letter: Some(place),
                delivery: stripped(delivery),
            },
            None => DeliveryEntry::whole(delivery.clone()),
        })
    }

    /// Puts an aggregate and the key that stands for it, unless a later record has been applied to it already.
    fn put_aggregate(&self, key: &[u8], seq: u64, derived: Option<Vec<u8>>, value: &impl Serialize) -> Tree<()> {
        let old = self.tree.get(key)?;
        let old = old.as_deref().map(|old| split(old).ok_or_else(|| unreadable(key))).transpose()?;
        if old.is_some_and(|(old_seq, ..)| old_seq >= seq) {
            return Ok(());
        }
        let derived = derived.unwrap_or_default();
        let old_derived = old.map(|(_, derived, _)| derived).unwrap_or_default();
        if old_derived != derived {
            if !derived.is_empty() {
                self.tree.put(&derived, &[])?;
            }
            if !old_derived.is_empty() {
                self.tree.remove(old_derived)?;
            }
        }
        let mut out = Vec::with_capacity(1024);
        out.extend_from_slice(&seq.to_be_bytes());
        out.extend_from_slice(&u16::try_from(derived.len()).map_err(|_| unreadable(key))?.to_be_bytes());
        out.extend_from_slice(&derived);
        serde_json::to_writer(&mut out, value).map_err(|error| TreeError(error.to_string()))?;
        self.tree.put(key, &out)
    }

    /// Removes an aggregate and the key that stands for it, unless a later record has been applied to it already.
    fn remove_aggregate(&self, key: &[u8], seq: u64) -> Tree<()> {
        let Some(old) = self.tree.get(key)? else { return Ok(()) };
        let (old_seq, derived, _) = split(&old).ok_or_else(|| unreadable(key))?;
        if old_seq >= seq {
            return Ok(());
        }
        if !derived.is_empty() {
            self.tree.remove(derived)?;
        }
        self.tree.remove(key)
    }
}

/// Reads an aggregate out of its value.
///
/// # Errors
/// When the value cannot be read.
pub fn read_aggregate<T: DeserializeOwned>(key: &[u8], value: &[u8]) -> Tree<T> {
    let (_, _, json) = split(value).ok_or_else(|| unreadable(key))?;
    read_json(key, json)
}

/// Reads a plain value.
///
/// # Errors
/// When the value cannot be read.
pub fn read_json<T: DeserializeOwned>(key: &[u8], value: &[u8]) -> Tree<T> {
    serde_json::from_slice(value).map_err(|_| unreadable(key))
}

/// A key or value that is not what was put there.
pub fn unreadable(key: &[u8]) -> TreeError {
    TreeError(format!("key {} cannot be read", key.escape_ascii()))
}

/// Number, derived key, JSON.
fn split(value: &[u8]) -> Option<(u64, &[u8], &[u8])> {
    let (seq, rest) = value.split_first_chunk::<8>()?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let (derived, json) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    Some((u64::from_be_bytes(*seq), derived, json))
}

fn identity(mark: &[u8]) -> Vec<u8> {
    [mark, &[LAYOUT]].concat()
}

fn key_of(change: &Change) -> Vec<u8> {
    match change {
        Change::Item(item) => keys::item(&item.id),
        Change::Person(person) => keys::person(&person.key),
        Change::Held(key, notice) => keys::held(key, &notice.id),
        Change::Unheld(key, id) => keys::held(key, id),
        Change::Delivery(delivery) => keys::delivery(&delivery.id),
        Change::Correlate(key, _) => keys::correlation(key),
        Change::Seen(key, _) => keys::seen(key),
        Change::Expectation(state) => keys::expectation(&state.name),
        Change::Withdrawn(name) => keys::expectation(name),
    }
}

fn json(value: &impl Serialize) -> Tree<Vec<u8>> {
    serde_json::to_vec(value).map_err(|error| TreeError(error.to_string()))
}

fn place(location: Location) -> Vec<u8> {
    [location.segment, location.offset].map(u64::to_be_bytes).concat()
}

fn read_place(value: &[u8]) -> Option<Location> {
    let [segment, offset] = numbers(value)?;
    Some(Location { segment, offset })
}

fn read_seq(history_key: &[u8]) -> Option<u64> {
    history_key.last_chunk::<8>().copied().map(u64::from_be_bytes)
}

fn numbers<const N: usize>(value: &[u8]) -> Option<[u64; N]> {
    let (chunks, rest) = value.as_chunks::<8>();
    let chunks: &[[u8; 8]; N] = chunks.try_into().ok()?;
    rest.is_empty().then(|| chunks.map(u64::from_be_bytes))
}
