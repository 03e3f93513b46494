//! `batond run`: the daemon. May import daemon, observe.

use std::path::Path;

use clap::Args;

use crate::daemon::{self, Exit, Failure};
use crate::observe::{self, LogFormat};

/// `run`
#[derive(Debug, Args)]
pub struct Run {
    /// What log lines look like: auto, text, json or journald
    #[arg(long, value_name = "FORMAT", default_value = "auto")]
    log_format: LogFormat,
    /// Stop when the program that started this one ends, however it ends
    #[arg(long, hide = true)]
    end_with_parent: bool,
}

impl Run {
    /// Runs until it is told to stop.
    pub fn run(&self, config: &Path) -> Result<(), Failure> {
        observe::init(self.log_format);
        if self.end_with_parent {
            let stop = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::TERM));
            stop.map_err(|error| Failure::new(Exit::Internal, format!("the end of the parent cannot be heard: {error}")))?;
        }
        daemon::run(config)
    }
}
