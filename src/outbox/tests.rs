//! Attempts against a sink over loopback, and the worker against a store that is a list.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::sink::{Act, At, Sink};
use super::*;
use crate::clock::SystemClock;
use crate::config;
use crate::driver::{Handle, Request};
use crate::engine::{AggregateId, Correlation, Past, Read, Record, Seen, SeenKey, SendOutcome};
use crate::model::{
    Delivery, DeliveryId, DeliveryState, Item, ItemId, Letter, Notice, NoticeId, PersonKey, PersonState, RawRef, Reader, Reason,
};
use crate::policy::{Desk, Policy};
use crate::rules::RuleSet;
use crate::store::{DeliveryFilter, Entry, Store, StoreError, StoreHealth};

fn delivery(number: u64) -> Delivery {
    let to: crate::model::Address = format!("reader{number}@ops.example").parse().expect("an address");
    let date: Timestamp = "2026-11-24T09:40:00Z".parse().expect("an instant");
    Delivery {
        id: DeliveryId { seq: number, index: 0 },
        reader: Reader::Address(to.clone()),
        notices: vec![(NoticeId { seq: number, index: 0 }, Reason::Assigned, ItemId::new("SUP", number))],
        letter: Letter {
            to,
            to_name: None,
            from: "desk@ops.example".parse().expect("an address"),
            from_name: Some("Ops desk".to_owned()),
            reply_to: Some("desk+k3y@ops.example".parse().expect("an address")),
            null_return_path: false,
            subject: format!("SUP-{number} Printer on fire"),
            message_id: format!("k3y.{number}@ops.example"),
            in_reply_to: None,
            references: Vec::new(),
            date,
            headers: Vec::new(),
            text: "Please accept.\n..\n.\nA line.\n".to_owned(),
            html: "<p>Please accept.</p>".to_owned(),
        },
        queued: Timestamp::UNIX_EPOCH,
        attempts: 0,
        last_error: None,
        state: DeliveryState::Due(Timestamp::UNIX_EPOCH),
    }
}

fn smtp(sink: &Sink) -> Relay {
    Relay::new(&config::Relay::Smtp(sink.url().into())).expect("a relay")
}

#[tokio::test]
async fn a_mail_is_taken_and_the_connection_is_used_again() {
    let sink = Sink::start(|_, _| None).await;
    let relay = smtp(&sink);
    for number in 1..=5 {
        assert_eq!(relay.send(&delivery(number)).await, SendOutcome::Sent);
    }
    let taken = sink.taken();
    assert_eq!((taken.len(), sink.connections()), (5, 1));
    assert!(taken[0].from.starts_with("<desk+k3y@ops.example>"), "{}", taken[0].from);
    assert_eq!(taken[0].to, "<reader1@ops.example>");
    let lines: Vec<&[u8]> = taken[0].data.split(|b| *b == b'\n').collect();
    assert!(
        lines.contains(&b"...\r".as_slice()) && lines.contains(&b"..\r".as_slice()),
        "dots at the start of a line are doubled"
    );
    relay.close().await;
}

#[tokio::test]
async fn each_way_to_fail_has_its_meaning() {
    use Act::{Cut, Say, Silence, TakeAndCut};
    let table = [
        (At::Connect, Say("421 4.3.2 later"), "retry"),
        (At::Connect, Say("554 5.3.2 no service"), "retry"),
        (At::Connect, Cut, "retry"),
        (At::Connect, Silence, "retry"),
        (At::Ehlo, Say("550 5.7.1 go away"), "retry"),
        (At::Ehlo, Cut, "retry"),
        (At::Mail, Say("451 4.3.0 later"), "retry"),
        (At::Mail, Say("530 5.7.0 sign in first"), "retry"),
        (At::Mail, Say("550 5.7.1 not from you"), "give up"),
        (At::Mail, Cut, "retry"),
        (At::Rcpt, Say("450 4.2.1 mailbox busy"), "retry"),
        (At::Rcpt, Say("550 5.1.1 no such user"), "give up"),
        (At::Rcpt, Silence, "retry"),
        (At::Data, Say("452 4.3.1 disk full"), "retry"),
        (At::Data, Say("554 5.5.1 no valid recipients"), "give up"),
        (At::Dot, Say("451 4.7.1 grey"), "retry"),
        (At::Dot, Say("552 5.3.4 too big"), "give up"),
        (At::Dot, Say("hello"), "retry"),
        (At::Dot, Cut, "retry"),
        (At::Dot, TakeAndCut, "retry"),
        (At::Dot, Silence, "retry"),
    ];
    for (step, act, meaning) in table {
        let sink = Sink::start(move |at, _| (at == step).then_some(act)).await;
        let relay = smtp(&sink).with_deadline(Duration::from_millis(700));
        let began = Instant::now();
        let outcome = relay.send(&delivery(1)).await;
        let seen = match &outcome {
            SendOutcome::Sent => "sent",
            SendOutcome::Retry(_) => "retry",
            SendOutcome::GiveUp(_) => "give up",
        };
        assert_eq!(seen, meaning, "{step:?} {act:?}: {outcome:?}");
        assert!(
            began.elapsed() < Duration::from_secs(3),
            "{step:?} {act:?} took {:?}",
            began.elapsed()
        );
    }
}

