//! What a mail is read as: one small mail each, through the public function.

use crate::model::{Envelope, Mail, Oddity};

use super::mail;

fn read(raw: &str) -> (Mail, Vec<String>) {
    read_bytes(raw.replace('\n', "\r\n").as_bytes())
}

fn read_bytes(raw: &[u8]) -> (Mail, Vec<String>) {
    let (mail, odd) = mail(raw, Envelope::default()).expect("a mail");
    let codes = odd.into_iter().map(|Oddity { code, .. }| code).collect();
    (mail, codes)
}

fn with_header(header: &str) -> (Mail, Vec<String>) {
    read(&format!(
        "{header}\nDate: Mon, 3 Aug 2026 09:00:00 +0200\nMessage-ID: <1@ops.example>\n\nhello\n"
    ))
}

fn addresses(header: &str) -> Vec<String> {
    with_header(&format!("From: {header}"))
        .0
        .from
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn has(codes: &[String], code: &str) -> bool {
    codes.iter().any(|c| c == code)
}

#[test]
fn an_ordinary_mail_has_no_oddity() {
    let (mail, odd) = read(
        "From: Ana Ruiz <ana@ops.example>\nTo: desk@ops.example, \"Okafor, Ben\" <ben@ops.example>\nCc: cat@supplier.example\n\
         Reply-To: ana@home.example\nSubject: Printer on\n the third floor\nDate: Mon, 3 Aug 2026 09:00:00 +0200\n\
         Message-ID: <1@ops.example>\nIn-Reply-To: <0@ops.example>\nReferences: <a@ops.example>\n <0@ops.example>\n\nIt is out of paper.\n",
    );
    assert_eq!(odd, Vec::<String>::new());
    assert_eq!(mail.author().expect("one").as_str(), "ana@ops.example");
    assert_eq!(mail.to[1].to_string(), "Okafor, Ben <ben@ops.example>");
    assert_eq!((mail.cc.len(), mail.reply_to.len()), (1, 1));
    assert_eq!(mail.subject, "Printer on the third floor");
    assert_eq!(mail.date.expect("a date").to_string(), "2026-08-03T07:00:00Z");
    assert_eq!(mail.message_id.as_deref(), Some("1@ops.example"));
    assert_eq!(mail.in_reply_to, ["0@ops.example"]);
    assert_eq!(mail.references, ["a@ops.example", "0@ops.example"]);
    assert_eq!(mail.text, "It is out of paper.\n");
    assert_eq!(mail.new_text, mail.text);
    assert_eq!(mail.headers.len(), 9);
    assert_eq!(mail.headers[4], ("Subject".to_owned(), "Printer on the third floor".to_owned()));
}

/// mail-parser 0.11.9 cuts the part at the first of these lines (its issue 156).
#[test]
fn boundary_text_inside_a_line_cuts_nothing() {
    let (mail, odd) = read(
        "From: ana@ops.example\nContent-Type: multipart/mixed; boundary=\"cut\"\n\n--cut\nContent-Type: text/plain\n\n\
         The marker is --cut in the middle\nand --cut-- too, and\n --cut after a space.\nLast line.\n--cut\n\
         Content-Type: application/pdf; name=a.pdf\n\nx\n--cut--\n",
    );
    assert_eq!(
        mail.text,
        "The marker is --cut in the middle\nand --cut-- too, and\n --cut after a space.\nLast line.\n"
    );
    assert_eq!(mail.attachments.len(), 1);
    assert!(has(&odd, "boundary-in-line"), "{odd:?}");
}

#[test]
fn a_longer_boundary_line_is_another_boundary() {
    let (mail, _) =
        read("From: ana@ops.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--bb\ntwo\n--b \n\nthree\n--b--\nepilogue\n");
    assert_eq!(mail.text, "one\n--bb\ntwo\n\nthree\n");
}

/// mail-parser 0.11.9 loses the value, and with it the whole multipart (its issue 165).
#[test]
fn a_fold_after_an_equals_sign_loses_nothing() {
    for fold in ["\n \"cut\"", "\n\t\"cut\"", "\n cut", "\n \n \"cut\""] {
        let (mail, odd) = read(&format!(
            "From: ana@ops.example\nContent-Type: multipart/mixed; boundary={fold}\n\n--cut\n\nhello\n--cut\n\
             Content-Type: application/pdf\nContent-Disposition: attachment; filename=\n \"plan.pdf\"\n\nx\n--cut--\n"
        ));
        assert_eq!(mail.text, "hello\n", "{fold:?}");
        assert_eq!(mail.attachments[0].name.as_deref(), Some("plan.pdf"));
        assert!(has(&odd, "folded-parameter"), "{odd:?}");
    }
    let (mail, odd) = with_header("Content-Type: application/pdf;\n name=\"=?utf-8?q?pl=C3=A4?=\n =?utf-8?q?ne.pdf?=\"");
    assert_eq!(mail.attachments[0].name.as_deref(), Some("pläne.pdf"));
    assert!(!has(&odd, "folded-parameter"), "{odd:?}");
}

#[test]
fn long_file_names_of_rfc_2231_are_joined() {
    let (mail, _) = with_header("Content-Type: application/pdf;\n name*0*=utf-8''pl%C3%A4;\n name*1*=ne%20.pdf");
    assert_eq!(mail.attachments[0].name.as_deref(), Some("pläne .pdf"));
}

#[test]
fn a_nested_multipart_left_open_ends_with_the_outer_one() {
    let (mail, odd) = read(
        "From: ana@ops.example\nContent-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/alternative; boundary=i\n\n\
         --i\n\nplain\n--i\nContent-Type: text/html\n\n<p>html</p>\n--o\n\nsecond\n--o--\n",
    );
    assert_eq!(mail.text, "plain\n\nsecond\n");
    assert!(has(&odd, "no-closing-boundary"));
}

#[test]
fn every_address_of_every_from_is_seen() {
    assert_eq!(
        addresses("ana@ops.example, ben@ops.example"),
        ["ana@ops.example", "ben@ops.example"]
    );
    assert_eq!(
        addresses("<ana@ops.example> <ben@ops.example>"),
        ["ana@ops.example", "ben@ops.example"]
    );
    assert_eq!(addresses("ana@ops.example ben@ops.example"), ["ana@ops.example", "ben@ops.example"]);
    assert_eq!(
        addresses("<ana@ops.example> ben@ops.example"),
        ["ana@ops.example", "ben@ops.example"]
    );
    assert_eq!(
        addresses("Desk: ana@ops.example, Ben <ben@ops.example>;"),
        ["ana@ops.example", "Ben <ben@ops.example>"]
    );
    assert_eq!(
        addresses("\"ana@ops.example\" <ben@ops.example>"),
        ["ana@ops.example <ben@ops.example>"]
    );
    assert_eq!(
        addresses("ana@ops.example <ben@ops.example>"),
        ["ana@ops.example <ben@ops.example>"],
        "a name that looks like an address"
    );
    let (mail, odd) = with_header("From: ana@ops.example\nfrom: ben@ops.example");
    assert_eq!(mail.from.len(), 2);
    assert!(mail.author().is_none() && has(&odd, "two-from"));
    let (mail, odd) = with_header("From: ana@ops.example\nFrom : ana@ops.example");
    assert!(mail.author().is_none() && has(&odd, "two-from"), "the same address twice");
}

#[test]
fn addresses_are_read_as_people_write_them() {
    assert_eq!(addresses("ana@ops.example (Ana Ruiz)"), ["Ana Ruiz <ana@ops.example>"]);
    assert_eq!(
        addresses("\"Ruiz, Ana (Ops)\" <ana@ops.example>"),
        ["Ruiz, Ana (Ops) <ana@ops.example>"]
    );
    assert_eq!(
        addresses("\"Ana \\\"A\\\" Ruiz\" <ana@ops.example>"),
        ["Ana \"A\" Ruiz <ana@ops.example>"]
    );
    assert_eq!(
        addresses("Ana <@relay.example,@b.example:ana@ops.example>"),
        ["Ana <ana@ops.example>"]
    );
    assert_eq!(
        addresses("=?utf-8?q?An=C3?= =?utf-8?q?=A1?= <ana@ops.example>"),
        ["Aná <ana@ops.example>"]
    );
    assert_eq!(addresses("<ana(home)@ops.example(work)>"), ["ana@ops.example"]);
    assert_eq!(addresses("root"), ["root"]);
    let (mail, odd) = with_header("From: Ana Ruiz");
    assert_eq!((mail.from.len(), mail.from[0].address.as_str()), (1, ""));
    assert!(has(&odd, "bad-from"));
}

#[test]
fn an_encoded_word_is_never_an_address() {
    for header in [
        "=?utf-8?q?ana=40ops.example?=",
        "=?utf-8?q?ana=40ops.example?= <>",
        "=?utf-8?q?=3Cana=40ops.example=3E?=",
    ] {
        let (mail, _) = with_header(&format!("From: {header}"));
        assert!(mail.author().is_none(), "{header}: {:?}", mail.from);
    }
    let (mail, _) = with_header("From: =?utf-8?q?x=2C_ana=40ops.example=2C?= <ben@ops.example>");
    assert_eq!(mail.from.len(), 1);
    assert_eq!(mail.author().expect("one").as_str(), "ben@ops.example");
}

#[test]
fn no_header_can_be_injected() {
    let (mail, odd) =
        with_header("From: =?utf-8?q?Ana=0D=0ABcc=3A_ben=40ops.example?= <ana@ops.example>\nSubject: =?utf-8?b?YQ0KQmNjOiBi?=");
    assert_eq!(mail.subject, "a Bcc: b");
    assert_eq!(mail.from[0].name.as_deref(), Some("Ana Bcc: ben@ops.example"));
    assert!(mail.headers.iter().all(|(_, v)| !v.contains(['\r', '\n'])));
    assert!(has(&odd, "line-break-in-word"));
}

#[test]
fn controls_and_bidi_overrides_are_removed() {
    let (mail, odd) = read("From: ana@ops.example\nSubject: a\u{202E}b\u{7}c\u{2066}d\n\nx\u{1b}[31my\u{0}z\tt\u{2069}\n");
    assert_eq!(mail.subject, "abcd");
    assert_eq!(mail.text, "x[31myz\tt\n");
    assert!(has(&odd, "bidi-controls") && has(&odd, "nul-bytes"));
}

#[test]
fn file_names_have_no_paths() {
    for (name, kept) in [
        ("../../etc/passwd", Some("passwd")),
        ("C:\\\\temp\\\\plan.pdf", Some("plan.pdf")),
        ("..", None),
        ("a\u{202E}fdp.exe", Some("afdp.exe")),
        ("plan/", Some("plan")),
    ] {
        let (mail, _) = with_header(&format!("Content-Type: application/pdf; name=\"{name}\""));
        assert_eq!(mail.attachments[0].name.as_deref(), kept, "{name}");
    }
}

#[test]
fn encoded_words_are_decoded() {
    for (value, text) in [
        ("=?utf-8?q?caf=C3=A9?= au lait", "café au lait"),
        ("=?ISO-8859-1*en?Q?caf=E9_noir?=", "café noir"),
        ("=?utf-8?b?Y2Fmw6k=?=\n =?utf-8?b?IG5vaXI=?=", "café noir"),
        ("=?utf-8?b?4oI=?= =?utf-8?b?rA==?=", "€"),
        ("a =?utf-8?q?b?= =?iso-8859-1?q?c?= d", "a bc d"),
        ("=?utf-8?x?no?= =?broken", "=?utf-8?x?no?= =?broken"),
        ("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
    ] {
        assert_eq!(with_header(&format!("Subject: {value}")).0.subject, text, "{value}");
    }
}

#[test]
fn raw_eight_bit_headers_are_read_and_said() {
    let (mail, odd) = read_bytes(b"From: ana@ops.example\r\nSubject: caf\xe9\r\n\r\nx\r\n");
    assert_eq!(mail.subject, "café");
    assert!(has(&odd, "8bit-header"));
    let (mail, odd) = read("From: ana@ops.example\nSubject: café\n\nx\n");
    assert_eq!(mail.subject, "café");
    assert!(!has(&odd, "8bit-header"));
}

#[test]
fn charsets_are_read_as_said_or_guessed() {
    for (kind, body, text, odd) in [
        ("text/plain; charset=utf-8", &b"caf\xc3\xa9"[..], "café\n", ""),
        ("text/plain; charset=iso-8859-15", b"10 \xa4", "10 €\n", ""),
        ("text/plain", b"caf\xc3\xa9", "café\n", ""),
        ("text/plain; charset=us-ascii", b"caf\xe9", "café\n", "bad-charset"),
        ("text/plain; charset=klingon", b"caf\xe9", "café\n", "bad-charset"),
        ("text/plain; charset=utf-8", b"caf\xe9!", "caf\u{FFFD}!\n", "bad-charset"),
    ] {
        let raw = [
            b"From: ana@ops.example\r\nContent-Type: ",
            kind.as_bytes(),
            b"\r\n\r\n",
            body,
            b"\r\n",
        ]
        .concat();
        let (mail, codes) = read_bytes(&raw);
        assert_eq!(mail.text, text, "{kind}");
        assert!(odd.is_empty() || has(&codes, odd), "{kind}: {codes:?}");
    }
}

#[test]
fn transfer_encodings_are_undone() {
    for (encoding, body, text) in [
        ("quoted-printable", "caf=C3=A9 =\nnoir =3D= \nx=ZZ =", "café noir =x=ZZ \n"),
        ("Base64", "aGVs\nbG8=\n", "hello\n"),
        ("base64", "aGVsbG8", "hello\n"),
        ("base64", "This is, in truth, plain text.", "This is, in truth, plain text.\n"),
        ("x-unknown", "as it is", "as it is\n"),
    ] {
        let (mail, _) = read(&format!("From: ana@ops.example\nContent-Transfer-Encoding: {encoding}\n\n{body}"));
        assert_eq!(mail.text, text, "{encoding}");
    }
}

#[test]
fn sizes_are_counted_without_decoding() {
    for (encoding, body, size) in [
        ("base64", "aGVs\nbG8=\n", 5),
        ("base64", "aGVsbG8h", 6),
        ("quoted-printable", "a=C3=A9=\nb", 4),
        ("7bit", "hello", 5),
    ] {
        let (mail, _) = read(&format!(
            "From: ana@ops.example\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: {encoding}\n\n{body}"
        ));
        assert_eq!(mail.attachments[0].size_bytes, size, "{encoding} {body:?}");
    }
}

#[test]
fn plain_text_is_preferred_unless_it_is_empty() {
    let alternative = |plain: &str| {
        read(&format!(
            "From: ana@ops.example\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\n{plain}\n--b\nContent-Type: multipart/related; boundary=r\n\n\
             --r\nContent-Type: text/html\n\n<p>from html</p>\n--r\nContent-Type: image/png; name=logo.png\n\nx\n--r--\n--b--\n"
        ))
        .0
    };
    assert_eq!(alternative("from plain").text, "from plain\n");
    assert_eq!(alternative("  ").text, "from html\n");
    assert_eq!(alternative("x").attachments.len(), 1);
}

#[test]
fn nested_messages_and_named_texts_are_attached() {
    let (mail, _) = read(
        "From: ana@ops.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nsee below\n--b\nContent-Type: message/rfc822\n\n\
         From: ben@ops.example\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\ninner\n--c--\n--b\nContent-Type: text/plain; name=log.txt\n\nlog\n\
         --b\nContent-Type: text/plain\nContent-Disposition: attachment\n\nhidden\n--b--\n",
    );
    assert_eq!(mail.text, "see below\n");
    let kinds: Vec<&str> = mail.attachments.iter().map(|a| a.media_type.as_str()).collect();
    assert_eq!(kinds, ["message/rfc822", "text/plain", "text/plain"]);
    assert_eq!(mail.attachments[1].name.as_deref(), Some("log.txt"));
}

#[test]
fn flowed_text_is_joined() {
    let (mail, _) = read(
        "From: ana@ops.example\nContent-Type: text/plain; format=flowed\n\nOne \nparagraph.\n\n> quoted \n> words\n>> deeper\n-- \nAna\n",
    );
    assert_eq!(mail.text, "One paragraph.\n\n> quoted words\n>> deeper\n-- \nAna\n");
}

#[test]
fn ids_are_found_in_what_stands_around_them() {
    let id = |value: &str| with_header(&format!("X: y\nMessage-Id: {value}")).0.message_id;
    let (mail, _) =
        read("From: a@ops.example\nMessage-ID: <1@a> <2@a>\nIn-Reply-To: Your message of Monday <3@a>\nReferences: 4@a <\n\nx\n");
    assert_eq!(mail.message_id.as_deref(), Some("1@a"));
    assert_eq!(mail.in_reply_to, ["3@a"]);
    assert_eq!(mail.references, Vec::<String>::new());
    assert_eq!(id("no brackets@ops.example").as_deref(), Some("brackets@ops.example"));
    assert_eq!(id("<>\nMessage-Id: <9@a>").as_deref(), None);
    let many = (0..150).map(|n| format!("<{n}@a>")).collect::<Vec<_>>().join("\n ");
    let (mail, odd) = read(&format!("From: a@ops.example\nReferences: {many}\n\nx\n"));
    assert_eq!((mail.references.len(), mail.references[99].as_str()), (100, "149@a"));
    assert!(has(&odd, "references-capped"));
}

#[test]
fn what_is_missing_or_bad_is_said() {
    let (_, odd) = read("Subject: x\n\nhello\n");
    for code in ["no-from", "no-date", "no-message-id"] {
        assert!(has(&odd, code), "{code}");
    }
    assert!(has(&read_bytes(b"From: a@b.example\n\nx\n").1, "bare-lf"));
    assert!(has(&read_bytes(b"From: a@b.example\rSubject: x\r\rhello\r").1, "bare-cr"));
    assert_eq!(read_bytes(b"From: a@b.example\rSubject: x\r\rhello\r").0.text, "hello\n");
    assert!(has(&read("From ana Mon Aug  3\nFrom: a@b.example\n\nx\n").1, "mbox-line"));
    assert!(has(&read("From: a@b.example\nno header here\n\nx\n").1, "no-empty-line"));
    assert!(has(&read("From: a@b.example\nDate: tomorrow\n\nx\n").1, "bad-date"));
    assert!(has(
        &read("From: a@b.example\nContent-Type: multipart/mixed\n\nx\n").1,
        "no-boundary"
    ));
    assert!(has(
        &read("From: a@b.example\nContent-Type: multipart/mixed; boundary=q\n\nx\n").1,
        "boundary-not-found"
    ));
    assert_eq!(
        read("From: a@b.example\nContent-Type: multipart/mixed; boundary=q\n\nx\n").0.text,
        "x\n"
    );
}

#[test]
fn a_date_without_a_zone_is_utc() {
    let (mail, _) = read("From: a@b.example\nDate: Mon, 3 Aug 2026 09:00:00\n\nx\n");
    assert_eq!(mail.date.expect("a date").to_string(), "2026-08-03T09:00:00Z");
}

#[test]
fn reading_twice_gives_the_same() {
    let raw = b"From: ana@ops.example\r\nSubject: x\r\n\r\nhello\r\n";
    assert_eq!(read_bytes(raw), read_bytes(raw));
}
