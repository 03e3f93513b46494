//! What is due on an item: warnings, deadlines, steps of ladders. May import model, policy. Each due thing happens once, in order, and says how late it is.

use jiff::Timestamp;

use super::clocks::Start;
use super::ladder::{escalate, step};
use super::message::resume;
use super::offer::Occasion;
use super::work::{Say, Work};
use super::{ItemEvent, facts};
use crate::model::{ClockKind, FollowUp, ItemClock, Party, PersonKey, Reason, State};
use crate::policy::FollowUpThen;

/// The most things that can be due on one item at once: every clock's warning and deadline and every step of a few ladders. More is a defect.
const MAX_DUE_AT_ONCE: usize = 64;

/// Does everything that is due.
pub(super) fn wake(work: &mut Work<'_>) {
    // The clock that rang last, and how late: a ladder that it starts is as late as it is.
    let mut rang: Option<(ClockKind, i64)> = None;
    for _ in 0..MAX_DUE_AT_ONCE {
        let now = work.cx.now;
        let Some(due) = work.item.next_due().filter(|due| *due <= now) else {
            return;
        };
        let late = |due: Timestamp| now.duration_since(due).as_secs();
        if let Some(escalation) = work.item.escalations.iter().find(|e| e.due == due).cloned() {
            let by_clock = rang.filter(|(kind, _)| *kind == escalation.cause && escalation.started == now);
            work.late_seconds = by_clock.map_or_else(|| late(due), |(_, seconds)| seconds);
            step(work, &escalation);
        } else if let Some(clock) = work.item.clocks.iter().find(|c| c.next_due() == Some(due)).cloned() {
            // Of a warning and a deadline that both have passed the deadline is told.
            work.late_seconds = late(if clock.deadline <= now { clock.deadline } else { due });
            rang = Some((clock.kind, work.late_seconds));
            ring(work, &clock);
        }
        work.late_seconds = 0;
    }
}

fn ring(work: &mut Work<'_>, clock: &ItemClock) {
    if clock.paused.is_some() {
        return super::standstill::look(work, clock);
    }
    // After downtime warning and deadline can both have passed: only the deadline is told then.
    if clock.deadline > work.cx.now {
        warn(work, clock);
        return;
    }
    match clock.kind {
        ClockKind::Accept | ClockKind::Respond | ClockKind::Resolve => deadline_passed(work, clock),
        ClockKind::Update => ask_for_update(work),
        ClockKind::Wait => follow_up(work),
        ClockKind::Snooze => {
            resume(work, "the time is up");
            hand_back(work, "you put it off until now");
        }
        ClockKind::Parked => look_again(work),
        ClockKind::Collect => super::group::speak(work),
        ClockKind::Mute => super::mute::end(work, "the time is up"),
    }
}

/// 75 % of the time is over.
fn warn(work: &mut Work<'_>, clock: &ItemClock) {
    work.emit(ItemEvent::ClockSet(Box::new(ItemClock {
        warn: None,
        ..clock.clone()
    })));
    // While a ladder runs, everybody concerned hears of every deadline already.
    if !work.item.escalations.is_empty() {
        return;
    }
    if let Some(command) = super::handoff::of_list(work).filter(|_| clock.kind == ClockKind::Accept) {
        work.follow(command);
        return;
    }
    warn_of(work, clock);
}

/// Whoever is asked to accept it is reminded of this item alone.
pub(super) fn remind(work: &mut Work<'_>) {
    if let Some(clock) = work.item.clock(ClockKind::Accept).cloned() {
        warn_of(work, &clock);
    }
}

fn warn_of(work: &mut Work<'_>, clock: &ItemClock) {
    for person in work.actors() {
        let say = Say {
            ask: asked_for(clock.kind).to_owned(),
            by: Some(clock.deadline),
            why_you: format!("75 % of the time to {} is over", verb_of(clock.kind)),
            facts: facts::of_item(&work.item),
            text: work.item.summary.clone(),
            answers: answers_for(work.item.state),
            ..Say::default()
        };
        work.tell(&person, Reason::Reminder, say);
    }
}

pub(super) fn asked_for(kind: ClockKind) -> &'static str {
    match kind {
        ClockKind::Accept => "please accept",
        ClockKind::Respond => "please answer the requester",
        ClockKind::Wait => "please decide how to go on",
        _ => "please finish it",
    }
}

pub(super) fn verb_of(kind: ClockKind) -> &'static str {
    match kind {
        ClockKind::Accept => "accept it",
        ClockKind::Respond => "answer",
        ClockKind::Wait => "wait for the requester",
        _ => "finish it",
    }
}

pub(super) fn answers_for(state: State) -> Vec<String> {
    let words: &[&str] = match state {
        State::Offered | State::Parked | State::Collecting | State::Muted => &["accept", "decline WHY", "pass PERSON", "done NOTE", "why"],
        _ => &["reply TEXT", "done NOTE", "wait", "snooze WHEN", "pass PERSON", "why"],
    };
    words.iter().map(|w| (*w).to_owned()).collect()
}

