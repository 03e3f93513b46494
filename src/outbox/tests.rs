//! Attempts against a sink over loopback and into a folder.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::sink::{Act, At, Sink};
use super::*;
use crate::clock::SystemClock;
use crate::config;
use crate::engine::SendOutcome;
use crate::model::{Delivery, DeliveryId, DeliveryState, ItemId, Letter, NoticeId, Reader, Reason};

pub(super) fn delivery(number: u64) -> Delivery {
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
            return_path: None,
            subject: format!("SUP-{number} Printer on fire"),
            message_id: format!("k3y.{number}@ops.example"),
            in_reply_to: None,
            references: Vec::new(),
            date,
            headers: Vec::new(),
            text: "Please accept.\n..\n.\nA line.\n".to_owned(),
            html: "<p>Please accept.</p>".to_owned(),
            attached: None,
        },
        call: None,
        queued: Timestamp::now(),
        attempts: 0,
        last_error: None,
        replayed: None,
        state: DeliveryState::Due(Timestamp::UNIX_EPOCH),
    }
}

pub(super) fn smtp(sink: &Sink) -> Relay {
    Relay::new(&config::Relay::Smtp(config::SmtpRelay::at(sink.url()))).expect("a relay")
}

impl Relays {
    /// One attempt with nothing attached.
    async fn attempt(&self, delivery: &Delivery) -> SendOutcome {
        self.send(delivery, None).await
    }
}

/// A relay alone.
pub(super) fn only(relay: Relay) -> Relays {
    Relays::of(vec![relay], Arc::new(SystemClock))
}

