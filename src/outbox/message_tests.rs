use super::*;
use mail_parser::MessageParser;

pub(in crate::outbox) fn letter() -> Letter {
    Letter {
        to: "ana@ops.example".parse().expect("an address"),
        to_name: Some("Ana Ruiz".to_owned()),
        from: "desk@ops.example".parse().expect("an address"),
        from_name: Some("Ops desk".to_owned()),
        reply_to: Some("desk+k3y@ops.example".parse().expect("an address")),
        null_return_path: false,
        return_path: None,
        subject: "SUP-142 Printer on fire: please accept by Tue 14:00".to_owned(),
        message_id: "k3y.7@ops.example".to_owned(),
        in_reply_to: Some("k3y.0@ops.example".to_owned()),
        references: vec!["k3y.0@ops.example".to_owned(), "theirs@customer.example".to_owned()],
        date: "2026-11-24T09:40:00Z".parse().expect("an instant"),
        headers: vec![
            ("Auto-Submitted".to_owned(), "auto-generated".to_owned()),
            ("List-Id".to_owned(), "Questions <support.ops.example>".to_owned()),
        ],
        text: "Please accept.\n\n.\nA line with a dot above, and a · in it.\n".to_owned(),
        html: "<p>Please accept · now</p>".to_owned(),
        attached: None,
    }
}

#[test]
fn a_letter_becomes_a_mail() {
    let wire = to_message(&letter(), None).expect("a mail");
    insta::assert_snapshot!("mail", String::from_utf8(wire.bytes).expect("ASCII").replace("\r\n", "\n"));
    assert_eq!(
        wire.envelope.from().map(ToString::to_string).as_deref(),
        Some("desk+k3y@ops.example")
    );
    assert_eq!(wire.envelope.to().len(), 1);
}

#[test]
fn the_same_letter_gives_the_same_bytes() {
    assert_eq!(to_message(&letter(), None), to_message(&letter(), None));
    let mut other = letter();
    other.message_id = "k3y.8@ops.example".to_owned();
    assert_ne!(boundary(&letter().message_id), boundary(&other.message_id));
}

#[test]
fn another_reader_reads_what_was_meant() {
    let mut letter = letter();
    letter.subject =
        "SUP-142 Drucker brennt – größer als gestern, und noch viel mehr Wörter, die gefaltet werden: please accept".to_owned();
    letter.to_name = Some("Ana Ruíz, \"Ops\" <x>".to_owned());
    letter.text = format!("{}\nund ein Ende", "ä".repeat(3_000));
    letter.references = (0..60).map(|n| format!("{n}.{}@customer.example", "x".repeat(60))).collect();
    let wire = to_message(&letter, None).expect("a mail");
    let parsed = MessageParser::default().parse(&wire.bytes).expect("a mail");
    assert_eq!(parsed.subject(), Some(letter.subject.as_str()));
    let to = parsed.to().and_then(|to| to.first()).expect("a recipient");
    assert_eq!((to.name(), to.address()), (letter.to_name.as_deref(), Some("ana@ops.example")));
    assert_eq!(parsed.body_text(0).expect("text").replace("\r\n", "\n").trim_end(), letter.text);
    assert_eq!(
        parsed.body_html(0).expect("html").trim_end(),
        letter.html.replace('·', "&#183;"),
        "as a character reference"
    );
    assert_eq!(parsed.message_id(), Some("k3y.7@ops.example"));
    assert_eq!(parsed.references().as_text_list().map(|list| list.len()), Some(60));
    assert_eq!(
        parsed.date().map(mail_parser::DateTime::to_rfc3339).as_deref(),
        Some("2026-11-24T09:40:00Z")
    );
    assert!(wire.bytes.split(|b| *b == b'\n').all(|line| line.len() <= 998));
}

#[test]
fn no_text_leaves_a_bare_line_end() {
    for text in [
        "a\rb",
        "a\nb",
        "a\r\nb",
        "\r",
        "\n.\n",
        "\r\n.\r\n",
        "x\r.\r",
        "\n.\r\n",
        "\r\n.\n",
        "a\u{0}b\u{b}c",
        "",
        "\u{2028}",
    ] {
        let mut letter = letter();
        letter.text = format!("{text}\u{e4}");
        letter.html = text.to_owned();
        let bytes = to_message(&letter, None).expect("a mail").bytes;
        assert_eq!(first_fault(&bytes, false), None, "{text:?}");
    }
}

#[test]
fn faults_are_found_where_they_are() {
    let table: [(&[u8], Option<usize>); 7] = [
        (b"a\r\nb\r\n", None),
        (b"a\nb", Some(1)),
        (b"a\rb", Some(2)),
        (b"a\r", Some(2)),
        (b"a\r\r\n", Some(2)),
        (b"\xc3", Some(0)),
        (b"ab\0", Some(2)),
    ];
    for (bytes, at) in table {
        assert_eq!(first_fault(bytes, false), at, "{bytes:?}");
    }
}

#[test]
fn what_cannot_be_written_is_refused_by_name() {
    let refused = |change: &dyn Fn(&mut Letter)| {
        let mut letter = letter();
        change(&mut letter);
        to_message(&letter, None).expect_err("a refusal")
    };
    assert_eq!(
        refused(&|l| l.message_id = "a@b\r\nBcc: x@y.example".to_owned()),
        BadLetter::MessageId("Message-ID")
    );
    assert_eq!(
        refused(&|l| l.in_reply_to = Some("a b".to_owned())),
        BadLetter::MessageId("In-Reply-To")
    );
    assert_eq!(
        refused(&|l| l.references.push("ä@b".to_owned())),
        BadLetter::MessageId("References")
    );
    assert_eq!(
        refused(&|l| l.subject = "a\r\nBcc: x@y.example".to_owned()),
        BadLetter::Header("Subject".to_owned())
    );
    assert_eq!(
        refused(&|l| l.headers.push(("X A".to_owned(), "b".to_owned()))),
        BadLetter::Header("X A".to_owned())
    );
    assert_eq!(
        refused(&|l| l.headers.push(("X-A".to_owned(), "b\nc".to_owned()))),
        BadLetter::Header("X-A".to_owned())
    );
    assert_eq!(
        refused(&|l| l.from_name = Some("a\nb".to_owned())),
        BadLetter::Header("From".to_owned())
    );
    assert_eq!(
        refused(&|l| l.date = "1969-12-31T23:59:59Z".parse().expect("an instant")),
        BadLetter::Date("1969-12-31T23:59:59Z".parse().expect("an instant"))
    );
}

#[test]
fn an_automatic_answer_has_no_return_path() {
    let mut letter = letter();
    letter.null_return_path = true;
    assert_eq!(to_message(&letter, None).expect("a mail").envelope.from(), None);
    letter.null_return_path = false;
    letter.reply_to = None;
    let wire = to_message(&letter, None).expect("a mail");
    assert_eq!(wire.envelope.from().map(ToString::to_string).as_deref(), Some("desk@ops.example"));
}
