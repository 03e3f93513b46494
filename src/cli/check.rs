//! `batond check`: every mistake of a configuration at once. May import config.

use std::path::Path;

use super::screen::Screen;
use crate::config::{self, render_json, render_text};
use crate::daemon::{Exit, Failure};

/// Checks and prints. The diagnostics are the data: they go to stdout.
pub fn run(path: &Path, screen: &Screen) -> Result<(), Failure> {
    let loaded = config::load_all(path, &config::Ambient::of_process());
    screen.show(&render_json(&loaded), || Ok(render_text(&loaded, screen.colour)))?;
    match &loaded.config {
        None => Err(Failure::silent(Exit::Config)),
        Some(config) => {
            let (queues, people) = (config.policy.queues.len(), config.policy.people.len());
            eprintln!(
                "{} is good (queues: {queues}, people: {people}, policy {})",
                path.display(),
                config.policy.revision
            );
            Ok(())
        }
    }
}
