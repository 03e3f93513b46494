//! What can be asked of an embedded store. May import model, engine. Every answer comes from the index, histories and raw messages from the journal and its files.

use std::path::Path;

use bytes::Bytes;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::embedded::EmbeddedStore;
use super::index::{DeliveryEntry, Index, RawPlace, read_aggregate, unreadable};
use super::keys;
use super::marker::{self, Marker};
use super::open::{INDEX, MARKER};
use super::raw::digest_of;
use super::tree::Go;
use super::{DeliveryFilter, Entry, Store, StoreError, StoreHealth};
use crate::engine::{AggregateId, Cause, Correlation, DeliveryEvent, ItemEvent, Past, Read, ReadError, Record, Seen, SeenKey, Step};
use crate::model::{Delivery, DeliveryId, Item, ItemId, Letter, Notice, PersonKey, PersonState, RawRef, Revision};

impl EmbeddedStore {
    fn index(&self) -> Read<&Index> {
        self.index.as_ref().ok_or_else(|| ReadError("it is closed".to_owned()))
    }

    /// A delivery with its letter, which the record that queued it has. A damaged record leaves a letter that says so: the others must go out all the same.
    fn with_letter(&self, entry: DeliveryEntry) -> Read<Delivery> {
        let place = entry.place();
        let mut delivery = entry.delivery;
        let Some(location) = place else { return Ok(delivery) };
        let record: Option<Letters> = match self.journal.read(location) {
            Ok((head, body)) => body.get(head.record_range()).and_then(|json| serde_json::from_slice(json).ok()),
            Err(error) if is_damage(&error) => None,
            Err(error) => return Err(ReadError(format!("the letter of delivery {}: {error}", delivery.id))),
        };
        match record.and_then(|record| record.letter_of(delivery.id)) {
            Some(letter) => delivery.letter = letter,
            None => delivery.letter.text = format!("{LETTER_DAMAGED}\n"),
        }
        Ok(delivery)
    }

    /// The deliveries whose ids `read` finds in the keys from `first` to before `end`.
    fn listed(&self, range: (&[u8], &[u8]), limit: usize, read: fn(&[u8]) -> Option<DeliveryId>) -> Read<Vec<Delivery>> {
        let mut ids = Vec::new();
        self.index()?.tree().visit(range.0, Some(range.1), |key, _| {
            if ids.len() == limit {
                return Ok(Go::Stop);
            }
            ids.push(read(key).ok_or_else(|| unreadable(key))?);
            Ok(Go::On)
        })?;
        let deliveries = ids.iter().map(|id| {
            let entry = self.index()?.aggregate::<DeliveryEntry>(&keys::delivery(id))?;
            self.with_letter(entry.ok_or_else(|| ReadError(format!("delivery {id} is listed but not there")))?)
        });
        deliveries.collect()
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
        self.index()?.last_number(prefix)
    }
}

impl Store for EmbeddedStore {
    fn commit(&mut self, group: Vec<Entry>) -> Result<Vec<Entry>, StoreError> {
        self.commit_group(&group)?;
        Ok(group)
    }

    fn next_seq(&self) -> u64 {
        self.applied.seq + 1
    }

