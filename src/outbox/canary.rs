//! Sends the canary again and again. May import driver, model, policy. It is not kept: one that does not go out is missed, and the next one goes.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::relays::Relays;
use crate::driver::Handle;
use crate::engine::SendOutcome;
use crate::model::SourceName;
use crate::observe;
use crate::policy::Canary;

/// How often it is looked whether the configuration has one now.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Sends until `stop`: one at once, and one every so often.
pub async fn canaries(handle: Handle, relays: Arc<Relays>, stop: CancellationToken) {
    let mut last: Option<Instant> = None;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep(LOOK_EVERY) => {}
        }
        let policy = handle.policy();
        let silence = policy.silences.get(&SourceName::from(Canary::SOURCE));
        let Some(canary) = silence.and_then(|silence| silence.canary.as_ref()) else {
            last = None;
            continue;
        };
        let every = Duration::try_from(canary.every).unwrap_or(Duration::MAX);
        if last.is_some_and(|last| last.elapsed() < every) {
            continue;
        }
        last = Some(Instant::now());
        match handle.canary().await {
            Ok(Some(delivery)) => match relays.send(&delivery, None).await {
                SendOutcome::Sent => tracing::debug!(delivery = %delivery.id, "a canary is on its way"),
                SendOutcome::Retry(why) | SendOutcome::RetryAfter(why, _) | SendOutcome::NoRelay(why) | SendOutcome::GiveUp(why) => {
                    tracing::warn!(why = %observe::one_line(&why), "a canary could not be sent; the next one goes in its time");
                }
            },
            Ok(None) => {}
            Err(refusal) => tracing::debug!(%refusal, "no canary now"),
        }
    }
}
