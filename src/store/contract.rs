//! What every back end holds to alike. May import model, engine. One place, so that no back end can be laxer than another.

use super::{Entry, StoreError};
use crate::engine::Step;
use crate::engine::{Change, DeliveryEvent, Past, Read, Record};
use crate::model::{Delivery, DeliveryState, ItemId, Letter};

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
    let letter = &delivery.letter;
    // Field by field: to copy the large parts first only to drop them is most of the cost.
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
            subject: letter.subject.clone(),
            message_id: letter.message_id.clone(),
            in_reply_to: letter.in_reply_to.clone(),
            references: Vec::new(),
            date: letter.date,
            headers: Vec::new(),
            text: String::new(),
            html: String::new(),
        },
        queued: delivery.queued,
        attempts: delivery.attempts,
        last_error: delivery.last_error.clone(),
        state: delivery.state.clone(),
    }
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
