//! A message that a rule let go, as it is shown, and as it is stored. May import model, engine.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::engine::{Incoming, Record};
use crate::model::SourceName;

/// A dropped message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DroppedView {
    /// The number of its record: `dropped:57` is 57.
    pub number: u64,
    /// When it came.
    pub at: Timestamp,
    /// By which source.
    pub source: SourceName,
    /// Who wrote it, an address; of a webhook nobody.
    pub from: Option<String>,
    /// Its subject, or a webhook's event.
    pub subject: String,
    /// The rule.
    pub rule: String,
    /// The reason it gives.
    pub reason: String,
    /// What is needed to read it again, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incoming: Option<Incoming>,
    /// Its bytes, as they came, where they were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
}

impl DroppedView {
    /// The message of a record, without its bytes; `None` when the record is damaged or is of another kind.
    #[must_use]
    pub fn of(record: &Record) -> Option<Self> {
        let incoming = record.let_go.as_deref()?;
        let (rule, reason) = record.dropped()?;
        Some(Self {
            number: record.seq,
            at: incoming.at,
            source: incoming.source.clone(),
            from: incoming.from.as_ref().map(|from| from.address.to_string()),
            subject: incoming.subject.clone(),
            rule: rule.to_owned(),
            reason: reason.to_owned(),
            incoming: Some(incoming.clone()),
            base64: None,
        })
    }
}
