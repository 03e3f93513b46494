//! What can be asked of an embedded store. May import model, engine. Every answer comes from the index, histories and raw messages from the journal and its files.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;

use super::contract::{fits, stripped};
use super::embedded::EmbeddedStore;
use super::index::{Index, RawPlace};
use super::keys;
use super::marker::{self, Marker};
use super::open::{INDEX, MARKER};
use super::raw::digest_of;
use super::syncer::Done;
use super::tree::Go;
use super::values::{DeliveryEntry, read_aggregate, unreadable};
use super::{Begun, DeliveryFilter, Entry, HISTORY_PAGE_BYTES, Newest, Store, StoreError, StoreHealth};
use crate::engine::{AggregateId, Cause, Correlation, ItemEvent, LONGEST_PAUSE, Past, Read, ReadError, Record, Seen, SeenKey, Step};
use crate::model::{
    Address, Correspondent, Delivery, DeliveryId, Expectation, ExpectationName, Item, ItemId, Letter, Mute, MuteName, Notice, Party,
    PersonKey, PersonState, RawRef, Revision, Round, Shift,
};

/// How many due deliveries are looked at for some that can be sent: those of a destination that takes nothing are passed over.
const MAX_DUE_LOOKED_AT: usize = 10_000;
/// How many of their keys are read at a time.
const DUE_PAGE: usize = 256;

/// A search for deliveries that can go out.
struct Search<'a> {
    /// Passed over by their ids.
    taken: &'a dyn Fn(&DeliveryId) -> bool,
    /// Passed over without their letters.
    leave: &'a dyn Fn(&Delivery) -> bool,
    /// How many are wanted.
    limit: usize,
    /// How many may still be looked at.
    look: usize,
    found: Vec<Delivery>,
}

impl EmbeddedStore {
    pub(super) fn index(&self) -> Read<&Index> {
        self.index.as_ref().ok_or_else(|| ReadError("it is closed".to_owned()))
    }

    /// A delivery with its letter. A damaged journal leaves a letter that says so: the others must go out all the same.
    fn with_letter(&self, entry: DeliveryEntry) -> Read<Delivery> {
        let mut delivery = Arc::unwrap_or_clone(entry.delivery);
        // What has not been written to the database yet is whole.
        let Some(part) = entry.letter.filter(|_| is_stripped(&delivery.letter)) else {
            return Ok(delivery);
        };
        let letter = match self.journal.read_part(&part) {
            Ok(json) => serde_json::from_slice(&json).ok(),
            Err(error) if is_damage(&error) => None,
            Err(error) => return Err(ReadError(format!("the letter of delivery {}: {error}", delivery.id))),
        };
        match letter {
            Some(letter) => delivery.letter = letter,
            None => delivery.letter.text = format!("{LETTER_DAMAGED}\n"),
        }
        Ok(delivery)
    }

    /// The deliveries of one kind that are due, with their letters; with them those whose time a wrong clock set.
    fn due_of(&self, kind: u8, now: Timestamp, limit: usize) -> Read<Vec<Delivery>> {
        let end = keys::after(kind, now);
        let mut due = self.listed((&[kind], &end), limit, |key| Some(keys::read_outbox(key)?.1))?;
        if let Ok(far) = now.checked_add(LONGEST_PAUSE) {
            let (far, room) = (keys::after(kind, far), limit - due.len());
            let misplaced = self.listed((&far, &[kind + 1]), room, |key| Some(keys::read_outbox(key)?.1))?;
            due.extend(misplaced);
        }
        due.into_iter().map(|entry| self.with_letter(entry)).collect()
    }

    /// When the next delivery of one kind is due.
    fn next_of(&self, kind: u8) -> Read<Option<Timestamp>> {
        let Some(first) = self.index()?.first_of(kind)? else {
            return Ok(None);
        };
        let (at, _) = keys::read_outbox(&first).ok_or_else(|| unreadable(&first))?;
        Ok(Some(at))
    }

