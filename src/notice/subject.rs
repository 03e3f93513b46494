//! The subject line. May import model. One line, no controls, and what is asked is never cut off by a long title.

use super::clean::one_line;
use super::instant::Wall;
use super::words;
use crate::model::{Bundle, HeldFor, Notice};

/// A subject is not longer than this, in characters, unless its fixed words alone are.
pub(super) const MAX_SUBJECT_CHARS: usize = 78;
/// However long the rest is, this much of the title is shown, in characters.
const MIN_TITLE_CHARS: usize = 24;

/// Words that mail programs of several languages put before the subject of an answer, lower case.
const ANSWER_PREFIXES: [&str; 8] = ["re:", "fwd:", "fw:", "aw:", "wg:", "sv:", "antw:", "tr:"];

/// `SUP-142 Printer on fire: please accept by Tue 14:00`; to a requester `Re: Printer on fire [SUP-142]`.
pub(super) fn subject(notice: &Notice, wall: &Wall) -> String {
    if words::is_outward(notice) {
        return outward(notice);
    }
    let ask = one_line(&notice.ask, MAX_SUBJECT_CHARS / 2);
    let tail = match (ask.is_empty(), notice.by) {
        (true, _) => match &notice.subject {
            Some(result) => one_line(result, MAX_SUBJECT_CHARS / 2),
            None => words::inward(notice.reason).subject.to_owned(),
        },
        (false, None) => ask,
        (false, Some(by)) => format!("{ask} by {}", wall.say_briefly(by)),
    };
    let id = notice.item.to_string();
    let title = one_line(&notice.title, room(id.chars().count() + tail.chars().count() + " : ".len()));
    if title.is_empty() {
        return format!("{id}: {tail}");
    }
    format!("{id} {title}: {tail}")
}

/// `3 notices held for your working hours: SUP-142, SUP-143, OPS-7`, or `37 more notices, the oldest from Tue 10:02: SUP-142, SUP-143`.
pub(super) fn joint(notices: &[Notice], bundle: Bundle, wall: &Wall) -> String {
    let mut ids: Vec<String> = Vec::new();
    for id in notices.iter().map(|notice| notice.item.to_string()) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let list = one_line(&ids.join(", "), MIN_TITLE_CHARS * 2);
    let count = notices.len() + bundle.more as usize;
    match bundle.held_for {
        HeldFor::WorkingHours => format!("{count} notices held for your working hours: {list}"),
        HeldFor::Watching => format!("{count} notices of what you watch: {list}"),
        HeldFor::Budget => {
            let oldest = notices.iter().map(|notice| notice.at).min();
            let since = oldest
                .map(|at| format!(", the oldest from {}", wall.say_past(at)))
                .unwrap_or_default();
            format!("{count} more notices{since}: {list}")
        }
    }
}

fn outward(notice: &Notice) -> String {
    let tag = format!("[{}]", notice.item);
    if let Some(given) = &notice.subject {
        let given = one_line(given, room(tag.chars().count() + " ".len()));
        return format!("{given} {tag}");
    }
    let bare = notice.title.replace(&tag, " ");
    let title = one_line(without_prefixes(&bare), room(tag.chars().count() + "Re:  ".len()));
    if title.is_empty() {
        return format!("Re: your message {tag}");
    }
    format!("Re: {title} {tag}")
}

/// The subject of an answer that belongs to no item: the given one, else the sender's own.
pub(super) fn answer(given: Option<&str>, theirs: &str) -> String {
    if let Some(given) = given {
        return one_line(given, MAX_SUBJECT_CHARS);
    }
    let title = one_line(without_prefixes(theirs), room("Re: ".len()));
    if title.is_empty() {
        "Re: your message".to_owned()
    } else {
        format!("Re: {title}")
    }
}

fn room(taken: usize) -> usize {
    MAX_SUBJECT_CHARS.saturating_sub(taken).max(MIN_TITLE_CHARS)
}

fn without_prefixes(title: &str) -> &str {
    let mut rest = title.trim();
    // Each turn removes at least one prefix, so this ends.
    while let Some(prefix) = ANSWER_PREFIXES
        .iter()
        .find(|p| rest.get(..p.len()).is_some_and(|head| head.eq_ignore_ascii_case(p)))
    {
        rest = rest.get(prefix.len()..).unwrap_or_default().trim_start();
    }
    rest
}
