//! Files as the journal needs them. May import nothing of the crate. A port: the real disk in life, a failing one in tests.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::Path;

/// An open file.
pub trait JournalFile: Send + Sync {
    /// Reads at `offset` until `bytes` is full or the file ends; says how many bytes that were.
    ///
    /// # Errors
    /// Those of the disk; so for every method here.
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Writes all of `bytes` at `offset`. Durable only after `sync_data`.
    ///
    /// # Errors
    /// Those of the disk.
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Makes what was written durable (`fdatasync`). After an error nobody knows what is: it must not be called again.
    ///
    /// # Errors
    /// Those of the disk.
    fn sync_data(&self) -> io::Result<()>;

    /// The file's length in bytes.
    ///
    /// # Errors
    /// Those of the disk.
    fn size_bytes(&self) -> io::Result<u64>;

    /// Cuts or extends the file.
    ///
    /// # Errors
    /// Those of the disk.
    fn set_size(&self, bytes: u64) -> io::Result<()>;

    /// Reserves room so that later writes up to `bytes` need none. The file is that long afterwards.
    ///
    /// # Errors
    /// Those of the disk; `Unsupported` where the file system cannot.
    fn reserve(&self, bytes: u64) -> io::Result<()>;
}

/// Where files are.
pub trait Disk: Send + Sync {
    /// Opens an existing file for reading, and writing if `write`.
    ///
    /// # Errors
    /// Those of the disk; so for every method here.
    fn open(&self, path: &Path, write: bool) -> io::Result<Box<dyn JournalFile>>;

    /// Makes a new, empty file that only its owner can read; an old one of that name is emptied.
    ///
    /// # Errors
    /// Those of the disk.
    fn create(&self, path: &Path) -> io::Result<Box<dyn JournalFile>>;

    /// Renames a file; durable after `sync_dir`.
    ///
    /// # Errors
    /// Those of the disk.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Makes the names in a folder durable.
    ///
    /// # Errors
    /// Those of the disk.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;
}

/// The machine's disk.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn open(&self, path: &Path, write: bool) -> io::Result<Box<dyn JournalFile>> {
        Ok(Box::new(OpenOptions::new().read(true).write(write).open(path)?))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn JournalFile>> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(true).mode(0o600);
        Ok(Box::new(options.open(path)?))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }
}

impl JournalFile for File {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut done = 0;
        while let Some(rest) = bytes.get_mut(done..).filter(|rest| !rest.is_empty()) {
            match FileExt::read_at(self, rest, offset + done as u64) {
                Ok(0) => break,
                Ok(read) => done += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        FileExt::write_all_at(self, bytes, offset)
    }

    fn sync_data(&self) -> io::Result<()> {
        Self::sync_data(self)
    }

    fn size_bytes(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn set_size(&self, bytes: u64) -> io::Result<()> {
        self.set_len(bytes)
    }

    fn reserve(&self, bytes: u64) -> io::Result<()> {
        Ok(rustix::fs::fallocate(self, rustix::fs::FallocateFlags::empty(), 0, bytes)?)
    }
}

/// Makes a folder only its owner can enter, with those above it.
pub(super) fn make_dir(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Reads a small file; at most `limit` bytes of it.
pub(super) fn read_small(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Replaces a small file so that after a power cut either the old or the new one is there, and the new one if this returned.
pub(super) fn replace_file(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let dir = path.parent().ok_or_else(|| io::Error::other("a path without a folder"))?;
    let fresh = path.with_extension("new");
    let file = disk.create(&fresh)?;
    file.write_all_at(bytes, 0)?;
    file.sync_data()?;
    disk.rename(&fresh, path)?;
    disk.sync_dir(dir)
}