    /// The deliveries whose ids `read` finds in the keys from `first` to before `end`.
    fn listed(&self, range: (&[u8], &[u8]), limit: usize, read: fn(&[u8]) -> Option<DeliveryId>) -> Read<Vec<DeliveryEntry>> {
        let index = self.index()?;
        let mut ids = Vec::new();
        index.layers().visit(range.0, Some(range.1), |key, _| {
            if ids.len() == limit {
                return Ok(Go::Stop);
            }
            ids.push(read(key).ok_or_else(|| unreadable(key))?);
            Ok(Go::On)
        })?;
        let entries = ids.iter().map(|id| {
            index
                .aggregate(&keys::delivery(id))?
                .ok_or_else(|| ReadError(format!("delivery {id} is listed but not there")))
        });
        entries.collect()
    }

    /// Searches a range of keys of the outbox, soonest first.
    fn search(&self, (first, end): (Vec<u8>, Vec<u8>), search: &mut Search<'_>) -> Read<()> {
        let kind = first.first().copied().unwrap_or_default();
        let Some(begin) = self.index()?.first_of(kind)? else {
            return Ok(());
        };
        let mut first = first.max(begin);
        while first < end {
            let mut ids = Vec::new();
            let mut last = None;
            self.index()?.layers().visit(&first, Some(&end), |key, _| {
                if ids.len() == DUE_PAGE {
                    return Ok(Go::Stop);
                }
                ids.push(keys::read_outbox(key).ok_or_else(|| unreadable(key))?.1);
                last = Some(key.to_vec());
                Ok(Go::On)
            })?;
            let Some(last) = last else { return Ok(()) };
            first = keys::next(last);
            for id in ids {
                if search.found.len() == search.limit || search.look == 0 {
                    return Ok(());
                }
                search.look -= 1;
                if (search.taken)(&id) {
                    continue;
                }
                let entry = self.index()?.delivery_entry(&id)?;
                let entry = entry.ok_or_else(|| ReadError(format!("delivery {id} is listed but not there")))?;
                if !(search.leave)(&entry.delivery) {
                    self.index()?.keep_at_hand(id, &entry);
                    search.found.push(self.with_letter(entry)?);
                }
            }
        }
        Ok(())
    }

    /// The numbers of the rounds that have a timer, highest first.
    fn live_rounds(&self, before: Option<u64>, limit: usize) -> Read<Vec<u64>> {
        let mut live = Vec::new();
        self.index()?.layers().visit_prefix(&[keys::TIMER], |key, _| {
            if let (_, AggregateId::Round(id)) = keys::read_timer(key).ok_or_else(|| unreadable(key))?
                && before.is_none_or(|before| id.number < before)
            {
                live.push(id.number);
            }
            Ok(Go::On)
        })?;
        live.sort_unstable_by(|one, other| other.cmp(one));
        live.truncate(limit);
        Ok(live)
    }

    /// Every open item stands among the timers, so closed ones, which only grow in number, cost nothing here.
    fn open_items(&self, after: Option<&ItemId>, limit: usize) -> Read<Vec<Item>> {
        let mut open = Vec::new();
        self.index()?.layers().visit_prefix(&[keys::TIMER], |key, _| {
            if let (_, AggregateId::Item(id)) = keys::read_timer(key).ok_or_else(|| unreadable(key))?
                && after.is_none_or(|after| id > *after)
            {
                open.push(id);
            }
            Ok(Go::On)
        })?;
        open.sort_unstable();
        open.truncate(limit);
        let items = open.iter().map(|id| {
            self.item(id)?
                .ok_or_else(|| ReadError(format!("{id} has a timer but is not there")))
        });
        items.collect()
    }
}

impl Past for EmbeddedStore {
    fn item(&self, id: &ItemId) -> Read<Option<Item>> {
        self.index()?.item(id)
    }

    fn person(&self, key: &PersonKey) -> Read<Option<PersonState>> {
        self.index()?.person(key)
    }

    fn held(&self, key: &PersonKey) -> Read<Vec<Notice>> {
        self.index()?.held(key)
    }

    fn delivery(&self, id: &DeliveryId) -> Read<Option<Delivery>> {
        self.index()?.delivery(id)
    }

    fn correlated(&self, key: &Correlation) -> Read<Option<ItemId>> {
        self.index()?.correlated(key)
    }

    fn seen(&self, key: &SeenKey) -> Read<Option<Seen>> {
        self.index()?.seen(key)
    }

