//! What the shells need of the configuration: where to listen, where to keep, where to send. May import model. Nothing in the core sees this.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};

use super::hook_door::HookDoor;
use super::mailboxes::{ImapSource, MaildirSource, PipeSource, TokenSource};
use super::webhooks::Webhooks;
use crate::model::{PersonKey, SourceName};
use crate::tls::CertFiles;

/// The shells' part of a configuration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The store's folder.
    pub store: PathBuf,
    /// The doors, by name.
    pub sources: Vec<SourceSettings>,
    /// How notices are sent.
    pub send: Sending,
    /// The web addresses that are called.
    pub webhooks: Webhooks,
    /// Where HTTP listens; required when there is a webhook source.
    pub web: Option<WebDoor>,
}

/// `web:`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebDoor {
    /// Where it listens.
    pub listen: SocketAddr,
    /// The certificate, if it is HTTPS.
    pub tls: Option<CertFiles>,
}

/// One source.
#[derive(Debug, Clone)]
pub struct SourceSettings {
    /// Its key.
    pub name: SourceName,
    /// What kind of door it is.
    pub kind: SourceKind,
}

/// The kinds of doors.
#[derive(Debug, Clone)]
pub enum SourceKind {
    /// `smtp:`
    Smtp(MailDoor),
    /// `lmtp:`
    Lmtp(MailDoor),
    /// `webhook:`
    Webhook(HookDoor),
    /// `imap:`
    Imap(ImapSource),
    /// `maildir:`
    Maildir(MaildirSource),
    /// `pipe:`
    Pipe(PipeSource),
}

impl SourceKind {
    /// Its key in the configuration.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Smtp(_) => "smtp",
            Self::Lmtp(_) => "lmtp",
            Self::Webhook(_) => "webhook",
            Self::Imap(_) => "imap",
            Self::Maildir(_) => "maildir",
            Self::Pipe(_) => "pipe",
        }
    }
}

/// An SMTP or LMTP listener. The other limits are named constants of the session.
#[derive(Debug, Clone)]
pub struct MailDoor {
    /// Where it listens.
    pub listen: Listen,
    /// `for:` globs of recipients it accepts, without case; the desk's own addresses (`desk@…`, `desk+…@…`) are always accepted.
    pub recipients: Vec<String>,
    /// `max_size`, default 25 MiB.
    pub max_message_bytes: usize,
    /// `max_connections`, default 200.
    pub max_connections: usize,
    /// `max_connections_per_address`, default 50.
    pub max_connections_per_address: usize,
    /// `verify`: whether senders are checked here.
    pub verify: Option<SenderChecks>,
    /// `tls`: whether connections can be encrypted.
    pub tls: Option<MailTls>,
    /// `max_connections_per_network`, default 100.
    pub max_connections_per_network: usize,
    /// `auth`: who may log in, and whether everybody has to.
    pub auth: Option<Logins>,
    /// `proxy_from`: these begin with a PROXY header, and it is believed.
    pub proxies: Vec<IpNet>,
    /// `greeting_delay`: how long the greeting is held back, to see who does not wait for it.
    pub greeting_delay: Duration,
}

/// Where a door of mail listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    /// A port.
    Tcp(SocketAddr),
    /// A socket in the file system.
    Unix(UnixListen),
}

impl Listen {
    /// Whether only one of both can be had. Port 0 is a free one each time; an unspecified address takes the port on all addresses of its family.
    #[must_use]
    pub fn clashes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Tcp(a), Self::Tcp(b)) => {
                let everywhere = a.is_ipv4() == b.is_ipv4() && (a.ip().is_unspecified() || b.ip().is_unspecified());
                a.port() != 0 && a.port() == b.port() && (a.ip() == b.ip() || everywhere)
            }
            (Self::Unix(a), Self::Unix(b)) => a.path == b.path,
            _ => false,
        }
    }
}

impl std::fmt::Display for Listen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tcp(at) => at.fmt(f),
            Self::Unix(at) => write!(f, "unix:{}", at.path.display()),
        }
    }
}

