//! E6: `done` and `snooze` race the timer on the driver's own thread, in real time. Once the cancel is answered, nobody is reminded any more.

use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use batond::clock::SystemClock;
use batond::driver::{Arrival, ArrivalKind, Core, Handle, writer};
use batond::engine::{Actor, Evidence, ItemEvent, Record, Step, project};
use batond::model::{ClockKind, Envelope, ItemId, Reader, Reason, SourceName};
use batond::policy::Policy;
use batond::reply::{KeyRing, Line, Said, Verb};
use batond::store::{EmbeddedStore, Options};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretSlice;

use super::number;

/// How many races a plain run runs; `BATOND_RACES=10000` runs that many.
const RACES: u64 = 200;
/// How many at once.
const AT_ONCE: u64 = 200;
/// How long before the deadline a cancel is sent at most; at least, it is so long after it.
const SPREAD_MS: std::ops::Range<i64> = -900..60;

fn policy() -> Arc<Policy> {
    let text = "people:
  ana: { name: Ana Ruiz, mail: ana@ops.example, time_zone: UTC, hours: { daily: \"00:00-24:00\" } }
queues:
  rush:
    prefix: RUSH
    purpose: What is nearly late.
    owner: ana
    urgent_when: Never.
    handover: Nothing.
    accept_within: 2s
    escalation: climb
escalations:
  climb: { steps: [{ after: 1s, tell: owner }], again: 1s }
rules:
  - { name: all, when: { source: \"*\" }, then: { queue: rush } }
unmatched: { queue: rush }
";
    crate::site::site(text)
}

/// A driver on a thread of its own over a store on disk.
fn driver(folder: &Path) -> (Handle, std::thread::JoinHandle<()>) {
    let policy = policy();
    let (store, _) = EmbeddedStore::open(folder, Options::default(), project).unwrap();
    let keys = KeyRing::new(&[SecretSlice::from(vec![7; 32])]).unwrap();
    let core = Core::new(Box::new(store), Arc::clone(&policy), keys);
    let (handle, requests) = Handle::new(Arc::new(ArcSwap::new(policy)), 4_096);
    let (outbox, runtime) = (handle.outbox_wake(), tokio::runtime::Handle::current());
    let thread = std::thread::spawn(move || writer::run(core, &SystemClock, requests, &outbox, &runtime).unwrap());
    (handle, thread)
}

/// One race, as it was run.
struct Race {
    item: ItemId,
    /// The last record when the cancel was sent, and when it was answered.
    sent_at: u64,
    answered_at: u64,
}

async fn seq(handle: &Handle) -> u64 {
    handle.read(|store| store.next_seq()).await.unwrap() - 1
}

async fn race(handle: Handle, number: u64) -> Race {
    let raw = format!(
        "From: <kim@customer.example>\r\nTo: <all@ops.example>\r\nSubject: {number}\r\nMessage-ID: <n{number}@ops.example>\r\n\r\n{number}\r\n"
    );
    let arrival = Arrival {
        source: SourceName::from("inbox"),
        received: Timestamp::now(),
        raw: raw.into_bytes().into(),
        kind: ArrivalKind::Mail(Envelope {
            to: vec!["all@ops.example".to_owned()],
            ..Envelope::default()
        }),
    };
    let item = handle.receive(arrival).await.unwrap().items.remove(0);
    let id = item.clone();
    let opened = handle.read(move |store| store.item(&id)).await.unwrap().unwrap().unwrap();
    let deadline = opened.clock(ClockKind::Accept).unwrap().deadline;
    let offset = SPREAD_MS.start + i64::try_from(number).unwrap() * 7_919 % (SPREAD_MS.end - SPREAD_MS.start);
    let wait = deadline.duration_since(Timestamp::now()) + SignedDuration::from_millis(offset);
    tokio::time::sleep(wait.try_into().unwrap_or_default()).await;
    let verb = match number % 2 {
        0 => Verb::Done(None),
        _ => Verb::Snooze(deadline + SignedDuration::from_hours(24)),
    };
    let line = Line {
        text: "done".to_owned(),
        said: Said::Verb(verb),
    };
    let actor = Actor {
        reader: Reader::Person("ana".into()),
        evidence: Evidence::Local,
        proof: None,
        address: None,
    };
    let sent_at = seq(&handle).await;
    handle.act(item.clone(), actor, vec![line]).await.unwrap();
    Race {
        item,
        sent_at,
        answered_at: seq(&handle).await,
    }
}

/// Whether a record urges somebody about an item, or counts it as late.
fn urges(record: &Record, of: &ItemId) -> bool {
    record.steps.iter().any(|step| match step {
        Step::Item(id, events) if id == of => events.iter().any(|event| {
            matches!(
                event,
                ItemEvent::ClockOverdue { .. }
                    | ItemEvent::EscalationStepped { .. }
                    | ItemEvent::Told {
                        reason: Reason::Reminder | Reason::Escalation,
                        ..
                    }
            )
        }),
        _ => false,
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_urges_after_an_answered_cancel() {
    let races = number("BATOND_RACES").unwrap_or(RACES);
    let folder = tempfile::tempdir().unwrap();
    let (handle, thread) = driver(folder.path());
    let mut run = Vec::new();
    for first in (0..races).step_by(usize::try_from(AT_ONCE).unwrap()) {
        let running: Vec<_> = (first..races.min(first + AT_ONCE))
            .map(|number| tokio::spawn(race(handle.clone(), number)))
            .collect();
        for one in running {
            run.push(one.await.unwrap());
        }
    }
    // Whatever would come, comes: the ladder's step and its word again are due by then.
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let (mut late, mut before_answer, mut timer_first, mut cancel_first) = (Vec::new(), 0, 0, 0);
    for race in &run {
        let id = race.item.clone();
        let records = handle
            .read(move |store| store.history_page(&id, 0, usize::MAX))
            .await
            .unwrap()
            .unwrap();
        let after = |seq: u64| records.iter().any(|record| record.seq > seq && urges(record, &race.item));
        if after(race.answered_at) {
            late.push(race.item.to_string());
        }
        // The control: had it been answered before it was committed, this is what would have come after.
        before_answer += usize::from(after(race.sent_at));
        let overdue = records.iter().any(|record| {
            let of_it = |step: &Step| matches!(step, Step::Item(id, events) if *id == race.item && events.iter().any(|event| matches!(event, ItemEvent::ClockOverdue { .. })));
            record.steps.iter().any(of_it)
        });
        if overdue { timer_first += 1 } else { cancel_first += 1 }
    }
    handle.stop().await.unwrap();
    thread.join().unwrap();
    println!(
        "E6: {races} races, the timer first in {timer_first}, the cancel in {cancel_first}: {} notices after an answered cancel; \
         {before_answer} had it been answered when it was sent",
        late.len()
    );
    assert!(late.is_empty(), "urged after the cancel was answered: {late:?}");
    // A plain run is short, and on a loaded machine one side may win each race: the control needs the long one.
    if races >= 1_000 {
        assert!(timer_first > 0 && cancel_first > 0, "nothing raced");
        assert!(before_answer > 0, "the rig could not have seen a notice that comes too late");
    }
}
