//! A person's notices: at once, or held for the working hours and sent together. May import model, policy, calendar. Held is never dropped.

use jiff::Timestamp;

use super::{Context, Decision, Effect, Event, PersonEvent};
use crate::model::{Notice, PersonKey, PersonState, Reader};

/// Decides what happens to a notice for one of `people`.
pub(super) fn tell(state: &PersonState, notice: Notice, cx: &Context<'_>) -> Decision {
    match may_go_at(&state.key, &notice, cx) {
        Some(release) => Decision {
            // A promised time stands: later notices join it.
            events: vec![Event::Person(PersonEvent::Held {
                notice: Box::new(notice),
                release: state.release.unwrap_or(release),
            })],
            ..Decision::default()
        },
        None => Decision {
            effects: vec![Effect::Send {
                reader: Reader::Person(state.key.clone()),
                notices: vec![notice],
                bundle: None,
            }],
            ..Decision::default()
        },
    }
}

/// When it may go: `None` is now.
fn may_go_at(person: &PersonKey, notice: &Notice, cx: &Context<'_>) -> Option<Timestamp> {
    if notice.urgent {
        return None;
    }
    // Whoever is away reads it all in one mail when they are there again.
    let there = cx.policy.back_at(cx.standing(), person, cx.now).unwrap_or(cx.now);
    // Without hours ahead there is nothing to wait for, and waiting for ever would be a loss.
    let opens = cx.policy.calendar_of(person)?.next_open(there)?;
    (opens > cx.now).then_some(opens)
}

/// A joint mail carries so many notices at most; the rest goes in the next one, at once.
const MAX_JOINT: usize = 200;

/// The promised time has come.
pub(super) fn release(state: &PersonState, mut held: Vec<Notice>, cx: &Context<'_>) -> Decision {
    if state.release.is_none_or(|at| at > cx.now) {
        return Decision::default();
    }
    let left = held.len().saturating_sub(MAX_JOINT);
    held.truncate(MAX_JOINT);
    let notices = held.iter().map(|n| n.id).collect();
    let bundle = state.bundles + 1;
    let number = (held.len() > 1).then_some(bundle);
    let event = PersonEvent::Released {
        notices,
        bundle,
        left: u32::try_from(left).unwrap_or(u32::MAX),
    };
    let send = Effect::Send {
        reader: Reader::Person(state.key.clone()),
        notices: held,
        bundle: number,
    };
    let nothing = matches!(&send, Effect::Send { notices, .. } if notices.is_empty());
    Decision {
        events: vec![Event::Person(event)],
        effects: if nothing { Vec::new() } else { vec![send] },
        outcomes: Vec::new(),
    }
}

/// Applies one fact.
pub fn apply(state: &mut PersonState, event: &PersonEvent) {
    match event {
        PersonEvent::Held { notice, release } => {
            state.held += 1;
            state.oldest_held = Some(state.oldest_held.unwrap_or(notice.at));
            state.release = Some(*release);
        }
        PersonEvent::Away { what } => super::away::apply(state, what),
        PersonEvent::Chosen { team, turn } => drop(state.turns.insert(team.clone(), *turn)),
        PersonEvent::Released { bundle, left, .. } => {
            state.held = *left;
            state.bundles = *bundle;
            if *left == 0 {
                state.oldest_held = None;
                state.release = None;
            }
        }
    }
}
