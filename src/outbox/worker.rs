//! Sends what is due, a few at a time, and reports what came of it. May import model, engine, driver, clock. No delivery is in two hands at once.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use tokio::task::{self, JoinSet};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::lanes::{Lanes, destination};
use super::pace::Pace;
use super::relays::Relays;
use crate::clock::{Clock, is_set};
use crate::driver::{Handle, Refusal};
use crate::engine::{SendOutcome, is_expired};
use crate::model::{Delivery, DeliveryId};

/// The most attempts at once, slow ones apart, and the most connections kept to a relay.
pub const MAX_IN_FLIGHT: usize = 16;
/// The most attempts at once with the slow ones: below what relays commonly take from one client (Postfix: 50).
const MAX_WITH_SLOW: usize = 40;
/// The most attempts at once while many requests of others wait for the driver: what comes in goes first, and what goes out shares its commits.
const IN_FLIGHT_UNDER_LOAD: usize = 6;
/// See [`IN_FLIGHT_UNDER_LOAD`].
const LOAD: usize = 3;
/// How many due deliveries are asked for at a time.
const BATCH: usize = 64;
/// The longest the worker sleeps: wall clocks jump.
const MAX_NAP: Duration = Duration::from_secs(30);
/// How long it sleeps when the store cannot be asked, and while what is due is already in hand.
const SHORT_NAP: Duration = Duration::from_secs(1);

