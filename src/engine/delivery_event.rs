//! Facts about a delivery. May import model. Applying them in order gives its state.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::Delivery;

/// A fact about a delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum DeliveryEvent {
    /// It is to be sent.
    Queued {
        /// The whole of it.
        delivery: Arc<Delivery>,
    },
    /// The relay took it.
    Sent,
    /// An attempt failed; the next is set.
    Deferred {
        /// What the attempt said.
        error: String,
        /// When the next is due.
        next: Timestamp,
    },
    /// Given up.
    Died {
        /// The last real cause.
        error: String,
    },
    /// The relay had taken it, and it came back.
    Returned {
        /// Why, in the words of the other end.
        error: String,
        /// Whether the address is no good.
        permanent: bool,
    },
    /// What waited goes out after all.
    Unparked,
    /// Somebody said that it goes out again, or now.
    Replayed {
        /// Whether it had been given up.
        dead: bool,
    },
    /// Somebody said that it does not go out.
    Dropped {
        /// Why.
        why: String,
        /// Whether it was to be sent; else it waited for its address.
        due: bool,
    },
}
