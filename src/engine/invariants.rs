//! What must hold after every decision: promises 2 and 3 as code. May import model. Checked in debug builds, tests, fuzzing and simulation.

#[cfg(test)]
#[path = "invariants_tests.rs"]
mod tests;

use jiff::Timestamp;

use super::{Decision, Event, ItemEvent, apply, mute};
use crate::model::{ClockKind, Item, State};

/// The item after a decision.
#[must_use]
pub fn after(before: Option<Item>, decision: &Decision, now: Timestamp) -> Option<Item> {
    let mut item = before;
    for event in &decision.events {
        if let Event::Item(event) = event {
            apply(&mut item, event, now);
        }
    }
    item
}

/// Every promise the decision breaks, as a sentence; empty when all hold.
#[must_use]
pub fn broken(before: Option<&Item>, after: Option<&Item>, decision: &Decision) -> Vec<String> {
    let Some(item) = after else { return Vec::new() };
    let mut broken = Vec::new();
    let mut must = |holds: bool, what: &str| {
        if !holds {
            broken.push(format!("{}: {what}", item.id));
        }
    };
    let open = item.state.is_open();
    must(!open || item.next_due().is_some(), "an open item has an armed timer");
    must(
        open || (item.clocks.is_empty() && item.escalations.is_empty()),
        "a closed item has no timer",
    );
    must(open == item.closed.is_none(), "closed says when");
    must(
        (item.state == State::Offered) == item.offered_to.is_some(),
        "an offer names who is asked",
    );
    let held = matches!(item.state, State::Accepted | State::Waiting | State::Snoozed | State::Blocked) || mute::had(item);
    must(
        !held || item.holder.as_ref() == Some(&item.accountable),
        "who holds it answers for it",
    );
    must(
        item.giver.is_none() || item.giver.as_ref() == Some(&item.accountable),
        "who gives it answers for it until it is taken",
    );
    let paused = item.clocks.iter().any(|c| c.paused.is_some() && !c.stands_still());
    must(
        !paused || matches!(item.state, State::Waiting | State::Muted),
        "clocks stand still only while waiting or muted, and without hours ahead",
    );
    must(
        (item.state == State::Muted) == item.muted.is_some(),
        "what is muted says until when and why",
    );
    must(
        (item.state == State::Muted) == item.clock(ClockKind::Mute).is_some(),
        "a mute ends by itself",
    );
    must(
        item.state != State::Muted || item.escalations.is_empty(),
        "nothing climbs while muted",
    );
    let mut kinds: Vec<_> = item.clocks.iter().map(|c| c.kind).collect();
    kinds.dedup();
    must(kinds.len() == item.clocks.len(), "one clock of a kind");
    if let Some(before) = before {
        let accepted = decision
            .events
            .iter()
            .any(|e| matches!(e, Event::Item(ItemEvent::Accepted { by, .. }) if *by == item.accountable));
        let orphaned = decision.events.iter().any(|e| matches!(e, Event::Item(ItemEvent::Orphaned { .. })));
        // Taking an acceptance back gives it to who had it, and who had not accepted it gives nothing away by a move.
        let back = |e: &Event| matches!(e, Event::Item(ItemEvent::Undone { .. } | ItemEvent::Moved { owner: Some(_), .. }));
        must(
            before.accountable == item.accountable || accepted || orphaned || decision.events.iter().any(back),
            "responsibility passes only on acceptance",
        );
        must(before.merged_into.is_none() || !open, "what was merged never opens again");
        must(before.id == item.id && before.created == item.created, "identity never changes");
    }
    broken
}
