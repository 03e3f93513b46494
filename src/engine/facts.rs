//! The labelled lines of notices. May import model, policy. Instants stay instants: the notice layer prints them in the reader's zone.

use jiff::Timestamp;

use crate::model::{ClockKind, Fact, Item, ItemClock};

pub(super) fn fact(label: &str, text: impl Into<String>) -> Fact {
    Fact {
        label: label.to_owned(),
        text: text.into(),
        at: None,
    }
}

pub(super) fn fact_at(label: &str, text: impl Into<String>, at: Timestamp) -> Fact {
    Fact {
        label: label.to_owned(),
        text: text.into(),
        at: Some(at),
    }
}

/// Later than this after its time, in seconds, something is noticed late: batond was not running.
const LATE_SECONDS: i64 = 60;

/// That something is noticed so many seconds after it was due, if that is worth a word.
pub(super) fn noticed_late(late_seconds: i64) -> Option<Fact> {
    let said = || format!("{} late; batond was not running", length(late_seconds));
    (late_seconds > LATE_SECONDS).then(|| fact("Noticed", said()))
}

/// Who asked, in which queue, how urgent, by when.
pub(super) fn of_item(item: &Item) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let Some(requester) = &item.requester {
        let name = requester.name.as_ref().map(|name| format!("{name}, {}", requester.reader));
        facts.push(fact("Asked by", name.unwrap_or_else(|| requester.reader.to_string())));
    }
    facts.push(fact("Queue", item.queue.as_str()));
    facts.push(fact("Priority", item.priority.as_str()));
    facts.extend(item.clocks.iter().filter(|c| is_promise(c.kind)).map(deadline));
    if !item.labels.is_empty() {
        facts.push(fact("Labels", item.labels.iter().cloned().collect::<Vec<_>>().join(", ")));
    }
    facts.extend(links(item));
    facts.extend(attached(item));
    facts.push(fact_at("Opened", "", item.created));
    facts
}

/// The most files a notice names; `show` names all.
const MAX_FILES_NAMED: usize = 5;

/// The files that came with it, if any did.
fn attached(item: &Item) -> Option<Fact> {
    let named: Vec<String> = item.files.iter().take(MAX_FILES_NAMED).map(crate::model::MailFile::shown).collect();
    let more = item.files.len().saturating_sub(MAX_FILES_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!named.is_empty()).then(|| fact("Attached", format!("{}{more} (reply `send` to get what came)", named.join(", "))))
}

/// The most links a notice names.
const MAX_LINKS_NAMED: usize = 8;

/// The items that came of the same message, if any did.
fn links(item: &Item) -> Option<Fact> {
    let named: Vec<String> = item.links.iter().take(MAX_LINKS_NAMED).map(ToString::to_string).collect();
    let more = item.links.len().saturating_sub(MAX_LINKS_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!named.is_empty()).then(|| fact("Linked", format!("{}{more}, of the same message", named.join(", "))))
}

/// The clocks people were promised something by.
pub(super) fn is_promise(kind: ClockKind) -> bool {
    matches!(kind, ClockKind::Accept | ClockKind::Respond | ClockKind::Resolve)
}

/// One deadline as a line.
pub(super) fn deadline(clock: &ItemClock) -> Fact {
    let label = match clock.kind {
        ClockKind::Accept => "Accept by",
        ClockKind::Respond => "Answer by",
        ClockKind::Resolve => "Finish by",
        ClockKind::Update => "Next word by",
        ClockKind::Wait => "Waits until",
        ClockKind::Snooze => "Sleeps until",
        ClockKind::Parked => "Looks again",
        ClockKind::Collect => "Told by",
        ClockKind::Mute => "Muted until",
    };
    match &clock.paused {
        Some(paused) if paused.look_again.is_some() => fact(label, "stands still: its calendar has too few working hours ahead"),
        Some(paused) => fact(label, format!("stands still with {} left", length(paused.left_seconds))),
        None if clock.overdue => fact_at(label, "overdue since", clock.deadline),
        None => fact_at(label, "", clock.deadline),
    }
}

/// `3 h 20 min`, for sentences.
pub(super) fn length(seconds: i64) -> String {
    let (hours, minutes) = (seconds / 3_600, seconds % 3_600 / 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}
