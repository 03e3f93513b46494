//! A store over maps, for tests and `simulate`. May import model, engine. It keeps the contract of `Store` except that nothing outlives it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;

use super::contract::{check, fits, kept, stripped, touched};
use super::keys::TEXT_LIMIT_BYTES;
use super::{DeliveryFilter, Entry, MAX_RECORD_BYTES, Newest, Store, StoreError, StoreHealth};
use crate::engine::{AggregateId, Change, Correlation, LONGEST_PAUSE, Past, Read, Record, Seen, SeenKey};
use crate::model::{
    Address, Correspondent, Delivery, DeliveryId, DeliveryState, Expectation, ExpectationName, Item, ItemId, Mute, MuteName, Notice,
    NoticeId, Party, PersonKey, PersonState, RawRef, RotationName, Round, Shift,
};

/// Everything in memory.
#[derive(Debug)]
pub struct MemoryStore {
    records: Vec<Record>,
    items: BTreeMap<ItemId, Arc<Item>>,
    persons: BTreeMap<PersonKey, PersonState>,
    held: BTreeMap<(PersonKey, NoticeId), Arc<Notice>>,
    deliveries: BTreeMap<DeliveryId, Arc<Delivery>>,
    timers: BTreeSet<(Timestamp, AggregateId)>,
    outbox: BTreeSet<(Timestamp, DeliveryId)>,
    calls: BTreeSet<(Timestamp, DeliveryId)>,
    concerned: BTreeSet<(Party, Timestamp, ItemId)>,
    correlations: BTreeMap<Correlation, ItemId>,
    seen: HashMap<SeenKey, Seen>,
    expectations: BTreeMap<ExpectationName, Expectation>,
    mutes: BTreeMap<MuteName, Mute>,
    shifts: BTreeMap<RotationName, Shift>,
    rounds: BTreeMap<ItemId, Round>,
    correspondents: BTreeMap<Address, Correspondent>,
    history: HashMap<ItemId, Vec<usize>>,
    dropped: BTreeMap<u64, usize>,
    raw: HashMap<String, Bytes>,
    refusing: Option<String>,
    max_record_bytes: usize,
    seq: u64,
    keeps_past: bool,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::with_max_record_bytes(MAX_RECORD_BYTES)
    }
}

impl MemoryStore {
    /// What is due of mails or of calls; with it what a wrong clock set.
    fn due_of(&self, all: &BTreeSet<(Timestamp, DeliveryId)>, now: Timestamp, limit: usize) -> Vec<Delivery> {
        let due = all.iter().take_while(|(at, _)| *at <= now);
        let far = now.saturating_add(LONGEST_PAUSE).unwrap_or(Timestamp::MAX);
        let last = DeliveryId {
            seq: u64::MAX,
            index: u32::MAX,
        };
        let misplaced = all.range((Bound::Excluded((far, last)), Bound::Unbounded));
        due.chain(misplaced)
            .take(limit)
            .filter_map(|(_, id)| self.deliveries.get(id))
            .map(|delivery| (**delivery).clone())
            .collect()
    }

    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty store that takes no record longer than this, as JSON.
    #[must_use]
    pub fn with_max_record_bytes(max_record_bytes: usize) -> Self {
        Self {
            records: Vec::new(),
            items: BTreeMap::new(),
            persons: BTreeMap::new(),
            held: BTreeMap::new(),
            deliveries: BTreeMap::new(),
            timers: BTreeSet::new(),
            outbox: BTreeSet::new(),
            calls: BTreeSet::new(),
            concerned: BTreeSet::new(),
            correlations: BTreeMap::new(),
            seen: HashMap::new(),
            expectations: BTreeMap::new(),
            mutes: BTreeMap::new(),
            shifts: BTreeMap::new(),
            rounds: BTreeMap::new(),
            correspondents: BTreeMap::new(),
            history: HashMap::new(),
            dropped: BTreeMap::new(),
            raw: HashMap::new(),
            refusing: None,
            max_record_bytes,
            seq: 0,
            keeps_past: true,
        }
    }

    /// An empty store that keeps what deciding needs and nothing else: no histories, no raw bytes. For long runs of which nobody asks back.
    #[must_use]
    pub fn without_past() -> Self {
        Self {
            keeps_past: false,
            ..Self::default()
        }
    }

    fn arm(&mut self, id: AggregateId, old: Option<Timestamp>, new: Option<Timestamp>) {
        if let Some(old) = old {
            self.timers.remove(&(old, id.clone()));
        }
        if let Some(new) = new {
            self.timers.insert((new, id));
        }
    }

