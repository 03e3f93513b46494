//! The life of a round: planned, begun, each asked at their time, reminded, closed. May import model, policy. Every time in it is an instant that is stored.

use jiff::{SignedDuration, Timestamp};

use super::{RoundEvent, Starting, Work, end};
use crate::calendar::Calendar;
use crate::engine::{Context, Decision, Effect};
use crate::model::{Asked, AskedState, ItemId, PersonKey, Priority, Round, RoundKind, RoundName, RoundState, Span, StartedBy};
use crate::policy::{Occurrence, Person, Reach, RoundDef};

/// How many times that passed while batond did not run are stepped over to find the last.
const MAX_PASSED: usize = 10_000;
/// How far back a time is looked for at which somebody last worked.
const DAYS_BACK: i64 = 8;

/// A new round for the next time its schedule names; none if there is no further one.
pub(super) fn plan(id: &ItemId, name: &RoundName, cx: &Context<'_>) -> Decision {
    let Some(def) = cx.policy.rounds.get(name) else {
        return Decision::default();
    };
    let (Some(start), Some(next)) = (&def.start, cx.policy.round_next(def, cx.now, None)) else {
        return Decision::default();
    };
    let round = Round {
        state: RoundState::Planned,
        starts: next.at,
        local: next.local,
        written: start.written.clone(),
        ..fresh(id, def, StartedBy::Schedule, String::new(), cx)
    };
    super::facts(vec![RoundEvent::Planned { round: Box::new(round) }])
}

fn fresh(id: &ItemId, def: &RoundDef, by: StartedBy, about: String, cx: &Context<'_>) -> Round {
    Round {
        id: id.clone(),
        name: def.name.clone(),
        question: def.question.clone(),
        state: RoundState::Open,
        starts: cx.now,
        local: None,
        closes: None,
        people: Vec::new(),
        tell: Vec::new(),
        by,
        about,
        item: None,
        items: Vec::new(),
        result: None,
        notices: 0,
        told: Vec::new(),
        written: String::new(),
        place: def.place.clone(),
        policy: cx.policy.revision.clone(),
    }
}

/// A planned round as the policy has it now: the promised time stands unless the times were written anew.
pub(super) fn look(round: Round, cx: &Context<'_>) -> Decision {
    if round.state != RoundState::Planned || round.starts <= cx.now {
        return Decision::default();
    }
    let def = cx.policy.rounds.get(&round.name);
    let Some((def, start)) = def.and_then(|def| Some((def, def.start.as_ref()?))) else {
        return super::facts(vec![RoundEvent::Withdrawn]);
    };
    if start.written == round.written {
        return Decision::default();
    }
    super::facts(vec![match cx.policy.round_next(def, cx.now, None) {
        Some(next) => RoundEvent::Replanned {
            starts: next.at,
            local: next.local,
            written: start.written.clone(),
        },
        None => RoundEvent::Withdrawn,
    }])
}

/// A round that begins now.
pub(super) fn start(id: &ItemId, starting: &Starting, cx: &Context<'_>) -> Decision {
    let Some(def) = cx.policy.rounds.get(&starting.name) else {
        return Decision::default();
    };
    let round = Round {
        item: starting.item.clone(),
        ..fresh(
            id,
            def,
            starting.by.clone(),
            starting.about.chars().take(Round::MAX_WORDS_CHARS).collect(),
            cx,
        )
    };
    let mut work = Work::new(round, cx);
    begin(&mut work, def, None, 0);
    work.decision
}

/// What is due.
pub(super) fn wake(round: Round, cx: &Context<'_>) -> Decision {
    if round.next_due().is_none_or(|due| due > cx.now) {
        return Decision::default();
    }
    let mut work = Work::new(round, cx);
    if work.round.state == RoundState::Planned {
        its_time(&mut work);
    } else {
        go_on(&mut work);
    }
    work.decision
}

/// Whether an answer was the last one that was waited for.
pub(super) fn after_answer(round: Round, cx: &Context<'_>) -> Decision {
    let mut work = Work::new(round, cx);
    if work.round.state == RoundState::Open {
        go_on(&mut work);
    }
    work.decision
}

