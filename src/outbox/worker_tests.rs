//! The worker against a store that is a list: each once, a few at a time, again when it must, an end when it is told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::sink::{Act, At, Sink};
use super::tests::{delivery, smtp};
use super::*;
use crate::clock::{Clock, SystemClock};
use crate::driver::{Handle, Request};
use crate::engine::{AggregateId, Correlation, Past, Read, Record, Seen, SeenKey, SendOutcome};
use crate::model::{Delivery, DeliveryId, DeliveryState, Item, ItemId, Notice, PersonKey, PersonState, RawRef};
use crate::policy::{Desk, Policy};
use crate::store::{DeliveryFilter, Entry, Newest, Store, StoreError, StoreHealth};

/// A store that knows deliveries and nothing else.
struct List(Arc<Mutex<BTreeMap<DeliveryId, Delivery>>>);

impl Past for List {
    fn concerning(&self, _: &crate::model::Party, _: usize) -> Read<(Vec<ItemId>, usize)> {
        Ok((Vec::new(), 0))
    }
    fn item(&self, _: &ItemId) -> Read<Option<Item>> {
        Ok(None)
    }
    fn person(&self, _: &PersonKey) -> Read<Option<PersonState>> {
        Ok(None)
    }
    fn held(&self, _: &PersonKey) -> Read<Vec<Notice>> {
        Ok(Vec::new())
    }
    fn delivery(&self, id: &DeliveryId) -> Read<Option<Delivery>> {
        Ok(self.0.lock().expect("the list").get(id).cloned())
    }
    fn correlated(&self, _: &Correlation) -> Read<Option<ItemId>> {
        Ok(None)
    }
    fn seen(&self, _: &SeenKey) -> Read<Option<Seen>> {
        Ok(None)
    }
    fn last_number(&self, _: &str) -> Read<u64> {
        Ok(0)
    }
    fn correspondent(&self, _: &crate::model::Address) -> Read<Option<crate::model::Correspondent>> {
        Ok(None)
    }
    fn round(&self, _: &crate::model::ItemId) -> Read<Option<crate::model::Round>> {
        Ok(None)
    }
    fn shifts(&self) -> Read<Vec<crate::model::Shift>> {
        Ok(Vec::new())
    }

    fn mute(&self, _: &crate::model::MuteName) -> Read<Option<crate::model::Mute>> {
        Ok(None)
    }
    fn expectation(&self, _: &crate::model::ExpectationName) -> Read<Option<crate::model::Expectation>> {
        Ok(None)
    }
}

impl List {
    fn due_all(&self) -> Vec<(Timestamp, Delivery)> {
        let list = self.0.lock().expect("the list");
        let mut due: Vec<(Timestamp, Delivery)> = list
            .values()
            .filter_map(|delivery| match delivery.state {
                DeliveryState::Due(at) => Some((at, delivery.clone())),
                _ => None,
            })
            .collect();
        due.sort_by_key(|(at, delivery)| (*at, delivery.id));
        due
    }
}

impl Store for List {
    fn commit(&mut self, group: Vec<Entry>) -> Result<Vec<Entry>, StoreError> {
        Ok(group)
    }
    fn next_seq(&self) -> u64 {
        1
    }
    fn due(&self, _: Timestamp, _: usize) -> Read<Vec<(Timestamp, AggregateId)>> {
        Ok(Vec::new())
    }
    fn next_due(&self) -> Read<Option<Timestamp>> {
        Ok(None)
    }
    fn items_page(&self, _: bool, _: Option<&ItemId>, _: usize) -> Read<Vec<Item>> {
        Ok(Vec::new())
    }

