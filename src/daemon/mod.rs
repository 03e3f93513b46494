//! Build, life cycle, reload, signals, systemd. May import everything below. Teardown runs in reverse order under one deadline.

mod ailing;
mod build;
mod certificates;
mod configuration;
mod doors;
mod exit;
mod keys;
mod life;
mod notify;
mod open;
mod readers;
mod reload;
mod socket;
mod socket_door;
mod supervise;
mod watch;
mod writer;

pub use build::run;
pub use exit::{Exit, Failure};
pub use keys::{KeyShelf, SECRET_BYTES};
pub use life::{Ended, Life};
pub use reload::{Load, Loaded, Reloader};
pub use socket::{SOCKET_NAME, socket_path};
pub use supervise::{END_WITHIN, Signals, supervise};
pub use watch::{sample, watchdog};
