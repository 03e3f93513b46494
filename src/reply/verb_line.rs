//! One line of a reply: a verb with its arguments, or text. May import model. When in doubt it is text: what people write in prose must never act.

use super::Verb;
use super::away_line::read_away;
use super::named_line;
use super::read::ReadContext;
use super::swap_line::read_swap;
use super::when::{WhenError, parse_when};
use crate::model::Priority;

/// What a line is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reading {
    /// A command.
    Command(Verb),
    /// `reply` with the beginning of its text; the following lines belong to it.
    Reply(String),
    /// It begins like a command and is none: why, and the right form.
    Unclear(String),
    /// Text.
    Text,
}

/// How the line stands in its reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    /// It had a slash before it: it is meant as a command.
    pub forced: bool,
    /// It is the only line.
    pub alone: bool,
}

/// The verbs and the form that is shown when one is not understood.
pub(super) const VERBS: [(&str, &str); 34] = [
    ("accept", "accept, WHAT YOU WILL DO"),
    ("decline", "decline: WHY"),
    ("done", "done, NOTE"),
    ("pass", "pass NAME, NOTE"),
    ("snooze", "snooze 2h"),
    ("wait", "wait 3d for WHOM"),
    ("block", "block: WHY"),
    ("unblock", "unblock"),
    ("mute", "mute 3d, WHY"),
    ("unmute", "unmute"),
    ("note", "note: TEXT"),
    ("reply", "reply: TEXT"),
    ("reopen", "reopen, WHY"),
    ("drop", "drop: WHY"),
    ("update", "update: HOW IT STANDS"),
    ("due", "due friday"),
    ("escalate", "escalate: WHY"),
    ("priority", "priority low, normal, high or urgent"),
    ("away", "away 20 Dec until 2 Jan cover NAME"),
    ("back", "back"),
    ("swap", "swap 24 Dec with NAME"),
    ("why", "why"),
    ("show", "show"),
    ("help", "help"),
    ("list", "list"),
    ("who", "who"),
    ("queue", "queue NAME"),
    ("undo", "undo"),
    ("send", "send 1,2"),
    ("watch", "watch"),
    ("unwatch", "unwatch"),
    ("move", "move QUEUE, NOTE"),
    ("merge", "merge SUP-142"),
    ("invite", "invite somebody@example.org, WHAT YOU ASK"),
];

/// Arguments up to this many words that cannot be read are answered with the right form; more words are prose.
const SHORT_WORDS: usize = 3;
/// So many words after `away` are meant as one, though they cannot be read: more is prose.
const AWAY_WORDS: usize = 8;
/// The same after `swap`, with a `with` among them.
const SWAP_WORDS: usize = 10;
/// Most words of a time, as in `mute until fri 4 Dec at 14:00: WHY`.
const MAX_WHEN_WORDS: usize = 8;
/// Most words for whom somebody waits.
const MAX_WHOM_WORDS: usize = 5;
/// After these verbs and a space alone, these words go on as an English sentence rather than begin a reason.
const ACCEPT_PROSE: &[&str] = &[
    "my",
    "our",
    "your",
    "his",
    "her",
    "their",
    "the",
    "a",
    "an",
    "this",
    "that",
    "these",
    "those",
    "is",
    "was",
    "and",
    "or",
    "if",
    "as",
    "when",
    "apologies",
    "no",
];
const DONE_PROSE: &[&str] = &["is", "was", "by", "as", "when", "and", "or", "but", "if", "because", "that", "deal"];
const DECLINE_PROSE: &[&str] = &["of", "in", "to", "is", "was"];
const BLOCK_PROSE: &[&str] = &[
    "the", "a", "an", "this", "that", "it", "him", "her", "them", "me", "us", "my", "your", "out", "off", "of", "is", "was",
];
const DROP_PROSE: &[&str] = &[
    "me", "us", "him", "her", "it", "them", "you", "this", "that", "these", "those", "the", "a", "an", "my", "your", "our", "his", "their",
    "by", "in", "into", "off", "out", "of", "from", "to", "on", "is", "was",
];
/// After `escalate` these words go on as a sentence.
const ESCALATE_PROSE: &[&str] = &[
    "this", "that", "it", "to", "the", "a", "an", "if", "when", "or", "and", "please", "further",
];
/// After `reply` these words tell somebody what to do with a mail.
const REPLY_PROSE: &[&str] = &["to", "from", "all", "by", "with", "that", "is", "was", "asap", "here"];