    fn rounds_page(&self, _: bool, _: Option<u64>, _: usize) -> Read<Vec<crate::model::Round>> {
        Ok(Vec::new())
    }
    fn correspondents(&self) -> Read<Vec<crate::model::Correspondent>> {
        Ok(Vec::new())
    }
    fn mutes(&self) -> Read<Vec<crate::model::Mute>> {
        Ok(Vec::new())
    }
    fn expectations(&self) -> Read<Vec<crate::model::Expectation>> {
        Ok(Vec::new())
    }
    fn outbox_due(&self, now: Timestamp, limit: usize) -> Read<Vec<Delivery>> {
        Ok(self
            .due_all()
            .into_iter()
            .filter(|(at, _)| *at <= now)
            .take(limit)
            .map(|(_, d)| d)
            .collect())
    }
    fn outbox_next(&self) -> Read<Option<Timestamp>> {
        Ok(self.due_all().first().map(|(at, _)| *at))
    }
    fn calls_due(&self, _: Timestamp, _: usize) -> Read<Vec<Delivery>> {
        Ok(Vec::new())
    }
    fn calls_next(&self) -> Read<Option<Timestamp>> {
        Ok(None)
    }
    fn deliveries_page(&self, _: DeliveryFilter, _: Option<&Delivery>, _: usize) -> Read<Vec<Delivery>> {
        Ok(Vec::new())
    }
    fn history_newest(&self, _: &ItemId, _: usize) -> Read<Newest> {
        Ok(Newest::default())
    }
    fn history_page(&self, _: &ItemId, _: u64, _: usize) -> Read<Vec<Record>> {
        Ok(Vec::new())
    }
    fn dropped_page(&self, _: u64, _: usize) -> Read<Vec<Record>> {
        Ok(Vec::new())
    }
    fn dropped_before(&self, _: Timestamp) -> Read<u64> {
        Ok(0)
    }
    fn keyed(&self, _: &str, _: usize) -> Read<Vec<Item>> {
        Ok(Vec::new())
    }
    fn raw(&self, _: &RawRef) -> Read<Option<Bytes>> {
        Ok(None)
    }
    fn health(&self) -> StoreHealth {
        StoreHealth::default()
    }
    fn close(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// A worker over a list, with a driver that does the least there is: a retry is due after `again`.
pub(super) struct Bench {
    pub list: Arc<Mutex<BTreeMap<DeliveryId, Delivery>>>,
    pub relays: Arc<Relays>,
    handle: Handle,
    stop: CancellationToken,
    worker: tokio::task::JoinHandle<()>,
}

impl Bench {
    pub fn start(relay: Relay, deliveries: impl IntoIterator<Item = Delivery>, again: Duration) -> Self {
        Self::with(vec![relay], deliveries, again)
    }

    pub fn with(relays: Vec<Relay>, deliveries: impl IntoIterator<Item = Delivery>, again: Duration) -> Self {
        let list = Arc::new(Mutex::new(deliveries.into_iter().map(|d| (d.id, d)).collect::<BTreeMap<_, _>>()));
        let (handle, requests) = Handle::new(Arc::new(ArcSwap::from_pointee(policy())), 16);
        tokio::spawn(drive(requests, List(Arc::clone(&list)), again));
        let stop = CancellationToken::new();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let relays = Arc::new(Relays::of(relays, Arc::clone(&clock)));
        let worker = tokio::spawn(run(handle.clone(), Arc::clone(&relays), None, clock, stop.clone()));
        Self {
            list,
            relays,
            handle,
            stop,
            worker,
        }
    }

    pub fn count(&self, wanted: impl Fn(&Delivery) -> bool) -> usize {
        self.list.lock().expect("the list").values().filter(|d| wanted(d)).count()
    }

    pub async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        while !holds(self) {
            assert!(began.elapsed() < Duration::from_secs(20), "not within 20 s: {what}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Makes more due.
    pub fn add(&self, deliveries: impl IntoIterator<Item = Delivery>) {
        self.list
            .lock()
            .expect("the list")
            .extend(deliveries.into_iter().map(|d| (d.id, d)));
        self.handle.outbox_wake().notify_one();
    }

    /// Leaves everything where it is.
    pub fn abandon(self) {
        self.worker.abort();
    }

    pub async fn stop(self) {
        self.stop.cancel();
        tokio::time::timeout(Duration::from_secs(10), self.worker)
            .await
            .expect("an end")
            .expect("no panic");
    }
}

/// One that says nothing: the outbox asks none.
pub(super) fn policy() -> Policy {
    Policy {
        revision: "r1".into(),
        desk: Desk {
            address: "desk@ops.example".parse().expect("an address"),
            name: "Ops desk".to_owned(),
            budget: crate::policy::Budget::default(),
            digest: Default::default(),
            coverage: true,
        },
        calendars: BTreeMap::new(),
        people: BTreeMap::new(),
        teams: BTreeMap::new(),
        rotations: BTreeMap::new(),
        queues: BTreeMap::new(),
        ladders: BTreeMap::new(),
        trust: std::collections::BTreeMap::new(),
        swaps: Vec::new(),
        rules: Default::default(),
        expected: Default::default(),
        webhooks: Default::default(),
        silences: Default::default(),
        mutes: Default::default(),
        rounds: Default::default(),
        unmatched: "support".into(),
        quarantine: "support".into(),
    }
}

async fn drive(mut requests: mpsc::Receiver<Request>, list: List, again: Duration) {
    while let Some(request) = requests.recv().await {
        match request {
            Request::Read(look) => look(&list),
            Request::Attempted(outcomes, answer) => {
                let mut list = list.0.lock().expect("the list");
                for (id, outcome) in outcomes {
                    if let Some(delivery) = list.get_mut(&id) {
                        note(delivery, &outcome, again);
                    }
                }
                let _ = answer.send(Ok(()));
            }
            _ => panic!("the outbox asks for nothing else"),
        }
    }
}

fn note(delivery: &mut Delivery, outcome: &SendOutcome, again: Duration) {
    let now = Timestamp::now();
    delivery.attempts += 1;
    delivery.state = match outcome {
        SendOutcome::Sent => DeliveryState::Sent(now),
        SendOutcome::GiveUp(_) => DeliveryState::Dead(now),
        _ if crate::engine::is_expired(delivery, now) => DeliveryState::Dead(now),
        SendOutcome::Retry(_) | SendOutcome::RetryAfter(..) | SendOutcome::NoRelay(_) => DeliveryState::Due(now + again),
    };
}

pub(super) fn is_sent(delivery: &Delivery) -> bool {
    matches!(delivery.state, DeliveryState::Sent(_))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_due_is_sent_once() {
    const MAILS: u64 = 1_000;
    let sink = Sink::start(|_, _| None).await;
    let began = Instant::now();
    let bench = Bench::start(smtp(&sink), (1..=MAILS).map(delivery), Duration::from_secs(60));
    bench.until("all sent", |bench| bench.count(is_sent) as u64 == MAILS).await;
    let took = began.elapsed();
    println!(
        "worker over loopback, {MAX_IN_FLIGHT} at once: {:.0} mails/s",
        MAILS as f64 / took.as_secs_f64()
    );
    let mut to: Vec<String> = sink.taken().into_iter().map(|mail| mail.to).collect();
    to.sort();
    let before = to.len();
    to.dedup();
    assert_eq!((before as u64, to.len() as u64), (MAILS, MAILS), "each exactly once");
    assert!(sink.connections() <= MAX_IN_FLIGHT, "{} connections", sink.connections());
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fails_for_now_is_sent_later_and_what_fails_for_good_is_not() {
    let sink = Sink::start(|at, number| match (at, number) {
        (At::Rcpt, 0..3) => Some(Act::Say("450 4.2.1 later")),
        _ => None,
    })
    .await;
    let mut bad = delivery(9);
    bad.letter.subject = "a\nb".to_owned();
    let bench = Bench::start(smtp(&sink), [delivery(1), delivery(2), bad], Duration::from_millis(30));
    bench.until("two sent", |bench| bench.count(is_sent) == 2).await;
    bench
        .until("one dead", |bench| bench.count(|d| matches!(d.state, DeliveryState::Dead(_))) == 1)
        .await;
    assert_eq!(
        bench.list.lock().expect("the list").values().map(|d| d.attempts).sum::<u32>(),
        3 + 2 + 1
    );
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_delivery_wakes_the_worker() {
    let sink = Sink::start(|_, _| None).await;
    let bench = Bench::start(smtp(&sink), [], Duration::from_secs(60));
    tokio::time::sleep(Duration::from_millis(50)).await;
    bench.list.lock().expect("the list").insert(delivery(1).id, delivery(1));
    bench.handle.outbox_wake().notify_waiters();
    let began = Instant::now();
    bench.until("sent", |bench| bench.count(is_sent) == 1).await;
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_mail_is_in_one_hand_only_and_holds_up_no_other() {
    let sink = Sink::start(|at, number| (at == At::Dot && number == 0).then_some(Act::Silence)).await;
    let relay = smtp(&sink).with_deadline(Duration::from_millis(2_500));
    let bench = Bench::start(relay, (1..=40).map(delivery), Duration::from_secs(60));
    bench.until("the others sent", |bench| bench.count(is_sent) == 39).await;
    // The worker has asked the store again meanwhile; what is in hand must not be begun a second time.
    bench
        .until("the slow one tried", |bench| bench.count(|d| d.attempts == 1) == 40)
        .await;
    assert_eq!(sink.taken().len(), 39);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopping_finishes_what_is_in_hand_and_begins_nothing() {
    let sink = Sink::start(|at, _| {
        if at == At::Dot {
            std::thread::sleep(Duration::from_millis(40));
        }
        None
    })
    .await;
    let bench = Bench::start(smtp(&sink), (1..=500).map(delivery), Duration::from_secs(60));
    bench.until("some sent", |bench| bench.count(is_sent) >= 3).await;
    let list = Arc::clone(&bench.list);
    bench.stop().await;
    let sent = list.lock().expect("the list").values().filter(|d| is_sent(d)).count();
    assert_eq!(sent, sink.taken().len(), "what the relay took is recorded");
    assert!(sent < 500);
}
