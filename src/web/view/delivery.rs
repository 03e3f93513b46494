//! An entry of the outbox as `outbox` gives it. May import model, observe.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Delivery, DeliveryId, DeliveryState, ItemId, Reason};
use crate::observe::RelayState;

/// A relay as `outbox list` gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelayView {
    /// `host:port`, or a folder.
    pub name: String,
    /// Since when it does not work; nothing while it does.
    pub down_since: Option<Timestamp>,
    /// Why not.
    pub why: Option<String>,
}

impl From<&RelayState> for RelayView {
    fn from(state: &RelayState) -> Self {
        Self {
            name: state.name.clone(),
            down_since: state.down.as_ref().map(|(since, _)| *since),
            why: state.down.as_ref().map(|(_, why)| why.clone()),
        }
    }
}

/// A delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryView {
    /// `d12.0`.
    pub id: DeliveryId,
    /// `mail` or `call`.
    #[serde(default)]
    pub kind: String,
    /// For whom: a person's key or an address.
    pub reader: String,
    /// The address it goes to.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its Message-ID, the same at every attempt.
    pub message_id: String,
    /// `due`, `sent`, `dead` or `parked`.
    pub state: String,
    /// When it is due, was sent or was given up, or since when it waits.
    pub at: Timestamp,
    /// When it was queued.
    pub queued: Timestamp,
    /// How many attempts were made.
    pub attempts: u32,
    /// When somebody last said that it goes out again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replayed: Option<Timestamp>,
    /// What the last attempt said.
    pub last_error: Option<String>,
    /// The items it is about.
    pub items: Vec<ItemId>,
    /// What it is for.
    pub reasons: Vec<Reason>,
}

impl From<&Delivery> for DeliveryView {
    fn from(delivery: &Delivery) -> Self {
        let (state, at) = match delivery.state {
            DeliveryState::Due(at) => ("due", at),
            DeliveryState::Sent(at) => ("sent", at),
            DeliveryState::Dead(at) => ("dead", at),
            DeliveryState::Parked(at) => ("parked", at),
        };
        let mut items: Vec<_> = delivery.notices.iter().map(|(_, _, item)| item.clone()).collect();
        items.dedup();
        let mut reasons: Vec<_> = delivery.notices.iter().map(|(_, reason, _)| *reason).collect();
        reasons.dedup();
        let call = delivery.call.as_deref();
        items.extend(call.map(|call| call.item.clone()));
        let webhook = call.and_then(|call| call.webhook.clone());
        Self {
            id: delivery.id,
            kind: call.map_or("mail", |_| "call").to_owned(),
            reader: call.map_or_else(|| delivery.reader.to_string(), |call| webhook.unwrap_or_else(|| call.url.clone())),
            to: call.map_or_else(|| delivery.letter.to.to_string(), |call| call.url.clone()),
            subject: delivery.letter.subject.clone(),
            message_id: delivery.letter.message_id.clone(),
            state: state.into(),
            at,
            queued: delivery.queued,
            attempts: delivery.attempts,
            replayed: delivery.replayed,
            last_error: delivery.last_error.clone(),
            items,
            reasons,
        }
    }
}