/// Reads a line, trimmed and not empty, without its slash.
pub(super) fn read_line(line: &str, standing: Standing, context: &ReadContext<'_>) -> Reading {
    let word_end = line.find(|c: char| !c.is_alphabetic()).unwrap_or(line.len());
    let (word, rest) = line.split_at(word_end);
    let verb = word.to_lowercase();
    let Some(rest) = Rest::split(rest) else {
        return Reading::Text;
    };
    // A question asks; only `reply`, `note` and the asking verbs can end in a question mark.
    let question = line.ends_with('?') && !standing.forced;
    let asks = ["reply", "note", "update", "why", "show", "help", "list", "who", "queue", "invite"];
    if question && !asks.contains(&verb.as_str()) {
        return Reading::Text;
    }
    match verb.as_str() {
        "accept" => optional(&verb, rest, standing, ACCEPT_PROSE, Verb::Accept),
        "done" => optional(&verb, rest, standing, DONE_PROSE, Verb::Done),
        "reopen" => optional(&verb, rest, standing, ACCEPT_PROSE, Verb::Reopen),
        "decline" => required(&verb, rest, standing, DECLINE_PROSE, Verb::Decline),
        "block" => required(&verb, rest, standing, BLOCK_PROSE, Verb::Block),
        "drop" => required(&verb, rest, standing, DROP_PROSE, Verb::Drop),
        "away" => away(rest, standing, context),
        "swap" => swap(rest, standing, context),
        "back" => bare(&verb, rest, standing, Verb::Back),
        "unblock" => bare(&verb, rest, standing, Verb::Unblock),
        "mute" => mute(rest, standing, context),
        "unmute" => bare(&verb, rest, standing, Verb::Unmute),
        "why" => bare(&verb, rest, standing, Verb::Why),
        "show" => bare(&verb, rest, standing, Verb::Show),
        "help" => bare(&verb, rest, standing, Verb::Help),
        "list" => bare(&verb, rest, standing, Verb::List),
        "who" => bare(&verb, rest, standing, Verb::Who),
        "queue" => queue(rest, standing),
        "send" => named_line::read_send(rest.text(), standing),
        "undo" => bare(&verb, rest, standing, Verb::Undo),
        "watch" => bare(&verb, rest, standing, Verb::Watch),
        "unwatch" => bare(&verb, rest, standing, Verb::Unwatch),
        "move" => named_line::read_move(rest.text(), standing),
        "merge" => named_line::read_merge(rest.text(), standing),
        "invite" => named_line::read_invite(rest.text(), standing),
        "note" | "update" => note(&verb, rest, standing),
        "reply" => reply(rest, standing),
        "pass" => pass(rest, standing, context),
        "escalate" => optional(&verb, rest, standing, ESCALATE_PROSE, Verb::Escalate),
        "due" => due(rest, standing, context),
        "snooze" => snooze(rest, standing, context),
        "wait" => wait(rest, standing, context),
        "priority" => priority(rest, standing),
        _ => Reading::Text,
    }
}

/// The form of a verb, for an answer to what was not understood.
pub(super) fn form(verb: &str) -> &'static str {
    VERBS.iter().find(|(name, _)| *name == verb).map_or("help", |(_, form)| form)
}

/// What stands after the verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest<'a> {
    /// Nothing, or only marks without a letter or digit.
    Nothing,
    /// Set off by a comma, colon, dash or the end of a sentence.
    SetOff(&'a str),
    /// After a space alone.
    Spaced(&'a str),
}

impl<'a> Rest<'a> {
    /// `None` if the word goes on, as in `done-ish` or `don't`.
    fn split(rest: &'a str) -> Option<Self> {
        let text = rest.trim();
        // `done!`, `done :)`
        if !text.chars().any(char::is_alphanumeric) {
            return Some(Self::Nothing);
        }
        if let Some(after) = text.strip_prefix([',', ':', ';', '–', '—']) {
            let after = after.trim();
            return Some(if after.is_empty() { Self::Nothing } else { Self::SetOff(after) });
        }
        let ended = text.trim_start_matches(['.', '!', '-']);
        if ended.len() < text.len() {
            // `done. Fixed it` and `done - fixed it`, but not `done.txt` nor `done-ish`.
            return ended.starts_with(char::is_whitespace).then(|| Self::SetOff(ended.trim()));
        }
        rest.starts_with(char::is_whitespace).then_some(Self::Spaced(text))
    }

    fn text(self) -> &'a str {
        match self {
            Self::Nothing => "",
            Self::SetOff(text) | Self::Spaced(text) => text,
        }
    }
}