#[tokio::test]
async fn what_the_relay_said_is_kept() {
    let sink = Sink::start(|at, _| (at == At::Rcpt).then_some(Act::Say("550 5.1.1 no such user"))).await;
    let SendOutcome::GiveUp(why) = smtp(&sink).send(&delivery(1)).await else {
        panic!("a refusal for good");
    };
    assert!(why.contains("550") && why.contains("no such user"), "{why}");
}

#[tokio::test]
async fn a_refused_mail_does_not_spoil_the_next() {
    let sink = Sink::start(|at, number| (at == At::Rcpt && number == 1).then_some(Act::Say("550 5.1.1 no such user"))).await;
    let relay = smtp(&sink);
    assert_eq!(relay.send(&delivery(1)).await, SendOutcome::Sent);
    assert!(matches!(relay.send(&delivery(2)).await, SendOutcome::GiveUp(_)));
    assert_eq!(relay.send(&delivery(3)).await, SendOutcome::Sent);
}

#[tokio::test]
async fn a_connection_the_relay_closed_meanwhile_costs_no_attempt() {
    // The relay closes each connection after the first mail of it, without a word.
    let sink = Sink::start(|at, number| (at == At::Mail && number % 2 == 1).then_some(Act::Cut)).await;
    let relay = smtp(&sink);
    for number in 1..=4 {
        assert_eq!(relay.send(&delivery(number)).await, SendOutcome::Sent, "mail {number}");
    }
    assert_eq!(sink.taken().len(), 4);
    assert!(sink.connections() > 1);
}

#[tokio::test]
async fn nobody_listening_is_tried_again() {
    let sink = Sink::start(|_, _| None).await;
    let url = sink.url();
    drop(sink);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let relay = Relay::new(&config::Relay::Smtp(url.into())).expect("a relay");
    assert!(matches!(relay.send(&delivery(1)).await, SendOutcome::Retry(_)));
}

#[tokio::test]
async fn a_letter_that_is_no_mail_is_given_up() {
    let sink = Sink::start(|_, _| None).await;
    let mut bad = delivery(1);
    bad.letter.message_id = "a b".to_owned();
    assert!(matches!(smtp(&sink).send(&bad).await, SendOutcome::GiveUp(_)));
    assert_eq!(sink.connections(), 0);
}

#[tokio::test]
async fn a_folder_takes_one_file_a_mail_and_a_repeat_replaces_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let into: PathBuf = folder.path().join("out/mail");
    let relay = Relay::new(&config::Relay::File(into.clone())).expect("a relay");
    for number in [1, 2, 1] {
        assert_eq!(relay.send(&delivery(number)).await, SendOutcome::Sent);
    }
    let mut names: Vec<String> = std::fs::read_dir(&into)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["20261124T094000.000Z-d1.0.eml", "20261124T094000.000Z-d2.0.eml"]);
    let bytes = std::fs::read(into.join(&names[0])).expect("a mail");
    assert!(bytes.starts_with(b"Return-Path: <desk+k3y@ops.example>\r\n"));
    assert!(
        mail_parser::MessageParser::default()
            .parse(&bytes)
            .is_some_and(|mail| mail.subject() == Some("SUP-1 Printer on fire"))
    );
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_tried_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "in the way").expect("a file");
    let relay = Relay::new(&config::Relay::File(file)).expect("a relay");
    assert!(matches!(relay.send(&delivery(1)).await, SendOutcome::Retry(_)));
}

