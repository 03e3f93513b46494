//! Looking after the running daemon: the watchdog, and the figures nobody else brings. May import clock, driver, observe, control.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio_util::sync::CancellationToken;

use super::notify;
use crate::clock::{Clock, JumpWatch, is_set};
use crate::driver::Handle;
use crate::observe::{self, Metrics};
use crate::web::control::ClockState;

/// How often the store is weighed and histograms are folded.
const SAMPLE_EVERY: Duration = Duration::from_secs(15);
/// How often the time of day is compared with the time that passed.
const CLOCK_EVERY: Duration = Duration::from_secs(1);

/// What is logged when it was set forward.
const JUMPED_AHEAD: &str = "the clock jumped ahead: what is due by it happens now, once";
/// What is logged when it was set back.
const JUMPED_BACK: &str =
    "the clock was set back: what happened already does not happen again; what came meanwhile keeps the deadlines it was given";

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

/// Says when the time of day is not set, when it is, and when it jumps.
pub async fn clock(clock: Arc<dyn Clock>, state: Arc<ArcSwap<ClockState>>, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(CLOCK_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let (mut watch, mut was_set) = (JumpWatch::new(&*clock), true);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let (now, jump) = (clock.now(), watch.look(&*clock));
        if let Some(jump) = jump {
            let said = if jump.seconds < 0 { JUMPED_BACK } else { JUMPED_AHEAD };
            tracing::warn!(from = %jump.from, to = %jump.to, seconds = jump.seconds, "{said}");
            observe::clock_jumped();
            state.store(Arc::new(ClockState {
                jumps: state.load().jumps + 1,
                last_jump: Some(jump),
            }));
        }
        match (was_set, is_set(now)) {
            (true, false) => tracing::error!(%now, "the clock of this machine is not set: nothing is taken until it is"),
            (false, true) => tracing::info!(%now, "the clock of this machine is set"),
            _ => {}
        }
        was_set = is_set(now);
    }
}
