//! A delivery's life: due, sent, deferred with backoff, given up. May import model. The jitter is a function of the id, so that two runs agree.

use jiff::{SignedDuration, Timestamp};

use super::{Command, Decision, DeliveryEvent, Effect, Event, Failure, ItemCommand, SendOutcome};
use crate::model::{Delivery, DeliveryState, ItemId, RuleName, WebCall};

/// How long after queueing a delivery that is only deferred becomes a dead letter: five days, as RFC 5321 section 4.5.4.1 advises.
pub const GIVE_UP_AFTER: SignedDuration = SignedDuration::from_hours(5 * 24);
/// Seconds to the next attempt after the first, second, … attempt; the last repeats.
const BACKOFF_SECONDS: [i64; 9] = [30, 60, 180, 600, 1_800, 3_600, 7_200, 14_400, 21_600];

/// Seconds to the next attempt where no relay worked: mail goes out soon after one does, and whoever sends asks the relay by itself meanwhile.
const NO_RELAY_SECONDS: i64 = 60;

/// No attempt is put off further: the longest pause and a quarter more. What is, was put off while the clock was wrong.
pub const LONGEST_PAUSE: SignedDuration = SignedDuration::from_secs(27_000);

/// Decides what an attempt came to.
pub(super) fn attempted(delivery: &Delivery, outcome: SendOutcome, now: Timestamp) -> Decision {
    if !matches!(delivery.state, DeliveryState::Due(_)) {
        // A second report of the same attempt, after a restart: the first one stands.
        return Decision::default();
    }
    let event = match outcome {
        SendOutcome::Sent => DeliveryEvent::Sent,
        SendOutcome::GiveUp(error) => DeliveryEvent::Died { error },
        SendOutcome::Retry(error) | SendOutcome::NoRelay(error) | SendOutcome::RetryAfter(error, _) if is_expired(delivery, now) => {
            DeliveryEvent::Died {
                error: format!("not delivered in five days; the last answer was: {error}"),
            }
        }
        SendOutcome::NoRelay(error) => DeliveryEvent::Deferred {
            error,
            next: spread(delivery, NO_RELAY_SECONDS, now),
        },
        SendOutcome::Retry(error) => DeliveryEvent::Deferred {
            error,
            next: next_attempt(delivery, now),
        },
        SendOutcome::RetryAfter(error, wait) => DeliveryEvent::Deferred {
            error,
            next: next_attempt(delivery, now).max(now.saturating_add(wait.min(LONGEST_PAUSE)).unwrap_or(now)),
        },
    };
    let mut effects = Vec::new();
    if let DeliveryEvent::Died { error } = &event {
        for (_, reason, item) in &delivery.notices {
            effects.push(Effect::Undelivered(item.clone(), delivery.reader.clone(), *reason, error.clone()));
        }
        effects.extend(delivery.call.as_deref().map(|call| given_up(call, delivery, error)));
    }
    Decision {
        events: vec![Event::Delivery(event)],
        effects,
        outcomes: Vec::new(),
    }
}

/// The item of a call hears that it was given up.
fn given_up(call: &WebCall, delivery: &Delivery, why: &str) -> Effect {
    let failed = ItemCommand::CallFailed {
        by: RuleName::from(call.by.as_str()),
        url: call.url.clone(),
        event: delivery.letter.subject.clone(),
        why: why.to_owned(),
    };
    Effect::Further(vec![Command::Item(call.item.clone(), failed)])
}

/// Whether it has been tried for so long that another failure is its last.
#[must_use]
pub fn is_expired(delivery: &Delivery, now: Timestamp) -> bool {
    now.duration_since(delivery.replayed.unwrap_or(delivery.queued)) >= GIVE_UP_AFTER
}

/// Decides on a delivery that came back after the relay had taken it. Once given up, it is not given up again.
pub(super) fn returned(delivery: &Delivery, failure: &Failure) -> Decision {
    if failure.late || !matches!(delivery.state, DeliveryState::Sent(_)) {
        return Decision::default();
    }
    let error = failure.why.clone();
    let undelivered =
        |(_, reason, item): &(_, _, ItemId)| Effect::Undelivered(item.clone(), delivery.reader.clone(), *reason, error.clone());
    Decision {
        effects: delivery.notices.iter().map(undelivered).collect(),
        events: vec![Event::Delivery(DeliveryEvent::Returned {
            error: error.clone(),
            permanent: failure.permanent == Some(true),
        })],
        outcomes: Vec::new(),
    }
}

/// Decides on a delivery that waited for its address to work again.
pub(super) fn unpark(delivery: &Delivery, goes: bool) -> Decision {
    if !matches!(delivery.state, DeliveryState::Parked(_)) {
        return Decision::default();
    }
    let event = if goes {
        DeliveryEvent::Unparked
    } else {
        DeliveryEvent::Died {
            error: "it waited for its address to work again, and is not needed any more".to_owned(),
        }
    };
    Decision {
        events: vec![Event::Delivery(event)],
        ..Decision::default()
    }
}

