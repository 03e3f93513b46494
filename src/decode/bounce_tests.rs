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
fn a_report_that_a_gateway_wrapped_is_read_inside() {
    let mail = read(
        "Return-Path: <>\nFrom: postmaster@gate.example\nTo: desk@ops.example\nSubject: Delivery Status Notification (Failure)\n\
         Content-Type: multipart/mixed; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n\
         From: postmaster@inner.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=c\n\n--c\n\nIt failed.\n\
         --c\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; inner.example\n\nFinal-Recipient: rfc822; zoe@customer.example\n\
         Action: failed\nStatus: 5.1.1\n--c--\n--b--\n",
    );
    assert_eq!(told(&mail), [("zoe@customer.example".to_owned(), Some(true))]);
}

#[test]
fn of_two_that_differ_by_quotes_the_quoted_one_is_meant() {
    let mail = report(
        "Reporting-MTA: dns; a.example\n\nFinal-Recipient: rfc822; \"zoe..k.\"@customer.example\nOriginal-Recipient: rfc822;zoe..k.@customer.example\nAction: failed\nStatus: 5.1.1\n",
    );
    assert_eq!(told(&mail), [("\"zoe..k.\"@customer.example".to_owned(), Some(true))]);
}

#[test]
fn a_name_alone_is_of_the_domain_that_reports_it() {
    let text = "Your mail to these recipients was not delivered, they take none from desk@ops.example:\n\tzoe\n\tkim.k\n\nPlease ask them.";
    let names: Vec<String> = told(&words("Mail problem", text)).into_iter().map(|(address, _)| address).collect();
    assert_eq!(names, ["zoe@relay.example", "kim.k@relay.example"]);
}

#[test]
fn what_an_address_was_expanded_from_failed_too() {
    let text = "   ----- The following addresses had permanent fatal errors -----\nzoe@inner.example\n    (expanded from: <zoe@customer.example>)\n";
    let names: Vec<String> = told(&words("Returned mail", text))
        .into_iter()
        .map(|(address, _)| address)
        .collect();
    assert_eq!(names, ["zoe@inner.example", "zoe@customer.example"]);
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
