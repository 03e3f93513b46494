//! What is read from the store ahead of those who send. May import model, engine, driver. One read at a time, beside the sending: nobody waits for the driver with a free hand.

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::lanes::destination;
use crate::driver::{Handle, Refusal};
use crate::engine::is_expired;
use crate::model::{Delivery, DeliveryId};

/// How many due deliveries are asked for at a time: the driver does nothing else meanwhile, and what was sent waits to be recorded.
const BATCH: usize = 64;
/// A read that found nothing beside what destinations with enough have waiting passed over all of theirs: the next comes after so many times the time it took,
/// so that it costs the driver a twentieth of its time at most, and after no more than [`LONGEST_PAUSE`].
const PAUSE_TIMES: u32 = 20;
/// See [`PAUSE_TIMES`].
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What a read found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// What is due, was not in hand and is not for a destination that has enough.
    pub due: Vec<Delivery>,
    /// When the next is due, of all.
    pub next: Option<Timestamp>,
}

/// The one who reads.
pub(super) struct Ahead {
    handle: Handle,
    reading: Option<JoinHandle<Result<Found, Refusal>>>,
    /// When the last read began.
    begun: Instant,
    /// Whether the store may have something that was not read.
    more: bool,
    /// Which destinations had enough when it was last read, or last wanted.
    passed_over: Vec<String>,
    /// No read beside destinations that have enough before this.
    not_before: Option<Instant>,
}

/// What is asked for.
pub(super) enum Asked {
    /// Whatever can go out, beside these destinations.
    ToSend(Vec<String>),
    /// What has to be given up by now.
    Expired,
}

impl Ahead {
    pub fn new(handle: Handle) -> Self {
        Self {
            handle,
            reading: None,
            begun: Instant::now(),
            more: true,
            passed_over: Vec::new(),
            not_before: None,
        }
    }

    /// The store may have something new, or something came due.
    pub fn look_again(&mut self) {
        self.more = true;
    }

    /// Whether a read is under way.
    pub fn is_reading(&self) -> bool {
        self.reading.is_some()
    }

    /// Whether a read is worth its while now, where these destinations have enough.
    pub fn is_wanted(&mut self, full: &[String]) -> bool {
        if self.reading.is_some() {
            return false;
        }
        if self.passed_over.iter().any(|name| !full.contains(name)) {
            return true;
        }
        let waits = !full.is_empty() && self.not_before.is_some_and(|at| Instant::now() < at);
        if waits {
            // Each of them is a reason to read once it takes more.
            self.passed_over = full.to_vec();
        }
        self.more && !waits
    }

    /// How long until a read is allowed that is wanted and must wait.
    pub fn pause(&self) -> Option<Duration> {
        let at = self.not_before.filter(|_| self.more)?;
        at.checked_duration_since(Instant::now()).filter(|pause| !pause.is_zero())
    }

    /// Begins to read what is due at `now` and not in hand.
    pub fn begin(&mut self, now: Timestamp, taken: HashSet<DeliveryId>, asked: Asked) {
        let handle = self.handle.clone();
        self.begun = Instant::now();
        self.more = false;
        self.passed_over = match &asked {
            Asked::ToSend(full) => full.clone(),
            Asked::Expired => Vec::new(),
        };
        self.reading = Some(tokio::spawn(async move {
            let taken = move |id: &DeliveryId| taken.contains(id);
            let leave = move |delivery: &Delivery| match &asked {
                Asked::ToSend(full) => !full.is_empty() && full.contains(&destination(delivery)),
                Asked::Expired => !is_expired(delivery, now),
            };
            let look = move |store: &dyn crate::store::Store| {
                let due = store.outbox_due_beside(now, BATCH, &taken, &leave)?;
                Ok::<Found, crate::engine::ReadError>(Found {
                    due,
                    next: store.outbox_next()?,
                })
            };
            match handle.read(look).await? {
                Ok(found) => Ok(found),
                Err(error) => {
                    tracing::warn!(%error, "the outbox cannot be read");
                    Err(Refusal::Store)
                }
            }
        }));
    }

    /// Resolves with what was found; never, while nothing is read. May be dropped and asked again.
    pub async fn found(&mut self) -> Result<Found, Refusal> {
        let Some(reading) = &mut self.reading else {
            return std::future::pending().await;
        };
        let found = reading.await;
        self.reading = None;
        let found = found.unwrap_or_else(|error| {
            tracing::error!(%error, "reading the outbox broke off");
            Err(Refusal::Store)
        });
        let count = found.as_ref().map_or(0, |found| found.due.len());
        self.more |= count == BATCH;
        if count == 0 && !self.passed_over.is_empty() {
            self.not_before = Some(Instant::now() + (self.begun.elapsed() * PAUSE_TIMES).min(LONGEST_PAUSE));
        }
        found
    }
}
