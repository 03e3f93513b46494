//! Whether a relay works, and how much it is given at once. May import nothing of the crate. One that failed is asked again soon, and gets more only as it takes what it is given.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// How long after a failure a relay is asked again: after the first, the second, …; the last repeats.
const ASK_AGAIN: [Duration; 5] = [
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(20),
    Duration::from_secs(30),
];
/// How many mails in a row, to two destinations at least, a relay leaves without an answer until it counts as broken.
const MAX_UNANSWERED: u32 = 5;
/// How many destinations have to be silent: one alone is slow, and no fault of the relay.
const UNANSWERED_DESTINATIONS: usize = 2;

/// What is known of a relay.
#[derive(Debug)]
pub(super) struct Health {
    down: Option<Down>,
    /// Since when it has taken nothing, kept until it takes something: a relay that greets and refuses everything never worked in between.
    since: Option<Timestamp>,
    /// Failures since a mail was last taken.
    failures: u32,
    /// How many mails it gets at once.
    window: usize,
    most: usize,
    unanswered: u32,
    silent: BTreeSet<String>,
}

/// Since when and why it does not work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Down {
    pub since: Timestamp,
    pub why: String,
    ask_at: Instant,
    asking: bool,
}

impl Health {
    /// A relay of which nothing is known counts as working.
    pub fn new(most: usize) -> Self {
        Self {
            down: None,
            since: None,
            failures: 0,
            window: most,
            most,
            unanswered: 0,
            silent: BTreeSet::new(),
        }
    }

    /// Since when and why it does not work, if it does not.
    pub fn down(&self) -> Option<&Down> {
        self.down.as_ref()
    }

    /// How many mails it may have at once: none while it does not work.
    pub fn window(&self) -> usize {
        if self.down.is_some() { 0 } else { self.window }
    }

    /// It said something sensible about a mail. Whether it had not worked before.
    pub fn answered(&mut self) -> bool {
        self.down = None;
        let was_down = self.since.take().is_some();
        self.failures = 0;
        self.unanswered = 0;
        self.silent.clear();
        self.window = (self.window * 2).clamp(1, self.most);
        was_down
    }

    /// It left a mail to a destination without an answer. `Some` if it counts as broken now.
    pub fn silent(&mut self, destination: &str, why: &str, at: Timestamp) -> Option<bool> {
        self.unanswered += 1;
        self.silent.insert(destination.to_owned());
        (self.unanswered >= MAX_UNANSWERED && self.silent.len() >= UNANSWERED_DESTINATIONS).then(|| self.failed(why, at))
    }

    /// It does not work. Whether that is new.
    pub fn failed(&mut self, why: &str, at: Timestamp) -> bool {
        if self.down.as_ref().is_some_and(|down| !down.asking) {
            // The other mails in flight say the same.
            return false;
        }
        let pause = usize::try_from(self.failures).unwrap_or(usize::MAX).min(ASK_AGAIN.len() - 1);
        self.failures = self.failures.saturating_add(1);
        self.window = 1;
        self.unanswered = 0;
        self.silent.clear();
        let is_new = self.since.is_none();
        self.down = Some(Down {
            since: *self.since.get_or_insert(at),
            why: why.to_owned(),
            ask_at: Instant::now() + ASK_AGAIN[pause],
            asking: false,
        });
        is_new
    }

    /// Whether it is time to ask it again; once.
    pub fn is_to_be_asked(&mut self) -> bool {
        let due = |down: &&mut Down| !down.asking && Instant::now() >= down.ask_at;
        self.down.as_mut().filter(due).is_some_and(|down| {
            down.asking = true;
            true
        })
    }

    /// It greets again: one mail will show whether it takes mail.
    pub fn greets(&mut self) {
        self.window = 1;
        self.down = None;
    }
}

#[cfg(test)]
#[path = "health_tests.rs"]
mod tests;
