//! How fast mail goes out. May import nothing of the crate. So many in a minute, spread over it: no burst is longer than a tenth of a minute's worth.

use std::time::Duration;

use tokio::time::Instant;

/// A minute.
const MINUTE: Duration = Duration::from_secs(60);
/// Which part of a minute's mails may go at once.
const BURST: u32 = 10;

/// A bucket that fills by and by.
#[derive(Debug)]
pub(super) struct Pace {
    /// From one mail to the next.
    every: Duration,
    /// How much may have gathered.
    burst: Duration,
    /// When it would be full of nothing: each mail moves it on.
    spent: Instant,
}

impl Pace {
    /// So many mails a minute.
    pub fn new(per_minute: u32) -> Self {
        let every = MINUTE / per_minute.max(1);
        let burst = every * (per_minute / BURST).max(1);
        Self {
            every,
            burst,
            spent: Instant::now() - burst,
        }
    }

    /// How long until a mail may go; nothing if it may go now.
    pub fn wait(&self) -> Option<Duration> {
        let free = self.spent + self.every;
        free.checked_duration_since(Instant::now()).filter(|wait| !wait.is_zero())
    }

    /// A mail goes.
    pub fn take(&mut self) {
        let now = Instant::now();
        let fullest = now.checked_sub(self.burst).unwrap_or(now);
        self.spent = self.spent.max(fullest) + self.every;
    }
}

#[cfg(test)]
#[path = "pace_tests.rs"]
mod tests;
