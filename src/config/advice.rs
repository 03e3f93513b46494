//! Warnings: what works and is most likely not what was meant. May import the rest of config. Each says what will happen, so that its reader can judge.

use jiff::{SignedDuration, Timestamp};

use super::check::Check;
use super::code::Code;
use super::diagnostic::Severity;
use super::section::calendar::{Calendars, has_hours};
use super::section::escalation::Ladders;
use super::section::people::People;
use super::section::queue::{QUARANTINE, Queues};
use super::section::rotation::Rotations;
use super::settings::{SourceKind, SourceSettings};
use super::texts::Spot;
use crate::calendar::{Calendar, Duty, Rotation};
use crate::model::{Party, PersonKey};
use crate::policy::{Queue, SourceTrust};

/// How far ahead a rotation is looked through.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 7 * 8);
/// A rotation that changes more often than this in that time is looked through only so far.
const MAX_TURNS: usize = 2_000;

/// Queues nothing leads to. What refers to a queue has marked its name by now.
pub(crate) fn queues(cx: &mut Check<'_>) {
    for (name, spot) in cx.names.queues.unused() {
        if name != QUARANTINE {
            cx.warning(Code::QueueWithoutRule, spot, format!("nothing leads to queue `{name}`"))
                .hint(format!("add a rule with `then: {{ queue: {name} }}`, or remove the queue"));
        }
    }
}

/// Sources of mail on which nothing proves who writes. Said once everything else is right.
pub(crate) fn proof(cx: &mut Check<'_>) {
    if cx.found.iter().any(|found| found.severity == Severity::Error) {
        return;
    }
    for (source, spot) in std::mem::take(&mut cx.mail) {
        if cx.trust.get(&source).is_some_and(SourceTrust::proves) {
            continue;
        }
        cx.warning(
            Code::NothingProves,
            spot,
            format!("nothing proves who writes by source `{source}`: each `done`, `pass` and the like will be asked back"),
        )
        .hint("write `trusted: true` where an own mail server hands mail over that checks its senders, or name it: `trusted_receiver: mx.ops.example`; `verify: true` checks signatures at a port to the internet");
    }
}

/// Ladders that end with those who did not answer in the first place.
pub(crate) fn ladders(cx: &mut Check<'_>, ladders: &Ladders) {
    for (name, ladder) in ladders {
        let beyond = |party: &Party| *party != Party::Holder;
        let reaches = ladder
            .steps
            .last()
            // A step that does nothing at all is a mistake with its own report.
            .is_none_or(|step| step.pass_to.is_some() || step.tell.iter().any(beyond) || (step.tell.is_empty() && step.priority.is_none()));
        let Some(spot) = cx.names.escalations.spot(name.as_str()).filter(|_| !reaches) else {
            continue;
        };
        cx.warning(
            Code::LadderReachesNobody,
            spot,
            format!("the last step of escalation `{name}` reaches nobody but the holder"),
        )
        .hint("tell somebody else in it, such as `tell: owner`, or `pass_to: team:NAME`");
    }
}

/// People whose notices would not arrive: at a domain no mail reaches, or at an address that batond itself takes in.
pub(crate) fn people(cx: &mut Check<'_>, people: &People, sources: &[SourceSettings]) {
    for (key, somebody) in people {
        for (address, spot) in &somebody.mail {
            let folded = address.folded();
            if let Some(top) = address.reaches_nobody() {
                cx.warning(
                    Code::NoSuchMailbox,
                    *spot,
                    format!("no mail reaches {address}: `.{top}` is not on the internet"),
                )
                .hint(format!("give {key} an address that takes mail"));
            }
            let own = sources.iter().find(|source| takes(source, folded));
            if let Some(source) = own {
                let text = format!("notices to {address} come back in: source `{}` takes its mail", source.name);
                cx.warning(Code::NoSuchMailbox, *spot, text).hint(format!(
                    "give {key} an address of their own, or take this one out of the source's `for`"
                ));
            }
        }
    }
}

/// Whether a source names this very address; a pattern says nothing about where else its mail goes.
fn takes(source: &SourceSettings, folded: &str) -> bool {
    match &source.kind {
        SourceKind::Smtp(door) | SourceKind::Lmtp(door) => door.recipients.iter().any(|own| own.eq_ignore_ascii_case(folded)),
        _ => false,
    }
}

