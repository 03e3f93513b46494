//! A message read and judged, before any stored state is looked at. May import decode, reply, rules, policy. Runs beside the driver, not in it.

use bytes::Bytes;

use super::Arrival;
use crate::model::Message;
use crate::policy::Policy;
use crate::rules::Verdict;

/// What the driver needs of a message.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The message.
    pub message: Message,
    /// Its raw bytes.
    pub raw: Bytes,
    /// What the rules say of it.
    pub verdict: Verdict,
}

impl Reading {
    /// Reads and judges.
    pub async fn of(arrival: Arrival, policy: &Policy) -> Self {
        let _ = (arrival, policy);
        std::future::pending().await
    }
}
