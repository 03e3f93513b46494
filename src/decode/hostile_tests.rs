//! Mail built to hurt: each must end quickly, in bounded memory, as Unparsed or as a mail that says what was odd.

use std::fs;
use std::time::{Duration, Instant};

use crate::model::{Envelope, Mail, Oddity, Unparsed};

use super::limits::*;
use super::mail;

/// What promise B6 allows, of processor time in a debug build.
const MAX_TIME: Duration = Duration::from_secs(1);

/// The processor time of this thread where the system tells it, so that a busy machine fails no test; else time as it passes.
fn spent_since(start: Instant) -> Duration {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = stat.split(' ').next().and_then(|n| n.parse().ok());
    nanoseconds.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

fn timed(raw: &[u8]) -> Result<(Mail, Vec<Oddity>), Unparsed> {
    let start = Instant::now();
    let before = spent_since(start);
    let out = mail(raw, Envelope::default());
    let spent = spent_since(start).saturating_sub(before);
    println!(
        "{} octets in {spent:?}: {:?}",
        raw.len(),
        out.as_ref().map(|(_, odd)| odd.len()).map_err(|why| &why.code)
    );
    assert!(spent < MAX_TIME, "{spent:?}");
    out
}

fn code(raw: &[u8]) -> String {
    timed(raw).expect_err("unparsed").code
}

fn nested(depth: usize) -> Vec<u8> {
    let mut out = b"From: ana@ops.example\r\n".to_vec();
    for n in 0..depth {
        out.extend_from_slice(format!("Content-Type: multipart/mixed; boundary=b{n}x\r\n\r\n--b{n}x\r\n").as_bytes());
    }
    out.extend_from_slice(b"\r\ndeep\r\n");
    out
}

fn parts(count: usize) -> Vec<u8> {
    let mut out = b"From: ana@ops.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n".to_vec();
    for _ in 0..count {
        out.extend_from_slice(b"--x\r\n\r\na\r\n");
    }
    out.extend_from_slice(b"--x--\r\n");
    out
}

fn headers(count: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for n in 0..count {
        out.extend_from_slice(format!("X-N: {n}\r\n").as_bytes());
    }
    out.extend_from_slice(b"\r\nhello\r\n");
    out
}

fn long_header(bytes: usize) -> Vec<u8> {
    let mut out = b"From: ana@ops.example\r\nX-Long:".to_vec();
    while out.len() < bytes {
        out.extend_from_slice(b" aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n");
    }
    out.extend_from_slice(b"\r\nhello\r\n");
    out
}

#[test]
fn nesting_at_and_past_the_limit() {
    assert_eq!(timed(&nested(MAX_DEPTH)).expect("read").0.text, "deep\n");
    assert_eq!(code(&nested(MAX_DEPTH + 1)), "nesting");
    assert_eq!(code(&nested(10_000)), "nesting");
}

#[test]
fn parts_at_and_past_the_limit() {
    assert!(timed(&parts(MAX_PARTS - 1)).is_ok());
    assert_eq!(code(&parts(MAX_PARTS)), "parts");
    assert_eq!(code(&parts(100_000)), "parts");
}

#[test]
fn headers_at_and_past_the_limit() {
    let (read, odd) = timed(&headers(MAX_FIELDS)).expect("read");
    assert_eq!(read.headers.len(), MAX_KEPT_HEADERS);
    assert!(odd.iter().any(|o| o.code == "headers-capped"));
    assert_eq!(code(&headers(MAX_FIELDS + 1)), "headers");
    assert_eq!(code(&headers(1_000_000)), "headers");
}

#[test]
fn one_header_at_and_past_the_limit() {
    let (read, odd) = timed(&long_header(MAX_FIELD_BYTES)).expect("read");
    assert!(read.headers.iter().all(|(_, v)| v.len() <= MAX_KEPT_HEADER_BYTES));
    assert!(odd.iter().any(|o| o.code == "header-capped"));
    assert_eq!(code(&long_header(MAX_FIELD_BYTES + 200)), "header-length");
    assert_eq!(code(&long_header(1_000_000)), "header-length");
    // In one line, without a fold.
    assert_eq!(
        code(&[b"X-Long: ", "a".repeat(1_000_000).as_bytes(), b"\r\n\r\nhello"].concat()),
        "header-length"
    );
    // A name without an end is no header.
    assert_eq!(code("a".repeat(5_000_000).as_bytes()), "no-headers");
}

#[test]
fn headers_of_all_parts_have_one_allowance() {
    let mut raw = b"From: ana@ops.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n".to_vec();
    for _ in 0..20 {
        raw.extend_from_slice(b"--x\r\nX-Long: ");
        raw.extend_from_slice(&[b'a'; 100_000]);
        raw.extend_from_slice(b"\r\n\r\na\r\n");
    }
    assert_eq!(code(&raw), "header-bytes");
}

#[test]
fn messages_in_messages_are_one_attachment() {
    let raw = "Content-Type: message/rfc822\r\n\r\n".repeat(10_000);
    let (read, odd) = timed(raw.as_bytes()).expect("read");
    assert_eq!(read.attachments.len(), 1);
    assert!(odd.iter().any(|o| o.code == "nested-messages"));
}

#[test]
fn many_boundaries_that_are_none() {
    let mut raw = nested(MAX_DEPTH);
    raw.extend_from_slice(&b"--b1y\n".repeat(1_000_000));
    assert!(timed(&raw).is_ok());
    let mut raw = nested(MAX_DEPTH);
    raw.extend_from_slice(&b"text --b49x text\n".repeat(500_000));
    let (_, odd) = timed(&raw).expect("read");
    assert!(odd.iter().any(|o| o.code == "boundary-in-line"));
}

#[test]
fn headers_that_tempt_a_parser_to_look_back() {
    for piece in [
        "=?utf-8?q?x ",
        "=?",
        "<",
        "(",
        "\"",
        "\\\"",
        "a@b,",
        "<>",
        "a:;",
        ":",
        "=?a?b?",
        "(a\\",
        "<a@b.example>",
    ] {
        for name in ["From", "Subject", "References", "Date", "Message-ID"] {
            let raw = format!("{name}: {}\r\n\r\nhello\r\n", piece.repeat(200_000 / piece.len()));
            assert!(timed(raw.as_bytes()).is_ok(), "{name} of {piece:?}");
        }
    }
}

#[test]
fn parameters_that_tempt_a_parser_to_look_back() {
    for piece in [
        "=?utf-8?q?x ",
        "a*1=b;",
        "a=\"b\\\"",
        "(",
        "a*0*=u''%41;",
        "; ",
        "=",
        "\"",
        "name*9999=x;",
    ] {
        let one = format!("Content-Type: text/plain; {}\r\n\r\nhello\r\n", piece.repeat(4_000 / piece.len()));
        let mut raw = "Content-Type: multipart/mixed; boundary=x\r\n\r\n".to_owned();
        for _ in 0..200 {
            raw.push_str("--x\r\n");
            raw.push_str(&one);
        }
        assert!(timed(raw.as_bytes()).is_ok(), "{piece:?}");
    }
}

#[test]
fn html_that_tempts_a_scanner_to_look_back() {
    let pieces = [
        "<div>",
        "<blockquote>",
        "<a href=\"",
        "<a href='x",
        "<!--",
        "<",
        "</",
        "&",
        "&amp",
        "<script>",
        "<style></",
        "<p hidden>",
        "<div class=gmail_quote>",
        "<div style='display:none'>",
        "<br>",
        "&#x41;",
        "<td>",
        "<a =\"\">",
    ];
    for piece in pieces {
        let raw = format!("Content-Type: text/html\r\n\r\n{}", piece.repeat(MAX_HTML_BYTES / piece.len()));
        let (read, _) = timed(raw.as_bytes()).expect("read");
        assert!(read.text.len() <= MAX_TEXT_BYTES + 1);
    }
}

#[test]
fn large_bodies_cost_little() {
    let line = format!("{}\r\n", "QUJD".repeat(19));
    let body = line.repeat(25_000_000 / line.len());
    for kind in [
        "text/plain\r\nContent-Transfer-Encoding: base64",
        "text/plain\r\nContent-Transfer-Encoding: quoted-printable",
        "text/plain; format=flowed",
        "application/pdf\r\nContent-Transfer-Encoding: base64",
        "text/html",
    ] {
        let raw = format!("From: ana@ops.example\r\nContent-Type: {kind}\r\n\r\n{body}");
        let (read, odd) = timed(raw.as_bytes()).expect("read");
        assert!(read.text.len() <= MAX_TEXT_BYTES + 1);
        assert!(
            read.attachments.len() == 1 || odd.iter().any(|o| o.code == "text-capped"),
            "{kind}: {odd:?}"
        );
    }
}

#[test]
fn nothing_readable_is_unparsed() {
    for raw in [&b""[..], b"\0\0\0\0", b"\r\n\r\n", b" \t \n\0"] {
        assert_eq!(code(raw), "empty");
    }
    for raw in [
        &b"hello\r\n"[..],
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xfeF\0r\0o\0m\0",
        b"Dear all: no headers\r\n",
    ] {
        assert_eq!(code(raw), "no-headers", "{raw:?}");
    }
}
