//! What a rule expects once, after a message it took: promised, missed, forgotten. May import model, policy, rules. A time that is promised only moves to a sooner one.

use jiff::{SignedDuration, Timestamp};

use super::super::{Context, Decision, Effect};
use super::{ExpectationEvent, facts_only, raise};
use crate::model::{Expectation, ExpectationName, QueueName, Span};
use crate::rules::ExpectDraft;

/// Expects it from now on. What is expected already stands, unless it is due sooner now: a message that comes again and again would put it off for ever.
pub(super) fn promise(name: &ExpectationName, state: Option<Expectation>, said: ExpectDraft, cx: &Context<'_>) -> Decision {
    let queue = &said.once.otherwise.queue;
    let due = after(queue, said.within, cx);
    if state.as_ref().is_some_and(|state| !state.is_past() && state.due <= due) {
        return Decision::default();
    }
    let before = state.as_ref();
    let calendar = cx.policy.calendars.get(&cx.policy.queue(queue).calendar);
    let expectation = Expectation {
        name: name.clone(),
        rule: said.rule,
        written: format!("once, within {} of a message of `{}`", said.within, said.once.by.name),
        time_zone: calendar.map_or_else(|| "UTC".to_owned(), |calendar| calendar.zone_name.clone()),
        due,
        opens: cx.now,
        met: false,
        missed: before.and_then(|before| before.missed),
        in_a_row: before.map_or(0, |before| before.in_a_row),
        item: before.and_then(|before| before.item.clone()),
        arrived: None,
        since: cx.now,
        times_met: 0,
        times_late: 0,
        times_missed: before.map_or(0, |before| before.times_missed),
        once: Some(Box::new(said.once)),
        policy: cx.policy.revision.clone(),
    };
    facts_only(vec![ExpectationEvent::Promised {
        expectation: Box::new(expectation),
    }])
}

/// Its time has passed: its item is raised, and for a while a late message closes that. After that it is forgotten; the item stays.
pub(super) fn due(state: &Expectation, cx: &Context<'_>) -> Decision {
    let Some(once) = state.once.as_deref().filter(|_| state.due <= cx.now) else {
        return Decision::default();
    };
    if state.is_past() {
        return facts_only(vec![ExpectationEvent::Withdrawn]);
    }
    let late_seconds = cx.now.duration_since(state.due).as_secs();
    let mut decision = facts_only(vec![ExpectationEvent::Due {
        missed: Some(state.due),
        met: false,
        late_seconds,
        next: later(cx.now, Expectation::LATE_DAYS * 86_400),
        opens: Timestamp::MAX,
    }]);
    let draft = raise(state, (&once.otherwise, once.by.place.as_ref()), state.due, late_seconds, cx);
    let raised = Effect::Raise(state.name.clone(), state.item.clone(), Box::new(draft));
    decision.effects.push(raised);
    decision
}

/// When that much time has passed, counted in a queue's calendar.
fn after(queue: &QueueName, within: Span, cx: &Context<'_>) -> Timestamp {
    let hours = cx.policy.calendars.get(&cx.policy.queue(queue).calendar);
    let counted = hours.and_then(|hours| hours.add(cx.now, within).ok());
    let elapsed = match within {
        Span::Elapsed(seconds) | Span::Working(seconds) => seconds,
        Span::WorkingDays(days) => i64::from(days) * 86_400,
    };
    counted.map_or_else(|| later(cx.now, elapsed), |sum| sum.deadline)
}

fn later(from: Timestamp, seconds: i64) -> Timestamp {
    from.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}
