//! sled behind a guard: its panics and errors come out as one kind of error. May import nothing of the crate. Nothing here is durable by itself.

use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

use sled::{Db, IVec};

use super::disk::make_dir;

/// The index failed. The journal has everything; the index is built anew at the next start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the index: {0}")]
pub struct TreeError(pub String);

/// A result of the index.
pub type Tree<T> = Result<T, TreeError>;

/// The sled database. Cheap to clone; it is let go with the last clone.
#[derive(Clone)]
pub struct Guarded {
    db: Db,
}

/// sled lets its own lock go a little after the last handle is dropped.
const LOCK_TRIES: u32 = 500;
const LOCK_PAUSE: Duration = Duration::from_millis(10);

impl Guarded {
    /// Opens or makes the database in `dir`.
    ///
    /// # Errors
    /// Whatever sled says, or panics with.
    pub fn open(dir: &Path, cache_bytes: u64) -> Tree<Self> {
        make_dir(dir).map_err(|error| TreeError(error.to_string()))?;
        // flush_every_ms: the flushes of a background thread would buy nothing, the journal is what is durable.
        let config = sled::Config::new().path(dir).cache_capacity(cache_bytes).flush_every_ms(None);
        let mut tries = LOCK_TRIES;
        loop {
            match guard(|| config.open()) {
                Ok(db) => return Ok(Self { db }),
                Err(error) if tries > 0 && error.0.contains("could not acquire lock") => {
                    tries -= 1;
                    pause();
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// A value.
    ///
    /// # Errors
    /// When the index failed; so for every method here.
    pub fn get(&self, key: &[u8]) -> Tree<Option<IVec>> {
        guard(|| self.db.get(key))
    }

    /// Puts a value.
    ///
    /// # Errors
    /// When the index failed.
    pub fn put(&self, key: &[u8], value: &[u8]) -> Tree<()> {
        guard(|| self.db.insert(key, value)).map(drop)
    }

    /// Removes a key.
    ///
    /// # Errors
    /// When the index failed.
    pub fn remove(&self, key: &[u8]) -> Tree<()> {
        guard(|| self.db.remove(key)).map(drop)
    }

    /// Visits keys from `first` to before `end`, in order, until `visit` says no more.
    ///
    /// # Errors
    /// When the index failed, or those of `visit`.
    pub fn visit(&self, first: &[u8], end: Option<&[u8]>, mut visit: impl FnMut(&[u8], &[u8]) -> Tree<Go>) -> Tree<()> {
        let end = end.map_or(Bound::Unbounded, Bound::Excluded);
        let range: (Bound<&[u8]>, Bound<&[u8]>) = (Bound::Included(first), end);
        let mut keys = guard(|| Ok(self.db.range::<&[u8], _>(range)))?;
        while let Some((key, value)) = guard(|| keys.next().transpose())? {
            if visit(&key, &value)? == Go::Stop {
                break;
            }
        }
        Ok(())
    }

    /// The last key that starts with `prefix`.
    ///
    /// # Errors
    /// When the index failed.
    pub fn last_of(&self, prefix: &[u8]) -> Tree<Option<IVec>> {
        guard(|| Ok(self.db.scan_prefix(prefix).next_back().transpose()?.map(|(key, _)| key)))
    }

    /// Hands everything to the operating system.
    ///
    /// # Errors
    /// When the index failed.
    pub fn flush(&self) -> Tree<()> {
        guard(|| self.db.flush()).map(drop)
    }
}

/// Whether a visit goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Go {
    /// To the next key.
    On,
    /// No further.
    Stop,
}

/// sled is known to panic on damaged files, at opening and later.
fn guard<T>(ask: impl FnOnce() -> sled::Result<T>) -> Tree<T> {
    match catch_unwind(AssertUnwindSafe(ask)) {
        Ok(result) => result.map_err(|error| TreeError(error.to_string())),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no reason given");
            Err(TreeError(format!("sled panicked: {text}")))
        }
    }
}

/// The first key after all that start with `prefix`.
#[must_use]
pub fn successor(prefix: &[u8]) -> Option<Vec<u8>> {
    let kept = prefix.iter().rposition(|byte| *byte != 0xff)?;
    let mut next = prefix.get(..=kept)?.to_vec();
    if let Some(last) = next.last_mut() {
        *last += 1;
    }
    Some(next)
}

#[allow(clippy::disallowed_methods, reason = "only while a store is opened, before anything is served")]
fn pause() {
    std::thread::sleep(LOCK_PAUSE);
}
