//! Answers of calendars as the common clients send them, and what is none.

use crate::decode::mail;
use crate::model::{Envelope, Kind, Mail};

fn answered(parameters: &str, event: &str) -> (Mail, Vec<String>) {
    let raw = format!(
        "From: Ben <ben@ops.example>\r\nTo: desk@ops.example\r\nSubject: Accepted: Review\r\nDate: Mon, 23 Nov 2026 09:00:00 +0000\r\nMessage-ID: <c1@ops.example>\r\nContent-Type: text/calendar; charset=utf-8; {parameters}\r\n\r\n\
BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:1\r\n{event}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    let (mail, oddities) = mail(raw.as_bytes(), Envelope::default()).expect("a mail");
    assert_eq!(mail.kind, Kind::Calendar);
    (mail, oddities.into_iter().map(|oddity| oddity.code).collect())
}

#[test]
fn who_comes_to_what_and_when() {
    let cases = [
        (
            "method=REPLY",
            "ATTENDEE;PARTSTAT=ACCEPTED;CN=Ben:mailto:ben@ops.example\r\nSUMMARY:Review of the\\, week\r\nDTSTART;TZID=Europe/Berlin:20261124T100000",
            "accepted: Review of the, week, 2026-11-24 10:00 (Europe/Berlin), by ben@ops.example\n",
        ),
        (
            "method=reply",
            "DTSTART:20261124T090000Z\r\nATTENDEE;CN=Ben;PARTSTAT=DECLINED:MAILTO:ben@ops.example\r\nSUMMARY;LANGUAGE=de:Besprechung",
            "declined: Besprechung, 2026-11-24 09:00 (UTC), by ben@ops.example\n",
        ),
        (
            "method=\"REPLY\"",
            "DTSTART;VALUE=DATE:20261124\r\nATTENDEE;PARTSTAT=TENTATIVE:mailto:ben@ops.example",
            "accepted, perhaps: an event, 2026-11-24, by ben@ops.example\n",
        ),
        (
            "method=COUNTER",
            "DTSTART:20261124T090000Z\r\nATTENDEE;PARTSTAT=TENTATIVE:mailto:ben@ops.example\r\nSUMMARY:Review",
            "another time proposed: Review, 2026-11-24 09:00 (UTC), by ben@ops.example\n",
        ),
    ];
    for (parameters, event, expected) in cases {
        let (mail, odd) = answered(parameters, event);
        assert_eq!(mail.text, expected);
        assert_eq!(odd, Vec::<String>::new());
    }
}

#[test]
fn what_cannot_be_read_is_kept_and_said() {
    for event in [
        "SUMMARY:nobody answers",
        "ATTENDEE:mailto:ben@ops.example",
        "ATTENDEE;PARTSTAT=X-MAYBE:mailto:b@ops.example",
        "",
    ] {
        let (mail, odd) = answered("method=REPLY", event);
        assert_eq!(
            (mail.calendar, mail.text.as_str(), odd),
            (None, "", vec!["calendar-unread".to_owned()])
        );
    }
}

#[test]
fn words_beside_it_stay_the_text() {
    let raw = "From: ben@ops.example\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nI come later.\r\n--b\r\n\
Content-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ben@ops.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n--b--\r\n";
    let (mail, _) = mail(raw.as_bytes(), Envelope::default()).expect("a mail");
    assert_eq!(mail.text, "I come later.\n");
    assert_eq!(mail.calendar.expect("an answer").answer, "accepted");
}

#[test]
fn content_in_outlooks_own_wrapping_is_named() {
    for part in [
        "application/ms-tnef; name=winmail.dat",
        "application/vnd.ms-tnef",
        "application/octet-stream; name=\"WINMAIL.DAT\"",
    ] {
        let raw = format!(
            "From: ben@ops.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhi\r\n--b\r\nContent-Type: {part}\r\n\r\nx\r\n--b--\r\n"
        );
        let (mail, oddities) = mail(raw.as_bytes(), Envelope::default()).expect("a mail");
        assert!(oddities.iter().any(|oddity| oddity.code == "tnef"), "{part}: {oddities:?}");
        assert_eq!(mail.attachments.len(), 1, "{part}");
    }
}

#[test]
fn nothing_hostile_panics_or_takes_long() {
    let parameters = "A;X=".to_owned() + &"\"a\",".repeat(15_000);
    let folded = "SUMMARY:".to_owned() + &"a\r\n b".repeat(15_000);
    for event in [
        "BEGIN:VEVENT\r\n".repeat(5_000),
        "BEGIN:VEVENT\r\nEND:VEVENT\r\n".repeat(2_500),
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:b@ops.example\r\n".repeat(1_500),
        "ATTENDEE;PARTSTAT=".repeat(4_000),
        "RRULE:FREQ=SECONDLY\r\n".repeat(3_000),
        "DTSTART:99999999T999999Z\r\nATTENDEE;PARTSTAT=ACCEPTED:x".to_owned(),
        "\u{0}\u{202e}\u{feff}".repeat(9_000),
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:b@ops.example\r\nSUMMARY:a\u{202e}b\u{1}\\nBcc: x".to_owned(),
        parameters,
        folded,
    ] {
        let began = std::time::Instant::now();
        let (mail, _) = answered("method=REPLY", &event);
        assert!(began.elapsed().as_secs() < 5, "{:?}", &event[..40.min(event.len())]);
        assert!(
            !mail.text.chars().any(|c| c == '\u{202e}' || (c.is_control() && c != '\n')),
            "{}",
            mail.text
        );
    }
}
