//! Clean text: what the rest of batond may see of what strangers wrote. May import its peers in decode. No CR, no control but line feed and tab, no bidi override.

use super::limits::MAX_NAME_BYTES;
use super::oddities::Oddities;

/// Characters that change the order in which the following ones are shown: embeddings, overrides and isolates (UAX #9).
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Text of several lines: CRLF and lone CR become line feeds, other controls but tab go, and so do bidi controls.
pub(super) fn text(raw: &str, odd: &mut Oddities) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    loop {
        rest = plain_run(rest, &mut out, |byte| matches!(byte, b'\n' | b'\t' | b' '..=b'~'));
        let mut chars = rest.chars();
        let Some(c) = chars.next() else { return out };
        rest = chars.as_str();
        match c {
            '\r' => {
                rest = rest.strip_prefix('\n').unwrap_or(rest);
                out.push('\n');
            }
            '\u{2028}' | '\u{2029}' | '\u{85}' => out.push('\n'),
            _ => push_clean(&mut out, c, odd),
        }
    }
}

/// Takes over the ASCII that `plain` lets pass, in one piece; most text is little else. Returns what follows.
fn plain_run<'a>(text: &'a str, out: &mut String, plain: impl Fn(u8) -> bool) -> &'a str {
    let end = text.bytes().position(|byte| !plain(byte)).unwrap_or(text.len());
    let (run, rest) = text.split_at_checked(end).unwrap_or(("", text));
    out.push_str(run);
    rest
}

/// Text of one line: as [`text`], but every line break and tab is a space, and the ends are trimmed.
pub(super) fn line(raw: &str, odd: &mut Oddities) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    loop {
        rest = plain_run(rest, &mut out, |byte| matches!(byte, b' '..=b'~'));
        let mut chars = rest.chars();
        let Some(c) = chars.next() else { break };
        rest = chars.as_str();
        match c {
            '\r' | '\n' | '\t' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            _ => push_clean(&mut out, c, odd),
        }
    }
    out.truncate(out.trim_end().len());
    let lead = out.len() - out.trim_start().len();
    out.drain(..lead);
    out
}

fn push_clean(out: &mut String, c: char, odd: &mut Oddities) {
    if is_bidi_control(c) {
        odd.add(
            "bidi-controls",
            "Characters that reverse the direction of the text after them were removed.",
        );
    } else if !c.is_control() && c != '\u{FEFF}' {
        out.push(c);
    }
}

/// A file name: one line, without anything before a path separator, at most 255 octets; `None` if nothing is left.
pub(super) fn file_name(raw: &str, odd: &mut Oddities) -> Option<String> {
    let name = line(raw, odd);
    let last = name
        .rsplit(['/', '\\'])
        .find(|piece| !piece.trim().is_empty())
        .unwrap_or_default()
        .trim();
    if last.len() != name.len() {
        odd.add("path-in-name", "A file name held a path; only its last part is kept.");
    }
    let last = capped(last, MAX_NAME_BYTES);
    (!last.is_empty() && !last.chars().all(|c| c == '.')).then(|| last.to_owned())
}

/// The beginning of a text, at most so many octets, cut between characters.
pub(super) fn capped(text: &str, max: usize) -> &str {
    if text.len() <= max {
        return text;
    }
    let mut end = max;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}
