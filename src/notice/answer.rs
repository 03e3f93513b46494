//! The one-reply answers as words and as `mailto:` links (RFC 6068). May import model. A link only opens a mail: nothing happens until a person sends it.

use super::clean::one_line;
use crate::model::{Address, ItemId};

/// The most characters of one answer.
const MAX_ANSWER_WORDS_CHARS: usize = 60;

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    /// As it is written: `accept`, `decline WHY`.
    pub words: String,
    /// What stands on a button: `accept`, `decline …`.
    pub label: String,
    /// The link. With nothing to add, the verb is the subject and the body is empty; else the body waits for the rest of the line.
    pub href: String,
}

/// The answers as words and links, in the order given.
pub(super) fn answers(given: &[String], item: &ItemId, to: &Address) -> Vec<Answer> {
    given
        .iter()
        .map(|words| one_line(words, MAX_ANSWER_WORDS_CHARS))
        .filter(|words| !words.is_empty())
        .map(|words| {
            let (verb, missing) = split(&words);
            Answer {
                href: link(to, &verb, missing, item),
                label: if missing { format!("{verb} …") } else { verb },
                words,
            }
        })
        .collect()
}

/// The answers about one item of a numbered list, such as `2 done …`. The number and the words stand in the body.
pub(super) fn numbered_answers(given: &[String], number: u32, list: &str, to: &Address) -> Vec<Answer> {
    let of = |words: &String| {
        let words = one_line(words, MAX_ANSWER_WORDS_CHARS);
        let (verb, missing) = split(&words);
        let line = format!("{number} {verb}{}", if missing { " " } else { "" });
        Answer {
            href: format!(
                "mailto:{}?subject={}&body={}",
                encode(to.as_str(), "@+.-_"),
                encode(list, ""),
                encode(&line, "")
            ),
            label: if missing { format!("{verb} …") } else { verb },
            words: format!("{number} {words}"),
        }
    };
    given.iter().map(of).collect()
}

fn link(to: &Address, verb: &str, missing: bool, item: &ItemId) -> String {
    let address = encode(to.as_str(), "@+.-_");
    if missing {
        let (subject, body) = (encode(&item.to_string(), ""), encode(&format!("{verb} "), ""));
        return format!("mailto:{address}?subject={subject}&body={body}");
    }
    format!("mailto:{address}?subject={}", encode(&format!("{verb} {item}"), ""))
}

/// The fixed words of an answer, and whether something must be added: a word in capitals. A `NOTE` and what stands in brackets need not.
fn split(words: &str) -> (String, bool) {
    let named = |word: &str| word.chars().any(char::is_uppercase) && !word.chars().any(char::is_lowercase);
    let mut fixed = Vec::new();
    for word in words.split(' ') {
        if word.starts_with('[') || word == "NOTE" {
            break;
        }
        if named(word) {
            return (fixed.join(" "), true);
        }
        fixed.push(word);
    }
    (fixed.join(" "), false)
}

/// Percent-encodes everything but letters, digits, `-`, `.`, `_`, `~` and the bytes of `also` (RFC 3986 section 2.1).
fn encode(text: &str, also: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || also.as_bytes().contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
