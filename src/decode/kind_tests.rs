//! Kinds by headers: one small mail each.

use crate::model::{Envelope, Kind};

use super::mail;

fn kind(headers: &str) -> Kind {
    let raw = format!("From: ana@ops.example\nSubject: hello\n{headers}\n\nx\n");
    mail(raw.as_bytes(), Envelope::default()).expect("a mail").0.kind
}

/// Each row: headers, expected kind.
#[test]
fn kinds() {
    for (headers, expected) in [
        ("X-Mailer: Mutt", Kind::Person),
        ("Auto-Submitted: no", Kind::Person),
        ("X-Auto-Response-Suppress: All", Kind::Person),
        ("X-Loop: desk", Kind::Person),
        ("Precedence: first-class", Kind::Person),
        ("Return-Path: <>", Kind::Person),
        ("Auto-Submitted: auto-replied (vacation)", Kind::AutoReply),
        ("Auto-Submitted: auto-generated; owner-email=\"ana@ops.example\"", Kind::AutoReply),
        ("X-Autoreply: yes", Kind::AutoReply),
        ("X-Autoreply: no", Kind::Person),
        ("X-Autorespond: on", Kind::AutoReply),
        ("Precedence: auto_reply", Kind::AutoReply),
        ("Precedence: junk\nReturn-Path: <>", Kind::AutoReply),
        ("Return-Path: <>\nIn-Reply-To: <1@ops.example>", Kind::AutoReply),
        ("X-Mailer: vacation 1.2", Kind::AutoReply),
        ("List-Id: <ops.lists.example>", Kind::List),
        ("List-Unsubscribe: <mailto:x@lists.example>", Kind::List),
        ("Precedence: bulk", Kind::List),
        ("Precedence: list\nReturn-Path: <ops-bounces@lists.example>", Kind::List),
        (
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
            Kind::Bounce,
        ),
        (
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b\nAuto-Submitted: auto-replied",
            Kind::Bounce,
        ),
        ("Content-Type: multipart/report; boundary=b\nReturn-Path: <>", Kind::Bounce),
        ("X-Failed-Recipients: ben@ops.example", Kind::Bounce),
        (
            "Content-Type: multipart/report; report-type=disposition-notification; boundary=b",
            Kind::Report,
        ),
        (
            "Content-Type: multipart/report; report-type=\"feedback-report\"; boundary=b",
            Kind::Report,
        ),
        ("Content-Type: text/calendar; method=REPLY", Kind::Calendar),
        ("Content-Type: text/calendar; method=REQUEST", Kind::Person),
    ] {
        assert_eq!(kind(headers), expected, "{headers}");
    }
}

#[test]
fn a_subject_counts_only_with_a_header() {
    let raw = |headers: &str| format!("From: ana@ops.example\nSubject: Vacation\n{headers}\n\nx\n");
    let kind = |headers: &str| mail(raw(headers).as_bytes(), Envelope::default()).expect("a mail").0.kind;
    assert_eq!(kind("X-A: b"), Kind::Person);
    assert_eq!(kind("Precedence: bulk"), Kind::AutoReply);
    assert_eq!(kind("Return-Path: <>"), Kind::AutoReply);
    assert_eq!(kind("X-Auto-Response-Suppress: All"), Kind::AutoReply);
}

#[test]
fn daemons_send_bounces_and_people_forward_them() {
    let kind = |from: &str, rest: &str| {
        let raw = format!("From: {from}\n{rest}\n\nx\n");
        mail(raw.as_bytes(), Envelope::default()).expect("a mail").0.kind
    };
    assert_eq!(kind("MAILER-DAEMON@ops.example (Mail Delivery System)", "Subject: x"), Kind::Bounce);
    assert_eq!(kind("MAILER-DAEMON", "Subject: x"), Kind::Bounce);
    assert_eq!(kind("postmaster@ops.example", "Subject: Undeliverable: hello"), Kind::Bounce);
    assert_eq!(kind("postmaster@ops.example", "Subject: certificates"), Kind::Person);
    assert_eq!(kind("ana@ops.example", "Subject: Undeliverable: hello"), Kind::Person);
    assert_eq!(
        kind("ana@ops.example", "Subject: Fwd: Returned mail\nContent-Type: message/rfc822"),
        Kind::Person
    );
}
