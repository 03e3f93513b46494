//! Makes the calls that are due, a few at a time, and reports what came of each. May import model, engine, driver, clock. No call is in two hands at once.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use tokio::task::{self, JoinSet};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::Caller;
use crate::clock::{Clock, is_set};
use crate::driver::{Handle, Refusal};
use crate::engine::SendOutcome;
use crate::model::{Delivery, DeliveryId};

/// The most calls at once.
const MAX_IN_FLIGHT: usize = 16;
/// The most calls of one address at once: a slow one does not hold up the others.
const MAX_PER_ADDRESS: usize = 4;
/// How many due calls are asked for at a time.
const BATCH: usize = 256;
/// The longest the worker sleeps: wall clocks jump.
const MAX_NAP: Duration = Duration::from_secs(30);
/// How long it sleeps when the store cannot be asked, and while what is due is already in hand.
const SHORT_NAP: Duration = Duration::from_secs(1);

/// Calls until `stop`, each time by the caller of that moment: a reload exchanges it. Then it finishes the attempts in hand, each of which has its own deadline.
pub async fn run(handle: Handle, caller: Arc<ArcSwap<Caller>>, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let wake = handle.outbox_wake();
    let mut hands = Hands {
        handle,
        caller,
        clock,
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
                tracing::warn!(%refusal, "the calls that are due cannot be read");
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
    while let Some(done) = hands.flight.join_next_with_id().await {
        hands.landed(done);
    }
}

/// What the worker has in hand.
struct Hands {
    handle: Handle,
    caller: Arc<ArcSwap<Caller>>,
    clock: Arc<dyn Clock>,
    flight: JoinSet<()>,
    /// Which attempt is which call, and of which address. An id leaves only after its outcome is committed.
    tasks: HashMap<task::Id, (DeliveryId, String)>,
}

impl Hands {
    /// Begins as many attempts as there is room for, and says how long to sleep if nothing happens meanwhile.
    async fn fill(&mut self) -> Result<Duration, Refusal> {
        let now = self.clock.now();
        if !is_set(now) || self.flight.len() >= MAX_IN_FLIGHT {
            return Ok(MAX_NAP);
        }
        let limit = BATCH + self.tasks.len();
        let (due, next) = self
            .handle
            .read(move |store| (store.calls_due(now, limit), store.calls_next()))
            .await?;
        match due {
            Ok(due) => {
                let taken: HashSet<DeliveryId> = self.tasks.values().map(|(id, _)| *id).collect();
                for delivery in due.into_iter().filter(|delivery| !taken.contains(&delivery.id)) {
                    self.begin(delivery);
                }
            }
            Err(error) => tracing::warn!(%error, "the calls that are due cannot be read"),
        }
        Ok(self.nap(next.unwrap_or_default(), now))
    }

    fn nap(&self, next: Option<Timestamp>, now: Timestamp) -> Duration {
        let Some(next) = next else { return MAX_NAP };
        match Duration::try_from(next.duration_since(now)) {
            // Past: it is in hand already, or its address has enough of them.
            Err(_) | Ok(Duration::ZERO) => SHORT_NAP,
            Ok(ahead) => ahead.min(MAX_NAP),
        }
    }

    /// Begins an attempt, if there is room for one more of its address.
    fn begin(&mut self, delivery: Delivery) {
        let Some(call) = delivery.call.clone() else { return };
        let address = call.webhook.clone().unwrap_or_else(|| call.url.clone());
        let same = self.tasks.values().filter(|(_, other)| *other == address).count();
        if same >= MAX_PER_ADDRESS || self.flight.len() >= MAX_IN_FLIGHT {
            return;
        }
        let (handle, caller, id, now) = (self.handle.clone(), self.caller.load_full(), delivery.id, self.clock.now());
        let task = self.flight.spawn(async move {
            let outcome = caller.send(&delivery, &call, now).await;
            report(&handle, id, outcome).await;
        });
        self.tasks.insert(task.id(), (id, address));
    }

    fn landed(&mut self, done: Result<(task::Id, ()), task::JoinError>) {
        let (task, broken) = match done {
            Ok((task, ())) => (task, None),
            Err(error) => (error.id(), Some(error)),
        };
        let Some((id, address)) = self.tasks.remove(&task) else { return };
        let Some(error) = broken else { return };
        // A fault of this program in one call must not stop the others, nor be repeated at once: it counts as an attempt.
        tracing::error!(delivery = %id, %error, "a call broke off");
        let handle = self.handle.clone();
        let task = self.flight.spawn(async move {
            report(&handle, id, SendOutcome::Retry("the attempt broke off inside".to_owned())).await;
        });
        self.tasks.insert(task.id(), (id, address));
    }
}

async fn report(handle: &Handle, id: DeliveryId, outcome: SendOutcome) {
    if let Err(refusal) = handle.attempted(vec![(id, outcome)]).await {
        tracing::warn!(delivery = %id, %refusal, "a call could not be recorded; it will be repeated with the same id");
    }
}
