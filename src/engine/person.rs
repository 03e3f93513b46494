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
    // Without hours ahead there is nothing to wait for, and waiting for ever would be a loss.
    let opens = cx.policy.calendar_of(person)?.next_open(cx.now)?;
    (opens > cx.now).then_some(opens)
}

/// The promised time has come.
pub(super) fn release(state: &PersonState, held: Vec<Notice>, cx: &Context<'_>) -> Decision {
    if held.is_empty() || state.release.is_none_or(|at| at > cx.now) {
        return Decision::default();
    }
    let ids = held.iter().map(|n| n.id).collect();
    let bundle = state.bundles + 1;
    let event = PersonEvent::Released { notices: ids, bundle };
    let number = (held.len() > 1).then_some(bundle);
    Decision {
        events: vec![Event::Person(event)],
        effects: vec![Effect::Send {
            reader: Reader::Person(state.key.clone()),
            notices: held,
            bundle: number,
        }],
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
        PersonEvent::Released { bundle, .. } => {
            state.held = 0;
            state.oldest_held = None;
            state.release = None;
            state.bundles = *bundle;
        }
    }
}