    fn last_number(&self, prefix: &str) -> Read<u64> {
        Ok(self.index()?.last_number(prefix)?)
    }

    fn expectation(&self, name: &ExpectationName) -> Read<Option<Expectation>> {
        self.index()?.expectation(name)
    }

    fn concerning(&self, party: &Party, limit: usize) -> Read<(Vec<ItemId>, usize)> {
        self.index()?.concerning(party, limit)
    }

    fn shifts(&self) -> Read<Vec<Shift>> {
        self.index()?.shifts()
    }

    fn correspondent(&self, address: &Address) -> Read<Option<Correspondent>> {
        self.index()?.correspondent(address)
    }

    fn round(&self, id: &ItemId) -> Read<Option<Round>> {
        self.index()?.round(id)
    }

    fn mute(&self, name: &MuteName) -> Read<Option<Mute>> {
        self.index()?.mute(name)
    }
}

impl Store for EmbeddedStore {
    fn commit(&mut self, group: Vec<Entry>) -> Result<Vec<Entry>, StoreError> {
        self.commit_group(group)
    }

    fn begin(&mut self, group: Vec<Entry>, done: Done) -> Result<Begun, StoreError> {
        self.begin_group(group, done)
    }

    fn settle(&mut self) -> Result<Vec<Entry>, StoreError> {
        self.settle_group()
    }

    fn next_seq(&self) -> u64 {
        self.applied.seq + 1
    }

    fn due(&self, now: Timestamp, limit: usize) -> Read<Vec<(Timestamp, AggregateId)>> {
        let mut due = Vec::new();
        let end = keys::after(keys::TIMER, now);
        let Some(first) = self.index()?.first_of(keys::TIMER)?.filter(|first| *first < end) else {
            return Ok(due);
        };
        self.index()?.layers().visit(&first, Some(&end), |key, _| {
            if due.len() == limit {
                return Ok(Go::Stop);
            }
            let (at, id) = keys::read_timer(key).ok_or_else(|| unreadable(key))?;
            due.extend(at.map(|at| (at, id)));
            Ok(Go::On)
        })?;
        Ok(due)
    }

    fn next_due(&self) -> Read<Option<Timestamp>> {
        let Some(first) = self.index()?.first_of(keys::TIMER)? else {
            return Ok(None);
        };
        let (at, _) = keys::read_timer(&first).ok_or_else(|| unreadable(&first))?;
        Ok(at)
    }

    fn fits(&self, record: &Record) -> bool {
        fits(record, self.max_record_bytes())
    }

    fn items_page(&self, all: bool, after: Option<&ItemId>, limit: usize) -> Read<Vec<Item>> {
        if !all {
            return self.open_items(after, limit);
        }
        let first = after.map_or_else(|| vec![keys::ITEM], |after| keys::next(keys::item(after)));
        let mut items = Vec::new();
        self.index()?.layers().visit(&first, Some(&[keys::ITEM + 1]), |key, value| {
            if items.len() == limit {
                return Ok(Go::Stop);
            }
            items.push(read_aggregate(key, value)?);
            Ok(Go::On)
        })?;
        Ok(items)
    }

    fn rounds_page(&self, all: bool, before: Option<u64>, limit: usize) -> Read<Vec<Round>> {
        let index = self.index()?;
        // Numbers go up by one, and none is ever taken away; what is planned or open stands among the timers.
        let numbers: Vec<u64> = if all {
            let last = index.last_number(Round::PREFIX)?;
            (1..=last)
                .rev()
                .filter(|number| before.is_none_or(|before| *number < before))
                .take(limit)
                .collect()
        } else {
            self.live_rounds(before, limit)?
        };
        let rounds = numbers.into_iter().map(|number| {
            let id = Round::id(number);
            let round = index.aggregate(&keys::round(&id))?;
            round.ok_or_else(|| ReadError(format!("{id} is counted but not there")))
        });
        rounds.collect()
    }

    fn mutes(&self) -> Read<Vec<Mute>> {
        let mut found = Vec::new();
        self.index()?.layers().visit_prefix(&[keys::MUTE], |key, value| {
            found.push(read_aggregate(key, value)?);
            Ok(Go::On)
        })?;
        Ok(found)
    }

