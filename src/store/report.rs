//! What opening a store came to, and why it could not be opened. May import engine. Nothing that was found wrong is left out.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::engine::ReadError;

/// What was found and done when a store was opened.
#[derive(Debug, Clone, Default)]
pub struct OpenReport {
    /// Records read from the journal.
    pub records: u64,
    /// Records applied to the index again.
    pub replayed: u64,
    /// Why the index was built anew, if it was.
    pub rebuilt: Option<String>,
    /// Bytes of an unfinished write cut off at the journal's end. A copy is in `set-aside/`.
    pub cut_bytes: u64,
    /// Bytes of damaged journal copied to `set-aside/`.
    pub set_aside_bytes: u64,
    /// Everything that was found damaged, oldest first.
    pub damages: Vec<Damage>,
    /// The last sequence number.
    pub last_seq: u64,
    /// How long it took.
    pub took: Duration,
}

/// One damaged or missing stretch of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// What happened to it.
    pub kind: DamageKind,
    /// The file.
    pub file: PathBuf,
    /// Where in the file, in bytes.
    pub offset: u64,
    /// How many bytes.
    pub bytes: u64,
    /// The first and last sequence number that is lost with it; `None` when no record is.
    pub lost: Option<(u64, u64)>,
    /// Where the bytes were copied to.
    pub kept: Option<PathBuf>,
}

/// What happened to a stretch of journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DamageKind {
    /// It does not hold what was written.
    Altered,
    /// It belongs to the last write, which may not have been finished: then nobody was told "accepted".
    Unfinished,
    /// The header of a segment; it was written anew.
    Header,
    /// The file is shorter than it was made.
    Short,
    /// Records are missing between two that follow each other, or at the end.
    Missing,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            DamageKind::Altered => "does not hold what was written",
            DamageKind::Unfinished => "belongs to a last write that may not have been finished",
            DamageKind::Header => "has a damaged header, which was written anew",
            DamageKind::Short => "is shorter than it was made",
            DamageKind::Missing => "lacks records",
        };
        write!(f, "{} at byte {} ({} bytes) {what}", self.file.display(), self.offset, self.bytes)?;
        match self.lost {
            Some((first, last)) if first == last => write!(f, "; record {first} is lost")?,
            Some((first, last)) => write!(f, "; records {first} to {last} are lost")?,
            None => {}
        }
        match &self.kept {
            Some(kept) => write!(f, "; its bytes are kept in {}", kept.display()),
            None => Ok(()),
        }
    }
}

/// Why a store could not be opened. Nothing was changed that a later try would need.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error("another batond uses the store in {0}; stop that one, or set another `store.path`")]
    Locked(PathBuf),
    /// A file or folder cannot be used.
    #[error("the store cannot be opened: {0}: {1}")]
    Io(PathBuf, #[source] io::Error),
    /// A later version wrote it.
    #[error("{0} was written by a later version of batond; run that one")]
    Later(PathBuf),
    /// A sound record that this version cannot read.
    #[error("record {seq} in {file} cannot be read by this version of batond: {why}")]
    Unreadable {
        /// Its number.
        seq: u64,
        /// Its segment.
        file: PathBuf,
        /// What the reader said.
        why: String,
    },
    /// A record could not be applied.
    #[error("record {0} cannot be applied: {1}")]
    Project(u64, #[source] ReadError),
    /// The index cannot be used, not even a new one.
    #[error("the index cannot be built: {0}; see whether the disk is full or damaged")]
    Index(String),
}

impl OpenError {
    /// Names the file an error was met at.
    pub(super) fn at(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |error| Self::Io(path, error)
    }
}
