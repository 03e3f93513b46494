//! One mail to one address, or one call of a web address, in the outbox and its attempts. May import only its peers in model. A repeat has the same Message-ID and the same bytes.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Address, ItemId, MailFile, NoticeId, RawRef, Reader, Reason, WebCall};

/// The id of a delivery: the record that queued it and its place there, printed `d12.0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId {
    /// The journal sequence number of the record.
    pub seq: u64,
    /// Its place in that record.
    pub index: u32,
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "d{}.{}", self.seq, self.index)
    }
}

/// A text is not the id of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a delivery, such as d12.0")]
pub struct BadDeliveryId;

impl FromStr for DeliveryId {
    type Err = BadDeliveryId;

    fn from_str(text: &str) -> Result<Self, BadDeliveryId> {
        let (seq, index) = text.strip_prefix('d').and_then(|t| t.split_once('.')).ok_or(BadDeliveryId)?;
        Ok(Self {
            seq: seq.parse().map_err(|_| BadDeliveryId)?,
            index: index.parse().map_err(|_| BadDeliveryId)?,
        })
    }
}

impl Serialize for DeliveryId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DeliveryId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A rendered mail: everything but the encoding on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// The recipient.
    pub to: Address,
    /// The recipient's name.
    pub to_name: Option<String>,
    /// The sender address shown.
    pub from: Address,
    /// The sender name shown.
    pub from_name: Option<String>,
    /// Where answers go: the address with the reader's key.
    pub reply_to: Option<Address>,
    /// Whether the return path is null (`<>`), as for automatic answers.
    pub null_return_path: bool,
    /// Where it is returned to if it cannot be delivered: an address of ours that names this delivery. Without one, where answers go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_path: Option<Address>,
    /// The subject, one line.
    pub subject: String,
    /// Without angle brackets.
    pub message_id: String,
    /// Without angle brackets.
    pub in_reply_to: Option<String>,
    /// Without angle brackets, oldest first.
    pub references: Vec<String>,
    /// The Date header: when the notice was made.
    pub date: Timestamp,
    /// Further headers (`Auto-Submitted`, `List-Id`, …): names and one-line values.
    pub headers: Vec<(String, String)>,
    /// The plain text, lines ended by `\n`.
    pub text: String,
    /// The same content as simple HTML.
    pub html: String,
    /// The message that goes with it.
    #[serde(default)]
    pub attached: Option<Attached>,
}

/// A message that goes with a letter. Its bytes stay in the store until it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// Its bytes, by content.
    pub raw: RawRef,
    /// The name of the file, ASCII.
    pub name: String,
    /// Its media type: `message/rfc822` for mail.
    pub media_type: String,
    /// The files out of it that go, where it does not go as it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<MailFile>,
}

/// How far a delivery has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// To be tried at this instant.
    Due(Timestamp),
    /// Taken by the relay.
    Sent(Timestamp),
    /// Given up: a dead letter.
    Dead(Timestamp),
    /// Waits since then: what goes to its address comes back.
    Parked(Timestamp),
}

impl DeliveryState {
    /// When it is due, was sent or was given up, or since when it waits.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Due(at) | Self::Sent(at) | Self::Dead(at) | Self::Parked(at) => *at,
        }
    }
}

/// An entry of the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// For whom.
    pub reader: Reader,
    /// Which notices it carries, with their reasons and items.
    pub notices: Vec<(NoticeId, Reason, ItemId)>,
    /// What is sent.
    pub letter: Letter,
    /// What makes it a call of a web address in place of a mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Box<WebCall>>,
    /// When it was queued.
    pub queued: Timestamp,
    /// How many attempts were made.
    pub attempts: u32,
    /// What the last attempt said.
    pub last_error: Option<String>,
    /// When somebody last said that it goes out again: its time to be tried begins anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replayed: Option<Timestamp>,
    /// How far it has come.
    pub state: DeliveryState,
}
