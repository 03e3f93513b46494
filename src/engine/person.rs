//! A person's notices: at once, or held for the working hours or for room in the budget and sent together. May import model, policy, calendar.
//! Held is never dropped.

use jiff::Timestamp;

use super::{Context, Decision, Effect, Event, Past, PersonEvent, Read, budget, withdraw};
use crate::model::{Bundle, HeldFor, ItemList, Mailed, Notice, PersonKey, PersonState, Reader, Reason};

/// So many notices of a person wait whole, and one joint mail names as many; of further ones the number is kept.
const MAX_HELD: u32 = 500;

/// Decides what happens to a notice for one of `people`.
pub(super) fn tell(state: &PersonState, notice: Notice, cx: &Context<'_>) -> Decision {
    let away = cx.policy.back_at(cx.standing(), &state.key, cx.now).is_some();
    let passes = cx.policy.reaches(&state.key, &notice, cx.now) && (!away || notice.urgent);
    // Who is asked back is most likely sitting there.
    let opens = opens_at(&state.key, cx).filter(|_| !passes && notice.reason != Reason::Confirm);
    let (release, cause) = match opens {
        Some(opens) => (opens, HeldFor::WorkingHours),
        None if !counts(&notice) => return at_once(state, notice, cx),
        None => match room_for(state, &notice, cx) {
            None => return at_once(state, notice, cx),
            Some(room) if watches(&notice) => (room, HeldFor::Watching),
            Some(room) => (room, HeldFor::Budget),
        },
    };
    // A promised time stands, or comes sooner: later notices join it.
    let release = state.release.map_or(release, |promised| promised.min(release));
    let event = if state.held < MAX_HELD {
        PersonEvent::Held {
            notice: Box::new(notice),
            release,
            cause,
        }
    } else {
        PersonEvent::Counted {
            notice: notice.id,
            item: notice.item,
            reason: notice.reason,
            urgent: notice.urgent,
            release,
            cause,
        }
    };
    Decision {
        events: vec![Event::Person(event)],
        ..Decision::default()
    }
}

fn at_once(state: &PersonState, notice: Notice, cx: &Context<'_>) -> Decision {
    let mail = Mailed {
        at: cx.now,
        urgent: notice.urgent,
        item: Some(notice.item.clone()),
        apart: carries_responsibility(&notice),
        watched: watches(&notice),
    };
    let mailed = counts(&notice).then(|| mailed(state, mail, cx));
    Decision {
        events: mailed.into_iter().collect(),
        effects: vec![Effect::Send {
            reader: Reader::Person(state.key.clone()),
            notices: vec![notice],
            bundle: None,
        }],
        ..Decision::default()
    }
}

/// What answers a mail of the reader's own comes as often as they write.
fn counts(notice: &Notice) -> bool {
    !matches!(notice.reason, Reason::Receipt | Reason::List | Reason::Files | Reason::Confirm)
}

/// When there is room for a notice: `None` is now.
fn room_for(state: &PersonState, notice: &Notice, cx: &Context<'_>) -> Option<Timestamp> {
    if watches(notice) {
        budget::room_for_watching(state, cx)
    } else if carries_responsibility(notice) {
        budget::room_apart_at(state, cx)
    } else {
        budget::room_at(state, notice.urgent, Some(&notice.item), cx)
    }
}

/// What waits here while other mail goes would leave an item with nobody who knows: what is handed over, and the request for notes before it.
fn carries_responsibility(notice: &Notice) -> bool {
    matches!(notice.reason, Reason::Handoff | Reason::NotesWanted)
}

/// What its reader hears because they wanted to, and need not act on.
fn watches(notice: &Notice) -> bool {
    notice.reason == Reason::Watched
}

fn mailed(state: &PersonState, mail: Mailed, cx: &Context<'_>) -> Event {
    Event::Person(PersonEvent::Mailed {
        mail,
        forget: budget::begin(cx.policy.budget_of(&state.key), cx.now),
    })
}

