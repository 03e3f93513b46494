//! What the doors and the outbox hold of the driver. May import model. An answer from here is an answer about stable storage.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arc_swap::ArcSwap;
use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::{Notify, mpsc, oneshot};

use super::{Origin, Reading};
use crate::engine::{Actor, OutboxAct, ReadError, SeenKey, SendOutcome, SourceIs};
use crate::model::{Address, Delivery, DeliveryId, Envelope, ItemId, MuteName, Muting, PersonKey, RoundName, SourceName, Unparsed};
use crate::observe::{self, Report, Sources};
use crate::policy::Policy;
use crate::reply::{KeyRing, Line};
use crate::store::Store;

/// A message as it came through a door, not yet decoded.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The source.
    pub source: SourceName,
    /// When its last byte was read.
    pub received: Timestamp,
    /// The bytes: for mail what stood in DATA, dot-unstuffed and otherwise unchanged (no Received header is added: the
    /// envelope says who sent it); for a webhook the body.
    pub raw: Bytes,
    /// What kind of door.
    pub kind: ArrivalKind,
}

/// What a door knows besides the bytes.
#[derive(Debug, Clone)]
pub enum ArrivalKind {
    /// Mail.
    Mail(Envelope),
    /// Mail that lies somewhere and is read there.
    Lying(Envelope, Origin),
    /// Mail that lies somewhere and that its source could not take: where, and why.
    Aside(Envelope, Origin, Unparsed),
    /// A webhook delivery.
    Hook(HookParts),
}

/// What stood around a webhook's body.
#[derive(Debug, Clone, Default)]
pub struct HookParts {
    /// The sender's id for this delivery.
    pub delivery_id: Option<String>,
    /// What the sender proved, as a digest, where its id is not part of that: the same again is a replay, whatever id it comes under.
    pub identity: Option<String>,
    /// The sender's word for the event.
    pub event: Option<String>,
    /// The Content-Type header as sent.
    pub content_type: Option<String>,
    /// Headers without secrets, names lower case.
    pub headers: Vec<(String, String)>,
    /// The query string's pairs, decoded.
    pub query: Vec<(String, String)>,
}

/// The message is on stable storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The items it opened or joined; empty if a rule dropped it.
    pub items: Vec<ItemId>,
    /// Whether it had been received before and changed nothing.
    pub repeat: bool,
}

/// The message was not taken; the sender keeps it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Too much is waiting: SMTP 451, HTTP 503 with Retry-After.
    #[error("too much is waiting; try again")]
    Busy,
    /// The disk is nearly full: SMTP 452, HTTP 503 with Retry-After.
    #[error("the disk is nearly full; try again later")]
    Full,
    /// The machine's clock is not set: nothing that is promised would come at its time. SMTP 451, HTTP 503.
    #[error("the clock of this machine is not set yet; try again")]
    Clock,
    /// The daemon is stopping: SMTP 421, HTTP 503.
    #[error("the service is stopping; try again")]
    Stopping,
    /// The store failed: SMTP 451, HTTP 503. The process is about to end.
    #[error("the store failed; try again")]
    Store,
}

impl Refusal {
    /// The word metrics count it by.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Full => "full",
            Self::Clock => "clock",
            Self::Stopping => "stopping",
            Self::Store => "store",
        }
    }
}

/// A look-up against committed state.
pub type Look = Box<dyn FnOnce(&dyn Store) + Send>;

