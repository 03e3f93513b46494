//! Sends what is due, a few at a time, and reports what came of it. May import model, engine, driver, clock. No delivery is in two hands at once.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use tokio::task::{self, JoinSet};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::relay::Relay;
use crate::clock::{Clock, is_set};
use crate::driver::{Handle, Refusal};
use crate::engine::SendOutcome;
use crate::model::{Delivery, DeliveryId};

/// The most attempts at once, and the most connections kept to the relay.
pub const MAX_IN_FLIGHT: usize = 8;
/// The most attempts at once while this many requests of others wait for the driver: what comes in goes first, and never stops what goes out.
const IN_FLIGHT_UNDER_LOAD: usize = 1;
/// See [`IN_FLIGHT_UNDER_LOAD`].
const LOAD: usize = 3;
/// How many due deliveries are asked for at a time.
const BATCH: usize = 64;
/// The longest the worker sleeps: wall clocks jump.
const MAX_NAP: Duration = Duration::from_secs(30);
/// How long it sleeps when the store cannot be asked, and while what is due is already in hand.
const SHORT_NAP: Duration = Duration::from_secs(1);

/// Sends until `stop`; then finishes the attempts in hand, each of which has its own deadline, and takes leave of the relay.
pub async fn run(handle: Handle, relay: Relay, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let wake = handle.outbox_wake();
    let mut hands = Hands {
        handle,
        relay: Arc::new(relay),
        clock,
        waiting: VecDeque::new(),
        taken: HashSet::new(),
        flight: JoinSet::new(),
        tasks: HashMap::new(),
    };
    while !stop.is_cancelled() {
        // Listening begins before the store is asked, so that a commit in between is heard.
        let notified = wake.notified();
        tokio::pin!(notified);
        notified.as_mut().enable();
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
            () = sleep(nap) => {}
            Some(done) = hands.flight.join_next_with_id() => hands.landed(done),
        }
    }
    hands.finish().await;
}

/// What the worker has in hand.
struct Hands {
    handle: Handle,
    relay: Arc<Relay>,
    clock: Arc<dyn Clock>,
    /// Read from the store, not yet begun.
    waiting: VecDeque<Delivery>,
    /// Waiting or in flight. An id leaves only after its outcome is committed, so a read that came before cannot bring it back.
    taken: HashSet<DeliveryId>,
    flight: JoinSet<()>,
    /// Which attempt is which delivery.
    tasks: HashMap<task::Id, DeliveryId>,
}

impl Hands {
    /// Begins as many attempts as there is room for, and says how long to sleep if nothing happens meanwhile.
    async fn fill(&mut self) -> Result<Duration, Refusal> {
        loop {
            while self.flight.len() < self.most() {
                let Some(delivery) = self.waiting.pop_front() else { break };
                self.begin(delivery);
            }
            if self.flight.len() >= self.most() {
                return Ok(MAX_NAP);
            }
            let next = self.read_due().await?;
            if self.waiting.is_empty() {
                return Ok(self.nap(next));
            }
        }
    }

    /// How many attempts there may be at once now. The outcomes of our own wait for the driver too, and are no load.
    fn most(&self) -> usize {
        if self.handle.waiting() > self.flight.len() + LOAD {
            IN_FLIGHT_UNDER_LOAD
        } else {
            MAX_IN_FLIGHT
        }
    }

    /// Reads what is due and not yet in hand; returns when the next is due, of all.
    async fn read_due(&mut self) -> Result<Option<Timestamp>, Refusal> {
        // What is in hand is still due for the store: ask for that much more.
        let (now, limit) = (self.clock.now(), BATCH + self.taken.len());
        if !is_set(now) {
            return Ok(None);
        }
        let (due, next) = self
            .handle
            .read(move |store| (store.outbox_due(now, limit), store.outbox_next()))
            .await?;
        match due {
            Ok(due) => {
                let fresh: Vec<Delivery> = due.into_iter().filter(|delivery| self.taken.insert(delivery.id)).collect();
                self.waiting.extend(fresh);
            }
            Err(error) => tracing::warn!(%error, "the outbox cannot be read"),
        }
        Ok(next.unwrap_or_else(|error| {
            tracing::warn!(%error, "the outbox cannot be read");
            None
        }))
    }

    fn nap(&self, next: Option<Timestamp>) -> Duration {
        let Some(next) = next else { return MAX_NAP };
        match Duration::try_from(next.duration_since(self.clock.now())) {
            // Past: it is in hand already, or the store failed just now.
            Err(_) | Ok(Duration::ZERO) => SHORT_NAP,
            Ok(ahead) => ahead.min(MAX_NAP),
        }
    }

    fn begin(&mut self, delivery: Delivery) {
        let (handle, relay, id) = (self.handle.clone(), Arc::clone(&self.relay), delivery.id);
        let task = self.flight.spawn(async move {
            let outcome = match original(&handle, &delivery).await {
                Ok(original) => relay.send(&delivery, original.as_deref()).await,
                Err(outcome) => outcome,
            };
            match &outcome {
                SendOutcome::Sent => tracing::debug!(delivery = %delivery.id, to = %delivery.letter.to, "sent"),
                SendOutcome::Retry(why) => tracing::debug!(delivery = %delivery.id, to = %delivery.letter.to, why, "to be tried again"),
                SendOutcome::GiveUp(why) => tracing::debug!(delivery = %delivery.id, to = %delivery.letter.to, why, "given up"),
            }
            report(&handle, delivery.id, outcome).await;
        });
        self.tasks.insert(task.id(), id);
    }

    fn landed(&mut self, done: Result<(task::Id, ()), task::JoinError>) {
        let (task, broken) = match done {
            Ok((task, ())) => (task, None),
            Err(error) => (error.id(), Some(error)),
        };
        let Some(id) = self.tasks.remove(&task) else { return };
        let Some(error) = broken else {
            self.taken.remove(&id);
            return;
        };
        // A fault of this program in one mail must not stop the others, nor be repeated at once: it counts as an attempt.
        tracing::error!(delivery = %id, %error, "an attempt to send broke off");
        let handle = self.handle.clone();
        let task = self.flight.spawn(async move {
            report(&handle, id, SendOutcome::Retry("the attempt broke off inside".to_owned())).await;
        });
        self.tasks.insert(task.id(), id);
    }

    async fn finish(&mut self) {
        if !self.flight.is_empty() {
            tracing::info!(attempts = self.flight.len(), "finishing the attempts in hand");
        }
        while let Some(done) = self.flight.join_next_with_id().await {
            self.landed(done);
        }
        self.relay.close().await;
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