/// What somebody at the command line wants of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutboxAct {
    /// It goes out again, or now.
    Again,
    /// It does not go out.
    Drop(String),
}

/// Decides on what somebody said of a delivery, and says what comes of it.
pub(super) fn said(delivery: &Delivery, act: OutboxAct) -> Decision {
    let id = delivery.id;
    // A call goes to a web address, and its receiver takes it.
    let (to, mark, taker) = match &delivery.call {
        Some(call) => (call.url.clone(), "webhook-id", "its receiver"),
        None => (delivery.letter.to.to_string(), "Message-ID", "the relay"),
    };
    let (event, said) = match (act, &delivery.state) {
        (OutboxAct::Again, DeliveryState::Dead(_)) => (
            Some(DeliveryEvent::Replayed { dead: true }),
            format!("{id} goes out to {to} once more, with the same {mark}"),
        ),
        (OutboxAct::Again, DeliveryState::Due(_)) => (
            Some(DeliveryEvent::Replayed { dead: false }),
            format!("{id} goes out to {to} now instead of later"),
        ),
        (OutboxAct::Again, DeliveryState::Sent(_)) => (None, format!("{id} was taken by {taker}: nothing is sent again")),
        (OutboxAct::Again, DeliveryState::Parked(_)) => (
            None,
            format!("{id} waits because mail to {to} comes back; `batond addresses works {to}` lets it go"),
        ),
        (OutboxAct::Drop(why), DeliveryState::Due(_) | DeliveryState::Parked(_)) => (
            Some(DeliveryEvent::Dropped {
                why,
                due: matches!(delivery.state, DeliveryState::Due(_)),
            }),
            format!("{id} does not go out to {to}; it is kept as a dead letter"),
        ),
        (OutboxAct::Drop(_), DeliveryState::Dead(_)) => (None, format!("{id} was given up already")),
        (OutboxAct::Drop(_), DeliveryState::Sent(_)) => (None, format!("{id} was taken by {taker}: it cannot be called back")),
    };
    Decision {
        events: event.map(Event::Delivery).into_iter().collect(),
        outcomes: vec![said],
        ..Decision::default()
    }
}

fn next_attempt(delivery: &Delivery, now: Timestamp) -> Timestamp {
    let index = usize::try_from(delivery.attempts)
        .unwrap_or(usize::MAX)
        .min(BACKOFF_SECONDS.len() - 1);
    spread(delivery, BACKOFF_SECONDS[index], now)
}

/// So many seconds from now, and up to a quarter more.
fn spread(delivery: &Delivery, base: i64, now: Timestamp) -> Timestamp {
    // Up to a quarter more, spread by id: letters that failed together do not come back together.
    let mixed = delivery
        .id
        .seq
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .wrapping_add(u64::from(delivery.id.index) * 31 + u64::from(delivery.attempts));
    let spread = i64::try_from((mixed >> 33) % 256).unwrap_or(0);
    let wait = base + base * spread / 1_024;
    now.saturating_add(SignedDuration::from_secs(wait)).unwrap_or(Timestamp::MAX)
}

/// Applies one fact.
pub fn apply(delivery: &mut Option<Delivery>, event: &DeliveryEvent, at: Timestamp) {
    if let DeliveryEvent::Queued { delivery: queued } = event {
        *delivery = Some((**queued).clone());
        return;
    }
    let Some(delivery) = delivery else { return };
    let tried = matches!(
        event,
        DeliveryEvent::Sent | DeliveryEvent::Deferred { .. } | DeliveryEvent::Died { .. }
    );
    delivery.attempts += u32::from(tried && !matches!(delivery.state, DeliveryState::Parked(_)));
    match event {
        DeliveryEvent::Queued { .. } => {}
        DeliveryEvent::Sent => delivery.state = DeliveryState::Sent(at),
        DeliveryEvent::Deferred { error, next } => {
            delivery.last_error = Some(error.clone());
            delivery.state = DeliveryState::Due(*next);
        }
        DeliveryEvent::Unparked => delivery.state = DeliveryState::Due(at),
        DeliveryEvent::Replayed { .. } => {
            delivery.replayed = Some(at);
            delivery.state = DeliveryState::Due(at);
        }
        DeliveryEvent::Dropped { why, .. } => {
            delivery.last_error = Some(format!("dropped at the command line: {why}"));
            delivery.state = DeliveryState::Dead(at);
        }
        DeliveryEvent::Died { error } | DeliveryEvent::Returned { error, .. } => {
            delivery.last_error = Some(error.clone());
            delivery.state = DeliveryState::Dead(at);
        }
    }
}
