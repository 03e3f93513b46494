//! The configuration as the daemon reads it, at its start and at each reload. May import config. Diagnostics become lines, one each.

use std::path::Path;

use super::reload::Loaded;
use super::{Exit, Failure};
use crate::config::{self, Diagnostic, Severity};

/// Reads it for a reload.
///
/// # Errors
/// Its mistakes, one line each.
pub fn read(path: &Path) -> Result<Loaded, Vec<String>> {
    let loaded = config::load(path);
    let (errors, warnings): (Vec<_>, Vec<_>) = loaded.diagnostics.iter().partition(|found| found.severity == Severity::Error);
    match loaded.config {
        Some(config) => Ok(Loaded {
            policy: config.policy,
            settings: config.settings,
            warnings: warnings.into_iter().map(line).collect(),
        }),
        None => Err(errors.into_iter().map(line).collect()),
    }
}

/// Reads it for a start: mistakes are shown in full, with the lines they stand in.
///
/// # Errors
/// [`Exit::Config`], with which systemd does not restart.
pub fn read_first(path: &Path) -> Result<Loaded, Failure> {
    let refuse = |_| {
        let text = config::render_text(&config::load(path), false);
        Failure::new(Exit::Config, format!("the configuration cannot be used:\n{text}"))
    };
    read(path).map_err(refuse)
}

/// `file:line:column: error[B0101]: sentence (hint)`
fn line(found: &Diagnostic) -> String {
    let hint = found.hint.as_deref().map_or_else(String::new, |hint| format!(" ({hint})"));
    format!(
        "{}: {}[{}]: {}{hint}",
        found.place,
        found.severity.as_str(),
        found.code.as_str(),
        found.text
    )
}