/// Turns in which the person on duty works no hour while the queue that relies on them does.
pub(crate) fn rotations(
    cx: &mut Check<'_>,
    queues: &Queues,
    rotations: &Rotations,
    people: &People,
    calendars: &Calendars,
    now: Timestamp,
) {
    for queue in queues.queues.values() {
        let Party::Rotation(name) = &queue.assign else { continue };
        let (Some(rotation), Some(spot)) = (rotations.get(name), cx.names.rotations.spot(name.as_str())) else {
            continue;
        };
        nobody(cx, queue, rotation, calendars, spot, now);
        let works = |person: &PersonKey| calendars.get(&people.get(person)?.person.calendar);
        let gaps = gaps(rotation, queue, calendars, works, now);
        let Some(first) = gaps.first() else { continue };
        let at = |at: Timestamp| at.to_zoned(rotation.zone.clone()).strftime("%a %-d %b %Y %H:%M").to_string();
        let text = format!(
            "rotation `{name}` leaves queue `{}` alone {} in the next eight weeks, first from {} to {}: {} is on duty and works no hour",
            queue.name,
            match gaps.len() {
                1 => "once".to_owned(),
                n => format!("{n} times"),
            },
            at(first.from),
            at(first.to),
            first.person,
        );
        cx.warning(Code::RotationGap, spot, text)
            .hint("agree on who takes these turns: change the rotation, the person's hours or holidays, or the calendar of the queue");
    }
}

/// A turn: who is on duty from when to when, and for how many seconds of it the queue works.
struct Turn {
    person: PersonKey,
    from: Timestamp,
    to: Timestamp,
    needed: i64,
}

fn gaps<'c>(
    rotation: &Rotation,
    queue: &Queue,
    calendars: &'c Calendars,
    works: impl Fn(&PersonKey) -> Option<&'c Calendar>,
    now: Timestamp,
) -> Vec<Turn> {
    let mut turns = turns(rotation, calendars.get(&queue.calendar), now);
    // An hour at the edge of a weekend is no gap: a turn counts that asks for half of what the fullest turn does.
    let fullest = turns.iter().map(|turn| turn.needed).max().unwrap_or(0);
    turns.retain(|turn| {
        let idle = |calendar: &Calendar| calendar.between(turn.from, turn.to) == 0;
        turn.needed > 0 && turn.needed >= fullest / 2 && works(&turn.person).is_some_and(idle)
    });
    turns
}

/// The turns that begin after `now`. A queue whose calendar has no hours works all the time.
fn turns(rotation: &Rotation, queue: Option<&Calendar>, now: Timestamp) -> Vec<Turn> {
    let stretches = ahead(rotation, now);
    // The turn that runs now is under way.
    let turns = stretches.into_iter().skip(1).filter_map(|duty| {
        Some(Turn {
            person: duty.person?,
            from: duty.from,
            to: duty.until,
            needed: needed(queue, duty.from, duty.until),
        })
    });
    turns.collect()
}

/// What the next weeks bring, as far as it is looked at; the last stretch, which is cut off there, left out.
fn ahead(rotation: &Rotation, now: Timestamp) -> Vec<Duty> {
    let end = now.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
    let mut stretches = rotation.stretches(now, end);
    if stretches.len() > 1 {
        stretches.pop();
    }
    stretches.truncate(MAX_TURNS);
    stretches
}

/// How many seconds a queue works; one whose calendar has no hours works all the time.
fn needed(queue: Option<&Calendar>, from: Timestamp, to: Timestamp) -> i64 {
    let queue = queue.filter(|calendar| has_hours(calendar));
    queue.map_or_else(|| to.duration_since(from).as_secs(), |calendar| calendar.between(from, to))
}

/// Times at which the queue works and nobody is on duty.
fn nobody(cx: &mut Check<'_>, queue: &Queue, rotation: &Rotation, calendars: &Calendars, spot: Spot, now: Timestamp) {
    let calendar = calendars.get(&queue.calendar);
    let end = now.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
    let gaps = rotation
        .duties(now, end)
        .into_iter()
        .filter(|duty| duty.person.is_none() && needed(calendar, duty.from, duty.until) > 0);
    let gaps: Vec<Duty> = gaps.collect();
    let Some(first) = gaps.first() else { return };
    let at = |at: Timestamp| at.to_zoned(rotation.zone.clone()).strftime("%a %-d %b %Y %H:%M").to_string();
    let text = format!(
        "rotation `{}` has nobody on duty {} in the next eight weeks while queue `{}` works, first from {} to {}",
        rotation.name,
        match gaps.len() {
            1 => "once".to_owned(),
            n => format!("{n} times"),
        },
        queue.name,
        at(first.from),
        at(first.until),
    );
    cx.warning(Code::NobodyOnDuty, spot, text)
        .hint("fill the gap with a shift, a layer or an override, or let the calendar of the queue have these hours off");
}
