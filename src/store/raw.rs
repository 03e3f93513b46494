//! Large raw messages, each in a file of its own named by its content. May import model. What `put` returned for survives a power cut.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::digest;
use bytes::Bytes;

use super::disk::{Disk, make_dir};
use crate::model::RawRef;

/// The folder `raw/`: `raw/<first two digits>/<sha256>`.
pub struct RawFiles {
    dir: PathBuf,
    disk: Arc<dyn Disk>,
    /// The folders below `dir` that this process has made durable, by the first byte of what is in them.
    durable: [bool; 256],
}

/// A raw message's name as bytes.
pub type Digest = [u8; 32];

/// The digest a reference names; `None` when it is not 64 lower-case hexadecimal digits, and so must not become part of a path.
#[must_use]
pub fn digest_of(raw: &RawRef) -> Option<Digest> {
    let bytes = data_encoding::HEXLOWER.decode(raw.sha256.as_bytes()).ok()?;
    bytes.try_into().ok()
}

impl RawFiles {
    /// The folder `dir`, made when it is first needed.
    #[must_use]
    pub fn new(dir: &Path, disk: Arc<dyn Disk>) -> Self {
        Self {
            dir: dir.to_owned(),
            disk,
            durable: [false; 256],
        }
    }

    /// Keeps `bytes` under their digest: file, rename and folder are synced. An older file of that name, left by a write nobody was told of, is replaced.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn put(&mut self, digest: &Digest, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(digest);
        let Some(parent) = path.parent() else {
            return Err(io::Error::other("a raw file without a folder"));
        };
        // That the folder is there says nothing: who made it may have been killed before the folders above were synced.
        let durable = self.durable.get(usize::from(digest[0])).is_some_and(|durable| *durable);
        if !durable {
            make_dir(parent)?;
            self.disk.sync_dir(&self.dir)?;
            if let Some(above) = self.dir.parent() {
                self.disk.sync_dir(above)?;
            }
        }
        let fresh = path.with_extension("new");
        let file = self.disk.create(&fresh)?;
        file.write_all_at(bytes, 0)?;
        file.sync_data()?;
        self.disk.rename(&fresh, &path)?;
        self.disk.sync_dir(parent)?;
        if let Some(durable) = self.durable.get_mut(usize::from(digest[0])) {
            *durable = true;
        }
        Ok(())
    }

    /// Reads the bytes back and checks them against their digest.
    ///
    /// # Errors
    /// Those of the disk; `InvalidData` when they are not what was kept.
    pub fn get(&self, digest: &Digest, size_bytes: u64) -> io::Result<Bytes> {
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, format!("{} is damaged", self.path(digest).display()));
        let file = self.disk.open(&self.path(digest), false)?;
        if file.size_bytes()? != size_bytes {
            return Err(damaged());
        }
        let mut bytes = vec![0; usize::try_from(size_bytes).map_err(|_| damaged())?];
        file.read_at(&mut bytes, 0)?;
        if digest::digest(&digest::SHA256, &bytes).as_ref() == digest {
            Ok(bytes.into())
        } else {
            Err(damaged())
        }
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        let name = data_encoding::HEXLOWER.encode(digest);
        self.dir.join(name.get(..2).unwrap_or_default()).join(name)
    }
}
