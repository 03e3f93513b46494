//! What the shells need of the configuration: where to listen, where to keep, where to send. May import model. Nothing in the core sees this.

use std::net::SocketAddr;
use std::path::PathBuf;

use secrecy::SecretString;

use super::hook_door::HookDoor;
use crate::model::SourceName;
use crate::tls::CertFiles;

/// The shells' part of a configuration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The store's folder.
    pub store: PathBuf,
    /// The doors, by name.
    pub sources: Vec<SourceSettings>,
    /// Where notices are sent.
    pub relay: Relay,
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
}

impl SourceKind {
    /// Its key in the configuration.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Smtp(_) => "smtp",
            Self::Lmtp(_) => "lmtp",
            Self::Webhook(_) => "webhook",
        }
    }
}

/// An SMTP or LMTP listener. The other limits are named constants of the session.
#[derive(Debug, Clone)]
pub struct MailDoor {
    /// Where it listens.
    pub listen: SocketAddr,
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

/// Where notices are sent.
#[derive(Debug, Clone)]
pub enum Relay {
    /// `smtp://[user:password@]host[:port][?tls=required|opportunistic]` or `smtps://…`, as lettre reads it.
    Smtp(SecretString),
    /// `file:///path`: one `.eml` file a mail, for demos and tests.
    File(PathBuf),
}
