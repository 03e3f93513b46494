//! Web addresses that hear what happens to items. May import model. Secrets are not part of it.

use std::collections::BTreeSet;

use crate::model::QueueName;

/// An address that is told, by the name under `send.webhooks`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscriber {
    /// Its address as people may see it.
    pub url: String,
    /// The events it hears of; none where rules alone call it.
    pub events: BTreeSet<String>,
    /// The queues whose items it hears of; all of them if it is empty.
    pub queues: BTreeSet<QueueName>,
}

impl Subscriber {
    /// Whether it hears of this.
    #[must_use]
    pub fn wants(&self, event: &str, queue: &QueueName) -> bool {
        self.events.contains(event) && (self.queues.is_empty() || self.queues.contains(queue))
    }
}
