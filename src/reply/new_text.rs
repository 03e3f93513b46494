//! What somebody newly wrote in a mail. May import model. General rules, tried line by line; linear in the text.

use super::{attribution, header_block, signature};
use crate::model::Mail;

/// The line in our notices above which people reply.
pub const REPLY_MARKER: &str = "-- reply above this line --";

/// Longest line in which the marker is looked for, in bytes.
const MAX_MARKER_LINE_BYTES: usize = 200;

/// The new text of a mail: what is left when quotes, attributions and signatures are gone. Lines end in `\n`, none at the end.
///
/// - Our own marker ends it. Where the marker is quoted with `>` and nothing stands above it, the answers between and below the quotes count.
/// - Lines that begin with `>` are quoted; answers between them stay. The line that says who wrote goes with them.
/// - Where the answered or forwarded mail is not marked so, it begins with who wrote when, with its headers or with a line of dashes that
///   names it, and everything from there on is left out.
/// - Signatures after `-- `, lines such as `Sent from my telephone`, closing words with a name below.
#[must_use]
pub fn new_text(mail: &Mail) -> String {
    let all: Vec<&str> = mail.text.lines().collect();
    let Some(marker) = all.iter().position(|line| is_marker(line)) else {
        return strip(&all, Below::Nothing);
    };
    let above = strip(all.get(..marker).unwrap_or_default(), Below::Marker);
    let quoted = all.get(marker).is_some_and(|line| is_quote(line));
    if above.is_empty() && quoted {
        strip(&all, Below::Quotes)
    } else {
        above
    }
}

/// What is known of the text below the lines that are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Below {
    /// Nothing: they are the whole mail.
    Nothing,
    /// Our marker, and with it what we wrote.
    Marker,
    /// They are the whole mail, which quotes what we wrote.
    Quotes,
}

/// The lines that are neither quote nor signature.
fn strip(lines: &[&str], below: Below) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut in_signature = false;
    // Of each line once: up to four lines above it ask.
    let ends: Vec<bool> = lines.iter().map(|line| attribution::may_end(line)).collect();
    let mut at = 0;
    while let Some(line) = lines.get(at).copied() {
        let rest = lines.get(at..).unwrap_or_default();
        // Whatever we wrote must never be read as an answer: not below our marker, nor where a long quoted line was wrapped.
        if below == Below::Quotes && is_marker(line) && !is_quote(line) {
            break;
        }
        let between = at > 0 && lines.get(at - 1).is_some_and(|line| is_quote(line)) && rest.get(1).is_some_and(|line| is_quote(line));
        if is_quote(line) || (below == Below::Quotes && between) {
            in_signature = false;
            at += 1;
            // What stood above and what stands below a quote are two paragraphs.
            kept.push("");
            continue;
        }
        let attribution = attribution::lines(rest, ends.get(at..).unwrap_or_default(), is_quote);
        if attribution > 0 {
            let after = rest.get(attribution..).unwrap_or_default();
            kept.extend(attribution::text_before(line, rest.get(1..attribution).unwrap_or_default()));
            if !quote_follows(after) {
                break;
            }
            in_signature = false;
            at += attribution;
            continue;
        }
        if header_block::is_separator(line) || header_block::begins(rest) || (header_block::is_rule(line) && block_follows(rest)) {
            break;
        }
        if signature::is_delimiter(line) || signature::is_device(line) {
            in_signature = true;
        }
        if !in_signature {
            kept.push(line.trim_end());
        }
        at += 1;
    }
    tidy(&without_closing(&kept))
}

/// A quoted line. `>:` is the rest of a wrapped address, and arrows that also close are decoration.
fn is_quote(line: &str) -> bool {
    let line = line.trim();
    line.starts_with('>') && !line.starts_with(">:") && !(line.starts_with(">>") && line.ends_with("<<"))
}

fn quote_follows(below: &[&str]) -> bool {
    below.iter().find(|line| !line.trim().is_empty()).is_some_and(|line| is_quote(line))
}

/// Whether a block of headers or a separator is the next thing below a line of dashes.
fn block_follows(rest: &[&str]) -> bool {
    let below = rest.iter().skip(1).take(3).position(|line| !line.trim().is_empty());
    let below = below.and_then(|place| rest.get(place + 1..)).unwrap_or_default();
    header_block::begins(below) || below.first().is_some_and(|line| header_block::is_separator(line))
}

fn is_marker(line: &str) -> bool {
    line.len() <= MAX_MARKER_LINE_BYTES
        && line
            .trim_matches(|c: char| c == '>' || c == '*' || c.is_whitespace())
            .eq_ignore_ascii_case(REPLY_MARKER)
}

/// Leaves out `Regards,` and the name below it, at the end only.
fn without_closing<'a>(kept: &[&'a str]) -> Vec<&'a str> {
    // Only the last few lines that hold something can be a closing.
    let mut held = 0;
    for (place, line) in kept.iter().enumerate().rev() {
        if line.is_empty() {
            continue;
        }
        held += 1;
        if held > signature::MAX_CLOSING_LINES + 1 {
            break;
        }
        if signature::closes(kept.get(place..).unwrap_or_default()) {
            let above = kept.get(..place).unwrap_or_default();
            // A mail that is nothing else keeps it.
            return if above.iter().all(|line| line.is_empty()) {
                kept.to_vec()
            } else {
                above.to_vec()
            };
        }
    }
    kept.to_vec()
}

/// At most one empty line in a row, none at either end.
fn tidy(lines: &[&str]) -> String {
    let mut text = String::new();
    let mut gap = false;
    for line in lines {
        if line.trim().is_empty() {
            gap = true;
            continue;
        }
        if !text.is_empty() {
            text.push_str(if gap { "\n\n" } else { "\n" });
        }
        text.push_str(line);
        gap = false;
    }
    text
}

#[cfg(test)]
#[path = "new_text_tests.rs"]
mod tests;