/// A planned round begins. Of several times that passed meanwhile the last one counts, and the next is planned.
fn its_time(work: &mut Work<'_>) {
    let cx = work.cx;
    let Some(def) = cx.policy.rounds.get(&work.round.name) else {
        return work.emit(RoundEvent::Withdrawn);
    };
    let mut last = Occurrence {
        at: work.round.starts,
        local: work.round.local,
    };
    for _ in 0..MAX_PASSED {
        match cx.policy.round_next(def, last.at, last.local).filter(|next| next.at <= cx.now) {
            Some(next) => last = next,
            None => break,
        }
    }
    let planned = &work.round;
    work.round = Round {
        starts: last.at,
        local: last.local,
        ..fresh(&planned.id, def, StartedBy::Schedule, String::new(), cx)
    };
    let late = cx.now.duration_since(last.at).as_secs();
    begin(work, def, Some(last), late);
    if def.start.is_some() {
        let name = work.round.name.clone();
        work.effect(Effect::PlanRound(name));
    }
}

/// Sets when each is asked and when it closes, and asks whoever is to be asked now.
fn begin(work: &mut Work<'_>, def: &RoundDef, occurrence: Option<Occurrence>, late_seconds: i64) {
    let cx = work.cx;
    let people = cx.policy.round_people(def, cx.now);
    let local = occurrence.and_then(|occurrence| occurrence.local);
    let asked: Vec<Asked> = people
        .iter()
        .take(Round::MAX_PEOPLE)
        .map(|person| to_ask(person, local, cx))
        .collect();
    let last = asked
        .iter()
        .filter(|asked| asked.state == AskedState::Due)
        .map(|asked| asked.at)
        .max();
    let calendar = def.calendar.as_ref().and_then(|name| cx.policy.calendars.get(name));
    let closes = add(calendar, last.unwrap_or(cx.now).max(cx.now), work.round.question.close);
    work.round.tell = cx.policy.round_readers(def, &people, cx.now);
    work.round.people = asked;
    work.round.closes = Some(closes);
    let round = Box::new(work.round.clone());
    work.emit(RoundEvent::Begun { round, late_seconds });
    go_on(work);
}

/// When somebody is asked: now; where each has their own clock, in the morning of their own day.
fn to_ask(person: &PersonKey, local: Option<jiff::civil::DateTime>, cx: &Context<'_>) -> Asked {
    let asked = |state, at| Asked {
        person: person.clone(),
        state,
        at,
        reminders: Vec::new(),
        answers: Vec::new(),
        undelivered: None,
        receipts: 0,
    };
    match local.map(|local| cx.policy.asked_at(person, local)) {
        None => asked(AskedState::Due, cx.now),
        Some(Some(at)) => asked(AskedState::Due, at),
        Some(None) => asked(AskedState::Off, cx.now),
    }
}

fn add(calendar: Option<&Calendar>, from: Timestamp, span: Span) -> Timestamp {
    let sum = calendar.and_then(|calendar| calendar.add(from, span).ok());
    let plain = || match span {
        Span::Elapsed(seconds) | Span::Working(seconds) => SignedDuration::from_secs(seconds),
        Span::WorkingDays(days) => SignedDuration::from_hours(24 * i64::from(days)),
    };
    sum.map_or_else(|| from.saturating_add(plain()).unwrap_or(Timestamp::MAX), |sum| sum.deadline)
}

/// Asks, reminds and closes what is due; again after each answer.
pub(super) fn go_on(work: &mut Work<'_>) {
    let now = work.cx.now;
    let over = work.round.closes.is_none_or(|closes| closes <= now);
    for asked in work.round.people.clone() {
        match asked.state {
            AskedState::Due if asked.at <= now => ask(work, &asked, over),
            AskedState::Asked if asked.reminders.first().is_some_and(|at| *at <= now) => remind(work, &asked, over),
            _ => {}
        }
    }
    end::close_if_over(work, over);
}

