//! The answer to `why` by mail: the rule, each sum, the next timer and who it tells. May import model, policy. Says only what is stored.

use super::facts::{deadline, fact, fact_at};
use super::work::Work;
use crate::model::{ClockKind, Fact, ItemClock};

/// The most counted intervals printed for one clock.
const MAX_INTERVALS: usize = 8;

/// The facts behind an item.
pub(super) fn facts(work: &Work<'_>) -> Vec<Fact> {
    let item = &work.item;
    let place = item
        .rule
        .place
        .as_ref()
        .map_or_else(String::new, |p| format!(", {}:{}", p.file, p.line));
    let also = item.also.iter().map(|rule| fact("Also rule", rule.name.to_string()));
    let mut lines = vec![
        fact("Rule", format!("{}{place}", item.rule.name)),
        fact("Policy", format!("opened under {}", item.policy)),
        fact("Answers for it", work.name(&item.accountable)),
    ];
    lines.extend(also);
    lines.extend(item.chosen.as_ref().map(|why| fact("Chosen", why.clone())));
    lines.extend(item.muted.as_ref().map(|muted| {
        let said = format!("by {}, set by {}: {}", muted.muting.name, muted.muting.said_by(), muted.muting.why);
        fact("Muted", said)
    }));
    for clock in &item.clocks {
        lines.push(deadline(clock));
        lines.extend(sum(clock));
    }
    if let Some(due) = item.next_due() {
        lines.push(fact_at("Next", next_sentence(work), due));
    }
    lines
}

fn sum(clock: &ItemClock) -> Vec<Fact> {
    let calendar = clock
        .calendar
        .as_ref()
        .map_or_else(|| "elapsed".to_owned(), |c| format!("counted in {c}, {}", clock.time_zone));
    let mut lines = vec![fact_at(
        "  promised",
        format!("{} ({calendar}), from", clock.promised()),
        clock.started,
    )];
    for interval in clock.sum.iter().take(MAX_INTERVALS).filter(|_| clock.calendar.is_some()) {
        let seconds = interval.to.duration_since(interval.from).as_secs();
        lines.push(fact_at(
            "  counted",
            format!("{} from", super::facts::length(seconds)),
            interval.from,
        ));
    }
    let hidden = clock.sum.len().saturating_sub(MAX_INTERVALS) + clock.sum_omitted as usize;
    if hidden > 0 && clock.calendar.is_some() {
        lines.push(fact("  counted", format!("and {hidden} further intervals")));
    }
    lines.extend(clock.holidays.iter().map(|day| fact("  holiday", day.clone())));
    lines
}

/// What the next timer does, as a sentence.
fn next_sentence(work: &Work<'_>) -> String {
    let item = &work.item;
    let due = item.next_due();
    if let Some(escalation) = item.escalations.iter().find(|e| Some(e.due) == due) {
        return match escalation.steps.get(escalation.next) {
            Some(step) => {
                let tells: Vec<String> = step.tell.iter().chain(&step.pass_to).map(ToString::to_string).collect();
                format!("step {} of {} goes to {}", escalation.next + 1, escalation.ladder, tells.join(", "))
            }
            None => format!("{} is told again", work.name(&work.queue.owner)),
        };
    }
    let Some(clock) = item.clocks.iter().find(|c| c.next_due() == due) else {
        return String::new();
    };
    let who = work.actors().iter().map(|p| work.name(p)).collect::<Vec<_>>().join(", ");
    match clock.kind {
        _ if clock.warn == due => format!("{who} is reminded that 75 % of the time to {} is over", clock.kind),
        ClockKind::Accept | ClockKind::Respond | ClockKind::Resolve => match &work.queue.escalation {
            Some(ladder) => format!("the time to {} is over and {ladder} starts", clock.kind),
            None => format!("the time to {} is over and {} is told", clock.kind, work.name(&work.queue.owner)),
        },
        ClockKind::Update => format!("{who} is asked for a word"),
        ClockKind::Wait => "the next reminder, or its holder has it back".to_owned(),
        ClockKind::Snooze => format!("{who} has it back"),
        ClockKind::Parked => "somebody is looked for again".to_owned(),
        ClockKind::Collect => "what was collected is told".to_owned(),
        ClockKind::Mute => "the mute ends, and what came is told".to_owned(),
    }
}
