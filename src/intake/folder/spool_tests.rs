//! What is dropped is what is read; a mail is taken back only while nobody has it.

use std::fs;

use bytes::Bytes;

use super::super::Layout;
use super::super::files::Files;
use super::{NotDropped, Spool, Wait, parts};
use crate::model::Envelope;

fn envelope() -> Envelope {
    Envelope {
        from: Some("kim@cust.example".to_owned()),
        to: vec!["support@ops.example".to_owned()],
        ..Envelope::default()
    }
}

#[test]
fn what_is_dropped_is_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::new(folder.path().to_owned(), Layout::Spool, 10_000);
    files.prepare().unwrap();
    let spool = Spool::new(folder.path().to_owned());
    let mail = b"Subject: x\r\n\r\n\xff\x00 line\r\n";
    let dropped = spool.drop_mail("one", &envelope(), &mail[..], 100).unwrap();
    assert_eq!(spool.look(&dropped).unwrap(), Wait::Lies);
    let claimed = files.claim(10, 10_000).unwrap().remove(0);
    assert_eq!(spool.look(&dropped).unwrap(), Wait::InHand);
    assert!(!spool.take_back(&dropped).unwrap(), "somebody has it");
    let (read, body) = parts(&Bytes::from(claimed.bytes.unwrap())).unwrap();
    assert_eq!((read, &body[..]), (envelope(), &mail[..]));
    files.put_away(&claimed.name).unwrap();
    assert_eq!(spool.look(&dropped).unwrap(), Wait::Taken);
}

#[test]
fn what_is_too_large_or_taken_back_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    Files::new(folder.path().to_owned(), Layout::Spool, 10_000).prepare().unwrap();
    let spool = Spool::new(folder.path().to_owned());
    let large = spool.drop_mail("large", &envelope(), &[b'x'; 101][..], 100);
    assert!(matches!(large, Err(NotDropped::TooLarge(100))));
    let dropped = spool.drop_mail("back", &envelope(), &b"x"[..], 100).unwrap();
    assert!(spool.take_back(&dropped).unwrap());
    for part in ["tmp", "new"] {
        assert_eq!(fs::read_dir(folder.path().join(part)).unwrap().count(), 0, "{part}");
    }
    let gone = Spool::new(folder.path().join("nowhere"));
    assert!(matches!(gone.drop_mail("x", &envelope(), &b"x"[..], 100), Err(NotDropped::Io(..))));
}

#[test]
fn a_file_without_an_envelope_is_no_mail() {
    for file in ["", "no line end", "{}\nx", "{\"from\":null,\"to\":[],\"more\":1}\nx", "From kim\nx"] {
        assert!(parts(&Bytes::from(file.as_bytes())).is_none(), "{file}");
    }
    assert!(parts(&Bytes::from_static(b"{\"from\":null,\"to\":[]}\n")).is_some());
}
