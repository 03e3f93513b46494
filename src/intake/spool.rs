//! Room for large mails while they come in: on disk, and the memory they may have afterwards. May import limits. A file has no name from the moment it is made, so that nothing is left behind.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::limits::{MEMORY_BYTES, MEMORY_STEP_BYTES};

/// What the doors of mail share: a folder for what is coming in, and memory for what has come.
#[derive(Debug, Clone)]
pub struct Room {
    folder: Arc<PathBuf>,
    memory: Arc<Semaphore>,
    steps: u32,
    next: Arc<AtomicU64>,
}

/// A mail on its way in, on disk.
#[derive(Debug)]
pub struct Spooled {
    file: File,
    bytes: usize,
}

/// A mail that is whole and in memory again, and its share until it is dropped.
#[derive(Debug)]
pub struct Loaded {
    /// The mail.
    pub raw: Bytes,
    /// Given back when it is stored or refused.
    pub share: OwnedSemaphorePermit,
}

/// Why a mail has no room.
#[derive(Debug)]
pub enum NoRoom {
    /// The disk does not take it, or does not give it back.
    Disk(io::Error),
    /// Others have all the memory, and did not give it back in time.
    Memory,
}

impl Room {
    /// In this folder, with at least [`MEMORY_BYTES`], and never less than one of the largest mails.
    #[must_use]
    pub fn new(folder: PathBuf, largest_mail_bytes: usize) -> Self {
        let steps = MEMORY_BYTES.max(largest_mail_bytes).div_ceil(MEMORY_STEP_BYTES);
        let steps = u32::try_from(steps).unwrap_or(u32::MAX);
        Self {
            folder: Arc::new(folder),
            memory: Arc::new(Semaphore::new((steps as usize).min(Semaphore::MAX_PERMITS))),
            steps,
            next: Arc::default(),
        }
    }

    /// Makes a file, and takes its name away at once.
    fn file(&self) -> io::Result<File> {
        DirBuilder::new().recursive(true).mode(0o700).create(&*self.folder)?;
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.join(format!("{}-{number}", std::process::id()));
        let made = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path)?;
        std::fs::remove_file(&path)?;
        Ok(made)
    }

    /// Puts a piece behind what is there, in a thread that may wait for the disk.
    ///
    /// # Errors
    /// The disk's.
    pub async fn append(&self, spooled: Option<Spooled>, piece: Vec<u8>) -> Result<Spooled, NoRoom> {
        let room = self.clone();
        let write = move || -> io::Result<Spooled> {
            let mut spooled = match spooled {
                Some(spooled) => spooled,
                None => Spooled {
                    file: room.file()?,
                    bytes: 0,
                },
            };
            spooled.file.write_all(&piece)?;
            spooled.bytes += piece.len();
            Ok(spooled)
        };
        let written = spawn_blocking(write).await.unwrap_or_else(|error| Err(io::Error::other(error)));
        written.map_err(NoRoom::Disk)
    }

    /// Takes a mail into memory, in its turn: whoever came first is first, so that nobody starves and nobody waits for two.
    ///
    /// # Errors
    /// Why it cannot be.
    pub async fn load(&self, spooled: Spooled, within: Duration) -> Result<Loaded, NoRoom> {
        let steps = spooled.bytes.div_ceil(MEMORY_STEP_BYTES);
        let steps = u32::try_from(steps).unwrap_or(u32::MAX).min(self.steps);
        let share = match timeout(within, Arc::clone(&self.memory).acquire_many_owned(steps)).await {
            Ok(Ok(share)) => share,
            Ok(Err(_)) | Err(_) => return Err(NoRoom::Memory),
        };
        let read = move || -> io::Result<Bytes> {
            let Spooled { mut file, bytes } = spooled;
            let mut raw = Vec::with_capacity(bytes);
            file.rewind()?;
            file.take(bytes as u64).read_to_end(&mut raw)?;
            if raw.len() < bytes {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            Ok(Bytes::from(raw))
        };
        let raw = spawn_blocking(read).await.unwrap_or_else(|error| Err(io::Error::other(error)));
        Ok(Loaded {
            raw: raw.map_err(NoRoom::Disk)?,
            share,
        })
    }
}

#[cfg(test)]
#[path = "spool_tests.rs"]
mod tests;