    fn correspondents(&self) -> Read<Vec<Correspondent>> {
        let mut found = Vec::new();
        self.index()?.layers().visit_prefix(&[keys::CORRESPONDENT], |key, value| {
            found.push(read_aggregate(key, value)?);
            Ok(Go::On)
        })?;
        Ok(found)
    }

    fn expectations(&self) -> Read<Vec<Expectation>> {
        let mut found = Vec::new();
        self.index()?.layers().visit_prefix(&[keys::EXPECTATION], |key, value| {
            found.push(read_aggregate(key, value)?);
            Ok(Go::On)
        })?;
        Ok(found)
    }

    fn outbox_due(&self, now: Timestamp, limit: usize) -> Read<Vec<Delivery>> {
        self.due_of(keys::OUTBOX, now, limit)
    }

    fn outbox_due_beside(
        &self,
        now: Timestamp,
        limit: usize,
        taken: &dyn Fn(&DeliveryId) -> bool,
        leave: &dyn Fn(&Delivery) -> bool,
    ) -> Read<Vec<Delivery>> {
        let mut search = Search {
            taken,
            leave,
            limit,
            look: MAX_DUE_LOOKED_AT,
            found: Vec::new(),
        };
        self.search((vec![keys::OUTBOX], keys::after(keys::OUTBOX, now)), &mut search)?;
        if let Ok(far) = now.checked_add(LONGEST_PAUSE) {
            let misplaced = (keys::after(keys::OUTBOX, far), vec![keys::OUTBOX + 1]);
            self.search(misplaced, &mut search)?;
        }
        Ok(search.found)
    }

    fn outbox_next(&self) -> Read<Option<Timestamp>> {
        self.next_of(keys::OUTBOX)
    }

    fn calls_due(&self, now: Timestamp, limit: usize) -> Read<Vec<Delivery>> {
        self.due_of(keys::CALLS, now, limit)
    }

    fn calls_next(&self) -> Read<Option<Timestamp>> {
        self.next_of(keys::CALLS)
    }

    fn deliveries_page(&self, filter: DeliveryFilter, after: Option<&Delivery>, limit: usize) -> Read<Vec<Delivery>> {
        let (kind, key) = match filter {
            DeliveryFilter::Due => (keys::OUTBOX, after.map(|after| keys::outbox(after.state.at(), &after.id))),
            DeliveryFilter::Dead => (keys::DEAD, after.map(|after| keys::dead(&after.id))),
            DeliveryFilter::All => (keys::DELIVERY, after.map(|after| keys::delivery(&after.id))),
        };
        let (first, end) = (key.map_or_else(|| vec![kind], keys::next), [kind + 1]);
        let entries = match filter {
            DeliveryFilter::Due => self.listed((&first, &end), limit, |key| Some(keys::read_outbox(key)?.1)),
            _ => self.listed((&first, &end), limit, |key| keys::read_delivery(key.get(1..)?)),
        };
        Ok(entries?.iter().map(|entry| stripped(&entry.delivery)).collect())
    }

    fn history_newest(&self, id: &ItemId, count: usize) -> Read<Newest> {
        Ok(self.index()?.history_newest(id, count)?)
    }

    fn history_page(&self, id: &ItemId, after: u64, limit: usize) -> Read<Vec<Record>> {
        let mut records: Vec<Record> = Vec::new();
        let mut read_bytes = 0;
        for (seq, location) in self.index()?.history(id, after, limit)? {
            let record = match self.journal.read(location) {
                Ok((head, body)) if head.seq == seq => {
                    read_bytes += head.record_range().len();
                    body.get(head.record_range())
                        .and_then(|json| serde_json::from_slice(json).ok())
                        .ok_or_else(|| ReadError(format!("record {seq} cannot be read by this version of batond")))?
                }
                Err(error) if !is_damage(&error) => {
                    return Err(ReadError(format!("record {seq}: {error}")));
                }
                _ => lost(seq, id, records.last()),
            };
            records.push(record);
            if read_bytes >= HISTORY_PAGE_BYTES {
                break;
            }
        }
        Ok(records)
    }

    fn dropped_page(&self, after: u64, limit: usize) -> Read<Vec<Record>> {
        self.dropped_records(after, limit)
    }

    fn dropped_before(&self, since: Timestamp) -> Read<u64> {
        self.dropped_up_to(since)
    }