/// Sends until `stop`; then finishes the attempts in hand, each of which has its own deadlines, and takes leave of the relays.
pub async fn run(handle: Handle, relays: Arc<Relays>, per_minute: Option<u32>, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let wake = handle.outbox_wake();
    let mut hands = Hands {
        handle,
        relays: Arc::clone(&relays),
        clock,
        pace: per_minute.map(Pace::new),
        lanes: Lanes::default(),
        taken: HashSet::new(),
        flight: JoinSet::new(),
        tasks: HashMap::new(),
    };
    let watching = tokio::spawn({
        let (relays, stop) = (Arc::clone(&relays), stop.clone());
        async move { relays.watch(stop).await }
    });
    while !stop.is_cancelled() {
        // Listening begins before the store is asked, so that a commit in between is heard.
        let notified = wake.notified();
        tokio::pin!(notified);
        notified.as_mut().enable();
        let works = relays.works();
        tokio::pin!(works);
        let nap = match hands.fill().await {
            Ok(nap) => nap,
            Err(Refusal::Stopping) => break,
            Err(refusal) => {
                tracing::warn!(%refusal, "the outbox cannot be read");
                SHORT_NAP
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = notified => {}
            () = works => {}
            () = sleep(nap) => {}
            Some(done) = hands.flight.join_next_with_id() => hands.landed(done),
        }
    }
    hands.finish().await;
    if let Err(error) = watching.await {
        tracing::error!(%error, "asking the relays broke off");
    }
}

/// What the worker has in hand.
struct Hands {
    handle: Handle,
    relays: Arc<Relays>,
    clock: Arc<dyn Clock>,
    pace: Option<Pace>,
    /// Read from the store, not yet begun.
    lanes: Lanes,
    /// Waiting or in flight. An id leaves only after its outcome is committed, so a read that came before cannot bring it back.
    taken: HashSet<DeliveryId>,
    flight: JoinSet<()>,
    /// Which attempt is which delivery.
    tasks: HashMap<task::Id, Attempt>,
}

/// An attempt on its way.
struct Attempt {
    id: DeliveryId,
    destination: String,
    begun: Instant,
}

impl Hands {
    /// Begins as many attempts as there is room for, and says how long to sleep if nothing happens meanwhile.
    async fn fill(&mut self) -> Result<Duration, Refusal> {
        if let Some(why) = self.relays.all_down() {
            return self.rest(why).await;
        }
        loop {
            while self.has_room() {
                if let Some(wait) = self.pace.as_ref().and_then(Pace::wait) {
                    return Ok(wait.min(MAX_NAP));
                }
                let Some((delivery, begun)) = self.lanes.next() else { break };
                self.begin(delivery, begun);
            }
            if !self.has_room() {
                // A slow attempt makes room without ending.
                return Ok(SHORT_NAP);
            }
            let (found, next) = self.read_due().await?;
            if found == 0 {
                return Ok(if self.lanes.is_waiting() { SHORT_NAP } else { self.nap(next) });
            }
        }
    }

    /// No relay works: nothing is tried, and nothing is held in hand but what has to be given up by now.
    async fn rest(&mut self, why: String) -> Result<Duration, Refusal> {
        for delivery in self.lanes.drain() {
            self.taken.remove(&delivery.id);
        }
        let now = self.clock.now();
        let (found, _) = self.read_due().await?;
        for delivery in self.lanes.drain() {
            if is_expired(&delivery, now) {
                let (handle, why, id) = (self.handle.clone(), why.clone(), delivery.id);
                let task = self
                    .flight
                    .spawn(async move { report(&handle, id, SendOutcome::NoRelay(why)).await });
                self.tasks.insert(task.id(), Attempt::of(&delivery, Instant::now()));
            } else {
                self.taken.remove(&delivery.id);
            }
        }
        tracing::trace!(found, "no relay works");
        Ok(MAX_NAP)
    }

    /// Whether one more attempt may begin now. The outcomes of our own wait for the driver too, and are no load.
    fn has_room(&self) -> bool {
        let most = if self.handle.waiting() > self.flight.len() + LOAD {
            IN_FLIGHT_UNDER_LOAD
        } else {
            MAX_IN_FLIGHT
        };
        self.lanes.quick() < most.min(self.relays.window()) && self.flight.len() < MAX_WITH_SLOW
    }

    /// Reads what is due, not yet in hand and not for a destination that has enough; returns how much that was, and when the next is due, of all.
    async fn read_due(&mut self) -> Result<(usize, Option<Timestamp>), Refusal> {
        let now = self.clock.now();
        if !is_set(now) {
            return Ok((0, None));
        }
        let (taken, full) = (self.taken.clone(), self.lanes.full());
        let leave = move |delivery: &Delivery| taken.contains(&delivery.id) || full.contains(&destination(delivery));
        let (due, next) = self
            .handle
            .read(move |store| (store.outbox_due_beside(now, BATCH, &leave), store.outbox_next()))
            .await?;
        let mut found = 0;
        match due {
            Ok(due) => {
                for delivery in due {
                    if self.taken.insert(delivery.id) {
                        self.lanes.push(delivery);
                        found += 1;
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "the outbox cannot be read"),
        }
        let next = next.unwrap_or_else(|error| {
            tracing::warn!(%error, "the outbox cannot be read");
            None
        });
        Ok((found, next))
    }

    fn nap(&self, next: Option<Timestamp>) -> Duration {
        let Some(next) = next else { return MAX_NAP };
        match Duration::try_from(next.duration_since(self.clock.now())) {
            // Past: it is in hand already, or the store failed just now.
            Err(_) | Ok(Duration::ZERO) => SHORT_NAP,
            Ok(ahead) => ahead.min(MAX_NAP),
        }
    }

    fn begin(&mut self, delivery: Delivery, begun: Instant) {
        if let Some(pace) = &mut self.pace {
            pace.take();
        }
        let attempt = Attempt::of(&delivery, begun);
        let (handle, relays) = (self.handle.clone(), Arc::clone(&self.relays));
        let task = self.flight.spawn(async move {
            let outcome = match original(&handle, &delivery).await {
                Ok(original) => relays.send(&delivery, original.as_deref()).await,
                Err(outcome) => outcome,
            };
            match &outcome {
                SendOutcome::Sent => tracing::debug!(delivery = %delivery.id, to = %delivery.letter.to, "sent"),
                SendOutcome::Retry(why) | SendOutcome::RetryAfter(why, _) | SendOutcome::NoRelay(why) => {
                    tracing::debug!(delivery = %delivery.id, to = %delivery.letter.to, why, "to be tried again");
                }
                SendOutcome::GiveUp(why) => tracing::debug!(delivery = %delivery.id, to = %delivery.letter.to, why, "given up"),
            }
            report(&handle, delivery.id, outcome).await;
        });
        self.tasks.insert(task.id(), attempt);
    }

    fn landed(&mut self, done: Result<(task::Id, ()), task::JoinError>) {
        let (task, broken) = match done {
            Ok((task, ())) => (task, None),
            Err(error) => (error.id(), Some(error)),
        };
        let Some(attempt) = self.tasks.remove(&task) else { return };
        let id = attempt.id;
        let Some(error) = broken else {
            self.lanes.ended(&attempt.destination, attempt.begun);
            self.taken.remove(&id);
            return;
        };
        // A fault of this program in one mail must not stop the others, nor be repeated at once: it counts as an attempt.
        tracing::error!(delivery = %id, %error, "an attempt to send broke off");
        let handle = self.handle.clone();
        let task = self.flight.spawn(async move {
            report(&handle, id, SendOutcome::Retry("the attempt broke off inside".to_owned())).await;
        });
        self.tasks.insert(task.id(), attempt);
    }

    async fn finish(&mut self) {
        if !self.flight.is_empty() {
            tracing::info!(attempts = self.flight.len(), "finishing the attempts in hand");
        }
        while let Some(done) = self.flight.join_next_with_id().await {
            self.landed(done);
        }
        self.relays.close().await;
    }
}

impl Attempt {
    fn of(delivery: &Delivery, begun: Instant) -> Self {
        Self {
            id: delivery.id,
            destination: destination(delivery),
            begun,
        }
    }
}

/// The bytes of the message that goes with a letter, if one does. `Err` is what the attempt came to without them.
async fn original(handle: &Handle, delivery: &Delivery) -> Result<Option<Bytes>, SendOutcome> {
    let Some(attached) = &delivery.letter.attached else {
        return Ok(None);
    };
    let raw = attached.raw.clone();
    match handle.read(move |store| store.raw(&raw)).await {
        Ok(Ok(Some(bytes))) => Ok(Some(bytes)),
        Ok(Ok(None)) => Err(SendOutcome::GiveUp("the message that goes with it is not kept any more".to_owned())),
        Ok(Err(error)) => Err(SendOutcome::Retry(error.to_string())),
        Err(refusal) => Err(SendOutcome::Retry(refusal.to_string())),
    }
}

async fn report(handle: &Handle, id: DeliveryId, outcome: SendOutcome) {
    if let Err(refusal) = handle.attempted(id, outcome).await {
        tracing::warn!(delivery = %id, %refusal, "an attempt could not be recorded; it will be repeated with the same Message-ID");
    }
}