/// Asks somebody; who is away is asked when they are back, if that is before the end.
fn ask(work: &mut Work<'_>, asked: &Asked, over: bool) {
    let cx = work.cx;
    let person = asked.person.clone();
    if over {
        let state = if is_away(&person, cx) {
            AskedState::Away
        } else {
            AskedState::Missed
        };
        return work.emit(RoundEvent::Settled { person, state });
    }
    let Some(back) = cx.policy.back_at(cx.standing(), &person, cx.now) else {
        // Who does not come in before the end has no chance to answer.
        if comes_in(&person, cx.now, cx).is_none_or(|at| work.round.closes.is_some_and(|closes| at >= closes)) {
            let state = AskedState::Off;
            return work.emit(RoundEvent::Settled { person, state });
        }
        let reminders = reminders(&work.round, &person, cx);
        work.emit(RoundEvent::Asked {
            person: person.clone(),
            reminders,
        });
        return work.question(&person, false);
    };
    let there = cx
        .policy
        .calendar_of(&person)
        .and_then(|calendar| calendar.next_open(back))
        .unwrap_or(back);
    // A check-in asks how somebody stands on a day: tomorrow that is another question.
    let same = !matches!(work.round.question.kind, RoundKind::CheckIn { .. });
    if same && work.round.closes.is_some_and(|closes| there < closes) {
        return work.emit(RoundEvent::Postponed { person, until: there });
    }
    let state = AskedState::Away;
    work.emit(RoundEvent::Settled { person, state });
}

/// When somebody can be written to from `at` on; `None` if they never work again.
fn comes_in(person: &PersonKey, at: Timestamp, cx: &Context<'_>) -> Option<Timestamp> {
    let always = |known: &Person| known.reach_me.of(Priority::Normal) == Reach::Always;
    let calendar = cx.policy.calendar_of(person).filter(|calendar| calendar.has_hours());
    match calendar.filter(|_| !cx.policy.people.get(person).is_some_and(always)) {
        Some(calendar) => calendar.next_open(at),
        None => Some(at),
    }
}

pub(super) fn is_away(person: &PersonKey, cx: &Context<'_>) -> bool {
    cx.policy.back_at(cx.standing(), person, cx.now).is_some()
}

/// One reminder for all that have passed.
fn remind(work: &mut Work<'_>, asked: &Asked, over: bool) {
    let cx = work.cx;
    let left = asked.reminders.iter().copied().filter(|at| *at > cx.now).collect();
    let person = asked.person.clone();
    work.emit(RoundEvent::Reminded {
        person: person.clone(),
        left,
    });
    if !over && !is_away(&person, cx) {
        work.question(&person, true);
    }
}

/// When somebody who is asked now is reminded: so long before the end, at work, and never twice at one time.
fn reminders(round: &Round, person: &PersonKey, cx: &Context<'_>) -> Vec<Timestamp> {
    let Some(closes) = round.closes else { return Vec::new() };
    let calendar = cx.policy.calendar_of(person).filter(|calendar| calendar.has_hours());
    let before = |span: &Span| match *span {
        Span::Elapsed(seconds) | Span::Working(seconds) => SignedDuration::from_secs(seconds),
        Span::WorkingDays(days) => SignedDuration::from_hours(24 * i64::from(days)),
    };
    let planned = round
        .question
        .remind
        .iter()
        .filter_map(|span| closes.checked_sub(before(span)).ok());
    let at_work = planned.filter_map(|at| match calendar {
        None => Some(at),
        Some(calendar) => at_work(calendar, at, cx.now, closes),
    });
    let mut found: Vec<Timestamp> = at_work.filter(|at| *at > cx.now && *at < closes).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// That time if they work then; else the half hour before they last go home, or when they next come in, whichever lies between `after` and `end`.
fn at_work(calendar: &Calendar, at: Timestamp, after: Timestamp, end: Timestamp) -> Option<Timestamp> {
    const HALF_AN_HOUR: SignedDuration = SignedDuration::from_mins(30);
    if calendar.is_open(at) {
        return Some(at);
    }
    let today = at.to_zoned(calendar.zone.clone()).date();
    let days = (0..DAYS_BACK).filter_map(|days| today.checked_sub(jiff::Span::new().days(days)).ok());
    let last = days
        .flat_map(|date| calendar.open_on(date).into_iter().rev())
        .find(|open| open.from < at);
    let going = last.and_then(|open| Some(open.to.checked_sub(HALF_AN_HOUR).ok()?.max(open.from)));
    let coming = || calendar.next_open(at).filter(|next| *next < end);
    going.filter(|at| *at > after).or_else(coming)
}