    fn keyed(&self, prefix: &str, limit: usize) -> Read<Vec<Item>> {
        let keyed = self.index()?.keyed(prefix, limit)?;
        let items = keyed
            .iter()
            .map(|id| self.item(id)?.ok_or_else(|| ReadError(format!("{id} has a key but is not there"))));
        items.collect()
    }

    fn raw(&self, raw: &RawRef) -> Read<Option<Bytes>> {
        let Some(digest) = digest_of(raw) else { return Ok(None) };
        let failed = |error: std::io::Error| ReadError(format!("raw message {}: {error}", raw.sha256));
        match self.index()?.raw(&digest)? {
            None => Ok(None),
            Some(RawPlace::File) => self.raw_files.get(&digest, raw.size_bytes).map(Some).map_err(failed),
            Some(RawPlace::Frame(location)) => {
                let (head, body) = self.journal.read(location).map_err(failed)?;
                Ok(Some(Bytes::from(body).slice(head.record_range().end..)))
            }
        }
    }

    fn health(&self) -> StoreHealth {
        StoreHealth {
            seq: self.applied.seq,
            journal_bytes: self.journal.used_bytes() + self.applied.raw_bytes,
            set_aside_bytes: self.report.set_aside_bytes,
            rebuilt: self.report.rebuilt.clone(),
            free_bytes: rustix::fs::statvfs(&self.dir)
                .ok()
                .map(|fs| fs.f_bavail.saturating_mul(fs.f_frsize)),
        }
    }

    fn close(&mut self) -> Result<(), StoreError> {
        self.settle_group()?;
        let Some(mut index) = self.index.take() else { return Ok(()) };
        let was_refusing = self.refusing.replace("it is closed".to_owned());
        let written = index.flush().and_then(|()| index.layers().tree.flush());
        written.map_err(|error| StoreError::Refused(error.to_string()))?;
        drop(index);
        if let Some(why) = was_refusing {
            return Err(StoreError::Refused(why));
        }
        // sled does not sync its files, and a clean stop says that they can be trusted even after a power cut that follows.
        sync_all(&self.dir.join(INDEX))?;
        let clean = Marker::Clean {
            seq: self.applied.seq,
            index: marker::fingerprint(&self.dir.join(INDEX))?,
        };
        clean.write(&*self.options.disk, &self.dir.join(MARKER))?;
        self.lock = None;
        Ok(())
    }
}

/// Whether the text of a letter is elsewhere.
fn is_stripped(letter: &Letter) -> bool {
    letter.text.is_empty() && letter.html.is_empty()
}

/// What a reader gets when the text of a notice is lost.
const LETTER_DAMAGED: &str = "The text of this notice was damaged in the store. Write `show` to see the item.";

/// Whether what was asked for is gone, rather than out of reach for now.
pub(super) fn is_damage(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::InvalidData | std::io::ErrorKind::NotFound)
}

/// What stands on the timeline for a record that is damaged: never nothing.
fn lost(seq: u64, id: &ItemId, before: Option<&Record>) -> Record {
    let at = before.map_or(Timestamp::UNIX_EPOCH, |record| record.at);
    let noted = |text| Step::Item(id.clone(), vec![ItemEvent::Noted { by: None, text }]);
    let policy = before.map_or_else(|| Revision::from(""), |record| record.policy.clone());
    Record {
        policy,
        ..damaged(seq, at, noted)
    }
}

/// What stands for a record that is damaged: a step that says so.
pub(super) fn damaged(seq: u64, at: Timestamp, step: impl FnOnce(String) -> Step) -> Record {
    let text = format!("Record {seq} of the journal is damaged and cannot be shown; its bytes are in the store's folder set-aside.");
    Record {
        seq,
        at,
        policy: Revision::from(""),
        cause: Cause::Local,
        steps: vec![step(text)],
        correlations: Vec::new(),
        seen: Vec::new(),
        raw: None,
        let_go: None,
    }
}

/// Syncs every file in a folder and below, and the folders.
fn sync_all(dir: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            sync_all(&path)?;
        } else {
            std::fs::File::open(&path)?.sync_all()?;
        }
    }
    std::fs::File::open(dir)?.sync_all()
}