pub(super) fn unclear(verb: &str, problem: &str) -> Reading {
    Reading::Unclear(format!("{problem}; write `{}`", form(verb)))
}

/// `VERB` alone, `VERB, TEXT`, or `VERB TEXT` where the text does not go on as a sentence.
fn optional(verb: &str, rest: Rest<'_>, standing: Standing, prose: &[&str], make: impl FnOnce(Option<String>) -> Verb) -> Reading {
    match rest {
        Rest::Nothing => Reading::Command(make(None)),
        Rest::SetOff(text) => Reading::Command(make(Some(text.to_owned()))),
        Rest::Spaced(text) if standing.forced || !begins_with(text, prose) => Reading::Command(make(Some(text.to_owned()))),
        Rest::Spaced(text) if standing.alone && words(text) < SHORT_WORDS => {
            unclear(verb, &format!("a comma belongs between `{verb}` and what you add"))
        }
        Rest::Spaced(_) => Reading::Text,
    }
}

/// `VERB TEXT`, where the text must be there.
fn required(verb: &str, rest: Rest<'_>, standing: Standing, prose: &[&str], make: impl FnOnce(String) -> Verb) -> Reading {
    match rest {
        Rest::Nothing => unclear(verb, &format!("`{verb}` needs a reason")),
        Rest::SetOff(text) => Reading::Command(make(text.to_owned())),
        Rest::Spaced(text) if standing.forced || !begins_with(text, prose) => Reading::Command(make(text.to_owned())),
        Rest::Spaced(_) if standing.alone => unclear(verb, &format!("this reads like a sentence, not like `{verb}` with a reason")),
        Rest::Spaced(_) => Reading::Text,
    }
}

/// `VERB` alone.
fn bare(verb: &str, rest: Rest<'_>, standing: Standing, command: Verb) -> Reading {
    match rest {
        Rest::Nothing => Reading::Command(command),
        _ if standing.forced => unclear(verb, &format!("`{verb}` stands alone in its line")),
        _ => Reading::Text,
    }
}

/// `note: TEXT`, and `update: TEXT`, which is one. After a space it is text all the same.
fn note(verb: &str, rest: Rest<'_>, standing: Standing) -> Reading {
    match rest {
        Rest::SetOff(text) => Reading::Command(Verb::Note(text.to_owned())),
        Rest::Spaced(text) if standing.forced => Reading::Command(Verb::Note(text.to_owned())),
        Rest::Nothing if standing.forced => unclear(verb, "the text is missing"),
        _ => Reading::Text,
    }
}

/// `reply: TEXT` or `reply TEXT`; the text can begin in the next line.
fn reply(rest: Rest<'_>, standing: Standing) -> Reading {
    match rest {
        Rest::Spaced(text) if !standing.forced && begins_with(text, REPLY_PROSE) => {
            if standing.alone {
                return unclear("reply", "this reads like a sentence, not like an answer to send");
            }
            Reading::Text
        }
        _ => Reading::Reply(rest.text().to_owned()),
    }
}

/// `pass NAME` or `pass NAME, NOTE`; the name must be known.
fn pass(rest: Rest<'_>, standing: Standing, context: &ReadContext<'_>) -> Reading {
    let text = rest.text();
    let text = strip_word(text, "to").unwrap_or(text);
    let (name, note) = set_off(text);
    let name = name.trim_end_matches(['.', '!']);
    if !name.is_empty() && (context.is_party)(name) {
        return Reading::Command(Verb::Pass(name.to_owned(), note));
    }
    let first = text
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .trim_end_matches([',', ':', '.', '!']);
    if text.is_empty() {
        return unclear("pass", "`pass` needs a name");
    }
    if (context.is_party)(first) {
        let note = text[first.len()..].trim_start_matches([',', ':', '.', '!']).trim();
        return Reading::Command(Verb::Pass(first.to_owned(), (!note.is_empty()).then(|| note.to_owned())));
    }
    let short = words(name) == 1 && (standing.alone || note.is_none());
    if standing.forced || short {
        return unclear("pass", &format!("nobody here is called `{}`", short_text(name)));
    }
    Reading::Text
}