/// What is asked of the driver.
pub enum Request {
    /// Take a message.
    Receive(Box<Reading>, oneshot::Sender<Result<Receipt, Refusal>>),
    /// A source stays broken, or works (again): the item that says so is opened, or closed.
    SourceIs(SourceName, SourceIs, oneshot::Sender<Result<(), Refusal>>),
    /// Do what somebody at the command line said.
    Act(ItemId, Actor, Vec<Line>, oneshot::Sender<Result<Vec<String>, Refusal>>),
    /// Do what somebody at the command line said about themselves.
    About(PersonKey, Vec<Line>, oneshot::Sender<Result<Vec<String>, Refusal>>),
    /// Mute something by hand.
    Mute(Box<Muting>, oneshot::Sender<Result<Vec<String>, Refusal>>),
    /// End a mute; `None` if there is none that holds.
    Unmute(MuteName, PersonKey, oneshot::Sender<Result<Option<Vec<String>>, Refusal>>),
    /// Mail to an address works again; `None` if there was no trouble with it.
    AddressWorks(Address, oneshot::Sender<Result<Option<Vec<String>>, Refusal>>),
    /// Begin a round: its name, what it is about, who says so. `None` if there is none of this name.
    StartRound(RoundName, String, PersonKey, oneshot::Sender<Result<Option<ItemId>, Refusal>>),
    /// Do with a delivery what somebody at the command line said; `None` if there is none of this id.
    Outbox(DeliveryId, OutboxAct, oneshot::Sender<Result<Option<Vec<String>>, Refusal>>),
    /// Record what attempts to send came to.
    Attempted(Vec<(DeliveryId, SendOutcome)>, oneshot::Sender<Result<(), Refusal>>),
    /// Write a canary, if the policy has one.
    Canary(oneshot::Sender<Result<Option<Box<Delivery>>, Refusal>>),
    /// Look something up in committed state.
    Read(Look),
    /// Make and verify reply keys with other secrets from now on.
    Rekey(Box<KeyRing>, oneshot::Sender<Result<(), Refusal>>),
    /// Decide by another policy from now on.
    Reload(Arc<Policy>, oneshot::Sender<Result<(), Refusal>>),
    /// Finish what is waiting, close the store, end.
    Stop(oneshot::Sender<Result<(), Refusal>>),
}

/// How others reach the driver. Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    requests: mpsc::Sender<Request>,
    policy: Arc<ArcSwap<Policy>>,
    outbox: Arc<Notify>,
    relays: observe::Relays,
    sources: Sources,
    unanswered: Arc<AtomicUsize>,
}

/// A message that was handed over, until it is answered or nobody waits any more.
struct HandedOver(Arc<AtomicUsize>);

impl HandedOver {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for HandedOver {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Handle {
    /// A handle and what the driver reads at its other end. `depth` requests can wait; past that a door hears `Busy`.
    #[must_use]
    pub fn new(policy: Arc<ArcSwap<Policy>>, depth: usize) -> (Self, mpsc::Receiver<Request>) {
        let (requests, receiver) = mpsc::channel(depth);
        (
            Self {
                requests,
                policy,
                outbox: Arc::new(Notify::new()),
                relays: observe::Relays::default(),
                sources: Sources::default(),
                unanswered: Arc::default(),
            },
            receiver,
        )
    }

    /// The policy that decides now.
    #[must_use]
    pub fn policy(&self) -> Arc<Policy> {
        self.policy.load_full()
    }

    /// Woken whenever a commit may have made a delivery due.
    #[must_use]
    pub fn outbox_wake(&self) -> Arc<Notify> {
        Arc::clone(&self.outbox)
    }

    /// How each source is.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// How many messages were handed over and are not answered yet.
    #[must_use]
    pub fn unanswered(&self) -> usize {
        self.unanswered.load(Ordering::Relaxed)
    }

    /// Decodes a message, judges it by the rules, and hands it to the driver. Returns only after the commit.
    ///
    /// # Errors
    /// A [`Refusal`]: the message was not taken, the sender keeps it.
    pub async fn receive(&self, arrival: Arrival) -> Result<Receipt, Refusal> {
        let (source, at) = (arrival.source.clone(), arrival.received);
        let taken = self.take(arrival).await;
        match &taken {
            Ok(receipt) => {
                observe::received(&source);
                self.sources.delivered(&source, receipt.repeat, at);
            }
            Err(refusal) => self.sources.report(&source, Report::Refused(refusal.as_str()), at),
        }
        taken
    }

    pub(super) async fn take(&self, arrival: Arrival) -> Result<Receipt, Refusal> {
        let reading = Reading::of(arrival, self.policy()).await;
        let (answer, wait) = oneshot::channel();
        let _counted = HandedOver::new(&self.unanswered);
        self.requests
            .try_send(Request::Receive(Box::new(reading), answer))
            .map_err(refusal)?;
        wait.await.map_err(|_| Refusal::Store)?
    }

