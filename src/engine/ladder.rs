//! Escalation: a ladder starts, its steps fire, and after the last the owner is told again and again. May import model, policy. An empty step is skipped at once.

use jiff::Timestamp;

use super::offer::Occasion;
use super::wake::{answers_for, asked_for, verb_of};
use super::work::{Say, Work};
use super::{Deed, ItemEvent, facts};
use crate::model::{ClockKind, Escalation, EscalationName, EscalationStep, PersonKey, Priority, Reader, Reason, RuleName, Span, State};

/// The pause between words to the owner where a queue has no ladder.
const DEFAULT_AGAIN: Span = Span::WorkingDays(1);

/// What ends a ladder by its own word has come, or its cause is gone; another deadline may have passed meanwhile.
pub(super) fn escalate_what_remains(work: &mut Work<'_>) {
    let settled = |run: &&Escalation| run.unless.is_some_and(|unless| unless.holds(&work.item));
    let causes: Vec<ClockKind> = work.item.escalations.iter().filter(settled).map(|run| run.cause).collect();
    for cause in causes {
        work.emit(ItemEvent::EscalationEnded { cause });
    }
    if !work.item.escalations.is_empty() {
        return;
    }
    let overdue = work
        .item
        .clocks
        .iter()
        .find(|c| c.overdue && c.kind != ClockKind::Accept)
        .map(|c| c.kind);
    if let Some(cause) = overdue {
        start_ladder(work, cause, None);
    }
}

/// Somebody asks for it: the first step comes at once.
pub(super) fn escalate_for(work: &mut Work<'_>, person: &PersonKey, why: String) {
    let cause = match work.item.state {
        State::Offered | State::Parked | State::Collecting => ClockKind::Accept,
        _ => ClockKind::Resolve,
    };
    start_ladder(work, cause, Some((person.clone(), why)));
}

/// Starts the queue's ladder; without one, the owner is told now and every working day.
pub(super) fn escalate(work: &mut Work<'_>, cause: ClockKind) {
    start_ladder(work, cause, None);
    // Whoever missed it hears at once, before anybody above.
    let missed = work.item.clock(cause).map(|c| c.deadline);
    // Without a ladder the owner is told now: not twice of the same.
    let owner = work.queue.owner.clone();
    let climbs = work.item.escalations.iter().any(|run| run.cause == cause && !run.steps.is_empty());
    for person in work.actors().into_iter().filter(|person| climbs || *person != owner) {
        let say = Say {
            ask: asked_for(cause).to_owned(),
            why_you: format!("the time to {} is over", verb_of(cause)),
            facts: missed
                .map(|at| facts::fact_at("Was due", "", at))
                .into_iter()
                .chain(facts::of_item(&work.item))
                .collect(),
            text: work.item.summary.clone(),
            answers: answers_for(work.item.state),
            ..Say::default()
        };
        work.tell(&person, Reason::Reminder, say);
    }
}

fn start_ladder(work: &mut Work<'_>, cause: ClockKind, asked: Option<(PersonKey, String)>) {
    let now = work.cx.now;
    let ladder = work.queue.escalation.as_ref().and_then(|name| work.cx.policy.ladders.get(name));
    let mut steps: Vec<EscalationStep> = Vec::new();
    for written in ladder.map(|l| l.steps.as_slice()).unwrap_or_default() {
        steps.push(EscalationStep {
            after: written.after,
            from_step: written.from_step,
            unless: written.unless.or(ladder.and_then(|ladder| ladder.unless)),
            due: now,
            tell: written.tell.clone(),
            pass_to: written.pass_to.clone(),
            priority: written.priority,
            labels: written.labels.clone(),
            call: written.call.clone(),
        });
    }
    set_due(work, &mut steps, now);
    if asked.is_some()
        && let Some(first) = steps.first_mut()
    {
        first.due = now;
    }
    let escalation = Escalation {
        ladder: ladder.map_or_else(|| EscalationName::from("owner"), |l| l.name.clone()),
        cause,
        started: now,
        due: steps.first().map_or(now, |first| first.due),
        steps,
        next: 0,
        again: ladder.map_or(DEFAULT_AGAIN, |l| l.again),
        rounds: ladder.map_or(0, |l| l.repeat),
        // What holds from the start on cannot end it; its steps see it all the same.
        unless: ladder.and_then(|l| l.unless).filter(|unless| !unless.holds(&work.item)),
        asked,
        policy: work.cx.policy.revision.clone(),
    };
    work.emit(ItemEvent::EscalationStarted(Box::new(escalation)));
}

