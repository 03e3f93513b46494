//! Content-Transfer-Encoding (RFC 2045 section 6). May import its peers in decode. Tolerant: what is not in the alphabet is skipped or kept as it stands.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use memchr::memchr;

use super::oddities::Oddities;

/// How a part's bytes are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Encoding {
    /// As they are: 7bit, 8bit, binary, and any word that is not known.
    #[default]
    Plain,
    /// Quoted-printable.
    Quoted,
    /// Base64.
    Base64,
}

impl Encoding {
    /// Reads the header's value.
    pub(super) fn from_header(value: &str) -> Self {
        let word = value.split([';', ' ', '(']).find(|w| !w.is_empty()).unwrap_or_default();
        if word.eq_ignore_ascii_case("base64") {
            Self::Base64
        } else if word.eq_ignore_ascii_case("quoted-printable") {
            Self::Quoted
        } else {
            Self::Plain
        }
    }

    /// The decoded bytes of the beginning of `raw`, about `max` of them.
    pub(super) fn decode<'a>(self, raw: &'a [u8], max: usize, odd: &mut Oddities) -> Cow<'a, [u8]> {
        match self {
            Self::Plain => Cow::Borrowed(raw.get(..max).unwrap_or(raw)),
            Self::Quoted => Cow::Owned(quoted_decode(raw.get(..max.saturating_mul(4)).unwrap_or(raw), false)),
            Self::Base64 => base64(raw.get(..max.saturating_mul(2)).unwrap_or(raw), odd),
        }
    }

    /// The decoded size of `raw` in octets, counted without decoding it.
    pub(super) fn size(self, raw: &[u8]) -> u64 {
        let size = match self {
            Self::Plain => raw.len(),
            Self::Quoted => quoted_size(raw),
            Self::Base64 => base64_size(raw),
        };
        u64::try_from(size).unwrap_or(u64::MAX)
    }
}

fn base64<'a>(raw: &'a [u8], odd: &mut Oddities) -> Cow<'a, [u8]> {
    let known = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    let first = raw
        .trim_ascii_start()
        .split(|b| *b == b'\n')
        .next()
        .unwrap_or_default()
        .trim_ascii();
    if first.contains(&b' ') && raw.iter().any(|b| !known(b) && !b.is_ascii_whitespace()) {
        odd.add("not-base64", "A part said to be base64 is plain text; it was read as it stands.");
        return Cow::Borrowed(raw);
    }
    if raw.iter().any(|b| !known(b) && !b.is_ascii_whitespace()) {
        odd.add(
            "bad-base64",
            "A base64 part holds characters that are not base64; they were skipped.",
        );
    }
    let letters: Vec<u8> = raw.iter().copied().filter(|b| known(b)).collect();
    Cow::Owned(base64_decode(&letters).unwrap_or_else(|| {
        odd.add("bad-base64", "A base64 part cannot be decoded.");
        Vec::new()
    }))
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

/// Quoted-printable; in encoded words (`word`) an underscore is a space.
pub(super) fn quoted_decode(raw: &[u8], word: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&b, tail)) = rest.split_first() {
        rest = tail;
        if b == b'_' && word {
            out.push(b' ');
        } else if b != b'=' {
            out.push(b);
        } else {
            match tail {
                [b'\r', b'\n', after @ ..] | [b'\n', after @ ..] => rest = after,
                [a, b, after @ ..] => match (hex(*a), hex(*b)) {
                    (Some(high), Some(low)) => {
                        out.push(high << 4 | low);
                        rest = after;
                    }
                    _ => rest = soft_break(tail).unwrap_or_else(|| keep(&mut out, tail)),
                },
                _ => rest = soft_break(tail).unwrap_or_else(|| keep(&mut out, tail)),
            }
        }
    }
    out
}

/// A soft break with spaces before the line end, as mailers that pad lines leave it. Looks at most 80 octets ahead.
fn soft_break(tail: &[u8]) -> Option<&[u8]> {
    let blank = tail.iter().take(80).take_while(|b| matches!(b, b' ' | b'\t')).count();
    match tail.get(blank..)? {
        [b'\r', b'\n', after @ ..] | [b'\n', after @ ..] => Some(after),
        [] => Some(&[]),
        _ => None,
    }
}

/// An equals sign that begins nothing stays one.
fn keep<'a>(out: &mut Vec<u8>, tail: &'a [u8]) -> &'a [u8] {
    out.push(b'=');
    tail
}

fn quoted_size(raw: &[u8]) -> usize {
    let mut size = raw.len();
    let mut rest = raw;
    while let Some(at) = memchr(b'=', rest) {
        rest = rest.get(at + 1..).unwrap_or_default();
        let less = match rest {
            [b'\r', b'\n', ..] => 3,
            [b'\n', ..] => 2,
            [a, b, ..] if hex(*a).is_some() && hex(*b).is_some() => 2,
            _ => 0,
        };
        size = size.saturating_sub(less);
    }
    size
}

/// Counts line by line: a large attachment must not cost a look at each octet.
fn base64_size(raw: &[u8]) -> usize {
    let (mut letters, mut rest) = (0_usize, raw);
    while !rest.is_empty() {
        let end = memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let (line, tail) = rest.split_at(end);
        let line = line.trim_ascii();
        let padding = line.iter().rev().take_while(|b| **b == b'=').count();
        letters += line.len() - padding;
        rest = tail;
    }
    letters / 4 * 3 + (letters % 4 * 3) / 4
}
