//! Mail that lies on an IMAP server (RFC 3501, 2177, 6851). May import its peers in intake, model, clock, config, driver, observe. Marked or moved only after the commit.

mod aside;
mod connection;
mod follow;
mod meter;
mod name;
mod parts;
mod progress;
mod take;
mod token;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::config::{ImapLogin, ImapSource, ImapTls};
use crate::driver::Handle;
use crate::model::SourceName;
use crate::tls::{NoTls, connector};
use crate::tokens::{TokenShelf, Tokens};
use follow::Follower;
use parts::Parts;

/// How long a server may take.
#[derive(Debug, Clone, Copy)]
pub struct ImapLimits {
    /// To connect, with TLS.
    pub connect: Duration,
    /// To answer a command.
    pub command: Duration,
    /// To send the mail that one command asks for.
    pub transfer: Duration,
    /// The store may take so long to take a mail.
    pub accept: Duration,
    /// The pause after the first failure; it doubles.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// The shortest pause after a refusal that somebody must see to: a server locks an account that tries often.
    pub refused_pause: Duration,
}

impl Default for ImapLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            command: Duration::from_secs(60),
            transfer: Duration::from_secs(300),
            accept: Duration::from_secs(60),
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(300),
            refused_pause: Duration::from_secs(30),
        }
    }
}

/// What an IMAP source is made of.
pub struct ImapService {
    /// The source's name.
    pub source: SourceName,
    /// Its configuration.
    pub settings: ImapSource,
    /// Who takes the mail, and knows what was taken.
    pub handle: Handle,
    /// Tells when a mail was read.
    pub clock: Arc<dyn Clock>,
    /// How long a server may take.
    pub limits: ImapLimits,
    /// Where tokens are kept.
    pub shelf: TokenShelf,
}

/// What the folders of one account share.
pub(super) struct Account {
    pub(super) source: SourceName,
    pub(super) settings: ImapSource,
    pub(super) handle: Handle,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) limits: ImapLimits,
    pub(super) tls: Option<TlsConnector>,
    pub(super) tokens: Option<Arc<Tokens>>,
    pub(super) parts: Parts,
}

impl Account {
    /// Under what its mail is remembered.
    fn place(&self, folder: &str) -> String {
        let ImapSource { user, server, .. } = &self.settings;
        format!("{user}@{server}/{folder}")
    }
}

/// Why an IMAP source cannot be begun at all.
#[derive(Debug, thiserror::Error)]
pub enum NoImap {
    /// No TLS.
    #[error(transparent)]
    Tls(#[from] NoTls),
    /// No tokens.
    #[error("{0}")]
    Tokens(String),
}

/// An account that can be followed from now on.
pub struct ReadyImap(Arc<Account>);

/// Sets everything up that needs no server, so that a source that cannot be read as configured is known before another one ends for it.
///
/// # Errors
/// [`NoImap`]: TLS cannot be set up as configured.
pub fn ready_imap(service: ImapService) -> Result<ReadyImap, NoImap> {
    let ImapService {
        source,
        settings,
        handle,
        clock,
        limits,
        shelf,
    } = service;
    let tls = match settings.tls {
        ImapTls::None => None,
        ImapTls::Implicit | ImapTls::Starttls => Some(connector(settings.ca.as_deref())?),
    };
    let tokens = match &settings.login {
        ImapLogin::Password(_) => None,
        ImapLogin::Token(token) => {
            let tokens = shelf.tokens(token, &clock);
            Some(tokens.map_err(|error| NoImap::Tokens(error.to_string()))?)
        }
    };
    Ok(ReadyImap(Arc::new(Account {
        parts: Parts::new(source.clone(), handle.sources().clone()),
        source,
        settings,
        handle,
        clock,
        limits,
        tls,
        tokens,
    })))
}

impl ReadyImap {
    /// Follows every folder of the account until `stop`. What a server does wrong is reported and tried again, for ever.
    #[must_use]
    pub fn follow(self, stop: CancellationToken) -> JoinHandle<()> {
        let Self(account) = self;
        let folders = TaskTracker::new();
        for folder in &account.settings.folders {
            folders.spawn(Follower::new(Arc::clone(&account), folder.clone()).run(stop.clone()));
        }
        folders.close();
        tokio::spawn(async move { folders.wait().await })
    }
}
