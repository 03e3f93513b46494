//! The policy a question about people and time is answered by: the daemon's, or else the configuration on disk. May import config.

use std::path::Path;

use serde_json::Value;

use super::client::Client;
use crate::config;
use crate::daemon::{Exit, Failure};
use crate::policy::Policy;
use crate::web::control::Ask;

/// Asks the daemon; where none runs, `read` answers from the configuration, and that is said.
pub fn answer(path: &Path, ask: &Ask, read: impl FnOnce(&Policy) -> Result<Value, Failure>) -> Result<Value, Failure> {
    match Client::connect(path) {
        Ok(mut client) => client.ask(ask),
        Err(failure) if failure.exit == Exit::Unreachable => {
            let loaded = config::load_without_secrets(path);
            let Some(config) = loaded.config else {
                let text = format!("{}; and the configuration has mistakes: `batond check` shows them", failure.text);
                return Err(Failure::new(Exit::Config, text));
            };
            eprintln!("no daemon runs with {}: this is what the configuration says", path.display());
            read(&config.policy)
        }
        Err(failure) => Err(failure),
    }
}
