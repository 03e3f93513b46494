//! The commands in a reply. May import model. The first lines are commands as long as each parses whole; the rest is one note. Linear in the text.

use super::near::{nearest, nearest_of_all};
use super::verb_line::{Reading, Standing, form, read_line};
use super::when::WhenContext;
use super::{Line, Said, Verb};
use crate::model::ItemId;

/// What reading a reply depends on.
#[derive(Clone)]
pub struct ReadContext<'a> {
    /// For times.
    pub when: WhenContext,
    /// Whether somebody or some team goes by this name: what `pass` takes. Gets the name as written, in any case.
    pub is_party: &'a dyn Fn(&str) -> bool,
}

/// Longest text kept of a line, in characters.
const MAX_LINE_CHARS: usize = 500;
/// What a last line can say without a slash.
const LAST_WORDS: [&str; 8] = ["accept", "done", "unblock", "undo", "watch", "unwatch", "list", "show"];
/// Most commands that are taken from one reply; what follows is a note.
const MAX_COMMANDS: usize = 20;

/// Reads the new text of a reply, and the subject where there is no new text.
///
/// Each line from the first on is a command if it parses whole; everything from the first other line on is one note, but for a last line below an empty
/// one that is a verb and nothing else, or has a slash. The forms:
///
/// - `VERB` alone, with a full stop or exclamation mark if you like: `accept` `done` `wait` `unblock` `reopen` `why` `show` `help`.
/// - `VERB, TEXT`, with a comma, colon, dash or the end of a sentence between: `note` and, after a space too unless it goes on like an English
///   sentence (`accept my apologies`, `drop me a line`), `accept` `done` `reopen` and `decline` `block` `drop` `reply`, which need the text.
/// - `pass NAME` or `pass NAME NOTE`, with a name `is_party` knows; `snooze WHEN`; `wait WHEN`, `wait for WHOM`, `wait WHEN for WHOM`;
///   `priority low|normal|high|urgent`.
/// - `reply` takes the rest of its line and all lines after it.
///
/// Case does not matter. A line that ends in a question mark asks, and does nothing. `/VERB …` is read as a command whatever follows, and
/// is [`Said::Unclear`] if it is none. So is a line that begins with a verb whose argument cannot be read, and a reply of one or two words of
/// which the first is nearly a verb.
///
/// The subject counts only if the new text is empty, and only if it is nothing but a command with an item id before or after it, as in
/// `done SUP-142`: what a one-tap answer sends.
#[must_use]
pub fn read(text: &str, subject: &str, context: &ReadContext<'_>) -> Vec<Line> {
    let text = visible(text);
    if text.is_empty() {
        return read_subject(subject, context).into_iter().collect();
    }
    let alone = !text.contains('\n');
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let (line, after) = (visible(line), after.trim_start_matches(is_blank));
        let standing = Standing {
            forced: line.starts_with('/'),
            alone,
        };
        let said = match reading(line, standing, context) {
            _ if found.len() >= MAX_COMMANDS => None,
            Reading::Command(verb) => Some(Said::Verb(verb)),
            Reading::Unclear(why) => Some(Said::Unclear(why)),
            Reading::Reply(begun) => {
                found.push(reply(line, &begun, after));
                return found;
            }
            Reading::Text => None,
        };
        let Some(said) = said else { break };
        found.push(Line { text: shown(line), said });
        rest = after;
    }
    let (note, last) = last_line(rest, context);
    if !note.is_empty() {
        let first = note.lines().next().unwrap_or_default();
        found.push(Line {
            text: shown(first),
            said: Said::Verb(Verb::Note(note.trim_end().to_owned())),
        });
    }
    found.extend(last);
    found
}

/// The note, and a command that stands by itself at its end: below an empty line, a verb and nothing else, or with a slash before it. People sign off with one.
fn last_line<'t>(rest: &'t str, context: &ReadContext<'_>) -> (&'t str, Option<Line>) {
    let trimmed = rest.trim_end_matches(is_blank);
    let Some((note, last)) = trimmed.rsplit_once('\n') else {
        return (rest, None);
    };
    let line = visible(last);
    let forced = line.starts_with('/');
    let word = line.trim_end_matches(['.', '!']).to_lowercase();
    let below_nothing = note.rsplit('\n').next().is_some_and(|before| visible(before).is_empty());
    if !below_nothing || !(forced || LAST_WORDS.contains(&word.as_str())) {
        return (rest, None);
    }
    let standing = Standing { forced, alone: false };
    match reading(line, standing, context) {
        Reading::Command(verb) => {
            let said = Said::Verb(verb);
            (note, Some(Line { text: shown(line), said }))
        }
        _ => (rest, None),
    }
}

fn reading(line: &str, standing: Standing, context: &ReadContext<'_>) -> Reading {
    let command = line.strip_prefix('/').unwrap_or(line).trim();
    let reading = read_line(command, standing, context);
    if reading != Reading::Text {
        return reading;
    }
    let word = command.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    if standing.forced && command.starts_with(char::is_alphabetic) {
        let verb = nearest_of_all(word);
        return Reading::Unclear(format!(
            "`/{}` is no command I know; did you mean `{}`? Write `help` for all of them",
            shown_word(word),
            form(verb)
        ));
    }
    let whole = command
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .trim_end_matches([',', ':', '.', '!']);
    if standing.alone
        && whole == word
        && command.split_whitespace().count() <= 2
        && let Some(verb) = nearest(word).filter(|verb| !verb.eq_ignore_ascii_case(word))
    {
        return Reading::Unclear(format!("did you mean `{verb}`? Then write `{}`", form(verb)));
    }
    Reading::Text
}

/// Without white space at the ends, nor the characters without width that mail programs leave there.
fn visible(line: &str) -> &str {
    line.trim_matches(is_blank)
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || "\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{2060}\u{feff}".contains(c)
}

/// `reply` with the rest of its line and the lines after it.
fn reply(line: &str, begun: &str, after: &str) -> Line {
    let text = format!("{begun}\n{after}");
    let text = text.trim();
    let said = if text.is_empty() {
        Said::Unclear(format!("the answer to send is missing; write `{}`", form("reply")))
    } else {
        Said::Verb(Verb::Reply(text.to_owned()))
    };
    Line { text: shown(line), said }
}

/// `done SUP-142` or `SUP-142 done`, and nothing else.
fn read_subject(subject: &str, context: &ReadContext<'_>) -> Option<Line> {
    let subject = subject.trim();
    let (head, last) = subject.rsplit_once(char::is_whitespace)?;
    let (first, tail) = subject.split_once(char::is_whitespace)?;
    let is_id = |word: &str| word.parse::<ItemId>().is_ok();
    let command = if is_id(last) {
        head.trim()
    } else if is_id(first.trim_end_matches(':')) {
        tail.trim()
    } else {
        return None;
    };
    let standing = Standing {
        forced: command.starts_with('/'),
        alone: false,
    };
    let said = match read_line(command.trim_start_matches('/'), standing, context) {
        Reading::Command(verb) => Said::Verb(verb),
        Reading::Unclear(why) => Said::Unclear(why),
        Reading::Reply(text) if !text.is_empty() => Said::Verb(Verb::Reply(text)),
        Reading::Reply(_) | Reading::Text => return None,
    };
    Some(Line {
        text: shown(subject),
        said,
    })
}

fn shown(line: &str) -> String {
    line.trim().chars().take(MAX_LINE_CHARS).collect()
}

fn shown_word(word: &str) -> String {
    word.chars().take(40).collect()
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