/// `snooze WHEN`.
fn snooze(rest: Rest<'_>, standing: Standing, context: &ReadContext<'_>) -> Reading {
    match parse_when(rest.text(), &context.when) {
        Ok(at) => Reading::Command(Verb::Snooze(at)),
        Err(_) if rest == Rest::Nothing => unclear("snooze", "`snooze` needs a time"),
        Err(error) if standing.forced || words(rest.text()) <= SHORT_WORDS => Reading::Unclear(error.to_string()),
        Err(_) => Reading::Text,
    }
}

/// `due WHEN`. `due to the storm` goes on as a sentence.
fn due(rest: Rest<'_>, standing: Standing, context: &ReadContext<'_>) -> Reading {
    match parse_when(rest.text(), &context.when) {
        Ok(at) => Reading::Command(Verb::Due(at)),
        Err(_) if rest == Rest::Nothing && (standing.forced || standing.alone) => unclear("due", "`due` needs a time"),
        Err(error) if standing.forced || matches!(error, WhenError::Unsure(..)) => Reading::Unclear(error.to_string()),
        Err(error) if standing.alone && words(rest.text()) <= SHORT_WORDS && !begins_with(rest.text(), &["to"]) => {
            Reading::Unclear(error.to_string())
        }
        Err(_) => Reading::Text,
    }
}

/// `mute WHEN WHY`: the time is the longest beginning that is one, and something must follow it.
fn mute(rest: Rest<'_>, standing: Standing, context: &ReadContext<'_>) -> Reading {
    let text = rest.text();
    let ends = text.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at);
    let mut ends: Vec<usize> = ends.take(MAX_WHEN_WORDS).collect();
    ends.reverse();
    let split = ends.into_iter().filter_map(|end| {
        let (when, why) = text.split_at_checked(end)?;
        let at = parse_when(when.trim_end_matches([',', ':', ';', '-', '–', '—', ' ']), &context.when).ok()?;
        let why = why.trim().trim_start_matches([',', ':', ';', '-', '–', '—']).trim();
        why.contains(char::is_alphanumeric).then(|| Verb::Mute(at, why.to_owned()))
    });
    if let Some(verb) = split.into_iter().next() {
        return Reading::Command(verb);
    }
    match parse_when(text, &context.when) {
        Ok(_) => unclear("mute", "`mute` needs a reason after the time"),
        Err(_) if rest == Rest::Nothing => unclear("mute", "`mute` needs a time and a reason"),
        Err(error) if standing.forced || words(text) <= SHORT_WORDS => unclear("mute", &error.to_string()),
        Err(_) => Reading::Text,
    }
}

/// `wait`, `wait WHEN`, `wait for WHOM`, `wait WHEN for WHOM`.
fn wait(rest: Rest<'_>, standing: Standing, context: &ReadContext<'_>) -> Reading {
    let text = rest.text().trim_end_matches(['.', '!']);
    if rest == Rest::Nothing {
        return Reading::Command(Verb::Wait(None, None));
    }
    if let Ok(at) = parse_when(text, &context.when) {
        return Reading::Command(Verb::Wait(Some(at), None));
    }
    if let Some(whom) = strip_word(text, "for") {
        // `wait for ben until friday`
        if let Some((whom, when)) = split_word(whom, "until")
            && let Ok(at) = parse_when(when, &context.when)
            && is_whom(whom, standing)
        {
            return Reading::Command(Verb::Wait(Some(at), Some(whom.to_owned())));
        }
        if is_whom(whom, standing) {
            return Reading::Command(Verb::Wait(None, Some(whom.to_owned())));
        }
    }
    if let Some((when, whom)) = split_word(text, "for")
        && let Ok(at) = parse_when(when, &context.when)
        && is_whom(whom, standing)
    {
        return Reading::Command(Verb::Wait(Some(at), Some(whom.to_owned())));
    }
    if let Err(error @ WhenError::Unsure(..)) = parse_when(text, &context.when) {
        return Reading::Unclear(error.to_string());
    }
    let short = matches!(rest, Rest::Spaced(_)) && standing.alone && words(text) <= SHORT_WORDS;
    if standing.forced || short {
        return unclear("wait", &format!("`{}` is neither a time nor `for` somebody", short_text(text)));
    }
    Reading::Text
}