#[tokio::test]
async fn a_mail_is_taken_and_the_connection_is_used_again() {
    let sink = Sink::start(|_, _| None).await;
    let relay = only(smtp(&sink));
    for number in 1..=5 {
        assert_eq!(relay.attempt(&delivery(number)).await, SendOutcome::Sent);
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
        (At::Connect, Say("421 4.3.2 later"), "relay"),
        (At::Connect, Say("554 5.3.2 no service"), "relay"),
        (At::Connect, Cut, "relay"),
        (At::Connect, Silence, "relay"),
        (At::Ehlo, Say("550 5.7.1 go away"), "relay"),
        (At::Ehlo, Cut, "relay"),
        (At::Mail, Say("451 4.3.0 later"), "relay"),
        (At::Mail, Say("451 4.7.1 grey"), "retry"),
        (At::Mail, Say("421 closing"), "relay"),
        (At::Mail, Silence, "relay"),
        (At::Mail, Say("530 5.7.0 sign in first"), "relay"),
        (At::Mail, Say("550 5.7.1 not from you"), "give up"),
        (At::Mail, Cut, "relay"),
        (At::Rcpt, Say("450 4.2.1 mailbox busy"), "retry"),
        (At::Rcpt, Say("550 5.1.1 no such user"), "give up"),
        (At::Rcpt, Say("421 4.7.0 closing"), "relay"),
        (At::Rcpt, Cut, "retry"),
        (At::Rcpt, Silence, "retry"),
        (At::Data, Say("452 4.3.1 disk full"), "relay"),
        (At::Data, Cut, "retry"),
        (At::Data, Silence, "retry"),
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
        let relay = only(smtp(&sink).with_deadline(Duration::from_millis(700)));
        let began = Instant::now();
        let outcome = relay.attempt(&delivery(1)).await;
        let seen = match &outcome {
            SendOutcome::Sent => "sent",
            SendOutcome::Retry(_) | SendOutcome::RetryAfter(..) => "retry",
            SendOutcome::NoRelay(_) => "relay",
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
    let SendOutcome::GiveUp(why) = only(smtp(&sink)).attempt(&delivery(1)).await else {
        panic!("a refusal for good");
    };
    assert!(why.contains("550") && why.contains("no such user"), "{why}");
}

#[tokio::test]
async fn a_refused_mail_does_not_spoil_the_next() {
    let sink = Sink::start(|at, number| (at == At::Rcpt && number == 1).then_some(Act::Say("550 5.1.1 no such user"))).await;
    let relay = only(smtp(&sink));
    assert_eq!(relay.attempt(&delivery(1)).await, SendOutcome::Sent);
    assert!(matches!(relay.attempt(&delivery(2)).await, SendOutcome::GiveUp(_)));
    assert_eq!(relay.attempt(&delivery(3)).await, SendOutcome::Sent);
}

#[tokio::test]
async fn a_connection_the_relay_closed_meanwhile_costs_no_attempt() {
    // The relay closes each connection after the first mail of it: without a word, or with one that nobody asked for, as Postfix does.
    for act in [Act::Cut, Act::Say("421 4.4.2 timeout exceeded")] {
        let sink = Sink::start(move |at, number| (at == At::Mail && number % 2 == 1).then_some(act)).await;
        let relay = only(smtp(&sink));
        for number in 1..=4 {
            assert_eq!(relay.attempt(&delivery(number)).await, SendOutcome::Sent, "mail {number}, {act:?}");
        }
        assert_eq!(sink.taken().len(), 4);
        assert_eq!(sink.connections(), 4, "{act:?}");
    }
}

#[tokio::test]
async fn nobody_listening_is_tried_again() {
    let sink = Sink::start(|_, _| None).await;
    let url = sink.url();
    drop(sink);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let relay = only(Relay::new(&config::Relay::Smtp(config::SmtpRelay::at(url))).expect("a relay"));
    assert!(matches!(relay.attempt(&delivery(1)).await, SendOutcome::NoRelay(_)));
}

#[tokio::test]
async fn a_letter_that_is_no_mail_is_given_up() {
    let sink = Sink::start(|_, _| None).await;
    let mut bad = delivery(1);
    bad.letter.message_id = "a b".to_owned();
    assert!(matches!(only(smtp(&sink)).attempt(&bad).await, SendOutcome::GiveUp(_)));
    assert_eq!(sink.connections(), 0);
}

#[tokio::test]
async fn a_folder_takes_one_file_a_mail_and_a_repeat_replaces_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let into: PathBuf = folder.path().join("out/mail");
    let relay = only(Relay::new(&config::Relay::File(into.clone())).expect("a relay"));
    for number in [1, 2, 1] {
        assert_eq!(relay.attempt(&delivery(number)).await, SendOutcome::Sent);
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
    let relay = only(Relay::new(&config::Relay::File(file)).expect("a relay"));
    assert!(matches!(relay.attempt(&delivery(1)).await, SendOutcome::NoRelay(_)));
}

/// Measured, not judged: the figure depends on the machine. What is judged is that no mail waits for a delayed acknowledgement (40 ms).
#[tokio::test]
async fn no_mail_waits_for_a_delayed_acknowledgement() {
    const MAILS: u64 = 200;
    let sink = Sink::start(|_, _| None).await;
    let relay = only(smtp(&sink));
    let one = delivery(1);
    assert_eq!(relay.attempt(&one).await, SendOutcome::Sent);
    let began = Instant::now();
    for _ in 0..MAILS {
        assert_eq!(relay.attempt(&one).await, SendOutcome::Sent);
    }
    let each = began.elapsed() / u32::try_from(MAILS).expect("a count");
    println!(
        "one connection over loopback: {each:?} a mail, {:.0} mails/s",
        1.0 / each.as_secs_f64()
    );
    assert!(each < Duration::from_millis(25), "{each:?} a mail");
}

#[tokio::test]
async fn a_relay_that_offers_no_encryption_gets_nothing_where_it_is_required() {
    let sink = Sink::start(|_, _| None).await;
    let url = |tls: &str| format!("smtp://{}?tls={tls}", sink.address);
    let relay = |url: String| only(Relay::new(&config::Relay::Smtp(config::SmtpRelay::at(url))).expect("a relay"));
    assert!(matches!(
        relay(url("required")).attempt(&delivery(1)).await,
        SendOutcome::NoRelay(_)
    ));
    assert_eq!(sink.taken().len(), 0);
    assert_eq!(relay(url("opportunistic")).attempt(&delivery(1)).await, SendOutcome::Sent);
    assert!(matches!(
        relay(format!("smtps://{}", sink.address)).attempt(&delivery(1)).await,
        SendOutcome::NoRelay(_)
    ));
}
