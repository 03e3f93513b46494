//! What can go wrong with a mailbox on a server. May import nothing of the crate. Says what to do about it: try again soon, or slowly.

use std::time::Duration;

use async_imap::error::Error;

/// Why a connection ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The network or the server: it may be well again in a moment.
    #[error("{0}")]
    Passing(String),
    /// A password, a right, a folder: somebody must see to it, and trying often would lock the account.
    #[error("{0}")]
    Lasting(String),
    /// There is no such folder.
    #[error("{0}")]
    NoFolder(String),
    /// batond takes no more now: no fault of the mail or the server.
    #[error("batond takes no more now: {0}")]
    Refused(String),
}

impl Trouble {
    /// While doing `what`, the server said this.
    #[must_use]
    pub fn said(what: &str, error: &Error) -> Self {
        match error {
            // RFC 3501 section 7.1, RFC 5530.
            Error::No(text) if text.contains("TryCreate") || text.contains("NONEXISTENT") => {
                Self::NoFolder(format!("{what}: the server says {}", words(text)))
            }
            Error::No(text) | Error::Bad(text) => Self::Lasting(format!("{what}: the server says {}", words(text))),
            Error::Validate(_) => Self::Lasting(format!("{what}: it has characters that cannot be sent")),
            // What was read stays out of logs: it may be mail.
            Error::Parse(_) => Self::Passing(format!("{what}: the server's answer cannot be read")),
            Error::ConnectionLost => Self::Passing(format!("{what}: the connection was lost")),
            other => Self::Passing(format!("{what}: {other}")),
        }
    }

    /// An answer did not come.
    #[must_use]
    pub fn slow(what: &str, waited: Duration) -> Self {
        Self::Passing(format!("{what}: no answer within {} s", waited.as_secs()))
    }
}

/// What the server wrote: the library gives a code and the words in the form of Rust.
fn words(text: &str) -> String {
    let words = text.rsplit_once("info: Some(\"").map_or(text, |(_, words)| words);
    words.trim_end_matches(['"', ')']).to_owned()
}
