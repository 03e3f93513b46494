//! A stored message as it arrived, to be read again by other rules. May import decode, engine, model. What an older record does not say is taken from the bytes.

use bytes::Bytes;

use super::{Arrival, ArrivalKind, HookParts};
use crate::decode;
use crate::engine::Incoming;
use crate::model::Around;

impl Arrival {
    /// The message that the timeline keeps as `incoming`, with its bytes.
    #[must_use]
    pub fn again(incoming: &Incoming, raw: Bytes) -> Self {
        let kind = match incoming.around.as_deref() {
            Some(Around::Mail(envelope)) => ArrivalKind::Mail(envelope.clone()),
            Some(Around::Hook {
                delivery_id,
                event,
                media_type,
                headers,
                query,
            }) => {
                let stated = headers
                    .iter()
                    .find(|(name, _)| name == "content-type")
                    .map(|(_, value)| value.clone());
                ArrivalKind::Hook(HookParts {
                    delivery_id: delivery_id.clone(),
                    identity: None,
                    event: event.clone(),
                    content_type: stated.or_else(|| Some(media_type.clone()).filter(|kind| !kind.is_empty())),
                    headers: headers.clone(),
                    query: query.clone(),
                })
            }
            None if incoming.by_mail => ArrivalKind::Mail(decode::stamp(&raw).envelope),
            None => ArrivalKind::Hook(older_hook(incoming)),
        };
        Self {
            source: incoming.source.clone(),
            received: incoming.at,
            raw,
            kind,
        }
    }
}

/// What a record tells of a webhook that was kept before headers were: its event is in its subject.
fn older_hook(incoming: &Incoming) -> HookParts {
    let event = incoming.subject.strip_prefix(&format!("{}: ", incoming.source));
    HookParts {
        delivery_id: incoming.message_id.clone(),
        event: event.map(str::to_owned),
        ..HookParts::default()
    }
}
