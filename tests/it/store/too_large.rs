//! A message that leads to more than the store takes: kept in quarantine, not refused for ever.

use std::path::Path;
use std::sync::Arc;

use batond::driver::{Arrival, ArrivalKind, Core, Reading};
use batond::model::Envelope;
use batond::reply::KeyRing;
use batond::store::MemoryStore;
use bytes::Bytes;
use secrecy::SecretSlice;

use super::sample;

/// Less than the text of a long mail that is kept with its item, far more than an item without text.
const MAX_RECORD_BYTES: usize = 48 << 10;

fn mail(id: u64, lines: usize) -> Arrival {
    let head =
        format!("From: kim@customer.example\r\nTo: support@ops.example\r\nMessage-ID: <m{id}@customer.example>\r\nSubject: Log\r\n\r\n");
    let raw = head + &"It did not start, see this line of the log.\r\n".repeat(lines);
    Arrival {
        source: "inbox".into(),
        received: sample::at(0),
        raw: Bytes::from(raw),
        kind: ArrivalKind::Mail(Envelope::default()),
    }
}

#[test]
fn a_message_whose_record_is_too_long_goes_to_quarantine() {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/timeline/support.yaml");
    let policy = Arc::new(batond::config::load(&config).config.expect("support.yaml is in order").policy);
    let keys = KeyRing::new(&[SecretSlice::from(vec![7; 32])]).unwrap();
    // It is the limit that does it, not the mail.
    let mut roomy = Core::new(Box::new(MemoryStore::new()), Arc::clone(&policy), keys.clone());
    let taken = roomy.receive(&Reading::read(mail(2, 30_000), &policy), sample::at(0)).unwrap();
    roomy.commit().unwrap();
    assert_ne!(roomy.store().item(&taken.items[0]).unwrap().unwrap().queue, policy.quarantine);

    let store = MemoryStore::with_max_record_bytes(MAX_RECORD_BYTES);
    let mut core = Core::new(Box::new(store), Arc::clone(&policy), keys);
    let mut receive = |arrival: Arrival, seconds: i64| {
        let reading = Reading::read(arrival, &policy);
        let receipt = core.receive(&reading, sample::at(seconds)).expect("decides");
        core.commit().expect("commits");
        let item = core.store().item(&receipt.items[0]).unwrap().expect("an item");
        let raw = core.store().raw(&reading.message.raw).unwrap();
        assert_eq!(raw.as_ref(), Some(&reading.raw), "its bytes are kept");
        (item, receipt.repeat)
    };
    let (short, _) = receive(mail(1, 10), 1);
    let (long, repeat) = receive(mail(2, 30_000), 2);
    assert!(
        short.queue != policy.quarantine && long.queue == policy.quarantine && !repeat,
        "{long:?}"
    );
    // A sender that did not hear the answer sends it again.
    let (again, repeat) = receive(mail(2, 30_000), 3);
    assert_eq!((again.id, repeat), (long.id, true));
    // The driver goes on.
    assert!(!receive(mail(3, 10), 4).1);
}
