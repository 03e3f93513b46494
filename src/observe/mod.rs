//! Events to log lines and metrics. May import model, engine. Nothing else logs domain facts; no body, no secret, and no address above debug.

mod counts;
mod log;
mod record;
mod stopwatch;

pub use counts::{Metrics, Standing, commit_took, install, journal_size, policy, received, refused, reload, standing};
pub use log::{LogFormat, LogFormatError, init, one_line};
pub use record::{defect, record};
pub use stopwatch::Stopwatch;