    /// Records what attempts to send came to. Returns only after the commit.
    ///
    /// # Errors
    /// A [`Refusal`]: not all are recorded; those attempts will be repeated.
    pub async fn attempted(&self, outcomes: Vec<(DeliveryId, SendOutcome)>) -> Result<(), Refusal> {
        let (answer, wait) = oneshot::channel();
        self.requests
            .send(Request::Attempted(outcomes, answer))
            .await
            .map_err(|_| Refusal::Stopping)?;
        wait.await.map_err(|_| Refusal::Store)?
    }

    /// Which of these were taken already, and how their place was numbered then.
    ///
    /// # Errors
    /// [`Refusal::Stopping`] or [`Refusal::Store`] when no driver answers any more or the store cannot be read.
    pub async fn taken(&self, source: &SourceName, place: &str, keys: Vec<SeenKey>) -> Result<(Vec<bool>, Option<u64>), Refusal> {
        let numbering = Origin::numbering_key(source, place);
        let look = move |store: &dyn Store| {
            let known = store.seen(&numbering)?.map(|seen| seen.number);
            let taken: Result<Vec<bool>, ReadError> = keys.iter().map(|key| Ok(store.seen(key)?.is_some())).collect();
            taken.map(|taken| (taken, known))
        };
        self.read(look).await?.map_err(|_| Refusal::Store)
    }

    /// Opens the item that says that a source stays broken, or closes it.
    ///
    /// # Errors
    /// A [`Refusal`]: nothing was done; say it again later.
    pub async fn source_is(&self, source: SourceName, how: SourceIs) -> Result<(), Refusal> {
        let (answer, wait) = oneshot::channel();
        let request = Request::SourceIs(source, how, answer);
        self.requests.send(request).await.map_err(|_| Refusal::Stopping)?;
        wait.await.map_err(|_| Refusal::Store)?
    }

    /// Runs a look-up against committed state, between two commits: keep it short.
    ///
    /// # Errors
    /// [`Refusal::Stopping`] or [`Refusal::Store`] when no driver answers any more.
    pub async fn read<T: Send + 'static>(&self, look: impl FnOnce(&dyn Store) -> T + Send + 'static) -> Result<T, Refusal> {
        let (answer, wait) = oneshot::channel();
        let look = Box::new(move |store: &dyn Store| drop(answer.send(look(store))));
        self.requests.send(Request::Read(look)).await.map_err(|_| Refusal::Stopping)?;
        wait.await.map_err(|_| Refusal::Store)
    }

    /// Does what somebody at the command line said; one outcome line for each.
    ///
    /// # Errors
    /// A [`Refusal`]: nothing was done.
    pub async fn act(&self, item: ItemId, actor: Actor, lines: Vec<Line>) -> Result<Vec<String>, Refusal> {
        let (answer, wait) = oneshot::channel();
        self.requests
            .send(Request::Act(item, actor, lines, answer))
            .await
            .map_err(|_| Refusal::Stopping)?;
        wait.await.map_err(|_| Refusal::Store)?
    }

    /// Does what somebody at the command line said about themselves; one outcome line for each.
    ///
    /// # Errors
    /// A [`Refusal`]: nothing was done.
    pub async fn about(&self, person: PersonKey, lines: Vec<Line>) -> Result<Vec<String>, Refusal> {
        let (answer, wait) = oneshot::channel();
        let request = Request::About(person, lines, answer);
        self.requests.send(request).await.map_err(|_| Refusal::Stopping)?;
        wait.await.map_err(|_| Refusal::Store)?
    }

    /// Mutes something by hand; a line says what came of it.
    ///
    /// # Errors
    /// A [`Refusal`]: nothing was done.
    pub async fn mute(&self, muting: Muting) -> Result<Vec<String>, Refusal> {
        let (answer, wait) = oneshot::channel();
        let request = Request::Mute(Box::new(muting), answer);
        self.requests.send(request).await.map_err(|_| Refusal::Stopping)?;
        wait.await.map_err(|_| Refusal::Store)?
    }

    /// Ends a mute before its time; `None` if there is none of this name that holds.
    ///
    /// # Errors
    /// A [`Refusal`]: nothing was done.
    pub async fn unmute(&self, name: MuteName, by: PersonKey) -> Result<Option<Vec<String>>, Refusal> {
        let (answer, wait) = oneshot::channel();
        let request = Request::Unmute(name, by, answer);
        self.requests.send(request).await.map_err(|_| Refusal::Stopping)?;
        wait.await.map_err(|_| Refusal::Store)?
    }