fn deadline_passed(work: &mut Work<'_>, clock: &ItemClock) {
    let late_seconds = work.cx.now.duration_since(clock.deadline).as_secs();
    work.emit(ItemEvent::ClockOverdue {
        kind: clock.kind,
        deadline: clock.deadline,
        late_seconds,
    });
    let handoff = work.item.giver.clone().filter(|_| clock.kind == ClockKind::Accept);
    match handoff {
        Some(giver) => handoff_unanswered(work, &giver),
        // One ladder at a time: those it reaches see every deadline. When its cause is gone, what is still overdue starts its own.
        // What is muted goes up when that ends.
        None if work.item.state == State::Muted => {}
        None if work.item.escalations.is_empty() => escalate(work, clock.kind),
        None => {}
    }
}

/// An unanswered handoff returns to the giver and goes up; whoever is next on duty is asked.
fn handoff_unanswered(work: &mut Work<'_>, giver: &PersonKey) {
    let silent = work.asked();
    let to = match &work.item.offered_to {
        Some(Party::Person(person)) => work.name(person),
        Some(party) => party.to_string(),
        None => String::new(),
    };
    work.give_back(giver, &format!("{to} did not answer the handoff in time"), silent);
}

/// The holder owes a word; silence a second time goes to the owner too.
fn ask_for_update(work: &mut Work<'_>) {
    let times = work.item.silent_updates + 1;
    work.emit(ItemEvent::UpdateAsked { times });
    work.start_update_clock();
    let by = work.item.clock(ClockKind::Update).map(|c| c.deadline);
    let holder = work.item.holder.clone().unwrap_or_else(|| work.item.accountable.clone());
    let mut readers = vec![(holder.clone(), "you hold it, and nothing was heard for a while")];
    if times > 1 && work.queue.owner != holder {
        readers.push((
            work.queue.owner.clone(),
            "you answer for the queue, and its holder was asked before without a word",
        ));
    }
    for (person, why_you) in readers {
        let say = Say {
            ask: "please say how it stands".to_owned(),
            by,
            why_you: why_you.to_owned(),
            facts: facts::of_item(&work.item),
            text: work.item.summary.clone(),
            answers: ["note TEXT", "done NOTE", "wait", "snooze WHEN", "pass PERSON", "why"]
                .map(str::to_owned)
                .to_vec(),
            ..Say::default()
        };
        work.tell(&person, Reason::UpdateWanted, say);
    }
}

/// A reminder to the requester, or what follows the last one.
fn follow_up(work: &mut Work<'_>) {
    let planned = work
        .item
        .follow_up
        .clone()
        .zip(work.queue.follow_up.clone())
        .zip(work.item.requester.clone());
    let Some(((FollowUp { sent, times }, plan), requester)) = planned else {
        resume(work, "the time to wait is over");
        hand_back(work, "what you waited for did not come in time");
        return;
    };
    if sent < times {
        work.emit(ItemEvent::FollowedUp { sent: sent + 1 });
        let calendar = work.calendar_of_requester();
        work.start_clock(&Start {
            kind: ClockKind::Wait,
            span: plan.again,
            calendar: &calendar,
            warns: false,
        });
        let say = Say {
            why_you: "you wrote to us, and we need your answer to go on".to_owned(),
            text: work
                .item
                .our_word
                .as_ref()
                .filter(|w| w.to_requester)
                .map(|w| w.text.clone())
                .unwrap_or_default(),
            in_reply_to: requester.message_id,
            ..Say::default()
        };
        work.notify(requester.reader, Reason::FollowUp, say);
        return;
    }
    let why = format!("{} reminders went unanswered", times);
    match plan.then {
        FollowUpThen::Close => {
            let holder = work.item.holder.clone();
            work.emit(ItemEvent::Done {
                note: Some(why.clone()),
                rule: None,
            });
            if let Some(holder) = holder {
                let say = Say {
                    why_you: "you held it, and waited for the requester".to_owned(),
                    text: why,
                    ..Say::default()
                };
                work.tell(&holder, Reason::Done, say);
            }
            if work.queue.tell_requester.done {
                let say = Say {
                    why_you: "you wrote to us, and we did not hear from you".to_owned(),
                    in_reply_to: requester.message_id,
                    ..Say::default()
                };
                work.notify(requester.reader, Reason::Done, say);
            }
        }
        FollowUpThen::Escalate => {
            resume(work, &why);
            if work.item.escalations.is_empty() {
                escalate(work, ClockKind::Wait);
            }
        }
        FollowUpThen::Return => {
            resume(work, &why);
            hand_back(work, &why);
        }
    }
}

pub(super) fn hand_back(work: &mut Work<'_>, why_you: &str) {
    let holder = work.item.holder.clone().unwrap_or_else(|| work.item.accountable.clone());
    let say = Say {
        ask: "please go on".to_owned(),
        by: work.item.clock(ClockKind::Resolve).filter(|c| !c.overdue).map(|c| c.deadline),
        why_you: why_you.to_owned(),
        facts: facts::of_item(&work.item),
        text: work.item.summary.clone(),
        answers: answers_for(work.item.state),
        ..Say::default()
    };
    work.tell(&holder, Reason::Reminder, say);
}

/// A parked item looks for somebody again.
fn look_again(work: &mut Work<'_>) {
    let to = work.queue.assign.clone();
    // Whoever let a handoff of it pass without a word is not asked again: the owner has it, until somebody else can be found.
    let silent = |party: &Party| matches!(party, Party::Person(person) if work.item.silent.contains(person));
    if work.resolve(&to, &Occasion::Assigned).is_some_and(|party| !silent(&party)) {
        work.offer(&to, &Occasion::Assigned, "it was parked, and you can take it");
    } else {
        work.look_again_later();
    }
}
