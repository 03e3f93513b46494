//! The spool of `batond ingest`: what it drops there, and what the daemon reads. May import model, its peers in folder. A file in `new` is whole and on stable storage.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::files::sync_folder;
use crate::model::Envelope;

/// The longest first line.
pub(super) const MAX_HEAD_BYTES: usize = 256 * 1024;
/// Its owner writes, the folder's group reads.
const FILE_MODE: u32 = 0o640;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    from: Option<String>,
    to: Vec<String>,
}

/// The envelope in the first line, and the mail behind it.
pub(super) fn parts(file: &Bytes) -> Option<(Envelope, Bytes)> {
    let end = file.iter().take(MAX_HEAD_BYTES).position(|byte| *byte == b'\n')?;
    let Head { from, to } = serde_json::from_slice(file.get(..end)?).ok()?;
    let envelope = Envelope {
        from,
        to,
        ..Envelope::default()
    };
    Some((envelope, file.slice(end + 1..)))
}

/// The spool, from the side that drops.
#[derive(Debug, Clone)]
pub struct Spool {
    path: PathBuf,
}

/// A mail that lies in the spool, on stable storage.
#[derive(Debug)]
pub struct Dropped {
    name: String,
}

/// Why a mail does not lie in the spool.
#[derive(Debug, thiserror::Error)]
pub enum NotDropped {
    /// It has more bytes than the source takes.
    #[error("the mail is larger than {0} bytes")]
    TooLarge(usize),
    /// Files.
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
}

/// How far a mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Nobody has it in hand.
    Lies,
    /// The daemon has it in hand.
    InHand,
    /// It was taken: it is on stable storage as a message.
    Taken,
}

impl Spool {
    /// The spool in a folder that the daemon has made.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Writes a mail there. When this returns it survives a power cut. `name` tells it from all others.
    ///
    /// # Errors
    /// [`NotDropped`]; nothing of it is left.
    pub fn drop_mail(&self, name: &str, envelope: &Envelope, mail: impl Read, max_bytes: usize) -> Result<Dropped, NotDropped> {
        let tmp = self.path.join("tmp").join(name);
        let written = self.write(&tmp, name, envelope, mail, max_bytes);
        if written.is_err() {
            // It may never have been there.
            let _ = fs::remove_file(&tmp);
        }
        written.map(|()| Dropped { name: name.to_owned() })
    }

    fn write(&self, tmp: &Path, name: &str, envelope: &Envelope, mail: impl Read, max_bytes: usize) -> Result<(), NotDropped> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |error| NotDropped::Io(path, error)
        };
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(FILE_MODE)
            .open(tmp)
            .map_err(failed(tmp))?;
        // Whatever the umask of the program that calls us: the daemon reads it as the folder's group.
        file.set_permissions(Permissions::from_mode(FILE_MODE)).map_err(failed(tmp))?;
        let head = Head {
            from: envelope.from.clone(),
            to: envelope.to.clone(),
        };
        let mut line = serde_json::to_vec(&head).map_err(|error| NotDropped::Io(tmp.to_owned(), error.into()))?;
        line.push(b'\n');
        file.write_all(&line).map_err(failed(tmp))?;
        let copied = io::copy(&mut mail.take(max_bytes as u64 + 1), &mut file).map_err(failed(tmp))?;
        if copied > max_bytes as u64 {
            return Err(NotDropped::TooLarge(max_bytes));
        }
        File::sync_all(&file).map_err(failed(tmp))?;
        let new = self.path.join("new");
        fs::rename(tmp, new.join(name)).map_err(failed(&new))?;
        sync_folder(&new).map_err(|error| {
            // It is not known whether it would survive: it is taken back.
            let _ = fs::remove_file(new.join(name));
            NotDropped::Io(new.clone(), error)
        })
    }

    /// How far it is.
    ///
    /// # Errors
    /// The folder cannot be looked into.
    pub fn look(&self, dropped: &Dropped) -> io::Result<Wait> {
        // In the order in which the daemon moves it, so that it is never missed between two looks.
        if self.path.join("new").join(&dropped.name).try_exists()? {
            return Ok(Wait::Lies);
        }
        if self.path.join("batond-claimed").join(&dropped.name).try_exists()? {
            return Ok(Wait::InHand);
        }
        Ok(Wait::Taken)
    }

    /// Takes a mail back that nobody has in hand. Whether it could.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn take_back(&self, dropped: &Dropped) -> io::Result<bool> {
        let tmp = self.path.join("tmp").join(&dropped.name);
        match fs::rename(self.path.join("new").join(&dropped.name), &tmp) {
            Ok(()) => fs::remove_file(tmp).map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
#[path = "spool_tests.rs"]
mod tests;
