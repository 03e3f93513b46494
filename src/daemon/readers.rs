//! Sources that batond reads itself, where the mail lies: begun after the doors, exchanged by a reload, stopped with them. May import intake, config settings, driver, observe. A source is never read by two at once.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Exit, Failure};
use crate::clock::Clock;
use crate::config::{ImapSource, MaildirSource, PipeSource, Settings, SourceKind};
use crate::driver::Handle;
use crate::intake::{FolderService, ImapLimits, ImapService, Layout, ReadyImap, ready_imap, serve_folder};
use crate::model::SourceName;
use crate::observe::{Report, one_line};
use crate::tls::certificates;
use crate::tokens::TokenShelf;

/// How often the spool is looked at, whatever the system tells of itself: somebody waits for each mail there.
const SPOOL_POLL: Duration = Duration::from_secs(1);

/// What is read, with all that says how: its secrets, and what stands in its file of authorities.
#[derive(Clone, PartialEq)]
enum Read {
    Imap(Box<ImapSource>, Option<Vec<CertificateDer<'static>>>),
    Maildir(MaildirSource),
    Pipe(PipeSource),
}

/// A source that is being read.
struct Running {
    read: Read,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// A source that can be read from now on.
enum Ready {
    Imap(Box<ReadyImap>),
    Folder(FolderService),
}

impl Ready {
    fn begin(self, read: Read) -> Running {
        let stop = CancellationToken::new();
        let task = match self {
            Self::Imap(ready) => ready.follow(stop.clone()),
            Self::Folder(folder) => serve_folder(folder, stop.clone()),
        };
        Running { read, stop, task }
    }
}

/// What a reload did with one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// It is read from now on.
    Begun(SourceName),
    /// It is read by its new settings from now on.
    Exchanged(SourceName),
    /// It is not read any more.
    Ended(SourceName),
    /// It cannot be read by its new settings, so the old ones stay; if it is new, it is not read.
    Refused(SourceName, String),
}

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Begun(source) => write!(f, "source `{source}` is read from now on"),
            Self::Exchanged(source) => write!(f, "source `{source}` is read by its new settings"),
            Self::Ended(source) => write!(f, "source `{source}` is not read any more"),
            Self::Refused(source, why) => write!(
                f,
                "source `{source}` cannot be read by its new settings, nothing of it changed: {why}"
            ),
        }
    }
}

/// All of them. Cheap to clone.
#[derive(Clone)]
pub struct Readers {
    /// The store the process was started with: a spool may lie in it.
    store: PathBuf,
    handle: Handle,
    clock: Arc<dyn Clock>,
    /// Where tokens are kept that renew themselves.
    shelf: TokenShelf,
    running: Arc<Mutex<BTreeMap<SourceName, Running>>>,
}

impl Readers {
    /// None yet.
    #[must_use]
    pub fn new(store: PathBuf, handle: Handle, clock: Arc<dyn Clock>, shelf: TokenShelf) -> Self {
        Self {
            store,
            handle,
            clock,
            shelf,
            running: Arc::default(),
        }
    }

    /// Begins all of them.
    ///
    /// # Errors
    /// [`Exit::Config`]: which source cannot be read as it is configured.
    pub async fn start(&self, settings: &Settings) -> Result<(), Failure> {
        for changed in self.change(settings).await {
            if let Changed::Refused(source, why) = changed {
                return Err(Failure::new(Exit::Config, format!("source `{source}`: {why}")));
            }
        }
        Ok(())
    }