/// When each step is due if the ladder starts at `start`, and puts them in that order.
fn set_due(work: &Work<'_>, steps: &mut [EscalationStep], start: Timestamp) {
    let mut before = start;
    for step in steps.iter_mut() {
        let from = if step.from_step { before } else { start };
        step.due = work.add(&work.queue.calendar, from, step.after).deadline;
        before = step.due;
    }
    steps.sort_by_key(|step| step.due);
}

/// Fires the next step; past the last, goes through them again or tells the owner again.
pub(super) fn step(work: &mut Work<'_>, escalation: &Escalation) {
    let cause = escalation.cause;
    let Some(step) = escalation.steps.get(escalation.next).cloned() else {
        if escalation.rounds > 0 && !escalation.steps.is_empty() {
            return again(work, escalation);
        }
        let due = next_word_due(work, escalation);
        let what = format!("{} is told again", work.queue.owner);
        work.emit(ItemEvent::EscalationStepped {
            cause,
            step: escalation.next,
            next: escalation.next,
            due,
            what,
        });
        tell_of_escalation(
            work,
            &Reader::Person(work.queue.owner.clone()),
            escalation,
            "you answer for the queue",
        );
        return;
    };
    let next = escalation.next + 1;
    let due = match escalation.steps.get(next) {
        Some(following) if following.from_step => work.add(&work.queue.calendar, work.cx.now, following.after).deadline,
        Some(following) => following.due,
        None => next_word_due(work, escalation),
    };
    if let Some(unless) = step.unless.filter(|unless| unless.holds(&work.item)) {
        let what = format!("{}: needless, it is {unless}", sentence(&step, true));
        work.emit(ItemEvent::EscalationStepped {
            cause,
            step: escalation.next,
            next,
            due,
            what,
        });
        return;
    }
    let mut readers: Vec<(Reader, String)> = Vec::new();
    for party in &step.tell {
        for reader in work.readers(party) {
            if !readers.iter().any(|(r, _)| *r == reader) {
                readers.push((reader, format!("step {next} of {} tells {party}", escalation.ladder)));
            }
        }
    }
    let willing = step
        .pass_to
        .as_ref()
        .is_some_and(|p| work.resolve(p, &Occasion::Escalated).is_some());
    let found = !readers.is_empty() || willing || step.priority.is_some() || !step.labels.is_empty() || step.call.is_some();
    // An empty step is skipped at once: the next one is due now.
    let due = if found { due } else { work.cx.now };
    work.emit(ItemEvent::EscalationStepped {
        cause,
        step: escalation.next,
        next,
        due,
        what: sentence(&step, found),
    });
    if let Some(priority) = step.priority.filter(|p| *p > work.item.priority || *p == Priority::Low) {
        work.emit(ItemEvent::Prioritised { priority });
    }
    if !step.labels.is_subset(&work.item.labels) {
        work.emit(ItemEvent::Labelled {
            labels: step.labels.clone(),
        });
    }
    if let Some((url, event)) = step.call.clone() {
        call(work, escalation, url, event);
    }
    if let Some(party) = step.pass_to.as_ref().filter(|_| willing) {
        let already = work.item.state == State::Offered && work.item.offered_to.as_ref() == Some(party);
        if !already {
            let why = format!("step {next} of {}: the time to {} is over", escalation.ladder, verb_of(cause));
            work.offer(party, &Occasion::Escalated, &why);
        }
    }
    for (reader, why) in readers {
        tell_of_escalation(work, &reader, escalation, &why);
    }
}

