//! Events to log lines and metrics. May import model, engine. Nothing else logs domain facts; no body, no secret, and no address above debug.

mod counts;
mod gather;
mod log;
mod record;
mod relays;
mod round;
mod sources;
mod stopwatch;

pub use counts::{
    Metrics, Standing, certificate, clock_jumped, commit_took, handshake_failed, install, journal_size, policy, received, refused, reload,
    standing,
};
pub use gather::together;
pub use log::{LogFormat, LogFormatError, init, one_line};
pub use record::record;
pub use relays::{RelayState, Relays};
pub use sources::{Happened, Report, SourceHealth, SourceState, Sources};
pub use stopwatch::Stopwatch;

use crate::model::SourceName;

/// Something happened that cannot: a defect of batond, said once where it is met. `what` is a fixed sentence.
pub fn defect(what: &'static str, source: &SourceName) {
    tracing::error!(source = %source, "{what}; please report it");
}
