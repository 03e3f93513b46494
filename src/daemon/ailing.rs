//! Sources that stay broken: the operators are told, and told when it is over. May import clock, driver, observe. A short failure disturbs nobody.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::driver::Handle;
use crate::engine::{Broken, RELAY};
use crate::model::SourceName;
use crate::observe::{self, RelayState, SourceHealth, SourceState};

/// How often the sources are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How long a source fails until somebody is told: a mail server that restarts is nobody's work.
pub const TOLD_AFTER: SignedDuration = SignedDuration::from_mins(10);
/// How long until it is said again, if somebody closed the item and the source fails still.
const TOLD_AGAIN: SignedDuration = SignedDuration::from_hours(24);

/// What was said of a source last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Broken(Timestamp),
    Works,
}

/// Looks after all sources until `stop`.
pub async fn watch(handle: Handle, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut said: BTreeMap<SourceName, Said> = BTreeMap::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let now = clock.now();
        for (source, health) in handle.sources().all() {
            let Some((say, broken)) = to_say(&health, said.get(&source).copied(), now) else {
                continue;
            };
            match handle.source_is(source.clone(), broken).await {
                Ok(()) => drop(said.insert(source, say)),
                Err(refusal) => tracing::debug!(%source, %refusal, "how it is could not be recorded; it is said again"),
            }
        }
        for relay in handle.relays().all() {
            let name = SourceName::from(format!("{RELAY} {}", relay.name));
            let Some((say, broken)) = relay_to_say(&relay, said.get(&name).copied(), now) else {
                continue;
            };
            match handle.source_is(name.clone(), broken).await {
                Ok(()) => drop(said.insert(name, say)),
                Err(refusal) => tracing::debug!(relay = relay.name, %refusal, "how it is could not be recorded; it is said again"),
            }
        }
    }
}

/// What is to be said of a source now, if anything. What a former process said of it is not known: that it works is said once.
fn to_say(health: &SourceHealth, said: Option<Said>, now: Timestamp) -> Option<(Said, Option<Broken>)> {
    match (health.state(now), said) {
        (SourceState::Ok, None | Some(Said::Broken(_))) => Some((Said::Works, None)),
        (SourceState::Failing(since), said) if now.duration_since(since) >= TOLD_AFTER => {
            if matches!(said, Some(Said::Broken(at)) if now.duration_since(at) < TOLD_AGAIN) {
                return None;
            }
            let broken = Broken {
                kind: health.kind,
                since,
                why: health.why().map_or_else(String::new, |why| why.what.clone()),
                failures: health.failures.max(health.refused),
                last_delivery: health.last_delivery,
            };
            Some((Said::Broken(now), Some(broken)))
        }
        _ => None,
    }
}

/// The same of a relay.
fn relay_to_say(relay: &RelayState, said: Option<Said>, now: Timestamp) -> Option<(Said, Option<Broken>)> {
    let Some((since, why)) = &relay.down else {
        return (!matches!(said, Some(Said::Works))).then_some((Said::Works, None));
    };
    let said_lately = matches!(said, Some(Said::Broken(at)) if now.duration_since(at) < TOLD_AGAIN);
    if now.duration_since(*since) < TOLD_AFTER || said_lately {
        return None;
    }
    tracing::error!(relay = relay.name, %since, why = %observe::one_line(why), "a relay does not work for long; what no other relay takes waits in the outbox");
    let broken = Broken {
        kind: RELAY,
        since: *since,
        why: why.clone(),
        failures: relay.failures,
        last_delivery: None,
    };
    Some((Said::Broken(now), Some(broken)))
}

#[cfg(test)]
#[path = "ailing_tests.rs"]
mod tests;