/// Goes through the steps once more, from now on.
fn again(work: &mut Work<'_>, escalation: &Escalation) {
    let mut steps = escalation.steps.clone();
    set_due(work, &mut steps, work.cx.now);
    work.emit(ItemEvent::EscalationStarted(Box::new(Escalation {
        due: steps.first().map_or(work.cx.now, |first| first.due),
        steps,
        next: 0,
        rounds: escalation.rounds.saturating_sub(1),
        ..escalation.clone()
    })));
}

/// A web address is told: the item, the step, and what started the ladder.
fn call(work: &mut Work<'_>, escalation: &Escalation, url: String, event: String) {
    let item = &work.item;
    let body = serde_json::json!({
        "item": item.id,
        "queue": item.queue,
        "title": item.title,
        "priority": item.priority,
        "state": item.state,
        "escalation": escalation.ladder,
        "step": escalation.next + 1,
        "cause": escalation.cause,
    });
    work.emit(ItemEvent::ByRule {
        rule: RuleName::from(format!("escalation {}", escalation.ladder)),
        deed: Deed::CallQueued {
            url,
            event,
            body: Some(body),
        },
    });
}

/// When the owner hears again after the last step.
fn next_word_due(work: &Work<'_>, escalation: &Escalation) -> Timestamp {
    let calendar = work.queue.calendar.clone();
    work.add(&calendar, work.cx.now, escalation.again).deadline
}

fn sentence(step: &EscalationStep, found: bool) -> String {
    let mut parts = Vec::new();
    if !step.tell.is_empty() {
        parts.push(format!(
            "tell {}",
            step.tell.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        ));
    }
    parts.extend(step.pass_to.as_ref().map(|party| format!("pass to {party}")));
    parts.extend(step.priority.map(|p| format!("priority {p}")));
    parts.extend((!step.labels.is_empty()).then(|| format!("label {}", step.labels.iter().cloned().collect::<Vec<_>>().join(", "))));
    parts.extend(step.call.as_ref().map(|(url, _)| format!("call {url}")));
    let tail = if found { "" } else { ": nobody there, skipped" };
    format!("{}{tail}", parts.join("; "))
}

fn tell_of_escalation(work: &mut Work<'_>, reader: &Reader, escalation: &Escalation, why_you: &str) {
    let cause = escalation.cause;
    let since = work.item.clock(cause).map_or(escalation.started, |c| c.deadline);
    let mut lines = vec![match &escalation.asked {
        Some((person, why)) => facts::fact_at("Escalated", format!("by {}: {why}; on", work.name(person)), escalation.started),
        None => facts::fact_at("Overdue", format!("nobody did {} it in time; it was due", verb_base(cause)), since),
    }];
    if let Some(holder) = &work.item.holder {
        lines.push(facts::fact("Holder", work.name(holder)));
    }
    lines.extend(facts::of_item(&work.item));
    let holds = reader.person().is_some_and(|p| work.item.holder.as_ref() == Some(p));
    let ask = if holds || work.item.state == State::Offered {
        asked_for(cause)
    } else {
        "please see that somebody takes care of it"
    };
    let say = Say {
        ask: ask.to_owned(),
        why_you: why_you.to_owned(),
        facts: lines,
        text: work.item.summary.clone(),
        answers: if reader.person().is_some() {
            answers_for(work.item.state)
        } else {
            vec!["note TEXT".to_owned()]
        },
        urgent: escalation.steps.get(escalation.next).and_then(|s| s.priority) == Some(Priority::Urgent),
        ..Say::default()
    };
    work.notify(reader.clone(), Reason::Escalation, say);
}

fn verb_base(kind: ClockKind) -> &'static str {
    match kind {
        ClockKind::Accept => "accept",
        ClockKind::Respond => "answer",
        _ => "finish",
    }
}
