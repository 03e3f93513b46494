//! What every back end holds to alike. May import model, engine. One place, so that no back end can be laxer than another.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::{Entry, StoreError};
use crate::engine::Step;
use crate::engine::{Change, DeliveryEvent, Past, Read, Record};
use crate::model::{Delivery, DeliveryId, DeliveryState, ItemId, Letter};

/// Turns a record back into changes, for recovery: `past` is the state before the record.
pub type Project = fn(&Record, &dyn Past) -> Read<Vec<Change>>;

/// Refuses a group whose numbers do not go on from `next`, or whose raw bytes are not what its records name.
pub(super) fn check(group: &[Entry], next: u64) -> Result<(), StoreError> {
    for (expected, entry) in (next..).zip(group) {
        let seq = entry.record.seq;
        if seq != expected {
            return Err(StoreError::Refused(format!("record {seq} came where {expected} was next")));
        }
        let Some(bytes) = &entry.raw else { continue };
        let named = entry.record.raw.as_ref();
        if named.is_none_or(|raw| raw.size_bytes != bytes.len() as u64 || super::raw::digest_of(raw).is_none()) {
            return Err(StoreError::Refused(format!(
                "record {seq} does not name the raw bytes it came with"
            )));
        }
    }
    Ok(())
}

/// Whether a record has at most `limit_bytes` as JSON. Counts no further.
pub(super) fn fits(record: &Record, limit_bytes: usize) -> bool {
    serde_json::to_writer(Room(limit_bytes), record).is_ok()
}

/// Takes so many bytes and keeps none.
struct Room(usize);

impl io::Write for Room {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self
            .0
            .checked_sub(bytes.len())
            .ok_or_else(|| io::Error::from(io::ErrorKind::FileTooLarge))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A delivery as it is kept: once it is sent, without its text and further headers. The journal has them for ever; what is listed is to whom, what about and when.
pub(super) fn kept(delivery: &Arc<Delivery>) -> Arc<Delivery> {
    if matches!(delivery.state, DeliveryState::Sent(_)) {
        Arc::new(stripped(delivery))
    } else {
        Arc::clone(delivery)
    }
}

/// A delivery without what makes it large.
pub(super) fn stripped(delivery: &Delivery) -> Delivery {
    // Written out: a clone would copy first what is then thrown away.
    let letter = &delivery.letter;
    Delivery {
        id: delivery.id,
        reader: delivery.reader.clone(),
        notices: delivery.notices.clone(),
        letter: Letter {
            to: letter.to.clone(),
            to_name: letter.to_name.clone(),
            from: letter.from.clone(),
            from_name: letter.from_name.clone(),
            reply_to: letter.reply_to.clone(),
            null_return_path: letter.null_return_path,
            return_path: letter.return_path.clone(),
            subject: letter.subject.clone(),
            message_id: letter.message_id.clone(),
            in_reply_to: letter.in_reply_to.clone(),
            references: Vec::new(),
            date: letter.date,
            headers: Vec::new(),
            text: String::new(),
            html: String::new(),
            attached: letter.attached.clone(),
        },
        call: delivery.call.clone(),
        queued: delivery.queued,
        attempts: delivery.attempts,
        last_error: delivery.last_error.clone(),
        replayed: delivery.replayed,
        state: delivery.state.clone(),
    }
}

/// The letters a record queues, and where each stands in `json`, the record as it is written. One that is not found there has none: then it is kept
/// with its delivery. It is looked for by its own bytes, so whatever is found says the same.
pub(super) fn letters<'a>(record: &'a Record, json: &[u8]) -> Vec<(DeliveryId, &'a Letter, Range<usize>)> {
    let mut found = Vec::new();
    let mut from = 0;
    let mut bytes = Vec::new();
    for delivery in queued(record) {
        bytes.clear();
        if serde_json::to_writer(&mut bytes, &delivery.letter).is_err() {
            continue;
        }
        // They stand in the order of the steps, so the search goes over the record once.
        if let Some(start) = place_of(&bytes, json, from) {
            from = start + bytes.len();
            found.push((delivery.id, &delivery.letter, start..from));
        }
    }
    found
}

/// Where a letter's bytes stand in a record, looked for behind their field's name: a search for kilobytes costs more to prepare than to make.
fn place_of(letter: &[u8], json: &[u8], mut from: usize) -> Option<usize> {
    const FIELD: &[u8] = br#""letter":"#;
    loop {
        let rest = json.get(from..)?;
        let start = from + memchr::memmem::find(rest, FIELD)? + FIELD.len();
        if json.get(start..).is_some_and(|at| at.starts_with(letter)) {
            return Some(start);
        }
        from = start;
    }
}

/// The deliveries a record queues, whole.
fn queued(record: &Record) -> impl Iterator<Item = &Delivery> {
    record
        .steps
        .iter()
        .flat_map(|step| match step {
            Step::Delivery(_, events) => events.as_slice(),
            _ => &[],
        })
        .filter_map(|event| match event {
            DeliveryEvent::Queued { delivery } => Some(&**delivery),
            _ => None,
        })
}

/// The items and rounds a record touched, each once.
pub(super) fn touched(record: &Record) -> Vec<&ItemId> {
    let mut ids: Vec<&ItemId> = Vec::new();
    for step in &record.steps {
        if let Step::Item(id, _) | Step::Round(id, _) = step
            && !ids.contains(&id)
        {
            ids.push(id);
        }
    }
    ids
}
