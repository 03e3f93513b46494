//! Collecting messages on one item: told together, and never later than was promised. May import model, policy. The promised time is a clock on the item.

use super::clocks::Start;
use super::message::start_promises;
use super::offer::Occasion;
use super::work::{Say, Work};
use super::{ItemEvent, facts};
use crate::model::{ClockKind, Fact, Item, Priority, Reason, State};

/// Starts the wait: what comes until its end is told together.
pub(super) fn start_wait(work: &mut Work<'_>) {
    let Some(group) = &work.item.group else { return };
    let (span, calendar) = (group.collect.wait, work.queue.calendar.clone());
    work.start_clock(&Start {
        kind: ClockKind::Collect,
        span,
        calendar: &calendar,
        warns: false,
    });
}

/// A further message of the group.
pub(super) fn collected(work: &mut Work<'_>, title: &str) {
    if work.item.group.is_none() {
        return;
    }
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    work.emit(ItemEvent::Collected {
        title: title.chars().take(Item::MAX_TITLE_CHARS).collect(),
    });
    // What is muted is told when that ends.
    let Some(group) = work.item.group.clone().filter(|_| work.item.state != State::Muted) else {
        return;
    };
    if work.item.clock(ClockKind::Collect).is_none() {
        start_wait(work);
    }
    let told_with = u32::from(work.item.state == State::Collecting);
    if work.item.clock(ClockKind::Collect).is_some() && group.collect.max.is_some_and(|max| group.untold + told_with >= max) {
        speak(work);
    }
}

/// The wait is over, or enough has come: the first word offers the item, later ones say what came since.
pub(super) fn speak(work: &mut Work<'_>) {
    work.stop_clock(ClockKind::Collect);
    if work.item.state == State::Collecting {
        go_live(work);
        return;
    }
    let untold = work.item.group.as_ref().map_or(0, |group| group.untold);
    if untold == 0 {
        return;
    }
    for person in work.actors() {
        let mut lines: Vec<Fact> = of_group(&work.item);
        lines.extend(facts::of_item(&work.item));
        let say = Say {
            why_you: "it is with you, and more of the same came".to_owned(),
            facts: lines,
            text: list(&work.item),
            answers: super::wake::answers_for(work.item.state),
            ..Say::default()
        };
        work.tell(&person, Reason::Grouped, say);
    }
    work.emit(ItemEvent::GroupTold);
}

/// What was collected becomes work: its clocks start, and somebody is asked.
fn go_live(work: &mut Work<'_>) {
    let Some(planned) = work.item.planned.clone() else { return };
    let why = format!("{}; its messages were collected", planned.why);
    work.offer(&planned.to, &Occasion::Assigned, &why);
}

/// Whatever takes a quiet item up starts the clocks that were promised with it.
pub(super) fn leave_quiet(work: &mut Work<'_>) {
    if work.item.state == State::Muted {
        super::mute::leave(work);
    }
    if work.item.state != State::Collecting {
        return;
    }
    work.stop_clock(ClockKind::Collect);
    let due = work.item.planned.as_ref().and_then(|planned| planned.due.clone());
    start_promises(work, due.as_ref());
}

/// Whether a rule's messages are collected before anybody hears: never urgent ones.
pub(super) fn waits(item: &Item) -> bool {
    item.group.is_some() && item.priority != Priority::Urgent
}

/// How many messages, and how many of them are named.
pub(super) fn of_group(item: &Item) -> Vec<Fact> {
    let Some(group) = item.group.as_ref().filter(|group| group.untold > 0) else {
        return Vec::new();
    };
    let repeats = if item.repeats > 0 {
        format!("; {} repeats of the same bytes", item.repeats)
    } else {
        String::new()
    };
    let text = format!("{} more, {} shown{repeats}, since", group.untold, group.shown.len());
    group
        .since
        .map(|since| facts::fact_at("Collected", text, since))
        .into_iter()
        .collect()
}

/// The titles of what was collected, a line each.
pub(super) fn list(item: &Item) -> String {
    let Some(group) = item.group.as_ref().filter(|group| group.untold > 0) else {
        return String::new();
    };
    let mut lines: Vec<String> = group.shown.iter().map(|title| format!("- {title}")).collect();
    let rest = (group.untold as usize).saturating_sub(group.shown.len());
    if rest > 0 {
        lines.push(format!("… and {rest} more"));
    }
    lines.join("\n")
}
