//! Sources that stay broken: the operators are told, and told when it is over. May import clock, driver, engine, observe, store. A short failure disturbs nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::driver::Handle;
use crate::engine::{AILING_KEYS, Broken, RELAY, SourceIs, ailing_source};
use crate::model::SourceName;
use crate::observe::{self, RelayState, SourceHealth, SourceState};
use crate::store::Store;

/// How often the sources are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How long a source fails until somebody is told: a mail server that restarts is nobody's work.
pub const TOLD_AFTER: SignedDuration = SignedDuration::from_mins(10);
/// How long until it is said again, if somebody closed the item and the source fails still.
const TOLD_AGAIN: SignedDuration = SignedDuration::from_hours(24);

/// How many items of former processes are looked at: one for each source that ever failed for long.
const MAX_SAID_BEFORE: usize = 10_000;

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
    let mut asked = false;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let now = clock.now();
        if !asked {
            asked = true;
            match said_before(&handle).await {
                Ok(before) => said = before,
                Err(error) => {
                    tracing::warn!(%error, "what was said of sources before this start cannot be read: items about those that are gone stay open");
                }
            }
        }
        let all = handle.sources().all();
        let relays = handle.relays().all();
        let named: Vec<SourceName> = relays.iter().map(relay_name).collect();
        for source in gone(&said, all.iter().map(|(source, _)| source).chain(&named)) {
            match handle.source_is(source.clone(), SourceIs::Gone).await {
                Ok(()) => drop(said.remove(&source)),
                Err(refusal) => tracing::debug!(%source, %refusal, "that it is gone could not be recorded; it is said again"),
            }
        }
        for (source, health) in all {
            let Some((say, how)) = to_say(&health, said.get(&source).copied(), now) else {
                continue;
            };
            match handle.source_is(source.clone(), how).await {
                Ok(()) => drop(said.insert(source, say)),
                Err(refusal) => tracing::debug!(%source, %refusal, "how it is could not be recorded; it is said again"),
            }
        }
        for (relay, name) in relays.into_iter().zip(named) {
            let Some((say, how)) = relay_to_say(&relay, said.get(&name).copied(), now) else {
                continue;
            };
            match handle.source_is(name.clone(), how).await {
                Ok(()) => drop(said.insert(name, say)),
                Err(refusal) => tracing::debug!(relay = relay.name, %refusal, "how it is could not be recorded; it is said again"),
            }
        }
    }
}

/// What a former process said does not work, and nobody closed.
async fn said_before(handle: &Handle) -> Result<BTreeMap<SourceName, Said>, String> {
    let look = |store: &dyn Store| store.keyed(AILING_KEYS, MAX_SAID_BEFORE);
    let items = handle.read(look).await.map_err(|refusal| refusal.to_string())?;
    let items = items.map_err(|error| error.to_string())?;
    let said = items
        .iter()
        .filter_map(|item| Some((ailing_source(item)?, Said::Broken(item.created))));
    Ok(said.collect())
}

/// How a relay stands among the sources.
fn relay_name(relay: &RelayState) -> SourceName {
    SourceName::from(format!("{RELAY} {}", relay.name))
}

/// Those something was said of that the configuration does not have any more.
fn gone<'a>(said: &BTreeMap<SourceName, Said>, known: impl Iterator<Item = &'a SourceName>) -> Vec<SourceName> {
    let known: BTreeSet<&SourceName> = known.collect();
    said.keys().filter(|name| !known.contains(name)).cloned().collect()
}

/// What is to be said of a source now, if anything. That it works is said once a process, for whatever was said before.
fn to_say(health: &SourceHealth, said: Option<Said>, now: Timestamp) -> Option<(Said, SourceIs)> {
    match (health.state(now), said) {
        (SourceState::Ok, None | Some(Said::Broken(_))) => Some((Said::Works, SourceIs::Working)),
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
            Some((Said::Broken(now), SourceIs::Broken(broken)))
        }
        _ => None,
    }
}

/// The same of a relay.
fn relay_to_say(relay: &RelayState, said: Option<Said>, now: Timestamp) -> Option<(Said, SourceIs)> {
    let Some((since, why)) = &relay.down else {
        return (!matches!(said, Some(Said::Works))).then_some((Said::Works, SourceIs::Working));
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
    Some((Said::Broken(now), SourceIs::Broken(broken)))
}

#[cfg(test)]
#[path = "ailing_tests.rs"]
mod tests;
