//! Kinds by words: one small mail each, written here.

use super::NOT_DELIVERED;
use crate::decode;
use crate::model::{AutoReplyKind, Envelope, Kind, Mail};

fn read(headers: &str, text: &str) -> Mail {
    let raw = format!("To: desk@ops.example\n{headers}\n\n{text}\n");
    decode::mail(raw.as_bytes(), Envelope::default()).expect("a mail").0
}

const ANSWERS: &str = "From: ana@ops.example\nIn-Reply-To: <1@ops.example>\nSubject: ";

#[test]
fn the_expression_is_one() {
    assert!(NOT_DELIVERED.is_some());
}

/// Each row: what follows the headers of an answer, and whether a program wrote it.
#[test]
fn absences_by_their_subject() {
    for (subject, automatic) in [
        ("Out of office", true),
        ("Out of Office: Printer on fire", true),
        ("Out of office until 2 Dec", true),
        ("Abwesenheit: Re: Drucker", true),
        ("Urlaub bis 4.12.2026", true),
        ("Dovolená", true),
        ("Mimo kancelář - Tiskárna", true),
        ("В отпуске", true),
        ("不在のお知らせ", false),
        ("不在 2026-12-01", true),
        ("Automatische Antwort: Drucker", true),
        ("Re: Out of office", false),
        ("Urlaub nächste Woche", false),
        ("Vacation planning for the team", false),
        ("Absence of logs on web-3", false),
        ("Away from the rack now", false),
        ("Printer on fire", false),
    ] {
        let mail = read(&format!("{ANSWERS}{subject}"), "I am away.");
        let expected = if automatic { Kind::AutoReply } else { Kind::Person };
        assert_eq!(mail.kind, expected, "{subject}");
        let kind = mail.auto_reply.map(|reply| reply.kind);
        assert_eq!(kind, automatic.then_some(AutoReplyKind::Vacation), "{subject}");
    }
}

#[test]
fn a_colleague_tells_of_a_holiday() {
    let new = |subject: &str| read(&format!("From: ana@ops.example\nSubject: {subject}"), "From Monday on.").kind;
    assert_eq!(new("Out of office"), Kind::Person);
    assert_eq!(new("Urlaub"), Kind::Person);
    // No person begins a subject with the one it answers behind such a phrase.
    assert_eq!(new("Out of office: Re: Printer on fire"), Kind::AutoReply);
    assert_eq!(new("Automatic reply: Printer on fire"), Kind::AutoReply);
}

#[test]
fn a_help_desk_by_its_number() {
    let desk = |from: &str, subject: &str, text: &str| read(&format!("From: {from}\nSubject: {subject}"), text).kind;
    let text = "We have received it and gave it the number [HELP-421].";
    assert_eq!(
        desk("helpdesk@vendor.example", "[HELP-421] Printer on fire (Opened)", text),
        Kind::AutoReply
    );
    assert_eq!(desk("bea@vendor.example", "[HELP-421] Printer on fire", text), Kind::Person);
    assert_eq!(
        desk("helpdesk@vendor.example", "Re: [HELP-421] Printer on fire", text),
        Kind::Person
    );
    assert_eq!(
        desk("helpdesk@vendor.example", "[HELP-421] Printer on fire", "Which printer?"),
        Kind::Person
    );
}

#[test]
fn reports_without_any_header_of_one() {
    let report = |from: &str, subject: &str, text: &str| read(&format!("From: {from}\nSubject: {subject}"), text);
    let text = "***** Mail gate *****\nYour mail could not be delivered to the following recipient:\n\nzoe@customer.example\n\n*****";
    let mail = report("gate@relay.example", "Mail could not be delivered", text);
    assert_eq!(mail.kind, Kind::Bounce);
    assert_eq!(mail.bounce.expect("a report").recipients[0].address, "zoe@customer.example");
    // Somebody passes one on, somebody writes of one, and mail that is about deliveries.
    assert_eq!(
        report("ana@ops.example", "Fwd: Mail could not be delivered", text).kind,
        Kind::Person
    );
    let told = "Hi, my mail could not be delivered to zoe@customer.example, why?";
    assert_eq!(report("ana@ops.example", "Mail could not be delivered", told).kind, Kind::Person);
    let parcel = "--- Parcel ---\nYour parcel could not be delivered to the following address:\nana@ops.example\n---";
    assert_eq!(report("post@parcels.example", "Your parcel", parcel).kind, Kind::Person);
}

#[test]
fn a_mailbox_that_rejects() {
    let raw = "From: Mail Delivery Subsystem <admin@customer.example>\nTo: desk@ops.example\nSubject: Rejected\nAuto-Submitted: auto-replied (rejected)\n\
         Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n\
         --b\n\nThe mailbox is full.\n--b\nContent-Type: message/disposition-notification\n\n\
         Final-Recipient: rfc822; zoe@customer.example\nDisposition: automatic-action/MDN-sent-automatically; deleted\n--b--\n";
    let mail = decode::mail(raw.as_bytes(), Envelope::default()).expect("a mail").0;
    assert_eq!(mail.kind, Kind::Bounce);
    let told = mail.bounce.expect("a report").recipients.remove(0);
    assert_eq!((told.address.as_str(), told.permanent), ("zoe@customer.example", Some(true)));
}
