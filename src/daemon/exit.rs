//! How a command ends, as a number other programs can rely on. May import nothing of the crate. Documented in `batond --help` and `docs/running.md`.

use std::fmt;
use std::process::ExitCode;

/// The exit codes, after sysexits(3) where one fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// An expectation failed.
    Failed = 1,
    /// The command line cannot be read.
    Usage = 2,
    /// There is no such thing.
    NotFound = 3,
    /// For `ingest`: the mail is refused for good.
    Refused = 65,
    /// The daemon cannot be reached.
    Unreachable = 69,
    /// A fault in batond itself.
    Internal = 70,
    /// Reading or writing failed; for the daemon: the store.
    Io = 74,
    /// Try again.
    TryAgain = 75,
    /// The configuration is wrong; systemd does not restart on it.
    Config = 78,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// A sentence for people; may be empty when everything has been said.
    pub text: String,
}

impl Failure {
    /// A failure with its sentence.
    pub fn new(exit: Exit, text: impl Into<String>) -> Self {
        Self { exit, text: text.into() }
    }

    /// Everything has been said already.
    #[must_use]
    pub fn silent(exit: Exit) -> Self {
        Self::new(exit, "")
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Failure {}
