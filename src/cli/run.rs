//! `batond run`: the daemon. May import daemon, observe.

use std::path::Path;

use clap::Args;

use crate::daemon::{self, Failure};
use crate::observe::{self, LogFormat};

/// `run`
#[derive(Debug, Args)]
pub struct Run {
    /// What log lines look like: auto, text, json or journald
    #[arg(long, value_name = "FORMAT", default_value = "auto")]
    log_format: LogFormat,
}

impl Run {
    /// Runs until it is told to stop.
    pub fn run(&self, config: &Path) -> Result<(), Failure> {
        observe::init(self.log_format);
        daemon::run(config)
    }
}