/// `away FROM until WHEN cover NAME`.
fn away(rest: Rest<'_>, standing: Standing, context: &ReadContext<'_>) -> Reading {
    let text = rest.text();
    let short = words(text) <= SHORT_WORDS && !begins_with(text, &["is", "was"]);
    let meant = short || (words(text) <= AWAY_WORDS && split_word(text, "until").is_some());
    match read_away(text, context) {
        Ok(words) => Reading::Command(Verb::Away(words)),
        Err(why) if standing.forced || rest == Rest::Nothing || (standing.alone && meant) => unclear("away", &why),
        Err(_) => Reading::Text,
    }
}

/// `swap WHEN with NAME`. Without `with` it is no more than a word of prose.
fn swap(rest: Rest<'_>, standing: Standing, context: &ReadContext<'_>) -> Reading {
    let text = rest.text();
    let meant = words(text) <= SWAP_WORDS && split_word(text, "with").is_some();
    match read_swap(text, context) {
        Ok(words) => Reading::Command(Verb::Swap(words)),
        Err(why) if standing.forced || (standing.alone && (meant || rest == Rest::Nothing)) => unclear("swap", &why),
        Err(_) => Reading::Text,
    }
}

/// `queue NAME`: one word; more is prose.
fn queue(rest: Rest<'_>, standing: Standing) -> Reading {
    let name = rest.text().trim_end_matches(['.', '!', '?']);
    match words(name) {
        1 => Reading::Command(Verb::Queue(name.to_owned())),
        0 if standing.forced || standing.alone => unclear("queue", "`queue` needs a name"),
        _ if standing.forced => unclear("queue", "a queue has one word for a name"),
        _ => Reading::Text,
    }
}

/// `priority P`.
fn priority(rest: Rest<'_>, standing: Standing) -> Reading {
    let text = strip_word(rest.text(), "to").unwrap_or(rest.text());
    let text = text.trim_end_matches(['.', '!']);
    match text.parse::<Priority>() {
        Ok(priority) => Reading::Command(Verb::Priority(priority)),
        Err(()) if rest == Rest::Nothing => unclear("priority", "`priority` needs a word"),
        Err(()) if standing.forced || words(text) == 1 => unclear("priority", &format!("`{}` is no priority", short_text(text))),
        Err(()) => Reading::Text,
    }
}

/// Whether a text names somebody or something to wait for, rather than going on as a sentence.
fn is_whom(text: &str, standing: Standing) -> bool {
    let prose = ["me", "it", "that", "this", "us", "you"];
    let sentence = text.contains([',', ';', '?', '!']) || text.contains(". ");
    !text.is_empty() && (standing.forced || (words(text) <= MAX_WHOM_WORDS && !sentence && !begins_with(text, &prose)))
}

/// Splits `NAME, NOTE` at a comma, a colon that is not part of a name such as `team:support`, or a dash.
pub(super) fn set_off(text: &str) -> (&str, Option<String>) {
    let cut = [", ", ": ", "; ", " - ", " – ", " — ", ". ", "! "]
        .iter()
        .filter_map(|mark| Some((text.find(mark)?, mark.len())))
        .min();
    match cut.and_then(|(at, length)| Some((text.get(..at)?, text.get(at + length..)?))) {
        Some((name, note)) if !note.trim().is_empty() => (name.trim(), Some(note.trim().to_owned())),
        Some((name, _)) => (name.trim(), None),
        None => (text.trim_end_matches([',', ':', ';']), None),
    }
}

pub(super) fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

fn begins_with(text: &str, list: &[&str]) -> bool {
    let first = text
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .next()
        .unwrap_or_default()
        .to_lowercase();
    list.contains(&first.as_str())
}

/// What follows a word at the beginning, in any case.
pub(super) fn strip_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (first, rest) = text.split_once(char::is_whitespace)?;
    first.eq_ignore_ascii_case(word).then(|| rest.trim())
}

/// What stands before and after the first such word.
fn split_word<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let mut end = 0;
    for part in text.split_inclusive(char::is_whitespace) {
        if part.trim().eq_ignore_ascii_case(word) {
            return Some((text.get(..end)?.trim(), text.get(end + part.len()..)?.trim()));
        }
        end += part.len();
    }
    None
}

/// What an answer repeats of a text.
pub(super) fn short_text(text: &str) -> String {
    text.chars().take(40).collect()
}
