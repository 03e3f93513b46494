//! What two policies make of the same message at the same instant. May import engine, policy, reply, model. Nothing is kept; what differs is due to the policies alone.

use jiff::Timestamp;

use crate::model::{ClockKind, Item, ItemClock, Party, PersonKey, Span};
use crate::policy::{Ladder, LadderStep, Policy, Queue};
use crate::reply::KeyRing;
use crate::store::MemoryStore;

use super::quiet::{asked, of_quiet, of_telling};
use super::{Arrival, Reading, Way, foresee};

/// One thing that would be otherwise: what, as it is, as it would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What: `queue`, `rule`, `priority`, `holder`, `escalation`, `told`, `mute`, a clock.
    pub what: &'static str,
    /// Under the policy that decides now.
    pub was: String,
    /// Under the other one.
    pub would: String,
}

/// What would be otherwise for an open item, if its first message came under `new` and not under `old`, or if `new` decided from `now` on.
/// What batond raised by itself has no first message.
#[must_use]
pub fn compare(item: &Item, first: Option<&Arrival>, old: &Policy, new: &Policy, keys: &KeyRing, now: Timestamp) -> Vec<Difference> {
    let mut found = of_item(item, old, new);
    found.extend(of_quiet(item, old, new, now));
    let Some(first) = first else { return found };
    let gone = !new.queues.contains_key(&item.queue);
    let before = treated(item, first, old, keys);
    let after = treated(item, first, new, keys);
    match (before, after) {
        (Some(before), Some(after)) => {
            let muted = found.iter().any(|one| one.what == "mute");
            let mut opening = of_opening(&before, &after, gone);
            opening.extend(of_telling(&before, &after).filter(|_| !muted));
            // What starts once it is told says more than what would run had it come now.
            opening.retain(|one| !found.iter().any(|known| known.what == one.what));
            found.extend(opening);
        }
        (Some(before), None) => found.push(difference("rule", &before.rule.name, &"no new item".to_owned())),
        // The present rules would not open it either: then it was opened under older ones, and nothing can be said of it.
        (None, _) => {}
    }
    found
}

pub(super) fn difference(what: &'static str, was: &impl ToString, would: &impl ToString) -> Difference {
    Difference {
        what,
        was: was.to_string(),
        would: would.to_string(),
    }
}

/// What holds for the item as it stands, whatever opened it.
fn of_item(item: &Item, old: &Policy, new: &Policy) -> Vec<Difference> {
    let mut found = Vec::new();
    let Some(queue) = new.queues.get(&item.queue) else {
        let text = format!("gone; its owner answers as {} does", new.unmatched);
        return vec![difference("queue", &item.queue, &text)];
    };
    let here = |person: &&PersonKey| new.people.contains_key(*person);
    let people = item.holder.iter().chain([&item.accountable]);
    if let Some(person) = people.clone().find(|person| !here(person)) {
        found.push(difference(
            "holder",
            person,
            &format!("not configured; {} answers for it", queue.owner),
        ));
    }
    let before = old.queues.get(&item.queue);
    let ladders = |queue: Option<&Queue>, policy: &Policy| {
        let name = queue.and_then(|queue| queue.escalation.clone());
        let ladder = name.as_ref().and_then(|name| policy.ladders.get(name)).map(steps);
        (name.map_or_else(|| "none".to_owned(), |name| name.to_string()), ladder)
    };
    let (was, would) = (ladders(before, old), ladders(Some(queue), new));
    if before.is_some() && was.0 != would.0 {
        found.push(difference("escalation", &was.0, &would.0));
    } else if before.is_some() && was.1 != would.1 {
        let text = |steps: Option<String>| steps.unwrap_or_else(|| "none".to_owned());
        found.push(difference("escalation", &text(was.1), &text(would.1)));
    }
    let update = before.map(|queue| queue.update_every).filter(|every| *every != queue.update_every);
    found.extend(update.map(|every| difference("update", &every, &queue.update_every)));
    found
}

/// A ladder in one line.
fn steps(ladder: &Ladder) -> String {
    let step = |step: &LadderStep| {
        let told: Vec<String> = step.tell.iter().chain(&step.pass_to).map(Party::to_string).collect();
        let priority = step.priority.map_or_else(String::new, |priority| format!(" {priority}"));
        format!("{} {}{priority}", step.after, told.join("+"))
    };
    ladder.steps.iter().map(step).collect::<Vec<_>>().join(", ")
}

/// The item that the message opens under a policy: of several the one that is most like `item`.
fn treated(item: &Item, first: &Arrival, policy: &Policy, keys: &KeyRing) -> Option<Item> {
    let reading = Reading::read(first.clone(), policy);
    let foreseen = foresee(&reading, &MemoryStore::new(), policy, keys, item.created).ok()?;
    let opened = foreseen.ways.into_iter().filter_map(|way| match way {
        Way::New(opened) => Some(*opened),
        _ => None,
    });
    let likeness = |other: &Item| {
        let same = [
            other.key == item.key,
            other.rule.name == item.rule.name,
            other.queue == item.queue,
            other.title == item.title,
        ];
        same.into_iter().filter(|same| *same).count()
    };
    // Of equals the first: each alert of a delivery has its own key.
    opened.reduce(|best, other| if likeness(&other) > likeness(&best) { other } else { best })
}

/// What would differ at its opening.
fn of_opening(before: &Item, after: &Item, gone: bool) -> Vec<Difference> {
    let mut found = Vec::new();
    if before.rule.name != after.rule.name {
        found.push(difference("rule", &before.rule.name, &after.rule.name));
    }
    if before.queue != after.queue && !gone {
        found.push(difference("queue", &before.queue, &after.queue));
    }
    if before.priority != after.priority {
        found.push(difference("priority", &before.priority, &after.priority));
    }
    if asked(before) != asked(after) {
        found.push(difference("holder", &asked(before), &asked(after)));
    }
    for clock in [ClockKind::Accept, ClockKind::Respond, ClockKind::Resolve] {
        let (was, would) = (before.clock(clock), after.clock(clock));
        let promise = |clock: Option<&ItemClock>| clock.map_or_else(|| "none".to_owned(), promised);
        if was.map(|clock| (clock.span, clock.deadline)) != would.map(|clock| (clock.span, clock.deadline)) {
            found.push(difference(clock.as_str(), &promise(was), &promise(would)));
        }
    }
    found
}

fn promised(clock: &ItemClock) -> String {
    let counted = match (&clock.calendar, clock.span) {
        (Some(calendar), Span::Working(_) | Span::WorkingDays(_)) => format!(" in {calendar}"),
        _ => String::new(),
    };
    let zone = jiff::tz::TimeZone::get(&clock.time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let by = clock.deadline.to_zoned(zone).strftime("%a %-d %b %Y %H:%M");
    format!("{}{counted}, by {by} ({})", clock.span, clock.time_zone)
}
