//! Text as quoted-printable (RFC 2045 section 6.7). May import nothing. The library encodes; lines that are the same either way are copied past it.

use std::ops::Range;

/// The longest encoded line, without its end.
const MAX_LINE: usize = 76;

/// Encodes text whose lines end in CRLF.
pub(super) fn quoted_printable(text: &str) -> Vec<u8> {
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
    use proptest::prelude::*;

    use super::quoted_printable;

    proptest! {
        #[test]
        fn it_is_what_the_library_says(text in "([ -~]{0,90}|[a-c =\t\u{e4}\r\n]{0,12}|.{0,80}|\r\n){0,12}") {
            let library = quoted_printable::encode(&text);
            prop_assert_eq!(quoted_printable(&text), library);
        }
    }
}
