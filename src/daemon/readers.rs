//! Sources that batond reads itself, where the mail lies: begun after the doors, stopped with them. May import intake, config settings, driver.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::doors::ending;
use super::{Exit, Failure, Life};
use crate::clock::Clock;
use crate::config::{Settings, SourceKind};
use crate::driver::Handle;
use crate::intake::{FolderService, ImapLimits, ImapService, Layout, serve_folder, serve_imap};
use crate::tokens::TokenShelf;

/// How often the spool is looked at, whatever the system tells of itself: somebody waits for each mail there.
const SPOOL_POLL: Duration = Duration::from_secs(1);

/// Begins all of them.
///
/// # Errors
/// [`Exit::Config`]: which source cannot be read as it is configured.
pub fn start(settings: &Settings, handle: &Handle, clock: &Arc<dyn Clock>, shelf: &TokenShelf, life: &mut Life) -> Result<(), Failure> {
    for source in &settings.sources {
        let stop = CancellationToken::new();
        let failed = |error: String| Failure::new(Exit::Config, format!("source `{}`: {error}", source.name));
        let folder = |layout, path, max_message_bytes, poll| FolderService {
            source: source.name.clone(),
            layout,
            path,
            max_message_bytes,
            poll,
            handle: handle.clone(),
            clock: Arc::clone(clock),
        };
        let reading = match &source.kind {
            SourceKind::Imap(imap) => {
                let service = ImapService {
                    source: source.name.clone(),
                    settings: imap.clone(),
                    handle: handle.clone(),
                    clock: Arc::clone(clock),
                    limits: ImapLimits::default(),
                    shelf: shelf.clone(),
                };
                serve_imap(service, stop.clone()).map_err(|error| failed(error.to_string()))?
            }
            SourceKind::Maildir(maildir) => {
                let path = maildir.path.clone();
                let folder = folder(Layout::Maildir, path, maildir.max_message_bytes, maildir.poll);
                serve_folder(folder, stop.clone())
            }
            SourceKind::Pipe(pipe) => {
                let folder = folder(Layout::Spool, pipe.folder(&settings.store), pipe.max_message_bytes, SPOOL_POLL);
                serve_folder(folder, stop.clone())
            }
            SourceKind::Smtp(_) | SourceKind::Lmtp(_) | SourceKind::Webhook(_) => continue,
        };
        life.started("mailbox", ending(stop, reading));
    }
    Ok(())
}
