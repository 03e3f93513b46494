//! Looking after the running daemon: the watchdog, and the figures nobody else brings. May import driver, observe.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::notify;
use crate::driver::Handle;
use crate::observe::{self, Metrics};

/// How often the store is weighed and histograms are folded.
const SAMPLE_EVERY: Duration = Duration::from_secs(15);

/// Tells the service manager that the daemon is alive, but only while the driver answers a read within the interval: a stuck one is restarted.
pub async fn watchdog(handle: Handle, every: Duration, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        match tokio::time::timeout(every, handle.read(|_| ())).await {
            Ok(Ok(())) => notify::alive(),
            Ok(Err(refusal)) => tracing::warn!(%refusal, "watchdog: the driver does not answer"),
            Err(_) => tracing::warn!(waited_seconds = every.as_secs(), "watchdog: the driver does not answer in time"),
        }
    }
}

/// Samples what changes without a record.
pub async fn sample(handle: Handle, metrics: Metrics, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(SAMPLE_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        metrics.upkeep();
        if let Ok(health) = handle.read(|store| store.health()).await {
            observe::journal_size(health.journal_bytes);
        }
    }
}
