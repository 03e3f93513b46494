//! The index over the journal: what things are now, and where records are. May import model, engine. Applying a record twice, or half of one, changes nothing.
//!
//! What is applied stands in memory at first, and is written to the database in large parts, beside whoever commits: what changes often is written once.
//! Only the thread that writes it advances the applied number.
//!
//! Every aggregate's value carries the number of the last record in it and the derived keys (timer, outbox, dead letter, whom it concerns) that stand for it. The derived
//! keys are changed before the aggregate, the applied number last: whatever a kill leaves behind, applying the records after the applied number mends it.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::Newest;
use super::contract::stripped;
use super::indexer::{self, Indexer, Pace};
use super::journal::{Location, Part};
use super::keys;
use super::layers::Layers;
use super::overlay::{Aggregate, Of, Slot};
use super::recent::Recent;
use super::tree::{Go, Guarded, Tree};
use super::values::{
    DeliveryEntry, Kept, dated_place, json, place, plain, read_aggregate, read_applied, read_head, read_id, read_json, read_place,
    read_seq, unreadable,
};
use crate::engine::{AggregateId, Change};
use crate::model::{Delivery, DeliveryId, DeliveryState, ItemId, Letter, Round};

/// The layout of keys and values; an index of another layout is built anew.
const LAYOUT: u8 = 9;

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
    /// Records whose message was let go: when, and where each is.
    pub dropped: Vec<(Timestamp, u64, Location)>,
    /// Where the journal has the letters of deliveries that are queued: they need not be kept here.
    pub letters: HashMap<DeliveryId, (&'a Letter, Part)>,
    /// Raw messages that are new.
    pub raw: Vec<(super::raw::Digest, RawPlace)>,
}

/// The index.
pub struct Index {
    layers: Layers,
    /// The highest number of items by prefix, as far as anybody has asked.
    last_numbers: RefCell<HashMap<String, u64>>,
    recent: Recent,
    /// Nothing of a kind stands before this key: what came and went there is not walked over again.
    begins: RefCell<HashMap<u8, Vec<u8>>>,
    /// How far it is, with what is not in the database yet.
    applied: Applied,
    /// How much may wait in memory before it is given to the database; twice that before a commit waits for it.
    wait_bytes: usize,
    /// Who writes to the database; without one it is done at once.
    indexer: Option<Indexer>,
}

impl Index {
    /// The index in an open database, of which it is not known whether it has records in part.
    ///
    /// # Errors
    /// When the index failed.
    pub fn new(tree: Guarded, wait_bytes: usize) -> Tree<Self> {
        let applied = read_applied(&tree)?;
        Ok(Self {
            layers: Layers::new(tree),
            last_numbers: RefCell::default(),
            recent: Recent::default(),
            begins: RefCell::default(),
            applied,
            wait_bytes,
            indexer: None,
        })
    }

    /// What there is, for reads.
    #[must_use]
    pub fn layers(&self) -> &Layers {
        &self.layers
    }

    /// Whether this index is of the journal with `mark`, in this layout. One that sled lost everything of is not.
    ///
    /// # Errors
    /// When the index failed; so for every method here.
    pub fn is_of(&self, mark: &[u8]) -> Tree<bool> {
        let found = self.layers.tree.get(keys::IDENTITY)?;
        Ok(found.is_some_and(|found| found == identity(mark)))
    }

    /// Makes a new index that of the journal with `mark`.
    ///
    /// # Errors
    /// When the index failed.
    pub fn claim(&self, mark: &[u8]) -> Tree<()> {
        self.layers.tree.put(keys::IDENTITY, &identity(mark))
    }

    /// How far it is.
    #[must_use]
    pub fn applied(&self) -> Applied {
        self.applied
    }

    /// Applies a group, after which the index is at `applied`.
    ///
    /// # Errors
    /// When the index failed; the group can be applied again.
    pub fn apply(&mut self, batch: &Batch<'_>, applied: Applied) -> Tree<()> {
        for (seq, change) in &batch.changes {
            self.change(*seq, change, batch)?;
        }
        for (id, seq, location) in &batch.history {
            self.layers.put(keys::history(id, *seq), Slot::Plain(place(*location)));
        }
        for (at, seq, location) in &batch.dropped {
            self.layers.put(keys::dropped(*seq), Slot::Plain(dated_place(*at, *location)));
        }
        for (digest, raw) in &batch.raw {
            let value = match raw {
                RawPlace::File => Vec::new(),
                RawPlace::Frame(location) => place(*location),
            };
            self.layers.put(keys::raw(digest), Slot::Plain(value));
        }
        self.note(applied);
        self.tend()
    }

