//! `/healthz`, `/readyz`, `/metrics`. May import clock, driver, observe, store and its peers in web. Healthy means the process answers; ready means it takes work.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use tokio::time::timeout;

use super::router::Shared;
use super::{Problem, WebLimits};
use crate::clock::Clock;
use crate::driver::Handle;
use crate::observe::SourceState;

/// What [`Ready::ready`] resolves to: `Ok` with a line for each source that does not work; `Err` says what is missing.
pub type Readiness<'a> = Pin<Box<dyn Future<Output = Result<Vec<String>, String>> + Send + 'a>>;

/// Whether the service takes work.
pub trait Ready: Send + Sync {
    /// Looks.
    fn ready(&self) -> Readiness<'_>;
}

/// Ready when every source is bound and the driver answers a read of the store.
#[derive(Clone)]
pub struct DriverReady {
    handle: Handle,
    bound: Arc<AtomicBool>,
    clock: Arc<dyn Clock>,
    limits: WebLimits,
}

impl DriverReady {
    /// `bound` is set by whoever binds the sources, and taken back by whoever stops them.
    #[must_use]
    pub fn new(handle: Handle, bound: Arc<AtomicBool>, clock: Arc<dyn Clock>, limits: WebLimits) -> Self {
        Self {
            handle,
            bound,
            clock,
            limits,
        }
    }

    /// The sources and relays that do not work. Why is not said here: anybody may look.
    fn failing(&self) -> Vec<String> {
        let (now, sources) = (self.clock.now(), self.handle.sources().all());
        let failing = sources.iter().filter_map(|(name, health)| match health.state(now) {
            SourceState::Failing(since) => Some(format!("source {name} ({}): failing since {since}", health.kind)),
            SourceState::Idle | SourceState::Ok => None,
        });
        let relays = self.handle.relays().all();
        let down = relays.iter().filter_map(|relay| {
            let (since, _) = relay.down.as_ref()?;
            Some(format!("relay {}: failing since {since}", relay.name))
        });
        failing.chain(down).collect()
    }
}

impl Ready for DriverReady {
    fn ready(&self) -> Readiness<'_> {
        Box::pin(async move {
            if !self.bound.load(Ordering::Acquire) {
                return Err("Not every source is listening.".to_owned());
            }
            match timeout(self.limits.ready, self.handle.read(|store| store.health().seq)).await {
                Ok(Ok(_)) => Ok(self.failing()),
                Ok(Err(refusal)) => Err(format!("The store does not answer: {refusal}.")),
                Err(_) => Err("The store does not answer in time.".to_owned()),
            }
        })
    }
}

/// `GET /healthz`
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`
pub async fn readyz(State(shared): State<Shared>) -> Response {
    match shared.web.ready.ready().await {
        Ok(failing) => {
            let lines = ["ready".to_owned()].into_iter().chain(failing);
            lines.map(|line| line + "\n").collect::<String>().into_response()
        }
        Err(why) => Problem::unavailable(5, why).into_response(),
    }
}

/// `GET /metrics`
pub async fn metrics(State(shared): State<Shared>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], (shared.web.metrics)())
}

#[cfg(test)]
#[path = "health_tests.rs"]
mod tests;