    fn due(&self, now: Timestamp, limit: usize) -> Read<Vec<(Timestamp, AggregateId)>> {
        let mut due = Vec::new();
        let end = keys::after(keys::TIMER, now);
        self.index()?.tree().visit(&[keys::TIMER], Some(&end), |key, _| {
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
        let mut first = None;
        self.index()?.tree().visit_prefix(&[keys::TIMER], |key, _| {
            first = keys::read_timer(key).ok_or_else(|| unreadable(key))?.0;
            Ok(Go::Stop)
        })?;
        Ok(first)
    }

    fn items(&self, all: bool) -> Read<Vec<Item>> {
        let index = self.index()?;
        let mut items: Vec<Item> = Vec::new();
        if all {
            index.tree().visit_prefix(&[keys::ITEM], |key, value| {
                items.push(read_aggregate(key, value)?);
                Ok(Go::On)
            })?;
            return Ok(items);
        }
        // Every open item stands among the timers, so closed ones, which only grow in number, cost nothing here.
        let mut open = Vec::new();
        index.tree().visit_prefix(&[keys::TIMER], |key, _| {
            if let (_, AggregateId::Item(id)) = keys::read_timer(key).ok_or_else(|| unreadable(key))? {
                open.push(id);
            }
            Ok(Go::On)
        })?;
        open.sort_unstable();
        for id in &open {
            items.push(
                self.item(id)?
                    .ok_or_else(|| ReadError(format!("{id} has a timer but is not there")))?,
            );
        }
        Ok(items)
    }

    fn outbox_due(&self, now: Timestamp, limit: usize) -> Read<Vec<Delivery>> {
        let end = keys::after(keys::OUTBOX, now);
        self.listed((&[keys::OUTBOX], &end), limit, |key| Some(keys::read_outbox(key)?.1))
    }

    fn outbox_next(&self) -> Read<Option<Timestamp>> {
        let mut first = None;
        self.index()?.tree().visit_prefix(&[keys::OUTBOX], |key, _| {
            first = Some(keys::read_outbox(key).ok_or_else(|| unreadable(key))?.0);
            Ok(Go::Stop)
        })?;
        Ok(first)
    }

    fn deliveries(&self, filter: DeliveryFilter) -> Read<Vec<Delivery>> {
        match filter {
            DeliveryFilter::Due => self.outbox_due(Timestamp::MAX, usize::MAX),
            DeliveryFilter::Dead => self.listed((&[keys::DEAD], &[keys::DEAD + 1]), usize::MAX, |key| {
                keys::read_delivery(key.get(1..)?)
            }),
            DeliveryFilter::All => {
                let mut all = Vec::new();
                self.index()?.tree().visit_prefix(&[keys::DELIVERY], |key, value| {
                    all.push(read_aggregate::<DeliveryEntry>(key, value)?);
                    Ok(Go::On)
                })?;
                all.into_iter().map(|entry| self.with_letter(entry)).collect()
            }
        }
    }

    fn history(&self, id: &ItemId) -> Read<Vec<Record>> {
        let mut records: Vec<Record> = Vec::new();
        for (seq, location) in self.index()?.history(id)? {
            let record = match self.journal.read(location) {
                Ok((head, body)) if head.seq == seq => body
                    .get(head.record_range())
                    .and_then(|json| serde_json::from_slice(json).ok())
                    .ok_or_else(|| ReadError(format!("record {seq} cannot be read by this version of batond")))?,
                Err(error) if !is_damage(&error) => {
                    return Err(ReadError(format!("record {seq}: {error}")));
                }
                _ => lost(seq, id, records.last()),
            };
            records.push(record);
        }
        Ok(records)
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
        let Some(index) = self.index.take() else { return Ok(()) };
        let was_refusing = self.refusing.replace("it is closed".to_owned());
        index.tree().flush().map_err(|error| StoreError::Refused(error.to_string()))?;
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

/// A record read for its letters: everything else in it is passed over, which costs a fraction.
#[derive(Deserialize)]
struct Letters {
    steps: Vec<LetterStep>,
}

/// The steps of a record, as [`Step`] writes them.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum LetterStep {
    Delivery(DeliveryId, Vec<DeliveryEvent>),
    Item(IgnoredAny, IgnoredAny),
    Person(IgnoredAny, IgnoredAny),
    Dropped(IgnoredAny, IgnoredAny),
}

impl Letters {
    fn letter_of(self, id: DeliveryId) -> Option<Letter> {
        let events = self.steps.into_iter().flat_map(|step| match step {
            LetterStep::Delivery(of, events) if of == id => events,
            _ => Vec::new(),
        });
        events.into_iter().find_map(|event| match event {
            DeliveryEvent::Queued { delivery } => Some(delivery.letter),
            _ => None,
        })
    }
}

/// What a reader gets when the text of a notice is lost.
const LETTER_DAMAGED: &str = "The text of this notice was damaged in the store. Write `show` to see the item.";

/// Whether what was asked for is gone, rather than out of reach for now.
fn is_damage(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::InvalidData | std::io::ErrorKind::NotFound)
}

/// What stands on the timeline for a record that is damaged: never nothing.
fn lost(seq: u64, id: &ItemId, before: Option<&Record>) -> Record {
    let text = format!("Record {seq} of the journal is damaged and cannot be shown; its bytes are in the store's folder set-aside.");
    Record {
        seq,
        at: before.map_or(Timestamp::UNIX_EPOCH, |record| record.at),
        policy: before.map_or_else(|| Revision::from(""), |record| record.policy.clone()),
        cause: Cause::Local,
        steps: vec![Step::Item(id.clone(), vec![ItemEvent::Noted { by: None, text }])],
        correlations: Vec::new(),
        seen: Vec::new(),
        raw: None,
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