    /// Notes that it is at `applied` without anything more to apply.
    pub fn note(&mut self, applied: Applied) {
        self.applied = applied;
        self.layers.fresh.applied = Some(applied);
    }

    /// Everything before is in the database exactly once: from now on another thread writes to it.
    ///
    /// # Errors
    /// When the index failed.
    pub fn settle(&mut self, pace: Option<Pace>) -> Tree<()> {
        self.flush()?;
        self.layers.exact = true;
        self.indexer = Some(Indexer::start(self.layers.tree.clone(), pace)?);
        Ok(())
    }

    /// Writes everything to the database.
    ///
    /// # Errors
    /// When the index failed.
    pub fn flush(&mut self) -> Tree<()> {
        self.collect(true)?;
        self.begin()?;
        self.collect(true)
    }

    /// Gives the database what has gathered, once that is enough.
    fn tend(&mut self) -> Tree<()> {
        self.collect(false)?;
        let gathered = self.layers.fresh.weight_bytes();
        if gathered < self.wait_bytes {
            return Ok(());
        }
        if self.layers.writing.is_some() && gathered >= 2 * self.wait_bytes {
            self.collect(true)?;
        }
        if self.layers.writing.is_none() { self.begin() } else { Ok(()) }
    }

    fn begin(&mut self) -> Tree<()> {
        if self.layers.fresh.is_empty() {
            return Ok(());
        }
        let overlay = Arc::new(std::mem::take(&mut self.layers.fresh));
        match &self.indexer {
            Some(indexer) => {
                self.layers.writing = Some(Arc::clone(&overlay));
                indexer.begin(overlay)
            }
            None => indexer::write(&overlay, &self.layers.tree),
        }
    }

    /// Lets go of what is in the database by now.
    fn collect(&mut self, wait: bool) -> Tree<()> {
        if self.layers.writing.is_some()
            && let Some(indexer) = &self.indexer
            && indexer.finished(wait)?
        {
            self.layers.writing = None;
        }
        Ok(())
    }

    /// Where a raw message is.
    ///
    /// # Errors
    /// When the index failed.
    pub fn raw(&self, digest: &super::raw::Digest) -> Tree<Option<RawPlace>> {
        let key = keys::raw(digest);
        self.layers.get(&key, |found| {
            let value = plain(&key, found)?;
            if value.is_empty() {
                return Ok(RawPlace::File);
            }
            read_place(value).map(RawPlace::Frame).ok_or_else(|| unreadable(&key))
        })
    }

