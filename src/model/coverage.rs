//! What the owner of a queue was told is not covered. May import only its peers in model. Kept so that the next mail can say what is covered now.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::QueueName;

/// A stretch of which somebody was told that nobody who is there has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uncovered {
    /// The queue.
    pub queue: QueueName,
    /// From this instant on.
    pub from: Timestamp,
    /// Up to this one.
    pub until: Timestamp,
}

impl Uncovered {
    /// So many are remembered of one mail, the soonest.
    pub const MAX: usize = 100;
}
