//! `batond schema`: the JSON Schema of a configuration file, on stdout. May import config. The same in every format: it is JSON.

use super::screen::Screen;
use crate::config;
use crate::daemon::Failure;

/// Prints the schema.
pub fn run(screen: &Screen) -> Result<(), Failure> {
    screen.print(&format!("{:#}\n", config::schema()))
}