    /// Where the records of an item with a number above `after` are, oldest first, with their numbers; at most `limit`.
    ///
    /// # Errors
    /// When the index failed.
    pub fn history(&self, id: &ItemId, after: u64, limit: usize) -> Tree<Vec<(u64, Location)>> {
        let mut found = Vec::new();
        let first = keys::next(keys::history(id, after));
        let end = keys::next(keys::history(id, u64::MAX));
        self.layers.visit(&first, Some(&end), |key, value| {
            if found.len() == limit {
                return Ok(Go::Stop);
            }
            let entry = read_seq(key).zip(read_place(plain(key, value)?)).ok_or_else(|| unreadable(key))?;
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
        self.layers.visit_prefix(&keys::history_of(id), |key, _| {
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

    /// The newest items with keys that start with `prefix`, in order of key, at most `limit`.
    ///
    /// # Errors
    /// When the index failed.
    pub fn keyed(&self, prefix: &str, limit: usize) -> Tree<Vec<ItemId>> {
        let mut found = Vec::new();
        self.layers.visit_prefix(&keys::correlations(prefix), |key, value| {
            if found.len() == limit {
                return Ok(Go::Stop);
            }
            found.push(read_id(key, value)?);
            Ok(Go::On)
        })?;
        Ok(found)
    }

    /// An aggregate's value.
    ///
    /// # Errors
    /// When the index failed.
    pub fn aggregate<T: Kept>(&self, key: &[u8]) -> Tree<Option<T>> {
        self.layers.get(key, |found| read_aggregate(key, found))
    }

    /// A delivery as it is kept.
    ///
    /// # Errors
    /// When the index failed.
    pub fn delivery_entry(&self, id: &DeliveryId) -> Tree<Option<DeliveryEntry>> {
        match self.recent.get(id) {
            Some(entry) => Ok(Some(entry)),
            None => self.aggregate(&keys::delivery(id)),
        }
    }

    /// Keeps at hand what was read just now and is to be sent.
    pub fn keep_at_hand(&self, id: DeliveryId, entry: &DeliveryEntry) {
        // What a layer has is at hand without this.
        if self.layers.newest(&keys::delivery(&id)).is_none() {
            self.recent.keep(id, entry.clone());
        }
    }

    /// The first key of a kind whose keys come and go at the beginning: timers, what is to be sent. Costs a seek, however much went.
    ///
    /// # Errors
    /// When the index failed.
    pub fn first_of(&self, kind: u8) -> Tree<Option<Vec<u8>>> {
        let begin = self.begins.borrow().get(&kind).cloned().unwrap_or_else(|| vec![kind]);
        let end = [kind + 1];
        let mut first = None;
        if begin.as_slice() < end.as_slice() {
            self.layers.visit(&begin, Some(&end), |key, _| {
                first = Some(key.to_vec());
                Ok(Go::Stop)
            })?;
        }
        self.begins.borrow_mut().insert(kind, first.clone().unwrap_or_else(|| end.to_vec()));
        Ok(first)
    }

    /// A plain value.
    ///
    /// # Errors
    /// When the index failed.
    pub fn value<T: DeserializeOwned>(&self, key: &[u8]) -> Tree<Option<T>> {
        self.layers.get(key, |found| read_json(key, plain(key, found)?))
    }

    fn change(&mut self, seq: u64, change: &Change, batch: &Batch<'_>) -> Tree<()> {
        match change {
            Change::Item(item) => {
                let open = item.state.is_open();
                let timer = open.then(|| keys::timer(item.next_due(), &AggregateId::Item(item.id.clone())));
                let concerned = item
                    .concerns()
                    .into_iter()
                    .map(|party| keys::concerned(&party, item.nearest(), &item.id));
                let stand_for_it = timer.into_iter().chain(concerned).collect();
                // Numbers go up: one above the last is new.
                let new = self.layers.exact && self.numbered(&item.id);
                self.put_aggregate(keys::item(&item.id), seq, stand_for_it, new, Of::Item(Arc::clone(item)))?;
            }
            Change::Person(person) => {
                let id = || AggregateId::Person(person.key.clone());
                let timer = person.next_due().map(|due| keys::timer(Some(due), &id())).into_iter().collect();
                self.put_aggregate(
                    keys::person(&person.key),
                    seq,
                    timer,
                    false,
                    Of::Person(Arc::new((**person).clone())),
                )?;
            }
            Change::Delivery(delivery) => {
                let stands_for_it = match delivery.state {
                    DeliveryState::Due(at) if delivery.call.is_some() => Some(keys::call(at, &delivery.id)),
                    DeliveryState::Due(at) => Some(keys::outbox(at, &delivery.id)),
                    DeliveryState::Dead(_) | DeliveryState::Parked(_) => Some(keys::dead(&delivery.id)),
                    DeliveryState::Sent(_) => None,
                };
                let key = keys::delivery(&delivery.id);
                self.recent.forget(&delivery.id);
                // Its id is the number of the record that queued it.
                let new = self.layers.exact && delivery.id.seq == seq && delivery.attempts == 0;
                let entry = self.entry(&key, delivery, batch)?;
                let stands_for_it = stands_for_it.into_iter().collect();
                self.put_aggregate(key, seq, stands_for_it, new, Of::Delivery(Arc::new(entry)))?;
            }
            Change::Held(person, notice) => self.layers.put(keys::held(person, &notice.id), Slot::Held(Arc::clone(notice))),
            Change::Unheld(person, id) => self.layers.remove(&keys::held(person, id)),
            Change::Correlate(key, id) => self.layers.put(keys::correlation(key), Slot::Plain(id.to_string().into_bytes())),
            Change::Seen(key, seen) => self.layers.put(keys::seen(key), Slot::Plain(json(seen)?)),
            Change::Expectation(state) => {
                let timer = keys::timer(Some(state.due), &AggregateId::Expectation(state.name.clone()));
                let of = Of::Expectation(Arc::new((**state).clone()));
                self.put_aggregate(keys::expectation(&state.name), seq, vec![timer], false, of)?;
            }
            Change::Mute(state) => {
                let name = &state.muting.name;
                let timer = state.next_due().map(|due| keys::timer(Some(due), &AggregateId::Mute(name.clone())));
                let of = Of::Mute(Arc::new((**state).clone()));
                self.put_aggregate(keys::mute(name), seq, timer.into_iter().collect(), false, of)?;
            }
            Change::Shift(state) => {
                let name = &state.rotation;
                let timer = state
                    .next_due()
                    .map(|due| keys::timer(Some(due), &AggregateId::Shift(name.clone())));
                self.put_aggregate(
                    keys::shift(name),
                    seq,
                    timer.into_iter().collect(),
                    false,
                    Of::Shift(Arc::new((**state).clone())),
                )?;
            }
            Change::Round(round) => {
                let timer = round
                    .next_due()
                    .map(|due| keys::timer(Some(due), &AggregateId::Round(round.id.clone())));
                let new = self.layers.exact && self.numbered(&round.id);
                self.put_aggregate(
                    keys::round(&round.id),
                    seq,
                    timer.into_iter().collect(),
                    new,
                    Of::Round(Arc::new((**round).clone())),
                )?;
            }
            Change::Correspondent(address, Some(state)) => {
                let of = Of::Correspondent(Arc::new((**state).clone()));
                self.put_aggregate(keys::correspondent(address), seq, Vec::new(), false, of)?;
            }
            Change::Correspondent(address, None) => self.remove_aggregate(&keys::correspondent(address), seq)?,
            Change::Unmuted(name) => self.remove_aggregate(&keys::mute(name), seq)?,
            Change::Withdrawn(name) => self.remove_aggregate(&keys::expectation(name), seq)?,
        }
        Ok(())
    }

    /// Notes an item's number; whether it is known to be above all before it.
    fn numbered(&mut self, id: &ItemId) -> bool {
        match self.last_numbers.get_mut().get_mut(&*id.prefix) {
            Some(last) if id.number > *last => {
                *last = id.number;
                true
            }
            _ => false,
        }
    }

    /// The highest number of an item with this prefix; 0 if there is none.
    ///
    /// # Errors
    /// When the index failed.
    pub fn last_number(&self, prefix: &str) -> Tree<u64> {
        if let Some(last) = self.last_numbers.borrow().get(prefix) {
            return Ok(*last);
        }
        // Items are never removed, so the last one's key has the highest number.
        let all = if prefix == Round::PREFIX {
            keys::rounds_of(prefix)
        } else {
            keys::items_of(prefix)
        };
        let last = match self.layers.last_of(&all)? {
            None => 0,
            Some(key) => {
                let id = keys::read_item(key.get(1..).unwrap_or_default());
                id.ok_or_else(|| unreadable(&key))?.number
            }
        };
        if self.layers.exact {
            self.last_numbers.borrow_mut().insert(prefix.to_owned(), last);
        }
        Ok(last)
    }

    /// A delivery as it is kept: in the database its letter stays in the journal, where the record that queued it is.
    fn entry(&self, key: &[u8], delivery: &Arc<Delivery>, batch: &Batch<'_>) -> Tree<DeliveryEntry> {
        if matches!(delivery.state, DeliveryState::Sent(_)) {
            let delivery = Arc::new(stripped(delivery));
            return Ok(DeliveryEntry { letter: None, delivery });
        }
        let letter = match batch.letters.get(&delivery.id) {
            Some((queued, place)) if **queued == delivery.letter => Some(*place),
            Some(_) => None,
            None => self.aggregate::<DeliveryEntry>(key)?.and_then(|old| old.letter),
        };
        Ok(DeliveryEntry {
            letter,
            delivery: Arc::clone(delivery),
        })
    }

    /// Puts an aggregate and the keys that stand for it, unless a later record has been applied to it already. Of a `new` one nothing is looked up.
    fn put_aggregate(&mut self, key: Vec<u8>, seq: u64, derived: Vec<Vec<u8>>, new: bool, of: Of) -> Tree<()> {
        let old = if new {
            None
        } else {
            self.layers.get(&key, |found| read_head(&key, found))?
        };
        if old.as_ref().is_some_and(|old| old.stored && old.seq >= seq) {
            return Ok(());
        }
        let old = old.map(|old| old.derived).unwrap_or_default();
        for gone in old.iter().filter(|one| !derived.contains(one)) {
            self.layers.remove(gone);
        }
        for fresh in derived.iter().filter(|one| !old.contains(one)) {
            let kind = fresh.first().copied().unwrap_or_default();
            if let Some(begin) = self.begins.get_mut().get_mut(&kind).filter(|begin| *fresh < **begin) {
                begin.clone_from(fresh);
            }
            self.layers.put(fresh.clone(), Slot::Plain(Vec::new()));
        }
        self.layers.put_over(key, Slot::Aggregate(Aggregate { seq, derived, of }));
        Ok(())
    }

    /// Removes an aggregate and the keys that stand for it, unless a later record has been applied to it already.
    fn remove_aggregate(&mut self, key: &[u8], seq: u64) -> Tree<()> {
        let Some(old) = self.layers.get(key, |found| read_head(key, found))? else {
            return Ok(());
        };
        if old.stored && old.seq >= seq {
            return Ok(());
        }
        for gone in &old.derived {
            self.layers.remove(gone);
        }
        self.layers.remove(key);
        Ok(())
    }
}

fn identity(mark: &[u8]) -> Vec<u8> {
    [mark, &[LAYOUT]].concat()
}