/// A socket in the file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnixListen {
    /// Its path.
    pub path: PathBuf,
    /// Who may connect, as the permissions of a file.
    pub mode: u32,
    /// The group it is given to, if not the daemon's own.
    pub group: Option<u32>,
}

/// Who may log in at a door.
#[derive(Debug, Clone)]
pub struct Logins {
    /// By name.
    pub users: BTreeMap<String, Login>,
    /// Whether nothing is taken from anybody else.
    pub required: bool,
}

/// Somebody who may log in.
#[derive(Debug, Clone)]
pub struct Login {
    /// What proves it.
    pub secret: SecretString,
    /// The person they are: what they write from an address of that person is proven.
    pub person: Option<PersonKey>,
}

/// How connections of mail are encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailTls {
    /// The certificate.
    pub files: CertFiles,
    /// When TLS begins.
    pub mode: TlsMode,
    /// Whether nothing is taken without TLS.
    pub required: bool,
}

/// When TLS begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsMode {
    /// When the client says STARTTLS (RFC 3207).
    StartTls,
    /// With the connection, before the greeting (RFC 8314).
    Implicit,
}

/// How senders are checked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SenderChecks {
    /// The name server that is asked; those of the machine if none is named.
    pub resolver: Option<SocketAddr>,
}

/// How mail goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sending {
    /// The relays, in order: the first that works gets the mail. Never empty.
    pub relays: Vec<Relay>,
    /// The most mails handed over in a minute; `None` where only the relays' own limits hold.
    pub per_minute: Option<u32>,
    /// What all mail is signed with; empty where somebody else signs, or nobody.
    pub dkim: Vec<DkimKey>,
}

/// A key that mail is signed with. Two are the same if their secrets are.
#[derive(Debug, Clone)]
pub struct DkimKey {
    /// The domain that signs.
    pub domain: String,
    /// Under which name of it the public key stands in DNS.
    pub selector: String,
    /// The private key in PEM: RSA or Ed25519.
    pub key: SecretString,
    /// What is to be published at `selector._domainkey.domain`.
    pub record: String,
}

impl PartialEq for DkimKey {
    fn eq(&self, other: &Self) -> bool {
        let Self {
            domain,
            selector,
            key,
            record,
        } = self;
        (domain, selector, record) == (&other.domain, &other.selector, &other.record) && key.expose_secret() == other.key.expose_secret()
    }
}

impl Eq for DkimKey {}

/// Where mail is handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Relay {
    /// By SMTP.
    Smtp(SmtpRelay),
    /// `file:///path`: one `.eml` file a mail, for demos and tests.
    File(PathBuf),
}

/// A relay reached by SMTP. Two are the same if their addresses are, passwords included.
#[derive(Debug, Clone)]
pub struct SmtpRelay {
    /// `smtp://[user[:password]@]host[:port][?tls=required|opportunistic]` or `smtps://…`, as lettre reads it.
    pub url: SecretString,
    /// The authorities that its certificate may be signed by, as PEM; those of the machine where nothing is said.
    pub ca: Option<Vec<u8>>,
    /// How it is signed in; `PLAIN`, else `LOGIN`, where nothing is said.
    pub auth: Option<RelayAuth>,
    /// By what it is signed in where that is a token that is renewed.
    pub token: Option<TokenSource>,
}

impl PartialEq for SmtpRelay {
    fn eq(&self, other: &Self) -> bool {
        let Self { url, ca, auth, token } = self;
        (ca, auth, token) == (&other.ca, &other.auth, &other.token) && url.expose_secret() == other.url.expose_secret()
    }
}

impl Eq for SmtpRelay {}

/// A way to sign in at a relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelayAuth {
    /// `plain`
    Plain,
    /// `login`
    Login,
    /// `xoauth2`: the password is a token.
    Xoauth2,
}

impl SmtpRelay {
    /// A relay of which nothing but its address is said.
    #[must_use]
    pub fn at(url: impl Into<SecretString>) -> Self {
        Self {
            url: url.into(),
            ca: None,
            auth: None,
            token: None,
        }
    }
}
