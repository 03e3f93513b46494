//! Who has duty in the weeks ahead, as it was told; and who hears when that changes. May import model, policy, calendar. Each change is told once, also one that was made while batond was down.

use jiff::{SignedDuration, Timestamp};

use super::swap::{day, span};
use super::work::{Head, Say};
use super::{Context, Decision, Effect, Event, ShiftEvent, facts, list};
use crate::calendar::{Because, Rotation};
use crate::model::{DutyPlan, DutyTurn, ItemId, PersonKey, Reader, Reason, RotationName, Shift, Stint, Swap, SwapState};

/// So far ahead a change is told: as far as `batond coverage` looks.
const HORIZON: SignedDuration = SignedDuration::from_hours(8 * 7 * 24);
/// When less than this is left of what was told, the plan is made anew.
const PLAN_AGAIN: SignedDuration = SignedDuration::from_hours(4 * 7 * 24);
/// So many stretches stand in one notice; of more the number is said.
const MAX_LINES: usize = 12;

/// A stretch that somebody else has than was told.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Difference {
    stint: Stint,
    was: Option<PersonKey>,
    is: Option<PersonKey>,
}

/// Looks whether the weeks ahead are as they were told; if not, tells whom it concerns.
pub(super) fn look(rotation: &RotationName, shift: Option<&Shift>, cx: &Context<'_>, decision: &mut Decision) {
    let known = cx.policy.rotations.get(rotation);
    let told = shift.and_then(|shift| shift.plan.as_ref());
    if known.is_none() && told.is_none() {
        return;
    }
    let plan = plan(known, cx);
    let changed = told.map(|told| differences(told, &plan, cx.now)).unwrap_or_default();
    let enough = cx.now.checked_add(PLAN_AGAIN).unwrap_or(Timestamp::MAX);
    if changed.is_empty() && told.is_some_and(|told| told.until >= enough) {
        return;
    }
    let swaps = shift.map(|shift| shift.swaps.as_slice()).unwrap_or_default();
    let news: Vec<Difference> = changed
        .into_iter()
        .filter(|difference| !told_by_swap(difference, swaps, cx.now))
        .collect();
    decision.events.push(Event::Shift(ShiftEvent::Planned { plan }));
    if news.is_empty() {
        return;
    }
    let mut readers: Vec<PersonKey> = Vec::new();
    for person in news.iter().flat_map(|difference| concerned(difference, cx)) {
        if !readers.contains(&person) {
            readers.push(person);
        }
    }
    for reader in &readers {
        let theirs = |difference: &&Difference| concerned(difference, cx).contains(reader);
        let theirs: Vec<&Difference> = news.iter().filter(theirs).collect();
        tell(rotation, reader, whose(&theirs, reader, rotation), &theirs, cx, decision);
    }
    // An absence that is covered is nobody else's matter.
    let matters = |difference: &&Difference| difference.is.is_none() || !(away(difference, cx) || is_back(difference, cx));
    let matters: Vec<&Difference> = news.iter().filter(matters).collect();
    for owner in list::owners_of(rotation, cx)
        .into_iter()
        .filter(|owner| !readers.contains(owner) && !matters.is_empty())
    {
        let why = format!("you answer for what {rotation} serves");
        tell(rotation, &owner, why, &matters, cx, decision);
    }
}

/// Who acts in the rotation over the weeks ahead: whoever stands in, where somebody is away.
fn plan(rotation: Option<&Rotation>, cx: &Context<'_>) -> DutyPlan {
    let until = cx.now.checked_add(HORIZON).unwrap_or(Timestamp::MAX);
    let mut turns: Vec<DutyTurn> = Vec::new();
    let mut add = |at: Timestamp, person: Option<PersonKey>| {
        if turns.last().is_none_or(|last| last.person != person) {
            turns.push(DutyTurn { at, person });
        }
    };
    let Some(rotation) = rotation else {
        add(cx.now, None);
        return DutyPlan { until, turns };
    };
    let mut leaves: Vec<Timestamp> = Vec::new();
    for person in cx.policy.people.keys() {
        let mut at = cx.now;
        while let Some(edge) = cx.policy.next_leave(cx.standing(), person, at).filter(|edge| *edge < until) {
            leaves.push(edge);
            at = edge;
        }
    }
    leaves.sort_unstable();
    for duty in rotation.duties(cx.now, until) {
        let within = leaves.iter().filter(|edge| duty.from < **edge && **edge < duty.until);
        for at in std::iter::once(&duty.from).chain(within) {
            let there = duty.person.as_ref();
            add(*at, there.and_then(|person| cx.policy.stands_in(cx.standing(), person, *at)));
        }
    }
    DutyPlan { until, turns }
}

/// The stretches from `now` on that both plans speak of and do not agree on.
fn differences(told: &DutyPlan, plan: &DutyPlan, now: Timestamp) -> Vec<Difference> {
    let end = told.until.min(plan.until);
    let edges = told.turns.iter().chain(&plan.turns).map(|turn| turn.at);
    let mut edges: Vec<Timestamp> = edges.filter(|at| now < *at && *at < end).chain([now]).collect();
    edges.sort_unstable();
    edges.dedup();
    let mut found: Vec<Difference> = Vec::new();
    let ends = edges.iter().skip(1).copied().chain([end]);
    for (from, until) in edges.iter().copied().zip(ends).filter(|(from, until)| from < until) {
        let (was, is) = (told.at(from).cloned(), plan.at(from).cloned());
        if was == is {
            continue;
        }
        match found.last_mut() {
            Some(last) if last.stint.until == from && last.was == was && last.is == is => last.stint.until = until,
            _ => found.push(Difference {
                stint: Stint { from, until },
                was,
                is,
            }),
        }
    }
    found
}

