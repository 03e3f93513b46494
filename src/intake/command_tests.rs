//! Lines read, and no line that breaks the reader.

use proptest::prelude::*;

use super::{Command, Hello, Mechanism, reply};

fn read(line: &str) -> Result<Command, reply::Reply> {
    Command::read(format!("{line}\r\n").as_bytes())
}

#[test]
fn spellings() {
    let mail = |from: Option<&str>, size_bytes, utf8| {
        Ok(Command::Mail {
            from: from.map(str::to_owned),
            size_bytes,
            utf8,
        })
    };
    for (line, want) in [
        ("eHLo mx.example", Ok(Command::Hello(Hello::Ehlo, "mx.example".to_owned()))),
        ("HELO [192.0.2.1]", Ok(Command::Hello(Hello::Helo, "[192.0.2.1]".to_owned()))),
        ("LHLO \u{1}a", Ok(Command::Hello(Hello::Lhlo, "a".to_owned()))),
        ("MAIL FROM:<>", mail(None, 0, false)),
        (
            "mail from: <a@b.example> size=12 BODY=8BITMIME",
            mail(Some("a@b.example"), 12, false),
        ),
        ("MAIL FROM:<é@b.example> SMTPUTF8", mail(Some("é@b.example"), 0, true)),
        ("MAIL FROM:<é@b.example>", Err(reply::NEEDS_UTF8)),
        ("MAIL FROM:<a@b.example> BODY=BINARYMIME", Err(reply::UNSUPPORTED)),
        ("MAIL FROM:<a@b.example> REQUIRETLS", Err(reply::UNSUPPORTED)),
        ("MAIL FROM:<a b@c.example>", Err(reply::BAD_SENDER)),
        ("RCPT TO:<a@b.example>", Ok(Command::Rcpt("a@b.example".to_owned()))),
        ("RCPT TO:<postmaster>", Ok(Command::Rcpt("postmaster".to_owned()))),
        (
            "RCPT TO:<@r.example:a@b.example>",
            Ok(Command::Rcpt("@r.example:a@b.example".to_owned())),
        ),
        ("RCPT TO:<\"a>b\"@c.example>", Ok(Command::Rcpt("\"a>b\"@c.example".to_owned()))),
        ("RCPT TO:<\"a@b\"@c.example>", Ok(Command::Rcpt("\"a@b\"@c.example".to_owned()))),
        ("DATA", Ok(Command::Data)),
        ("QUIT ", Ok(Command::Quit)),
        ("DATAX", Err(reply::UNKNOWN)),
        ("", Err(reply::UNKNOWN)),
        ("starttls", Ok(Command::StartTls)),
        ("ETRN x", Err(reply::NOT_HERE)),
        ("AUTH PLAIN =", Ok(Command::Auth(Mechanism::Plain, Some(String::new())))),
        ("auth login", Ok(Command::Auth(Mechanism::Login, None))),
        ("AUTH NTLM x", Err(reply::LOGIN_HOW)),
    ] {
        assert_eq!(read(line), want, "{line}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]
    #[test]
    fn no_line_breaks_the_reader(
        verb in prop::sample::select(vec!["", "MAIL FROM:", "RCPT TO:", "EHLO ", "BDAT ", "AUTH ", "NOOP ", "MAIL FROM:<a@b.example> ", "RCPT TO:<a@b.example> "]),
        parts in prop::collection::vec(prop_oneof![
            prop::sample::select(vec!["<", ">", "@", "\"", "\\", ":", ",", ".", " ", "=", "SIZE=", "99999999999999999999", "-", "BY=", "HOLDFOR=", "HOLDUNTIL=2026-11-23T09:00:00Z",
                "MT-PRIORITY=", "NOTIFY=", "ORCPT=", "RRVS=", "ENVID=", "AUTH=", "+41", "PLAIN", "LAST", "é"]).prop_map(|part| part.as_bytes().to_vec()),
            prop::collection::vec(any::<u8>(), 0..6),
        ], 0..12),
    ) {
        let mut line = verb.as_bytes().to_vec();
        line.extend(parts.concat().into_iter().filter(|octet| !matches!(octet, b'\r' | b'\n')));
        line.extend_from_slice(b"\r\n");
        if let Err(reply) = Command::read(&line) {
            prop_assert!(reply.starts_with('5') && !reply.contains(['\r', '\n']), "{reply}");
        }
    }
}