/// When their working hours begin again; `None` while they work.
fn opens_at(person: &PersonKey, cx: &Context<'_>) -> Option<Timestamp> {
    // Whoever is away reads it all in one mail when they are there again.
    let there = cx.policy.back_at(cx.standing(), person, cx.now).unwrap_or(cx.now);
    // Without hours ahead there is nothing to wait for, and waiting for ever would be a loss.
    let opens = cx.policy.calendar_of(person)?.next_open(there)?;
    (opens > cx.now).then_some(opens)
}

/// Whether what waits for somebody's working hours is read by them after an instant only.
pub(super) fn reads_after(person: &PersonKey, at: Timestamp, cx: &Context<'_>) -> bool {
    opens_at(person, cx).is_some_and(|opens| opens >= at)
}

/// The promised time has come.
pub(super) fn release(state: &PersonState, held: Vec<Notice>, past: &dyn Past, cx: &Context<'_>) -> Read<Decision> {
    if state.release.is_none_or(|at| at > cx.now) {
        return Ok(Decision::default());
    }
    let (held, settled) = withdraw::part(&state.key, held, past, cx)?;
    let urgent = state.more_urgent > 0 || held.iter().any(|notice| notice.urgent);
    // What is urgent went past its budget at night: the rest still waits for the morning.
    let later = opens_at(&state.key, cx).filter(|_| urgent);
    let (mut goes, waits): (Vec<Notice>, Vec<Notice>) = held.into_iter().partition(|notice| later.is_none() || notice.urgent);
    let watched = !goes.is_empty() && goes.iter().all(watches) && state.more == 0 && state.more_urgent == 0;
    let room = if watched {
        budget::room_for_watching(state, cx)
    } else {
        budget::room_at(state, urgent, None, cx)
    };
    if let Some(until) = room {
        return Ok(Decision {
            events: vec![Event::Person(PersonEvent::Postponed { until })],
            ..Decision::default()
        });
    }
    goes.sort_by_key(|notice| !notice.urgent);
    let cut = goes.len().saturating_sub(MAX_HELD as usize);
    goes.truncate(MAX_HELD as usize);
    let more = state.more_urgent + if later.is_none() { state.more } else { 0 };
    let bundle = Bundle {
        number: state.bundles + 1,
        more,
        held_for: match (watched, state.storm) {
            (true, _) => HeldFor::Watching,
            (false, true) => HeldFor::Budget,
            (false, false) => HeldFor::WorkingHours,
        },
    };
    let event = PersonEvent::Released {
        notices: goes.iter().map(|notice| notice.id).collect(),
        bundle: bundle.number,
        left: u32::try_from(waits.len() + cut).unwrap_or(u32::MAX),
        more,
        release: later.filter(|_| !waits.is_empty() || state.more > 0),
    };
    let withdrawn = settled.iter().map(|settled| Event::Person(settled.event()));
    let mut decision = Decision {
        events: withdrawn.chain([Event::Person(event)]).collect(),
        effects: settled.iter().map(withdraw::Settled::effect).collect(),
        ..Decision::default()
    };
    if goes.is_empty() && more == 0 {
        return Ok(decision);
    }
    let mail = Mailed {
        at: cx.now,
        urgent,
        item: None,
        apart: false,
        watched,
    };
    decision.events.push(mailed(state, mail, cx));
    decision.effects.push(Effect::Send {
        reader: Reader::Person(state.key.clone()),
        bundle: (goes.len() > 1 || more > 0).then_some(bundle),
        notices: goes,
    });
    Ok(decision)
}

