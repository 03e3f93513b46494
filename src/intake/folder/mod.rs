//! Mail that lies in a folder as files: a Maildir, or the spool of `batond ingest`. May import its peers in intake, model, clock, config, driver, observe. Claimed by a rename, then committed, then put away.

mod files;
mod spool;
mod watch;
mod work;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::driver::Handle;
use crate::model::SourceName;

pub use spool::{Dropped, NotDropped, Spool, Wait};

/// How the folder is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// `new`, `cur` and `tmp`; what is taken goes to `cur`.
    Maildir,
    /// `new` and `tmp`; what is taken is removed. Each file begins with a line that holds its envelope.
    Spool,
}

/// What a folder source is made of.
pub struct FolderService {
    /// The source's name.
    pub source: SourceName,
    /// How the folder is laid out.
    pub layout: Layout,
    /// The folder.
    pub path: PathBuf,
    /// The largest mail in octets.
    pub max_message_bytes: usize,
    /// How often it is looked at, whatever the system tells of itself.
    pub poll: Duration,
    /// Who takes the mail.
    pub handle: Handle,
    /// Tells when a mail was read.
    pub clock: Arc<dyn Clock>,
}

/// Reads the folder until `stop`. What goes wrong with it is reported and tried again, for ever.
pub fn serve_folder(service: FolderService, stop: CancellationToken) -> JoinHandle<()> {
    tokio::spawn(work::run(service, stop))
}
