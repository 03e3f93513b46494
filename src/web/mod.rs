//! HTTP: webhooks in, health, readiness, metrics, the control socket. May import the core, clock, config, driver. A sender hears 202 only after the commit.

mod body;
pub mod control;
mod health;
mod hooks;
mod inflate;
mod limits;
mod problem;
mod proxies;
mod rate;
mod router;
mod serve;
mod state;
mod verify;
pub mod view;

pub use health::{DriverReady, Readiness, Ready};
pub use hooks::unverified;
pub use limits::WebLimits;
pub use problem::Problem;
pub use router::router;
pub use serve::{Client, serve};
pub use state::{HookTable, WebState};
pub use verify::{NoProof, prove};

#[cfg(test)]
mod tests;
