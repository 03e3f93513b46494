//! Sends what is due, a few at a time, and reports what came of it. May import model, engine, driver, clock. No delivery is in two hands at once.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use tokio::task::{self, JoinSet};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::ahead::{Ahead, Asked, Found};
use super::lanes::{Lanes, destination};
use super::outcomes::{Outcomes, Recorded};
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
/// The most attempts at once while more than [`LOAD`] messages wait for their answer: what comes in goes first, and what goes out shares its commits.
const IN_FLIGHT_UNDER_LOAD: usize = 6;
/// See [`IN_FLIGHT_UNDER_LOAD`].
const LOAD: usize = 3;
/// How many attempts may be over whose outcome is not on disk yet: a kill makes these go out a second time, as it does those on their way.
const MAX_UNRECORDED: usize = 64;
/// The longest the worker sleeps: wall clocks jump.
const MAX_NAP: Duration = Duration::from_secs(30);
/// How long it sleeps when the store cannot be asked, and while what is due is already in hand.
const SHORT_NAP: Duration = Duration::from_secs(1);

/// Sends until `stop`; then finishes the attempts in hand, each of which has its own deadlines, and takes leave of the relays.
pub async fn run(handle: Handle, relays: Arc<Relays>, per_minute: Option<u32>, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let wake = handle.outbox_wake();
    let mut hands = Hands {
        ahead: Ahead::new(handle.clone()),
        outcomes: Outcomes::new(handle.clone()),
        handle,
        relays: Arc::clone(&relays),
        clock,
        pace: per_minute.map(Pace::new),
        lanes: Lanes::default(),
        taken: HashSet::new(),
        next: None,
        rested: None,
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
        let nap = hands.fill();
        tokio::select! {
            () = stop.cancelled() => {}
            () = notified => hands.ahead.look_again(),
            () = works => hands.ahead.look_again(),
            () = sleep(nap) => hands.ahead.look_again(),
            Some(done) = hands.flight.join_next_with_id() => hands.landed(done),
            recorded = hands.outcomes.recorded() => hands.recorded(recorded),
            found = hands.ahead.found() => match found {
                Ok(found) => hands.take(found),
                Err(Refusal::Stopping) => break,
                Err(refusal) => {
                    tracing::warn!(%refusal, "the outbox cannot be read");
                    // Soon again.
                    hands.next = Some(Timestamp::UNIX_EPOCH);
                }
            },
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
    ahead: Ahead,
    /// Read from the store, not yet begun.
    lanes: Lanes,
    /// Waiting, in flight or being recorded. An id leaves only after its outcome is committed, so a read that came before cannot bring it back.
    taken: HashSet<DeliveryId>,
    /// When the next was due, as last read.
    next: Option<Timestamp>,
    /// When it was last looked, while no relay works, what has to be given up.
    rested: Option<Instant>,
    flight: JoinSet<SendOutcome>,
    /// Which attempt is which delivery.
    tasks: HashMap<task::Id, Attempt>,
    /// What came of attempts, on its way to disk: the relay has the next mail meanwhile.
    outcomes: Outcomes,
}

/// An attempt on its way.
struct Attempt {
    id: DeliveryId,
    destination: String,
    begun: Instant,
}

impl Hands {
    /// Begins as many attempts as there is room for, has more read where few are left, and says how long to sleep if nothing happens meanwhile.
    fn fill(&mut self) -> Duration {
        if self.relays.all_down().is_some() {
            return self.rest();
        }
        self.rested = None;
        while self.has_room() {
            if let Some(wait) = self.pace.as_ref().and_then(Pace::wait) {
                return wait.min(MAX_NAP);
            }
            let Some((delivery, begun)) = self.lanes.next() else { break };
            self.begin(delivery, begun);
        }
        let now = self.clock.now();
        if self.lanes.is_low() && is_set(now) {
            let full = self.lanes.full();
            if self.ahead.is_wanted(&full) {
                self.ahead.begin(now, self.taken.clone(), Asked::ToSend(full));
            }
        }
        if self.ahead.is_reading() {
            MAX_NAP
        } else if self.lanes.is_waiting() {
            // A slow attempt makes room without ending.
            self.ahead.pause().unwrap_or(SHORT_NAP).min(SHORT_NAP)
        } else {
            self.nap(self.next)
        }
    }

    /// No relay works: nothing is tried, and nothing is held in hand but what has to be given up by now.
    fn rest(&mut self) -> Duration {
        for delivery in self.lanes.drain() {
            self.taken.remove(&delivery.id);
        }
        let now = self.clock.now();
        let looked = self.rested.is_some_and(|at| at.elapsed() < MAX_NAP);
        if !looked && is_set(now) && !self.ahead.is_reading() {
            self.rested = Some(Instant::now());
            self.ahead.begin(now, self.taken.clone(), Asked::Expired);
        }
        MAX_NAP
    }

    /// Takes in hand what was read. While no relay works, only what has to be given up.
    fn take(&mut self, found: Found) {
        self.next = found.next;
        let now = self.clock.now();
        let down = self.relays.all_down();
        for delivery in found.due {
            match &down {
                None => {
                    if self.taken.insert(delivery.id) {
                        self.lanes.push(delivery);
                    }
                }
                Some(why) if is_expired(&delivery, now) => {
                    if self.taken.insert(delivery.id) {
                        // There may be more of these.
                        self.rested = None;
                        self.record(delivery.id, SendOutcome::NoRelay(why.clone()));
                    }
                }
                Some(_) => {}
            }
        }
    }

    /// Whether one more attempt may begin now.
    fn has_room(&self) -> bool {
        let most = if self.handle.unanswered() > LOAD {
            IN_FLIGHT_UNDER_LOAD
        } else {
            MAX_IN_FLIGHT
        };
        self.outcomes.unrecorded() < MAX_UNRECORDED
            && self.lanes.quick() < most.min(self.relays.window())
            && self.flight.len() < MAX_WITH_SLOW
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
            outcome
        });
        self.tasks.insert(task.id(), attempt);
    }

    /// An attempt is over: its place is free for the next, and what came of it is recorded.
    fn landed(&mut self, done: Result<(task::Id, SendOutcome), task::JoinError>) {
        let (task, outcome) = match done {
            Ok((task, outcome)) => (task, Ok(outcome)),
            Err(error) => (error.id(), Err(error)),
        };
        let Some(attempt) = self.tasks.remove(&task) else { return };
        self.lanes.ended(&attempt.destination, attempt.begun);
        let outcome = outcome.unwrap_or_else(|error| {
            // A fault of this program in one mail must not stop the others, nor be repeated at once: it counts as an attempt.
            tracing::error!(delivery = %attempt.id, %error, "an attempt to send broke off");
            SendOutcome::Retry("the attempt broke off inside".to_owned())
        });
        self.record(attempt.id, outcome);
    }

    fn record(&mut self, id: DeliveryId, outcome: SendOutcome) {
        self.outcomes.add(id, outcome, self.flight.is_empty());
    }

    fn recorded(&mut self, recorded: Vec<Recorded>) {
        for Recorded { id, is_over } in recorded {
            self.taken.remove(&id);
            if !is_over {
                // It is due again at a time that only the store knows.
                self.ahead.look_again();
            }
        }
    }

    async fn finish(&mut self) {
        if !self.flight.is_empty() {
            tracing::info!(attempts = self.flight.len(), "finishing the attempts in hand");
        }
        while let Some(done) = self.flight.join_next_with_id().await {
            self.landed(done);
        }
        while let Some(recorded) = self.outcomes.finish().await {
            self.recorded(recorded);
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
