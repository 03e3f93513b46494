//! What every back end holds to alike. May import model, engine. One place, so that no back end can be laxer than another.

use super::{Entry, StoreError};
use crate::engine::Step;
use crate::engine::{Change, DeliveryEvent, Past, Read, Record};
use crate::model::{Delivery, DeliveryState, ItemId};

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

/// A delivery as it is kept: once it is sent, without its text and further headers. The journal has them for ever; what is listed is to whom, what about and when.
pub(super) fn kept(delivery: &Delivery) -> Delivery {
    if matches!(delivery.state, DeliveryState::Sent(_)) {
        stripped(delivery)
    } else {
        delivery.clone()
    }
}

/// A delivery without what makes it large.
pub(super) fn stripped(delivery: &Delivery) -> Delivery {
    let mut kept = delivery.clone();
    kept.letter.text = String::new();
    kept.letter.html = String::new();
    kept.letter.headers = Vec::new();
    kept.letter.references = Vec::new();
    kept
}

/// The deliveries a record queues, whole.
pub(super) fn queued(record: &Record) -> impl Iterator<Item = &Delivery> {
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

/// The items a record touched, each once.
pub(super) fn touched(record: &Record) -> Vec<&ItemId> {
    let mut ids: Vec<&ItemId> = Vec::new();
    for step in &record.steps {
        if let Step::Item(id, _) = step
            && !ids.contains(&id)
        {
            ids.push(id);
        }
    }
    ids
}