/// Whether a swap that was settled just now tells of it itself.
fn told_by_swap(difference: &Difference, swaps: &[Swap], now: Timestamp) -> bool {
    let now_settled = |swap: &&Swap| match &swap.state {
        SwapState::Accepted { at } | SwapState::Withdrawn { at, .. } => *at == now,
        _ => false,
    };
    let stint = difference.stint;
    let covers = |swap: &Swap| {
        swap.moves()
            .any(|(_, _, other)| other.from <= stint.from && stint.until <= other.until)
    };
    swaps.iter().filter(now_settled).any(covers)
}

/// Who is told: who had it, and who has it. Whoever said themselves that they are away knows.
fn concerned(difference: &Difference, cx: &Context<'_>) -> Vec<PersonKey> {
    let known = |person: &&PersonKey| cx.policy.people.contains_key(*person);
    let said = |person: &PersonKey| {
        let said = cx.standing().0.get(person).map(|said| said.away.as_slice()).unwrap_or_default();
        said.iter()
            .any(|away| away.from <= difference.stint.from && difference.stint.from < away.until)
    };
    let had = difference.was.iter().filter(|person| !said(person));
    let has = difference.is.iter().filter(|_| !is_back(difference, cx));
    had.chain(has).filter(known).cloned().collect()
}

/// Whether whoever has it now has just said that they are there again: they know.
fn is_back(difference: &Difference, cx: &Context<'_>) -> bool {
    let said = difference.is.as_ref().and_then(|person| cx.standing().0.get(person));
    said.is_some_and(|said| said.back == Some(cx.now))
}

/// Whether whoever had it is away then.
fn away(difference: &Difference, cx: &Context<'_>) -> bool {
    let is_away = |person: &PersonKey| cx.policy.away(cx.standing(), person, difference.stint.from).is_some();
    difference.was.as_ref().is_some_and(is_away)
}

/// Why a reader is told, as a sentence.
fn whose(theirs: &[&Difference], reader: &PersonKey, rotation: &RotationName) -> String {
    let has = theirs.iter().any(|difference| difference.is.as_ref() == Some(reader));
    let had = theirs.iter().any(|difference| difference.was.as_ref() == Some(reader));
    match (has, had) {
        (true, false) => format!("you have duty in {rotation} that you did not have before"),
        (false, _) => format!("duty in {rotation} that was yours is not any more"),
        (true, true) => format!("your duty in {rotation} has changed"),
    }
}

/// What has changed in a stretch, and why.
fn line(difference: &Difference, rotation: &RotationName, cx: &Context<'_>) -> String {
    let policy = cx.policy;
    let name = |person: &Option<PersonKey>| person.as_ref().map_or_else(|| "nobody".to_owned(), |person| policy.name(person));
    let because = policy.rotations.get(rotation).map(|known| known.found(difference.stint.from).1);
    let why = match because {
        _ if away(difference, cx) && difference.is.is_none() => ", who is away, and nobody covers".to_owned(),
        _ if away(difference, cx) => ", who is away".to_owned(),
        None => "; the rotation is not configured any more".to_owned(),
        Some(Because::Override(why) | Because::Feed(why)) if !why.is_empty() => format!(" ({why})"),
        Some(_) => String::new(),
    };
    format!("now {}, before {}{why}", name(&difference.is), name(&difference.was))
}

fn tell(rotation: &RotationName, reader: &PersonKey, why_you: String, news: &[&Difference], cx: &Context<'_>, decision: &mut Decision) {
    let Some(first) = news.first().map(|difference| difference.stint.from) else {
        return;
    };
    let lines = news.iter().take(MAX_LINES);
    let mut lines: Vec<_> = lines
        .map(|difference| facts::fact(&span(difference.stint, reader, cx.policy), line(difference, rotation, cx)))
        .collect();
    let more = news.len().saturating_sub(MAX_LINES);
    if more > 0 {
        lines.push(facts::fact(
            "And",
            format!("{more} more stretches; `batond who --at` says who has each"),
        ));
    }
    let say = Say {
        why_you,
        facts: lines,
        answers: vec!["swap WHEN with PERSON".to_owned()],
        urgent: super::person::reads_after(reader, first, cx),
        ..Say::default()
    };
    let title = format!("{rotation} from {}", day(first, reader, cx.policy));
    notify(rotation, reader, Reason::DutyChanged, title, say, cx, decision);
}

/// A notice about somebody's duty; it is about no item, and answers to it are about its reader.
pub(super) fn notify(
    rotation: &RotationName,
    reader: &PersonKey,
    reason: Reason,
    title: String,
    say: Say,
    cx: &Context<'_>,
    decision: &mut Decision,
) {
    let head = Head {
        reason,
        to: Reader::Person(reader.clone()),
        item: ItemId::new(DutyPlan::PREFIX, cx.seq),
        number: 1,
        first: true,
        queue: list::queue_of(rotation, cx),
        title,
        opened: cx.now,
    };
    let notice = say.about(head, cx);
    decision.effects.push(Effect::Notify(Box::new(notice)));
}
