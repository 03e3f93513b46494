//! Who may answer in a round, and what a mail that does not arrive does to it: by the writer itself, over memory.

use std::path::Path;
use std::sync::Arc;

use batond::driver::{Arrival, ArrivalKind, Core, Reading};
use batond::engine::SendOutcome;
use batond::model::{AskedState, Delivery, Envelope, Reason, Round, RoundState};
use batond::reply::KeyRing;
use batond::store::{DeliveryFilter, MemoryStore};
use bytes::Bytes;
use jiff::Timestamp;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A writer under `rounds.yaml`, from Monday evening on.
fn core() -> Core {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/timeline/rounds.yaml");
    let policy = batond::config::load(&file).config.expect("it is in order").policy;
    let keys = KeyRing::new(&[vec![7; 32].into()]).unwrap();
    let mut core = Core::new(Box::new(MemoryStore::new()), Arc::new(policy), keys);
    core.begin(at("2026-11-23T18:00:00Z")).unwrap();
    core.commit().unwrap();
    core
}

/// Everything due until `now`, each thing at its own time.
fn wake(core: &mut Core, now: &str) {
    let now = at(now);
    while let Some(due) = core.store().next_due().unwrap().filter(|due| *due <= now) {
        core.wake(due).unwrap();
        core.commit().unwrap();
    }
}

/// The mails of a kind so far, with their letters.
fn mails(core: &Core, reason: Reason) -> Vec<Delivery> {
    let due = core.store().outbox_due(at("2026-12-30T00:00:00Z"), 999).unwrap();
    let is = |delivery: &Delivery| delivery.notices.iter().any(|(_, other, _)| *other == reason);
    due.into_iter().filter(is).collect()
}

fn reply(core: &mut Core, from: &str, text: &str, id: &str, now: &str) {
    let asked = mails(core, Reason::RoundQuestion);
    let to = asked[0].letter.reply_to.clone().expect("an address with a key");
    let raw = format!("From: <{from}>\r\nTo: <{to}>\r\nSubject: Re: it\r\nMessage-ID: <{id}@sender.example>\r\n\r\n{text}\r\n");
    let arrival = Arrival {
        source: "inbox".into(),
        received: at(now),
        raw: Bytes::from(raw.into_bytes()),
        kind: ArrivalKind::Mail(Envelope {
            from: Some(from.to_owned()),
            to: vec![to.to_string()],
            ..Envelope::default()
        }),
    };
    let reading = Reading::read(arrival, core.policy());
    core.receive(&reading, at(now)).unwrap();
    core.commit().unwrap();
}

fn round(core: &Core) -> Round {
    core.store().round(&Round::id(1)).unwrap().expect("it is there")
}

#[test]
fn a_mail_that_cannot_be_delivered_is_shown_in_the_result() {
    let mut core = core();
    wake(&mut core, "2026-11-24T01:00:00Z");
    let asked = mails(&core, Reason::RoundQuestion);
    assert_eq!(asked.len(), 1, "cat in Singapore is asked first");
    let gone = SendOutcome::GiveUp("550 no such user".to_owned());
    core.attempted(asked[0].id, gone, at("2026-11-24T01:01:00Z")).unwrap();
    core.commit().unwrap();
    wake(&mut core, "2026-11-25T08:00:00Z");
    let round = round(&core);
    assert_eq!(round.state, RoundState::Closed);
    assert_eq!(round.people[2].undelivered.as_deref(), Some("550 no such user"));
    let result = mails(&core, Reason::RoundResult);
    let text = &result[0].letter.text;
    assert!(
        text.contains("Cat Lim: said nothing: the mail to them came back (550 no such user)"),
        "{text}"
    );
}

#[test]
fn the_same_reply_counts_once_and_opens_one_item() {
    let mut core = core();
    wake(&mut core, "2026-11-24T01:00:00Z");
    for _ in 0..3 {
        reply(
            &mut core,
            "cat@ops.example",
            "The proxy.\r\nroadblock: no key",
            "m1",
            "2026-11-24T01:05:00Z",
        );
    }
    let round = round(&core);
    assert_eq!((round.people[2].state, round.people[2].answers.len()), (AskedState::Answered, 1));
    assert_eq!(round.items.len(), 1);
    assert_eq!(core.store().items(true).unwrap().len(), 1);
}

#[test]
fn an_answer_counts_only_from_ones_own_address() {
    let mut core = core();
    wake(&mut core, "2026-11-24T01:00:00Z");
    for (from, id) in [("ana@ops.example", "m1"), ("eve@evil.example", "m2")] {
        reply(&mut core, from, "roadblock: send me money", id, "2026-11-24T01:05:00Z");
    }
    let round = round(&core);
    assert_eq!((round.people[2].state, round.people[2].answers.len()), (AskedState::Asked, 0));
    assert!(round.items.is_empty() && core.store().items(true).unwrap().is_empty());
    assert_eq!(
        core.store().history(&Round::id(1)).unwrap().len(),
        4,
        "planned, begun, and both are kept"
    );
    let asked = mails(&core, Reason::Confirm);
    assert!(asked.iter().all(|mail| mail.letter.to.to_string() == "cat@ops.example"));
    assert!(
        asked[0].letter.text.contains("from an address that is not yours"),
        "{}",
        asked[0].letter.text
    );
    assert!(mails(&core, Reason::Receipt).is_empty());
    assert!(core.store().deliveries(DeliveryFilter::Dead).unwrap().is_empty());
}