    /// Keeps the record and its raw bytes, to be asked for.
    fn keep(&mut self, entry: &Entry) {
        if let (Some(bytes), Some(raw)) = (&entry.raw, &entry.record.raw) {
            self.raw.entry(raw.sha256.clone()).or_insert_with(|| bytes.clone());
        }
        for id in touched(&entry.record) {
            self.history.entry(id.clone()).or_default().push(self.records.len());
        }
        if entry.record.let_go.is_some() {
            self.dropped.insert(entry.record.seq, self.records.len());
        }
        self.records.push(entry.record.clone());
    }

    fn apply(&mut self, change: Change) {
        match change {
            Change::Item(item) => {
                let (id, due) = (item.id.clone(), item.next_due());
                self.concerned.extend(concerned(&item));
                let old = self.items.insert(id.clone(), Arc::clone(&item));
                for gone in old.iter().flat_map(|old| concerned(old)) {
                    if !concerned(&item).any(|stays| stays == gone) {
                        self.concerned.remove(&gone);
                    }
                }
                self.arm(AggregateId::Item(id), old.and_then(|old| old.next_due()), due);
            }
            Change::Person(person) => {
                let (key, due) = (person.key.clone(), person.next_due());
                let old = self.persons.insert(key.clone(), *person);
                self.arm(AggregateId::Person(key), old.and_then(|old| old.next_due()), due);
            }
            Change::Held(key, notice) => drop(self.held.insert((key, notice.id), notice)),
            Change::Unheld(key, id) => drop(self.held.remove(&(key, id))),
            Change::Delivery(delivery) => {
                let old = self.deliveries.insert(delivery.id, kept(&delivery));
                let due = if delivery.call.is_some() {
                    &mut self.calls
                } else {
                    &mut self.outbox
                };
                if let Some(DeliveryState::Due(at)) = old.map(|old| old.state.clone()) {
                    due.remove(&(at, delivery.id));
                }
                if let DeliveryState::Due(at) = delivery.state {
                    due.insert((at, delivery.id));
                }
            }
            Change::Correlate(key, id) => drop(self.correlations.insert(key, id)),
            Change::Seen(key, seen) => drop(self.seen.insert(key, seen)),
            Change::Expectation(state) => {
                let (name, due) = (state.name.clone(), state.due);
                let old = self.expectations.insert(name.clone(), *state);
                self.arm(AggregateId::Expectation(name), old.map(|old| old.due), Some(due));
            }
            Change::Mute(state) => {
                let (name, due) = (state.muting.name.clone(), state.next_due());
                let old = self.mutes.insert(name.clone(), *state);
                self.arm(AggregateId::Mute(name), old.and_then(|old| old.next_due()), due);
            }
            Change::Shift(state) => {
                let (name, due) = (state.rotation.clone(), state.next_due());
                let old = self.shifts.insert(name.clone(), *state);
                self.arm(AggregateId::Shift(name), old.and_then(|old| old.next_due()), due);
            }
            Change::Round(round) => {
                let (id, due) = (round.id.clone(), round.next_due());
                let old = self.rounds.insert(id.clone(), *round);
                self.arm(AggregateId::Round(id), old.and_then(|old| old.next_due()), due);
            }
            Change::Correspondent(address, Some(state)) => drop(self.correspondents.insert(address, *state)),
            Change::Correspondent(address, None) => drop(self.correspondents.remove(&address)),
            Change::Unmuted(name) => {
                let old = self.mutes.remove(&name);
                self.arm(AggregateId::Mute(name), old.and_then(|old| old.next_due()), None);
            }
            Change::Withdrawn(name) => {
                let old = self.expectations.remove(&name);
                self.arm(AggregateId::Expectation(name), old.map(|old| old.due), None);
            }
        }
    }
}

/// Whom an item concerns, in the order in which they are listed; what has no deadline comes last.
fn concerned(item: &Item) -> impl Iterator<Item = (Party, Timestamp, ItemId)> + '_ {
    let nearest = item.nearest().unwrap_or(Timestamp::MAX);
    item.concerns().into_iter().map(move |party| (party, nearest, item.id.clone()))
}

impl Past for MemoryStore {
    fn item(&self, id: &ItemId) -> Read<Option<Item>> {
        Ok(self.items.get(id).map(|item| (**item).clone()))
    }

    fn person(&self, key: &PersonKey) -> Read<Option<PersonState>> {
        Ok(self.persons.get(key).cloned())
    }

