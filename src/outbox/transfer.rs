//! How text goes over the wire (RFC 2045 section 6). May import nothing. As it is where every relay lets that through unchanged, else as quoted-printable: the library encodes, lines that are the same either way are copied past it.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

use lettre::message::Body;
use lettre::message::header::ContentTransferEncoding;

/// The longest line that goes as it is, without its end (RFC 5321 section 4.5.3.1.6 has 998).
const MAX_PLAIN_LINE: usize = 990;
/// The longest line of quoted-printable text, without its end.
const MAX_LINE: usize = 76;
/// How each boundary of ours stands on its line. It cannot occur in quoted-printable text.
const BOUNDARY: &[u8] = b"--=_";

/// Text with line ends of any kind as the body of a part.
pub(super) fn body(text: &str) -> Body {
    let text = with_crlf(text);
    if goes_as_it_is(&text) {
        return Body::dangerous_pre_encoded(text.into_bytes(), ContentTransferEncoding::SevenBit);
    }
    Body::dangerous_pre_encoded(quoted_printable(&text), ContentTransferEncoding::QuotedPrintable)
}

/// HTML that says the same and can go as it is: whatever is not ASCII is a character reference, and long lines are broken within their `<br>`, where a line end means nothing.
pub(super) fn plain_html(html: &str) -> Cow<'_, str> {
    let html = ascii(html);
    if html.split('\n').all(|line| line.len() <= MAX_PLAIN_LINE) {
        return html;
    }
    Cow::Owned(html.replace("<br>", "<br\n>"))
}

fn ascii(html: &str) -> Cow<'_, str> {
    if html.is_ascii() {
        return Cow::Borrowed(html);
    }
    let mut out = String::with_capacity(html.len() + html.len() / 8);
    let mut rest = html;
    while let Some((before, letter, after)) = next_foreign(rest) {
        out.push_str(before);
        // Writing to a String cannot fail.
        let _ = write!(out, "&#{};", u32::from(letter));
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The next letter that is not ASCII, with what stands before and after it.
fn next_foreign(text: &str) -> Option<(&str, char, &str)> {
    let at = text.bytes().position(|byte| !byte.is_ascii())?;
    let (before, from) = text.split_at_checked(at)?;
    let mut letters = from.chars();
    let letter = letters.next()?;
    Some((before, letter, letters.as_str()))
}

fn with_crlf(text: &str) -> String {
    if text.contains('\r') {
        return with_crlf(&text.replace("\r\n", "\n").replace('\r', "\n"));
    }
    let ends = memchr::memchr_iter(b'\n', text.as_bytes()).count();
    let mut out = String::with_capacity(text.len() + ends);
    let mut lines = text.split('\n');
    out.push_str(lines.next().unwrap_or_default());
    lines.for_each(|line| out.extend(["\r\n", line]));
    out
}

/// Whether no relay has a reason to touch it: printable ASCII in lines that are not too long and end in no blank, and nothing in it is like a boundary.
fn goes_as_it_is(text: &str) -> bool {
    // Without a way out on the first one it goes over many bytes at a time.
    let printable = text
        .bytes()
        .fold(true, |all, byte| all & matches!(byte, b'\t' | b'\r' | b'\n' | b' '..=b'~'));
    printable
        && text.split('\n').all(|line| {
            let line = line.strip_suffix('\r').unwrap_or(line).as_bytes();
            line.len() <= MAX_PLAIN_LINE && !matches!(line.last(), Some(b' ' | b'\t')) && !line.starts_with(BOUNDARY)
        })
}

/// Encodes text whose lines end in CRLF.
fn quoted_printable(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 8);
    let mut waiting = 0..0;
    for line in text.split_inclusive("\r\n") {
        let end = waiting.end + line.len();
        if is_plain(line) {
            encode(text, waiting, &mut out);
            out.extend_from_slice(line.as_bytes());
            waiting = end..end;
        } else {
            waiting.end = end;
        }
    }
    encode(text, waiting, &mut out);
    out
}

fn encode(text: &str, part: Range<usize>, out: &mut Vec<u8>) {
    if let Some(part) = text.get(part).filter(|part| !part.is_empty()) {
        out.extend_from_slice(&quoted_printable::encode(part));
    }
}

/// Whether a line is encoded as itself.
fn is_plain(line: &str) -> bool {
    let line = line.strip_suffix("\r\n").unwrap_or(line).as_bytes();
    line.len() <= MAX_LINE && line.iter().all(|byte| matches!(byte, b' '..=b'~') && *byte != b'=') && line.last() != Some(&b' ')
}

#[cfg(test)]
mod tests {
    use mail_parser::MessageParser;
    use proptest::prelude::*;

    use super::{MAX_PLAIN_LINE, goes_as_it_is, plain_html, quoted_printable, with_crlf};

    #[test]
    fn what_goes_as_it_is() {
        let longest = "x".repeat(MAX_PLAIN_LINE);
        for text in ["", "a", "a\r\nb\r\n", "\ta = b\r\n\r\n.", "--=x", "x--=_", &longest] {
            assert!(goes_as_it_is(text), "{text:?}");
        }
        for text in [
            "\u{e4}",
            "a \r\nb",
            "a\t",
            "a\u{0}b",
            "\u{7f}",
            "a\r\n--=_b",
            &format!("a\r\n{longest}x"),
        ] {
            assert!(!goes_as_it_is(text), "{text:?}");
        }
    }

    #[test]
    fn html_says_the_same_in_plain_lines() {
        assert_eq!(plain_html("<p>a<br>b &amp; c</p>"), "<p>a<br>b &amp; c</p>");
        assert_eq!(plain_html("<p>\u{b7}a\u{1f600}\u{e4}</p>"), "<p>&#183;a&#128512;&#228;</p>");
        let long = "x".repeat(MAX_PLAIN_LINE / 2);
        let html = plain_html(&format!("<p>{long}<br>{long}</p>")).into_owned();
        assert_eq!(html, format!("<p>{long}<br\n>{long}</p>"));
        assert!(goes_as_it_is(&with_crlf(&html)));
    }

    proptest! {
        #[test]
        fn a_mail_program_reads_what_was_written(text in "([ -~]{0,90}|.{0,80}|\n|\r\n|--=_a){0,12}") {
            let mail = lettre::Message::builder()
                .from("a@b.example".parse().expect("an address"))
                .to("a@b.example".parse().expect("an address"))
                .header(lettre::message::header::ContentType::TEXT_PLAIN)
                .body(super::body(&text))
                .expect("a mail");
            let bytes = mail.formatted();
            prop_assert!(bytes.is_ascii());
            prop_assert!(bytes.split(|byte| *byte == b'\n').all(|line| line.len() <= 999));
            let parsed = MessageParser::default().parse(&bytes).expect("a mail");
            prop_assert_eq!(parsed.body_text(0).unwrap_or_default(), with_crlf(&text));
        }

        #[test]
        fn it_is_what_the_library_says(text in "([ -~]{0,90}|[a-c =\t\u{e4}\r\n]{0,12}|.{0,80}|\r\n){0,12}") {
            let library = quoted_printable::encode(&text);
            prop_assert_eq!(quoted_printable(&text), library);
        }
    }
}
