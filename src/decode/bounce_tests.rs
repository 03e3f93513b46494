//! Reports for machines and in words, written here after the mailers' forms.

use super::{ADDRESS, CODE};
use crate::decode;
use crate::model::{Envelope, Kind, Mail};

fn read(raw: &str) -> Mail {
    decode::mail(raw.as_bytes(), Envelope::default()).unwrap().0
}

/// The addresses and whether they failed for good.
fn told(mail: &Mail) -> Vec<(String, Option<bool>)> {
    let bounce = mail.bounce.clone().unwrap_or_default();
    bounce.recipients.into_iter().map(|one| (one.address, one.permanent)).collect()
}

fn report(status: &str) -> Mail {
    read(&format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@relay.example\nTo: desk@ops.example\nSubject: failure\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
         --b\n\nIt failed.\n--b\nContent-Type: message/delivery-status\n\n{status}\n--b--\n"
    ))
}

fn words(subject: &str, text: &str) -> Mail {
    read(&format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@relay.example\nTo: desk@ops.example\nSubject: {subject}\n\n{text}\n"
    ))
}

#[test]
fn the_expressions_are_such() {
    assert!(ADDRESS.is_some() && CODE.is_some());
}

#[test]
fn a_report_for_machines_names_each_recipient() {
    let both = report(
        "Reporting-MTA: dns; relay.example\n\nOriginal-Recipient: rfc822;Zoe@customer.example\nFinal-Recipient: rfc822;\n <zoe@customer.example>\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550\n 5.1.1 unknown\n\nFinal-Recipient: rfc822; full@customer.example\nAction: delayed\nStatus: 4.2.2 (mailbox full)\n",
    );
    assert_eq!(
        told(&both),
        [
            ("Zoe@customer.example".to_owned(), Some(true)),
            ("full@customer.example".to_owned(), Some(false))
        ]
    );
    let bounce = both.bounce.unwrap();
    assert_eq!(bounce.permanent(), Some(true));
    assert_eq!(bounce.recipients[0].status.as_deref(), Some("5.1.1"));
    assert_eq!(bounce.recipients[1].status.as_deref(), Some("4.2.2"));
}

#[test]
fn a_report_that_all_arrived_is_no_bounce() {
    let mail = report("Reporting-MTA: dns; a.example\n\nFinal-Recipient: rfc822; a@b.example\nAction: delivered\nStatus: 2.0.0\n");
    assert_eq!((mail.kind, mail.bounce), (Kind::Bounce, None));
    let empty = report("");
    assert_eq!(empty.bounce.unwrap().permanent(), None);
}

#[test]
fn failed_recipients_of_a_header_and_of_words() {
    let exim = read(
        "From: Mail Delivery System <Mailer-Daemon@relay.example>\nX-Failed-Recipients: a@b.example, c@d.example\nSubject: Mail delivery failed\n\nx\n",
    );
    assert_eq!(told(&exim).len(), 2);
    for (subject, text, address, permanent) in [
        (
            "failure notice",
            "Sorry.\n\n<a@b.example>:\n550 no such user\n\n--- Below this line is a copy of the message.\n\nTo: x@y.example",
            "a@b.example",
            true,
        ),
        (
            "Undeliverable",
            "Your message was not delivered to:\n\n  a@b.example\n\nbecause the mailbox is full",
            "a@b.example",
            true,
        ),
        (
            "Warning: could not send message",
            "a@b.example\n  will be retried for 4 days",
            "a@b.example",
            false,
        ),
        (
            "Returned mail",
            "Recipient: [SMTP:a@b.example]\nReason: 450 busy",
            "a@b.example",
            false,
        ),
        (
            "Undeliverable",
            "Unknown user: a@b.example by desk@ops.example",
            "a@b.example",
            true,
        ),
    ] {
        let mail = words(subject, text);
        assert_eq!(mail.kind, Kind::Bounce);
        assert_eq!(told(&mail), [(address.to_owned(), Some(permanent))], "{text}");
    }
    assert_eq!(told(&words("Undeliverable", "It failed, and nobody is named.")), []);
    assert!(words("Undeliverable", "x").auto_reply.is_none());
}

#[test]
fn what_a_person_writes_is_no_report() {
    let mail =
        read("From: zoe@customer.example\nTo: desk@ops.example\nSubject: Undeliverable\n\nMy mail to a@b.example failed: 550 5.1.1\n");
    assert_eq!((mail.kind, mail.bounce), (Kind::Person, None));
}