    fn held(&self, key: &PersonKey) -> Read<Vec<Notice>> {
        let first = (key.clone(), NoticeId { seq: 0, index: 0 });
        let of_key = self.held.range(first..).take_while(|((person, _), _)| person == key);
        Ok(of_key.map(|(_, notice)| (**notice).clone()).collect())
    }

    fn delivery(&self, id: &DeliveryId) -> Read<Option<Delivery>> {
        Ok(self.deliveries.get(id).map(|delivery| (**delivery).clone()))
    }

    fn correlated(&self, key: &Correlation) -> Read<Option<ItemId>> {
        Ok(self.correlations.get(key).cloned())
    }

    fn seen(&self, key: &SeenKey) -> Read<Option<Seen>> {
        Ok(self.seen.get(key).cloned())
    }

    fn last_number(&self, prefix: &str) -> Read<u64> {
        let range = ItemId::new(prefix, 0)..=ItemId::new(prefix, u64::MAX);
        if prefix == Round::PREFIX {
            return Ok(self.rounds.range(range).next_back().map_or(0, |(id, _)| id.number));
        }
        Ok(self.items.range(range).next_back().map_or(0, |(id, _)| id.number))
    }

    fn expectation(&self, name: &ExpectationName) -> Read<Option<Expectation>> {
        Ok(self.expectations.get(name).cloned())
    }

    fn concerning(&self, party: &Party, limit: usize) -> Read<(Vec<ItemId>, usize)> {
        let from = (party.clone(), Timestamp::MIN, ItemId::new("", 0));
        let of_party = self.concerned.range(from..).take_while(|(of, ..)| of == party);
        let mut found: Vec<ItemId> = of_party.map(|(.., id)| id.clone()).collect();
        let more = found.len().saturating_sub(limit);
        found.truncate(limit);
        Ok((found, more))
    }

    fn shifts(&self) -> Read<Vec<Shift>> {
        Ok(self.shifts.values().cloned().collect())
    }

    fn correspondent(&self, address: &Address) -> Read<Option<Correspondent>> {
        Ok(self.correspondents.get(address).cloned())
    }

    fn round(&self, id: &ItemId) -> Read<Option<Round>> {
        Ok(self.rounds.get(id).cloned())
    }

    fn mute(&self, name: &MuteName) -> Read<Option<Mute>> {
        Ok(self.mutes.get(name).cloned())
    }
}

impl Store for MemoryStore {
    fn commit(&mut self, group: Vec<Entry>) -> Result<Vec<Entry>, StoreError> {
        if let Some(why) = &self.refusing {
            return Err(StoreError::Refused(why.clone()));
        }
        if let Err(error) = check(&group, self.next_seq()) {
            self.refusing = Some(error.to_string());
            return Err(error);
        }
        if let Some(entry) = group.iter().find(|entry| !self.fits(&entry.record)) {
            return Err(StoreError::TooLarge {
                seq: entry.record.seq,
                limit_bytes: self.max_record_bytes,
            });
        }
        for entry in &group {
            self.seq = entry.record.seq;
            if self.keeps_past {
                self.keep(entry);
            }
            for change in &entry.changes {
                self.apply(change.clone());
            }
        }
        Ok(group)
    }

    fn next_seq(&self) -> u64 {
        self.seq + 1
    }

    fn due(&self, now: Timestamp, limit: usize) -> Read<Vec<(Timestamp, AggregateId)>> {
        let due = self.timers.iter().take_while(|(at, _)| *at <= now);
        Ok(due.take(limit).cloned().collect())
    }

    fn next_due(&self) -> Read<Option<Timestamp>> {
        Ok(self.timers.first().map(|(at, _)| *at))
    }

    fn fits(&self, record: &Record) -> bool {
        fits(record, self.max_record_bytes)
    }

