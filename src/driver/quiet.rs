//! What two policies make of an item of which nobody is told for now: collected, or muted. May import engine, policy, model. What a reload itself does to a mute is told apart.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::compare::{Difference, difference};
use crate::engine::DEFAULT_ACCEPT_WITHIN;
use crate::model::{Before, ClockKind, Item, MuteTarget, Party, Span, State};
use crate::policy::{Policy, Queue};

/// What holds for a quiet item as it stands: what the reload would do to its mute, and the promises that start once it is told.
pub(super) fn of_quiet(item: &Item, old: &Policy, new: &Policy, now: Timestamp) -> Vec<Difference> {
    let mut found: Vec<Difference> = of_mute(item, new, now).into_iter().collect();
    let unstarted = match (item.state, &item.muted) {
        (State::Collecting, _) => true,
        (State::Muted, Some(muted)) => matches!(muted.before, Before::New | Before::Again),
        _ => false,
    };
    let (Some(before), Some(after), true) = (old.queues.get(&item.queue), new.queues.get(&item.queue), unstarted) else {
        return found;
    };
    let set = item.planned.as_ref().is_some_and(|planned| planned.due.is_some());
    for clock in [ClockKind::Accept, ClockKind::Respond, ClockKind::Resolve] {
        let applies = match clock {
            ClockKind::Respond => item.requester.is_some(),
            ClockKind::Resolve => !set,
            _ => true,
        };
        let (was, would) = (promise(before, clock), promise(after, clock));
        if applies && was != would {
            found.push(difference(clock.as_str(), &was, &would));
        }
    }
    found
}

/// What a queue promises from when the item is told.
fn promise(queue: &Queue, clock: ClockKind) -> String {
    let (span, calendar) = match clock {
        // Counted in the calendar of whoever is asked.
        ClockKind::Accept => (Some(queue.accept_within.unwrap_or(DEFAULT_ACCEPT_WITHIN)), None),
        ClockKind::Respond => (queue.respond_within, Some(&queue.calendar)),
        _ => (queue.resolve_within, Some(&queue.calendar)),
    };
    match (span, calendar) {
        (None, _) => "none".to_owned(),
        (Some(span @ (Span::Working(_) | Span::WorkingDays(_))), Some(calendar)) => format!("{span} in {calendar}, once it is told"),
        (Some(span), _) => format!("{span}, once it is told"),
    }
}

/// A reload ends a mute that the configuration names no more, and moves one that it gives another end.
fn of_mute(item: &Item, new: &Policy, now: Timestamp) -> Option<Difference> {
    let muting = &item.muted.as_ref().filter(|_| item.state == State::Muted)?.muting;
    let of_configuration = muting.target == MuteTarget::Messages && muting.by.is_none() && muting.rule.is_none();
    if !of_configuration {
        return None;
    }
    let asked = match &item.planned {
        Some(planned) => format!("{} is asked", planned.to),
        None => "it is told".to_owned(),
    };
    let would = match new.mutes.said.get(&muting.name) {
        Some(said) if said.until == muting.until => return None,
        Some(said) if said.until > now => format!("until {}, moved by the reload", at(said.until, &said.time_zone)),
        Some(_) => format!("over: it ends with the reload, and {asked}"),
        None => format!("gone: it ends with the reload, and {asked}"),
    };
    let was = format!("{} until {}", muting.name, at(muting.until, &muting.time_zone));
    Some(difference("mute", &was, &would))
}

/// When it would be told, had it come now under each of the two.
pub(super) fn of_telling(before: &Item, after: &Item) -> Option<Difference> {
    let (was, would) = (told(before), told(after));
    (was != would).then(|| difference("told", &was, &would))
}

fn told(item: &Item) -> String {
    match (item.state, &item.muted, &item.group, item.clock(ClockKind::Collect)) {
        (State::Muted, Some(muted), ..) => {
            let muting = &muted.muting;
            format!("muted by {} until {}", muting.name, at(muting.until, &muting.time_zone))
        }
        (State::Collecting, _, Some(group), Some(clock)) => {
            let most = group.collect.max.map_or_else(String::new, |max| format!(" or {max} messages"));
            format!("after {}{most}, by {}", clock.span, at(clock.deadline, &clock.time_zone))
        }
        _ => "at once".to_owned(),
    }
}

/// Who is asked, or will be once it is told.
pub(super) fn asked(item: &Item) -> String {
    let planned = item.planned.as_ref().map(|planned| &planned.to).filter(|_| item.state.is_quiet());
    let party = item.offered_to.as_ref().or(planned);
    party.map_or_else(|| "nobody".to_owned(), Party::to_string)
}

fn at(at: Timestamp, time_zone: &str) -> String {
    let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
    format!("{} ({time_zone})", at.to_zoned(zone).strftime("%a %-d %b %Y %H:%M"))
}
