//! Mail that batond reads where it lies. May import the small kinds.

use schemars::JsonSchema;

use super::scalar::{OneOrMany, Secret, Size, Span};

/// A mailbox on an IMAP server.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Imap {
    /// The server's name, which its certificate must prove.
    server: String,
    /// Default: 993, or 143 with `starttls` and `none`.
    #[schemars(range(min = 1, max = 65_535))]
    port: Option<u32>,
    /// Default: implicit. `none` is for a server on this machine.
    tls: Option<ImapTls>,
    /// A file of PEM certificates of the authorities that are trusted in place of the system's.
    ca: Option<String>,
    /// The account.
    user: String,
    /// Its password.
    password: Option<Secret>,
    /// In place of a password.
    token: Option<Token>,
    /// The folder that is read. Default: INBOX.
    folder: Option<String>,
    /// Several folders that are read, at most 20.
    folders: Option<OneOrMany<String>>,
    /// Where mail goes that was taken; without one it stays.
    done_folder: Option<String>,
    /// Where mail goes that cannot be taken; without one it stays.
    failed_folder: Option<String>,
    /// Whether mail that was taken is marked as read. Default: false.
    mark_seen: Option<bool>,
    /// The largest message. Default: 25 MiB.
    max_size: Option<Size>,
    /// How often it is looked at, whatever the server tells of itself: from 5s to 5m. Default: 60s.
    poll: Option<Span>,
    /// The mail server in front whose Authentication-Results are believed, such as mx.ops.example.
    trusted_receiver: Option<OneOrMany<String>>,
    /// Whether what puts mail there has made sure who wrote it. Default: false.
    trusted: Option<bool>,
}

/// How a connection is kept secret.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(super) enum ImapTls {
    Implicit,
    Starttls,
    None,
}

/// OAuth 2: how a token is renewed.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Token {
    /// How it is shown to the server. Default: xoauth2.
    mechanism: Option<Mechanism>,
    /// Where it is renewed, an https address.
    url: String,
    /// Who asks.
    client_id: String,
    /// The secret of who asks, where the provider gave one.
    client_secret: Option<Secret>,
    /// By what it is renewed.
    refresh_token: Secret,
    /// What for, where the provider wants to know.
    scope: Option<String>,
}

/// `xoauth2` (Google, Microsoft) or `oauthbearer` (RFC 7628).
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(super) enum Mechanism {
    Xoauth2,
    Oauthbearer,
}

/// A folder of mails.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Maildir {
    /// The folder with `new`, `cur` and `tmp` in it.
    path: String,
    /// The largest message. Default: 25 MiB.
    max_size: Option<Size>,
    /// How often it is looked at, whatever the system tells of itself: from 5s to 5m. Default: 60s.
    poll: Option<Span>,
    /// The mail server in front whose Authentication-Results are believed, such as mx.ops.example.
    trusted_receiver: Option<OneOrMany<String>>,
    /// Whether what puts mail there has made sure who wrote it. Default: false.
    trusted: Option<bool>,
}

/// What `batond ingest` drops.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Pipe {
    /// The folder it is dropped in. Default: `spool` in the store's folder.
    spool: Option<String>,
    /// The largest message. Default: 25 MiB.
    max_size: Option<Size>,
    /// The mail server in front whose Authentication-Results are believed, such as mx.ops.example.
    trusted_receiver: Option<OneOrMany<String>>,
    /// Whether what calls it has made sure who wrote it. Default: false.
    trusted: Option<bool>,
}