/// Measured, not judged: the figure depends on the machine. What is judged is that no mail waits for a delayed acknowledgement (40 ms).
#[tokio::test]
async fn no_mail_waits_for_a_delayed_acknowledgement() {
    const MAILS: u64 = 200;
    let sink = Sink::start(|_, _| None).await;
    let relay = smtp(&sink);
    let one = delivery(1);
    assert_eq!(relay.send(&one).await, SendOutcome::Sent);
    let began = Instant::now();
    for _ in 0..MAILS {
        assert_eq!(relay.send(&one).await, SendOutcome::Sent);
    }
    let each = began.elapsed() / u32::try_from(MAILS).expect("a count");
    println!(
        "one connection over loopback: {each:?} a mail, {:.0} mails/s",
        1.0 / each.as_secs_f64()
    );
    assert!(each < Duration::from_millis(25), "{each:?} a mail");
}

// --- the worker

/// A store that knows deliveries and nothing else.
struct List(Arc<Mutex<BTreeMap<DeliveryId, Delivery>>>);

impl Past for List {
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
    fn commit(&mut self, _: Vec<Entry>) -> Result<(), StoreError> {
        Ok(())
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
    fn items(&self, _: bool) -> Read<Vec<Item>> {
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
    fn deliveries(&self, _: DeliveryFilter) -> Read<Vec<Delivery>> {
        Ok(Vec::new())
    }
    fn history(&self, _: &ItemId) -> Read<Vec<Record>> {
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
struct Bench {
    list: Arc<Mutex<BTreeMap<DeliveryId, Delivery>>>,
    handle: Handle,
    stop: CancellationToken,
    worker: tokio::task::JoinHandle<()>,
}

impl Bench {
    fn start(relay: Relay, deliveries: impl IntoIterator<Item = Delivery>, again: Duration) -> Self {
        let policy = Policy {
            revision: "r1".into(),
            desk: Desk {
                address: "desk@ops.example".parse().expect("an address"),
                name: "Ops desk".to_owned(),
            },
            calendars: BTreeMap::new(),
            people: BTreeMap::new(),
            teams: BTreeMap::new(),
            rotations: BTreeMap::new(),
            queues: BTreeMap::new(),
            ladders: BTreeMap::new(),
            rules: RuleSet::default(),
            unmatched: "support".into(),
            quarantine: "support".into(),
        };
        let list = Arc::new(Mutex::new(deliveries.into_iter().map(|d| (d.id, d)).collect::<BTreeMap<_, _>>()));
        let (handle, requests) = Handle::new(Arc::new(ArcSwap::from_pointee(policy)), 16);
        tokio::spawn(drive(requests, List(Arc::clone(&list)), again));
        let stop = CancellationToken::new();
        let worker = tokio::spawn(run(handle.clone(), relay, Arc::new(SystemClock), stop.clone()));
        Self {
            list,
            handle,
            stop,
            worker,
        }
    }

    fn count(&self, wanted: impl Fn(&Delivery) -> bool) -> usize {
        self.list.lock().expect("the list").values().filter(|d| wanted(d)).count()
    }

    async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        while !holds(self) {
            assert!(began.elapsed() < Duration::from_secs(20), "not within 20 s: {what}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn stop(self) {
        self.stop.cancel();
        tokio::time::timeout(Duration::from_secs(10), self.worker)
            .await
            .expect("an end")
            .expect("no panic");
    }
}

async fn drive(mut requests: mpsc::Receiver<Request>, list: List, again: Duration) {
    while let Some(request) = requests.recv().await {
        match request {
            Request::Read(look) => look(&list),
            Request::Attempted(id, outcome, answer) => {
                if let Some(delivery) = list.0.lock().expect("the list").get_mut(&id) {
                    let now = Timestamp::now();
                    delivery.attempts += 1;
                    delivery.state = match outcome {
                        SendOutcome::Sent => DeliveryState::Sent(now),
                        SendOutcome::Retry(_) => DeliveryState::Due(now + again),
                        SendOutcome::GiveUp(_) => DeliveryState::Dead(now),
                    };
                }
                let _ = answer.send(Ok(()));
            }
            _ => panic!("the outbox asks for nothing else"),
        }
    }
}

fn is_sent(delivery: &Delivery) -> bool {
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
