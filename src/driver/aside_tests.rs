//! What people read of a mail that was put aside, and by what it is known again.

use super::*;

fn aside(bytes: &[u8]) -> Aside {
    Aside {
        source: "helpdesk".into(),
        at: "2026-11-23T08:00:00Z".parse().unwrap(),
        origin: Origin {
            place: "help@imap.example/INBOX".to_owned(),
            numbering: 7,
            name: "17".to_owned(),
            renumbered: true,
        },
        envelope: Envelope::default(),
        bytes: Bytes::copy_from_slice(bytes),
        whole: true,
        why: "mail 17 (UID) of the folder INBOX has 70000 bytes, more than its source takes (`max_size`)".to_owned(),
        what_to_do: "It is moved to the folder Failed.".to_owned(),
    }
}

fn parts(aside: Aside) -> (Bytes, Origin, Unparsed) {
    let arrival = aside.arrival();
    match arrival.kind {
        ArrivalKind::Aside(_, origin, why) => (arrival.raw, origin, why),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_long_one_keeps_its_beginning_and_says_who_wrote_it() {
    let mail = format!("From: Kim <kim@cust.example>\r\nSubject: Logs\r\n\r\n{}", "x".repeat(KEPT_BYTES));
    let (raw, _, why) = parts(aside(mail.as_bytes()));
    assert_eq!(raw[..], mail.as_bytes()[..KEPT_BYTES]);
    assert!(why.is_put_aside());
    assert_eq!(
        why.text,
        "Source `helpdesk` put a mail aside: mail 17 (UID) of the folder INBOX has 70000 bytes, more than its source takes (`max_size`).\n\n\
It is moved to the folder Failed.\n\nFrom: kim@cust.example\nSubject: Logs\n\nIts first 65536 bytes are kept with this item."
    );
}

#[test]
fn one_that_nobody_gives_says_that_nothing_is_kept_and_is_told_again_when_numbers_change() {
    let (raw, origin, why) = parts(aside(b""));
    assert!(raw.is_empty() && !origin.renumbered);
    assert!(why.text.ends_with("so nothing of it is kept here."), "{}", why.text);
    let (_, origin, why) = parts(aside(b"no mail"));
    assert!(origin.renumbered);
    assert!(why.text.ends_with("Its 7 bytes are kept with this item."), "{}", why.text);
    let source = SourceName::from("helpdesk");
    assert_ne!(
        origin.key(&source),
        aside(b"").origin.key(&source),
        "taken later, it is a message like any other"
    );
}
