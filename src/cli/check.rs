//! `batond check`: every mistake of a configuration at once. May import config, simulate, clock. The diagnostics are the data: they go to stdout.

use std::path::Path;

use clap::Args;

use super::screen::Screen;
use crate::clock::{Clock, SystemClock};
use crate::config::{self, Ambient, DkimKey, Loaded, Severity, render_json, render_text};
use crate::daemon::{Exit, Failure};
use crate::simulate::cases::advise;

/// `check`
#[derive(Debug, Args)]
pub struct Check {
    /// Refuse warnings too: exit 78 if there is one
    #[arg(long)]
    deny_warnings: bool,
}

impl Check {
    /// Checks and prints.
    pub fn run(&self, path: &Path, screen: &Screen) -> Result<(), Failure> {
        let mut loaded = config::load_ahead(path, &Ambient::of_process(), SystemClock.now());
        // Cases are played with a configuration of their own; secrets are not needed for that.
        if loaded.config.is_some() {
            let tried = config::load_all(path, &Ambient::without_secrets());
            loaded.add(tried.config.map(advise).into_iter().flatten());
        }
        screen.show(&render_json(&loaded), || Ok(render_text(&loaded, screen.colour)))?;
        let Some(config) = &loaded.config else {
            return Err(Failure::silent(Exit::Config));
        };
        let warnings = warnings(&loaded);
        if self.deny_warnings && warnings > 0 {
            return Err(Failure::new(
                Exit::Config,
                format!("{} has warnings, and --deny-warnings refuses them", path.display()),
            ));
        }
        for key in &config.settings.send.dkim {
            eprintln!("mail is signed; publish this in DNS:\n{}", record(key));
        }
        let (queues, people) = (config.policy.queues.len(), config.policy.people.len());
        eprintln!(
            "{} {} (queues: {queues}, people: {people}, policy {})",
            path.display(),
            if warnings > 0 { "can be used" } else { "is good" },
            config.policy.revision
        );
        Ok(())
    }
}

/// The longest piece of a TXT record (RFC 1035 section 3.3).
const MAX_TXT_BYTES: usize = 255;

/// A TXT record as a zone file has it, in pieces that are short enough.
fn record(key: &DkimKey) -> String {
    let pieces: Vec<String> = key
        .record
        .as_bytes()
        .chunks(MAX_TXT_BYTES)
        .map(|piece| format!("\"{}\"", String::from_utf8_lossy(piece)))
        .collect();
    let name = format!("{}._domainkey.{}.", key.selector, key.domain);
    format!("  {name} IN TXT (\n    {} )", pieces.join("\n    "))
}

fn warnings(loaded: &Loaded) -> usize {
    let found = loaded.diagnostics.iter();
    found.filter(|found| found.severity == Severity::Warning).count()
}