    /// Reads what these settings say from now on. Where nothing changed nothing is touched. Whatever ends has ended, with what it had in hand, before
    /// anything begins: a folder may go from one source to another. What changed, by name.
    pub async fn change(&self, settings: &Settings) -> Vec<Changed> {
        let mut running = self.running.lock().await;
        let mut changes = Vec::new();
        let mut wanted = BTreeMap::new();
        for source in &settings.sources {
            if let Some(read) = read(&source.kind) {
                wanted.insert(source.name.clone(), read);
            }
        }
        let mut leaving: Vec<SourceName> = running.keys().filter(|name| !wanted.contains_key(*name)).cloned().collect();
        changes.extend(leaving.iter().cloned().map(Changed::Ended));
        let mut coming = Vec::new();
        for (name, read) in wanted {
            let before = running.get(&name);
            if before.is_some_and(|before| before.read == read) {
                continue;
            }
            match self.ready(&name, &read) {
                Ok(ready) => {
                    changes.push(match before {
                        Some(_) => Changed::Exchanged(name.clone()),
                        None => Changed::Begun(name.clone()),
                    });
                    leaving.extend(before.map(|_| name.clone()));
                    coming.push((name, read, ready));
                }
                Err(why) => changes.push(self.refused(name, why)),
            }
        }
        let leaving: Vec<(SourceName, Running)> = leaving.iter().filter_map(|name| running.remove_entry(name)).collect();
        if let Err(why) = end(leaving).await {
            tracing::error!(%why, "the reader of a source did not end well");
        }
        for (name, read, ready) in coming {
            running.insert(name, ready.begin(read));
        }
        changes
    }

    fn refused(&self, name: SourceName, why: String) -> Changed {
        tracing::error!(source = %name, why = %one_line(&why), "a source cannot be read as it is configured");
        self.handle.sources().report(&name, Report::Failed(why.clone()), self.clock.now());
        Changed::Refused(name, why)
    }

    /// Ends all of them.
    ///
    /// # Errors
    /// Which did not end well.
    pub async fn end(self) -> Result<(), String> {
        end(std::mem::take(&mut *self.running.lock().await)).await
    }

    fn ready(&self, name: &SourceName, read: &Read) -> Result<Ready, String> {
        let folder = |layout, path, max_message_bytes, poll| FolderService {
            source: name.clone(),
            layout,
            path,
            max_message_bytes,
            poll,
            handle: self.handle.clone(),
            clock: Arc::clone(&self.clock),
        };
        match read {
            Read::Imap(imap, _) => {
                let service = ImapService {
                    source: name.clone(),
                    settings: (**imap).clone(),
                    handle: self.handle.clone(),
                    clock: Arc::clone(&self.clock),
                    limits: ImapLimits::default(),
                    shelf: self.shelf.clone(),
                };
                let ready = ready_imap(service).map_err(|error| error.to_string())?;
                Ok(Ready::Imap(Box::new(ready)))
            }
            Read::Maildir(maildir) => {
                let path = maildir.path.clone();
                Ok(Ready::Folder(folder(
                    Layout::Maildir,
                    path,
                    maildir.max_message_bytes,
                    maildir.poll,
                )))
            }
            Read::Pipe(pipe) => {
                let path = pipe.folder(&self.store);
                Ok(Ready::Folder(folder(Layout::Spool, path, pipe.max_message_bytes, SPOOL_POLL)))
            }
        }
    }
}

/// Says stop to all of these, and waits for each.
async fn end(all: impl IntoIterator<Item = (SourceName, Running)>) -> Result<(), String> {
    let all: Vec<_> = all.into_iter().collect();
    all.iter().for_each(|(_, one)| one.stop.cancel());
    let mut failed = Vec::new();
    for (name, one) in all {
        if let Err(error) = one.task.await {
            failed.push(format!("{name}: {error}"));
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(failed.join("; ")) }
}

/// What is read of a source, if batond reads it itself.
fn read(kind: &SourceKind) -> Option<Read> {
    match kind {
        SourceKind::Imap(imap) => {
            // A file that cannot be read is said when the source is begun.
            let authorities = imap.ca.as_ref().and_then(|path| certificates(path).ok());
            Some(Read::Imap(Box::new(imap.clone()), authorities))
        }
        SourceKind::Maildir(maildir) => Some(Read::Maildir(maildir.clone())),
        SourceKind::Pipe(pipe) => Some(Read::Pipe(pipe.clone())),
        SourceKind::Smtp(_) | SourceKind::Lmtp(_) | SourceKind::Webhook(_) => None,
    }
}