    fn items_page(&self, all: bool, after: Option<&ItemId>, limit: usize) -> Read<Vec<Item>> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let items = self.items.range::<ItemId, _>((from, Bound::Unbounded)).map(|(_, item)| item);
        Ok(items
            .filter(|item| all || item.state.is_open())
            .take(limit)
            .map(|item| (**item).clone())
            .collect())
    }

    fn rounds_page(&self, all: bool, before: Option<u64>, limit: usize) -> Read<Vec<Round>> {
        let before = Round::id(before.unwrap_or(u64::MAX));
        let rounds = self.rounds.range(..before).rev().map(|(_, round)| round);
        Ok(rounds.filter(|round| all || round.state.is_live()).take(limit).cloned().collect())
    }

    fn mutes(&self) -> Read<Vec<Mute>> {
        Ok(self.mutes.values().cloned().collect())
    }

    fn expectations(&self) -> Read<Vec<Expectation>> {
        Ok(self.expectations.values().cloned().collect())
    }

    fn correspondents(&self) -> Read<Vec<Correspondent>> {
        Ok(self.correspondents.values().cloned().collect())
    }

    fn outbox_due(&self, now: Timestamp, limit: usize) -> Read<Vec<Delivery>> {
        Ok(self.due_of(&self.outbox, now, limit))
    }

    fn outbox_next(&self) -> Read<Option<Timestamp>> {
        Ok(self.outbox.first().map(|(at, _)| *at))
    }

    fn calls_due(&self, now: Timestamp, limit: usize) -> Read<Vec<Delivery>> {
        Ok(self.due_of(&self.calls, now, limit))
    }

    fn calls_next(&self) -> Read<Option<Timestamp>> {
        Ok(self.calls.first().map(|(at, _)| *at))
    }

    fn deliveries_page(&self, filter: DeliveryFilter, after: Option<&Delivery>, limit: usize) -> Read<Vec<Delivery>> {
        if filter == DeliveryFilter::Due {
            let from = after.map_or(Bound::Unbounded, |after| Bound::Excluded((after.state.at(), after.id)));
            let ids = self.outbox.range((from, Bound::Unbounded)).map(|(_, id)| id);
            let due = ids.filter_map(|id| self.deliveries.get(id));
            return Ok(due.take(limit).map(|delivery| stripped(delivery)).collect());
        }
        let from = after.map_or(Bound::Unbounded, |after| Bound::Excluded(after.id));
        let all = self.deliveries.range((from, Bound::Unbounded)).map(|(_, delivery)| delivery);
        let wanted = all.filter(|d| filter == DeliveryFilter::All || matches!(d.state, DeliveryState::Dead(_) | DeliveryState::Parked(_)));
        Ok(wanted.take(limit).map(|delivery| stripped(delivery)).collect())
    }

    fn history_newest(&self, id: &ItemId, count: usize) -> Read<Newest> {
        let places = self.history.get(id).map(Vec::as_slice).unwrap_or_default();
        let earlier = places.len().saturating_sub(count);
        let last = earlier.checked_sub(1).and_then(|last| self.records.get(*places.get(last)?));
        Ok(Newest {
            after: last.map_or(0, |record| record.seq),
            earlier: earlier as u64,
        })
    }

    fn history_page(&self, id: &ItemId, after: u64, limit: usize) -> Read<Vec<Record>> {
        let places = self.history.get(id).into_iter().flatten();
        let records = places.filter_map(|place| self.records.get(*place));
        Ok(records.filter(|record| record.seq > after).take(limit).cloned().collect())
    }

    fn dropped_page(&self, after: u64, limit: usize) -> Read<Vec<Record>> {
        let places = self
            .dropped
            .range((Bound::Excluded(after), Bound::Unbounded))
            .map(|(_, place)| place);
        Ok(places.filter_map(|place| self.records.get(*place)).take(limit).cloned().collect())
    }

    fn dropped_before(&self, since: Timestamp) -> Read<u64> {
        let at = |place: &usize| self.records.get(*place).map(|record| record.at);
        let earlier = self.dropped.iter().take_while(|(_, place)| at(place).is_some_and(|at| at < since));
        Ok(earlier.last().map_or(0, |(seq, _)| *seq))
    }

    fn keyed(&self, prefix: &str, limit: usize) -> Read<Vec<Item>> {
        let from = Correlation::Key(prefix.to_owned());
        let with_keys = self.correlations.range(from..).map_while(|(key, id)| match key {
            Correlation::Key(key) if key.starts_with(prefix) => Some((key, id)),
            _ => None,
        });
        let short = with_keys.filter(|(key, _)| key.len() <= TEXT_LIMIT_BYTES);
        let items = short.take(limit).filter_map(|(_, id)| self.items.get(id));
        Ok(items.map(|item| (**item).clone()).collect())
    }

    fn raw(&self, raw: &RawRef) -> Read<Option<Bytes>> {
        Ok(self.raw.get(&raw.sha256).cloned())
    }

    fn health(&self) -> StoreHealth {
        StoreHealth {
            seq: self.seq,
            ..StoreHealth::default()
        }
    }

    fn close(&mut self) -> Result<(), StoreError> {
        self.refusing = Some("it is closed".to_owned());
        Ok(())
    }
}
