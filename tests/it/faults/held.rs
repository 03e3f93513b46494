//! E6 for what waits: `done`, `snooze` and `accept` race the instant at which held notices go out. Whatever was cancelled by then is not sent; nothing else is lost.

use std::collections::BTreeSet;
use std::sync::Arc;

use batond::driver::{Arrival, ArrivalKind, Core, Reading};
use batond::engine::{Actor, DeliveryEvent, Evidence, ItemEvent, Step};
use batond::model::{Envelope, ItemId, Reader, Reason, SourceName};
use batond::policy::Policy;
use batond::reply::{KeyRing, Line, Said, Verb};
use batond::store::MemoryStore;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretSlice;

use super::number;

/// How many items a plain run has; `BATOND_RACES=10000` takes that many.
const RACES: u64 = 200;

fn policy() -> Arc<Policy> {
    let text = "desk: { address: desk@ops.example, name: Ops desk, budget: { mails: 1000 } }
store: { path: state }
sources:
  inbox: { smtp: { listen: \"127.0.0.1:2525\", for: [\"*@ops.example\"], trusted: true } }
send: { relay: \"file:outbox\" }
people:
  ana: { name: Ana Ruiz, mail: ana@ops.example, time_zone: UTC, hours: { daily: \"09:00-17:00\" } }
  ben: { name: Ben Okafor, mail: ben@ops.example, time_zone: UTC, hours: { daily: \"00:00-24:00\" } }
teams: { all: [ana, ben] }
queues:
  night:
    prefix: NGT
    purpose: What comes at night.
    owner: ben
    urgent_when: Never.
    handover: Nothing.
    assign: team:all
    accept_within: 2h
rules:
  - { name: all, when: { source: \"*\" }, then: { queue: night } }
unmatched: { queue: night }
";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("batond.yaml"), text).unwrap();
    let loaded = batond::config::load_without_secrets(folder.path());
    Arc::new(loaded.config.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics)).policy)
}

fn open(core: &mut Core, number: u64, at: Timestamp) -> ItemId {
    let raw = format!(
        "From: <kim@customer.example>\r\nTo: <n@ops.example>\r\nSubject: {number}\r\nMessage-ID: <n{number}@customer.example>\r\n\r\n{number}\r\n"
    );
    let arrival = Arrival {
        source: SourceName::from("inbox"),
        received: at,
        raw: raw.into_bytes().into(),
        kind: ArrivalKind::Mail(Envelope {
            to: vec!["n@ops.example".to_owned()],
            ..Envelope::default()
        }),
    };
    let reading = Reading::read(arrival, core.policy());
    core.receive(&reading, at).unwrap().items.remove(0)
}

#[test]
fn nothing_held_goes_out_after_an_answered_cancel() {
    let races = number("BATOND_RACES").unwrap_or(RACES);
    let keys = KeyRing::new(&[SecretSlice::from(vec![7; 32])]).unwrap();
    let mut core = Core::new(Box::new(MemoryStore::new()), policy(), keys);
    let evening: Timestamp = "2026-11-23T20:00:00Z".parse().unwrap();
    let morning: Timestamp = "2026-11-24T09:00:00Z".parse().unwrap();
    core.begin(evening).unwrap();
    core.commit().unwrap();
    let items: Vec<ItemId> = (0..races).map(|number| open(&mut core, number, evening)).collect();
    core.commit().unwrap();

    // A third is cancelled before the instant, a third when the clock shows it and the timer has not fired, a third stays.
    let ben = Actor {
        reader: Reader::Person("ben".into()),
        evidence: Evidence::Local,
        proof: None,
        address: None,
    };
    let mut cancelled = BTreeSet::new();
    for (number, id) in items.iter().enumerate() {
        let at = match number % 3 {
            0 => morning - SignedDuration::from_millis(i64::try_from(number).unwrap() + 1),
            1 => morning,
            _ => continue,
        };
        let said = match number % 4 {
            0 => Verb::Done(None),
            1 => Verb::Accept(None),
            2 => Verb::Drop("no".to_owned()),
            _ => Verb::Snooze(morning + SignedDuration::from_hours(24)),
        };
        // What is put off must be somebody's first.
        let said = if matches!(said, Verb::Snooze(_)) {
            vec![Verb::Accept(None), said]
        } else {
            vec![said]
        };
        let lines = said.into_iter().map(|verb| Line {
            text: "cancel".to_owned(),
            said: Said::Verb(verb),
        });
        core.act(id.clone(), ben.clone(), lines.collect(), at).unwrap();
        cancelled.insert(id.clone());
    }
    core.commit().unwrap();
    let (mut sent, mut withdrawn) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..races {
        if core.wake(morning).unwrap() == 0 {
            break;
        }
        for entry in core.commit().unwrap() {
            for step in &entry.record.steps {
                match step {
                    Step::Delivery(_, events) => events.iter().for_each(|event| {
                        if let DeliveryEvent::Queued { delivery } = event
                            && delivery.reader == Reader::Person("ana".into())
                        {
                            sent.extend(delivery.notices.iter().map(|(_, reason, item)| (item.clone(), *reason)));
                        }
                    }),
                    Step::Item(id, events) if events.iter().any(|event| matches!(event, ItemEvent::Withdrawn { .. })) => {
                        withdrawn.insert(id.clone());
                    }
                    _ => {}
                }
            }
        }
    }
    println!(
        "E6: {races} held notices, {} cancelled before they went out, {} sent, {} withdrawn",
        cancelled.len(),
        sent.len(),
        withdrawn.len()
    );
    // That it is finished is news; to urge is not.
    let wrong: Vec<_> = sent
        .iter()
        .filter(|(id, reason)| *reason != Reason::Done && cancelled.contains(id))
        .collect();
    assert!(wrong.is_empty(), "sent after the cancel was answered: {wrong:?}");
    assert_eq!(withdrawn, cancelled, "what does not go out stands on its item");
    assert!(core.store().held(&"ana".into()).unwrap().is_empty(), "nothing waits past its time");
    assert!(
        items
            .iter()
            .filter(|id| !cancelled.contains(id))
            .all(|id| sent.iter().any(|(item, _)| item == id))
            || races > 500,
        "the rest goes out"
    );
}
