//! What the HTTP side is made of. May import model, clock, config, driver, and its peers in web.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;

use super::{Ready, WebLimits};
use crate::clock::Clock;
use crate::config::HookDoor;
use crate::driver::Accept;
use crate::model::SourceName;

/// The webhook sources by name.
pub type HookTable = HashMap<SourceName, HookDoor>;

/// What the routes need. Cheap to clone.
#[derive(Clone)]
pub struct WebState {
    /// The webhook sources; a reload swaps the table.
    pub hooks: Arc<ArcSwap<HookTable>>,
    /// Who takes the deliveries.
    pub accept: Arc<dyn Accept>,
    /// Tells when a delivery arrived.
    pub clock: Arc<dyn Clock>,
    /// Answers `/readyz`.
    pub ready: Arc<dyn Ready>,
    /// Renders `/metrics` in the Prometheus text format.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// What is waited for, and how long.
    pub limits: WebLimits,
}
