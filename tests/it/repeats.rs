//! A mail that comes twice, as where a sender missed our 250, does its work once, even where it leads to no item: by the writer itself, over memory.

use std::path::Path;
use std::sync::Arc;

use batond::driver::{Arrival, ArrivalKind, Core, HookParts, Reading};
use batond::model::Envelope;
use batond::reply::KeyRing;
use batond::store::{DeliveryFilter, EmbeddedStore, MemoryStore, Options};
use bytes::Bytes;
use jiff::Timestamp;

#[test]
fn what_somebody_says_of_themselves_is_answered_once() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/timeline/away.yaml");
    let policy = batond::config::load(&file).config.expect("it is in order").policy;
    let keys = KeyRing::new(&[vec![7; 32].into()]).unwrap();
    let mut core = Core::new(Box::new(MemoryStore::new()), Arc::new(policy), keys);
    let now: Timestamp = "2026-11-30T10:00:00Z".parse().unwrap();
    core.begin(now).unwrap();
    core.commit().unwrap();
    let mut say = |id: &str| {
        let raw = format!(
            "Authentication-Results: mx.ops.example; dmarc=pass header.from=ops.example\r\nFrom: <ana@ops.example>\r\nTo: <desk@ops.example>\r\n\
             Subject: Away\r\nMessage-ID: <{id}@ops.example>\r\n\r\naway until 4 Dec cover cat\r\n"
        );
        let arrival = Arrival {
            source: "inbox".into(),
            received: now,
            raw: Bytes::from(raw.into_bytes()),
            kind: ArrivalKind::Mail(Envelope {
                from: Some("ana@ops.example".to_owned()),
                to: vec!["desk@ops.example".to_owned()],
                ..Envelope::default()
            }),
        };
        let reading = Reading::read(arrival, core.policy());
        let receipt = core.receive(&reading, now).unwrap();
        core.commit().unwrap();
        let mails = core.store().deliveries(DeliveryFilter::All).unwrap().len();
        (receipt.repeat, mails)
    };
    let (_, first) = say("m1");
    assert!(first > 0, "it is answered");
    assert_eq!((say("m1"), say("m1")), ((true, first), (true, first)));
    let (repeat, more) = say("m2");
    assert!(!repeat && more > first, "another mail is another word");
}

/// A webhook delivery at a time, as a door hands it over.
fn hook(id: &str, identity: Option<&str>, body: &'static str, now: Timestamp) -> Arrival {
    Arrival {
        source: "code".into(),
        received: now,
        raw: Bytes::from_static(body.as_bytes()),
        kind: ArrivalKind::Hook(HookParts {
            delivery_id: Some(id.to_owned()),
            identity: identity.map(str::to_owned),
            content_type: Some("application/json".to_owned()),
            ..HookParts::default()
        }),
    }
}

#[test]
fn a_webhook_that_is_sent_again_does_nothing_however_late_it_comes() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/timeline/away.yaml");
    let policy = batond::config::load(&file).config.expect("it is in order").policy;
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        // A process that another test starts at this moment has the lock too, until it is another program.
        let mut opened = None;
        for _ in 0..100 {
            opened = EmbeddedStore::open(folder.path(), Options::default(), batond::engine::project).ok();
            if opened.is_some() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        let (store, _) = opened.expect("the store can be opened");
        let keys = KeyRing::new(&[vec![7; 32].into()]).unwrap();
        Core::new(Box::new(store), Arc::new(policy.clone()), keys)
    };
    let start: Timestamp = "2026-11-30T10:00:00Z".parse().unwrap();
    let mut core = open();
    core.begin(start).unwrap();
    core.commit().unwrap();
    let take = |core: &mut Core, arrival: Arrival| {
        let now = arrival.received;
        let receipt = core.receive(&Reading::read(arrival, core.policy()), now).unwrap();
        core.commit().unwrap();
        receipt
    };
    let first = take(&mut core, hook("d-1", Some("body one"), "{\"n\":1}", start));
    assert!(!first.repeat && first.items.len() == 1, "{first:?}");
    let other = take(&mut core, hook("d-2", Some("body two"), "{\"n\":2}", start));
    assert!(
        !other.repeat && other.items != first.items,
        "another body is another delivery: {other:?}"
    );
    let typed_again = take(&mut core, hook("d-3", None, "{\"n\":1}", start));
    assert!(
        !typed_again.repeat,
        "an id of its own, and nothing that says it is not proven: {typed_again:?}"
    );
    drop(core);
    for days in [0, 8, 400] {
        let mut core = open();
        let now = start + jiff::SignedDuration::from_hours(24 * days);
        core.begin(now).unwrap();
        core.commit().unwrap();
        for (id, identity) in [("d-1", Some("body one")), ("d-1", None), ("d-9", Some("body one"))] {
            let again = take(&mut core, hook(id, identity, "{\"n\":1}", now));
            assert!(again.repeat && again.items == first.items, "{id} {days} days later: {again:?}");
        }
    }
}