    /// Lets mail to an address go on; `None` if there is no trouble with it.
    ///
    /// # Errors
    /// A [`Refusal`]: nothing was done.
    pub async fn address_works(&self, address: Address) -> Result<Option<Vec<String>>, Refusal> {
        let (answer, wait) = oneshot::channel();
        let request = Request::AddressWorks(address, answer);
        self.requests.send(request).await.map_err(|_| Refusal::Stopping)?;
        wait.await.map_err(|_| Refusal::Store)?
    }

    /// Does with a delivery what somebody at the command line said; `None` if there is none of this id.
    ///
    /// # Errors
    /// A [`Refusal`]: nothing was done.
    pub async fn outbox(&self, delivery: DeliveryId, act: OutboxAct) -> Result<Option<Vec<String>>, Refusal> {
        let (answer, wait) = oneshot::channel();
        let request = Request::Outbox(delivery, act, answer);
        self.requests.send(request).await.map_err(|_| Refusal::Stopping)?;
        wait.await.map_err(|_| Refusal::Store)?
    }

    /// A canary that leaves now, if the policy has one.
    ///
    /// # Errors
    /// A [`Refusal`]: there is none now.
    pub async fn canary(&self) -> Result<Option<Box<Delivery>>, Refusal> {
        let (answer, wait) = oneshot::channel();
        self.requests.send(Request::Canary(answer)).await.map_err(|_| Refusal::Stopping)?;
        wait.await.map_err(|_| Refusal::Store)?
    }

    /// How the relays are.
    #[must_use]
    pub fn relays(&self) -> &observe::Relays {
        &self.relays
    }

    /// Begins a round; `None` if there is none of this name.
    ///
    /// # Errors
    /// A [`Refusal`]: nothing was done.
    pub async fn start_round(&self, name: RoundName, about: String, by: PersonKey) -> Result<Option<ItemId>, Refusal> {
        let (answer, wait) = oneshot::channel();
        let request = Request::StartRound(name, about, by, answer);
        self.requests.send(request).await.map_err(|_| Refusal::Stopping)?;
        wait.await.map_err(|_| Refusal::Store)?
    }

    /// Makes and verifies reply keys with these secrets from now on.
    ///
    /// # Errors
    /// A [`Refusal`]: it goes on with those it had; a restart takes the new ones.
    pub async fn rekey(&self, keys: KeyRing) -> Result<(), Refusal> {
        let (answer, wait) = oneshot::channel();
        let request = Request::Rekey(Box::new(keys), answer);
        self.requests.send(request).await.map_err(|_| Refusal::Stopping)?;
        wait.await.map_err(|_| Refusal::Store)?
    }

    /// Decides by `policy` from now on. Moves no deadline.
    ///
    /// # Errors
    /// A [`Refusal`]: the old policy goes on.
    pub async fn reload(&self, policy: Arc<Policy>) -> Result<(), Refusal> {
        let (answer, wait) = oneshot::channel();
        self.requests
            .send(Request::Reload(Arc::clone(&policy), answer))
            .await
            .map_err(|_| Refusal::Stopping)?;
        wait.await.map_err(|_| Refusal::Store)??;
        // Messages are judged on this side of the driver: what comes from now on is judged by the new rules.
        self.policy.store(policy);
        Ok(())
    }

    /// Finishes what is waiting and closes the store.
    ///
    /// # Errors
    /// [`Refusal::Store`] when the store could not be closed in good order.
    pub async fn stop(&self) -> Result<(), Refusal> {
        let (answer, wait) = oneshot::channel();
        self.requests.send(Request::Stop(answer)).await.map_err(|_| Refusal::Stopping)?;
        wait.await.map_err(|_| Refusal::Store)?
    }
}

fn refusal(error: mpsc::error::TrySendError<Request>) -> Refusal {
    match error {
        mpsc::error::TrySendError::Full(_) => Refusal::Busy,
        mpsc::error::TrySendError::Closed(_) => Refusal::Stopping,
    }
}
