//! Sources that batond reads itself, where the mail lies: begun after the doors, stopped with them. May import intake, config settings, driver.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::doors::ending;
use super::{Exit, Failure, Life};
use crate::clock::Clock;
use crate::config::{Settings, SourceKind};
use crate::driver::Handle;
use crate::intake::{ImapLimits, ImapService, serve_imap};

/// Begins all of them.
///
/// # Errors
/// [`Exit::Config`]: which source cannot be read as it is configured.
pub fn start(settings: &Settings, handle: &Handle, clock: &Arc<dyn Clock>, life: &mut Life) -> Result<(), Failure> {
    for source in &settings.sources {
        let stop = CancellationToken::new();
        let failed = |error: String| Failure::new(Exit::Config, format!("source `{}`: {error}", source.name));
        let reading = match &source.kind {
            SourceKind::Imap(imap) => {
                let service = ImapService {
                    source: source.name.clone(),
                    settings: imap.clone(),
                    handle: handle.clone(),
                    clock: Arc::clone(clock),
                    limits: ImapLimits::default(),
                };
                serve_imap(service, stop.clone()).map_err(|error| failed(error.to_string()))?
            }
            SourceKind::Smtp(_) | SourceKind::Lmtp(_) | SourceKind::Webhook(_) => continue,
        };
        life.started("mailbox", ending(stop, reading));
    }
    Ok(())
}
