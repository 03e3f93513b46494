//! A mail that comes twice, as where a sender missed our 250, does its work once, even where it leads to no item: by the writer itself, over memory.

use std::path::Path;
use std::sync::Arc;

use batond::driver::{Arrival, ArrivalKind, Core, Reading};
use batond::model::Envelope;
use batond::reply::KeyRing;
use batond::store::{DeliveryFilter, MemoryStore};
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
