//! What goes with a letter arrives as it came, in the form each kind of bytes needs.

use mail_parser::{MessageParser, MimeHeaders};

use super::super::message::{tests::letter, to_message};
use super::*;
use crate::model::{Letter, RawRef};

fn with(media_type: &str, name: &str) -> Letter {
    Letter {
        attached: Some(Attached {
            raw: RawRef {
                sha256: "0".repeat(64),
                size_bytes: 1,
            },
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            files: Vec::new(),
        }),
        ..letter()
    }
}

const MAIL: &str = "From: Dora <dora@customer.example>\r\nSubject: Invoice\r\nMIME-Version: 1.0\r\n\r\nHello.\r\n.\r\nBye.\r\n";

#[test]
fn a_mail_goes_as_a_mail() {
    let wire = to_message(&with("message/rfc822", "SUP-1.eml"), Some(MAIL.as_bytes())).expect("a mail");
    assert!(wire.bytes.is_ascii());
    let text = String::from_utf8(wire.bytes.clone()).expect("ASCII");
    assert!(text.contains("Content-Type: message/rfc822") && text.contains(MAIL), "{text}");
    let parsed = MessageParser::default().parse(&wire.bytes).expect("a mail");
    let attached = parsed.attachment(0).expect("an attachment");
    assert_eq!(attached.attachment_name(), Some("SUP-1.eml"));
    let inner = attached.message().expect("a mail inside");
    assert_eq!(inner.subject(), Some("Invoice"));
    assert_eq!(parsed.body_text(0).expect("text").lines().next(), Some("Please accept."));
}

#[test]
fn lines_are_ended_as_mail_ends_them() {
    let bare = MAIL.replace("\r\n", "\n");
    let wire = to_message(&with("message/rfc822", "SUP-1.eml"), Some(bare.as_bytes())).expect("a mail");
    assert!(String::from_utf8(wire.bytes).expect("ASCII").contains(MAIL));
}

#[test]
fn other_letters_stay_what_they_are() {
    let raw = MAIL.replace("Hello.", "Grüße.");
    let wire = to_message(&with("message/rfc822", "SUP-1.eml"), Some(raw.as_bytes())).expect("a mail");
    let text = String::from_utf8(wire.bytes).expect("UTF-8");
    assert_eq!(
        text.matches("Content-Transfer-Encoding: 8bit").count(),
        2,
        "the part and the whole: {text}"
    );
    assert!(text.contains(&raw), "{text}");
    let boundaries: Vec<&str> = text
        .split("boundary=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let [outer, inner] = boundaries.as_slice() else {
        panic!("two boundaries: {boundaries:?}")
    };
    assert!(!outer.starts_with(inner) && !inner.starts_with(outer), "{boundaries:?}");
}

#[test]
fn what_smtp_cannot_carry_goes_as_a_file() {
    let long = format!("Subject: x\r\n\r\n{}\r\n", "y".repeat(MAX_LINE_BYTES + 1));
    for raw in [long.as_bytes(), b"Subject: x\r\n\r\na\0b\r\n", b"Subject: x\r\n\r\na\rb\r\n"] {
        let wire = to_message(&with("message/rfc822", "SUP-1.eml"), Some(raw)).expect("a mail");
        assert!(wire.bytes.is_ascii());
        let parsed = MessageParser::default().parse(&wire.bytes).expect("a mail");
        let attached = parsed.attachment(0).expect("an attachment");
        assert_eq!(attached.contents(), raw);
        assert_eq!(attached.attachment_name(), Some("SUP-1.eml"));
    }
}

#[test]
fn a_body_goes_as_it_came() {
    let wire = to_message(&with("application/json", "ALR-1.json"), Some(b"{\"a\":1}")).expect("a mail");
    let parsed = MessageParser::default().parse(&wire.bytes).expect("a mail");
    assert_eq!(
        parsed.attachment(0).map(|part| part.contents().to_vec()),
        Some(b"{\"a\":1}".to_vec())
    );
}

#[test]
fn files_out_of_a_mail_go_as_they_are() {
    let raw = "From: ana@ops.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nreply: here\r\n--b\r\n\
               Content-Type: application/x-msdownload\r\nContent-Disposition: attachment; filename=a.exe\r\nContent-Transfer-Encoding: base64\r\n\r\nTVo=\r\n--b\r\n\
               Content-Type: no type at all\r\nContent-Disposition: attachment; filename=Grüße.csv\r\n\r\na,b\r\n--b--\r\n";
    let of = |place: u32, name: &str, media_type: &str| MailFile {
        raw: RawRef {
            sha256: "0".repeat(64),
            size_bytes: 1,
        },
        place,
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        size_bytes: 2,
        from: "ana@ops.example".to_owned(),
    };
    let mut letter = with("application/octet-stream", "a.exe");
    if let Some(attached) = &mut letter.attached {
        attached.files = vec![of(0, "a.exe", "application/x-msdownload"), of(1, "Grüße.csv", "no type at all")];
    }
    let wire = to_message(&letter, Some(raw.as_bytes())).expect("a mail");
    let parsed = MessageParser::default().parse(&wire.bytes).expect("a mail");
    assert_eq!(parsed.attachment_count(), 2);
    let first = parsed.attachment(0).expect("the first");
    assert_eq!((first.attachment_name(), first.contents()), (Some("a.exe"), &b"MZ"[..]));
    let second = parsed.attachment(1).expect("the second");
    assert_eq!(second.attachment_name(), Some("Grüße.csv"));
    assert_eq!(second.contents().trim_ascii(), b"a,b");
    let mut gone = letter;
    if let Some(attached) = &mut gone.attached {
        attached.files = vec![of(7, "b.exe", "application/x-msdownload")];
    }
    assert!(
        to_message(&gone, Some(raw.as_bytes())).is_err(),
        "what is not there is said, never left out in silence"
    );
}
