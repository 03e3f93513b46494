//! Where mail lies that batond reads itself, as settings: a mailbox on a server, a Maildir, a spool folder. May import model. Nothing in the core sees this.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

/// `imap:`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImapSource {
    /// The server's name, which its certificate must prove.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept secret.
    pub tls: ImapTls,
    /// The authorities that are trusted in place of the system's.
    pub ca: Option<PathBuf>,
    /// The account.
    pub user: String,
    /// How it logs in.
    pub login: ImapLogin,
    /// The folders that are read; never empty.
    pub folders: Vec<String>,
    /// Where mail goes that was taken. Without one it stays where it is.
    pub done_folder: Option<String>,
    /// Where mail goes that cannot be taken. Without one it stays where it is.
    pub failed_folder: Option<String>,
    /// Whether mail that was taken is marked as read.
    pub mark_seen: bool,
    /// `max_size`, default 25 MiB.
    pub max_message_bytes: usize,
    /// How often the folder is looked at, whatever the server says by itself.
    pub poll: Duration,
}

/// How a connection is kept secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImapTls {
    /// From the first byte on; port 993.
    Implicit,
    /// After STARTTLS; port 143.
    Starttls,
    /// Not at all: on this machine only.
    None,
}

/// How an account logs in. Two are the same if their secrets are.
#[derive(Debug, Clone)]
pub enum ImapLogin {
    /// By a password.
    Password(SecretString),
    /// By a token that is renewed.
    Token(TokenSource),
}

impl PartialEq for ImapLogin {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Password(one), Self::Password(other)) => one.expose_secret() == other.expose_secret(),
            (Self::Token(one), Self::Token(other)) => one == other,
            (Self::Password(_), Self::Token(_)) | (Self::Token(_), Self::Password(_)) => false,
        }
    }
}

impl Eq for ImapLogin {}

/// How a token is renewed (RFC 6749 section 6). Two are the same if their secrets are.
#[derive(Debug, Clone)]
pub struct TokenSource {
    /// How it is shown to the server.
    pub mechanism: TokenMechanism,
    /// Where it is renewed.
    pub url: String,
    /// Who asks.
    pub client_id: String,
    /// The secret of who asks, where there is one.
    pub client_secret: Option<SecretString>,
    /// By what it is renewed.
    pub refresh_token: SecretString,
    /// What for.
    pub scope: Option<String>,
}

impl PartialEq for TokenSource {
    fn eq(&self, other: &Self) -> bool {
        let Self {
            mechanism,
            url,
            client_id,
            client_secret,
            refresh_token,
            scope,
        } = self;
        let secret = |secret: &Option<SecretString>| secret.as_ref().map(|secret| secret.expose_secret().to_owned());
        (mechanism, url, client_id, scope) == (&other.mechanism, &other.url, &other.client_id, &other.scope)
            && secret(client_secret) == secret(&other.client_secret)
            && refresh_token.expose_secret() == other.refresh_token.expose_secret()
    }
}

impl Eq for TokenSource {}

/// How a token is shown to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenMechanism {
    /// Google's and Microsoft's.
    Xoauth2,
    /// RFC 7628.
    Oauthbearer,
}

/// `maildir:`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaildirSource {
    /// The folder with `new`, `cur` and `tmp` in it.
    pub path: PathBuf,
    /// `max_size`, default 25 MiB.
    pub max_message_bytes: usize,
    /// How often it is looked at, whatever the system says by itself.
    pub poll: Duration,
}

/// `pipe:`, the spool folder of `batond ingest`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PipeSource {
    /// The spool folder; below the store if none is named.
    pub spool: Option<PathBuf>,
    /// `max_size`, default 25 MiB.
    pub max_message_bytes: usize,
}

/// The spool's folder below the store.
const SPOOL: &str = "spool";

impl PipeSource {
    /// Where mail is dropped.
    #[must_use]
    pub fn folder(&self, store: &std::path::Path) -> PathBuf {
        self.spool.clone().unwrap_or_else(|| store.join(SPOOL))
    }
}