/// What waits goes out with the digest, whatever room there is: one mail, which counts.
pub(super) fn release_with(
    decision: &mut Decision,
    state: &PersonState,
    digest: Notice,
    mut held: Vec<Notice>,
    settled: &[withdraw::Settled],
    cx: &Context<'_>,
) {
    held.sort_by_key(|notice| !notice.urgent);
    let left = held.len().saturating_sub(MAX_HELD as usize);
    held.truncate(MAX_HELD as usize);
    let more = state.more + state.more_urgent;
    let bundle = Bundle {
        number: state.bundles + 1,
        more,
        held_for: if state.storm { HeldFor::Budget } else { HeldFor::WorkingHours },
    };
    decision.events.extend(settled.iter().map(|settled| Event::Person(settled.event())));
    decision.effects.extend(settled.iter().map(withdraw::Settled::effect));
    if state.release.is_some() {
        decision.events.push(Event::Person(PersonEvent::Released {
            notices: held.iter().map(|notice| notice.id).collect(),
            bundle: bundle.number,
            left: u32::try_from(left).unwrap_or(u32::MAX),
            more,
            release: None,
        }));
    }
    let mail = Mailed {
        at: cx.now,
        urgent: false,
        item: None,
        apart: false,
        watched: false,
    };
    decision.events.push(mailed(state, mail, cx));
    decision.effects.push(Effect::Send {
        reader: Reader::Person(state.key.clone()),
        notices: std::iter::once(digest).chain(held).collect(),
        bundle: Some(bundle),
    });
}

/// Applies one fact.
pub fn apply(state: &mut PersonState, event: &PersonEvent) {
    match event {
        PersonEvent::Held { notice, release, cause } => {
            state.held += 1;
            state.oldest_held = Some(state.oldest_held.unwrap_or(notice.at));
            state.release = Some(*release);
            state.storm |= *cause == HeldFor::Budget;
        }
        PersonEvent::Counted {
            urgent, release, cause, ..
        } => {
            let more = if *urgent { &mut state.more_urgent } else { &mut state.more };
            *more = more.saturating_add(1);
            state.release = Some(*release);
            state.storm |= *cause == HeldFor::Budget;
        }
        PersonEvent::Mailed { mail, forget } => {
            state.mailed.retain(|earlier| earlier.at > *forget);
            state.mailed.push(mail.clone());
        }
        PersonEvent::Postponed { until } => {
            if let Some(release) = &mut state.release {
                *release = (*release).max(*until);
            }
        }
        PersonEvent::Withdrawn { .. } => state.held = state.held.saturating_sub(1),
        PersonEvent::Confirm { what } => super::confirm::apply(state, what),
        PersonEvent::Away { what } => super::away::apply(state, what),
        PersonEvent::Digest { looked, next } => {
            state.digest = *next;
            state.digested = looked.or(state.digested);
        }
        PersonEvent::Coverage { looked, next, uncovered } => {
            state.coverage = *next;
            if looked.is_some() {
                state.covered = *looked;
                state.uncovered.clone_from(uncovered);
            }
        }
        PersonEvent::Listed { list } => {
            state.lists.push((**list).clone());
            state.listed += 1;
            let extra = state.lists.len().saturating_sub(ItemList::MAX_OF_PERSON);
            state.lists.drain(..extra);
        }
        PersonEvent::Told { list: id, .. } => state
            .lists
            .iter_mut()
            .filter(|list| list.id == *id)
            .for_each(|list| list.notices += 1),
        PersonEvent::Reminded { list: id } => state
            .lists
            .iter_mut()
            .filter(|list| list.id == *id)
            .for_each(|list| list.reminded = true),
        PersonEvent::Chosen { team, turn } => drop(state.turns.insert(team.clone(), *turn)),
        PersonEvent::Released { bundle, left, release, .. } => {
            state.held = *left;
            state.bundles = *bundle;
            state.storm = false;
            state.more_urgent = 0;
            match release {
                Some(release) => state.release = Some(*release),
                None => {
                    state.more = 0;
                    if *left == 0 {
                        state.oldest_held = None;
                        state.release = None;
                    }
                }
            }
        }
    }
}
