//! How long something took, for metrics only. May import nothing of the crate. Never part of a decision.

use std::time::{Duration, Instant};

/// A running stopwatch.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts it.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "durations for metrics; nothing is decided by them")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
