//! The files of a folder: claimed, read, put away, each by one rename. May import nothing of the crate. Blocks: run it on a thread of its own. No rename replaces a file.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, OFlags, RenameFlags, renameat_with};

use super::Layout;

/// Files that were claimed and not put away yet.
const CLAIMED: &str = "batond-claimed";
/// Files that cannot be taken.
const FAILED: &str = "batond-failed";
/// The mode of the folders that are made.
const FOLDER_MODE: u32 = 0o700;
/// A folder that its group may write.
const GROUP_WRITES: u32 = 0o020;
/// What the folders of a spool that its group may write have of the spool's own mode: that what is made there has its group, and what the group may. Never what others may.
const SHARED_BITS: u32 = 0o2070;

/// A file that was claimed, and its bytes.
pub struct Claimed {
    /// Its name.
    pub name: String,
    /// By what it is known again: a name can be given again, but not with the same file.
    pub id: String,
    /// Its bytes, or why it has none that can be taken.
    pub bytes: Result<Vec<u8>, Unfit>,
}

/// Why a file cannot be taken.
#[derive(Debug, PartialEq, Eq)]
pub struct Unfit {
    /// Why: a sentence without its subject.
    pub why: String,
    /// What could be read of it: how it begins, or nothing.
    pub first: Vec<u8>,
    /// Whether that is all of it.
    pub whole: bool,
}

/// The folder.
#[derive(Debug, Clone)]
pub struct Files {
    path: PathBuf,
    layout: Layout,
    max_bytes: usize,
}

impl Files {
    /// Over a folder. `max_bytes` is the largest file.
    pub fn new(path: PathBuf, layout: Layout, max_bytes: usize) -> Self {
        Self { path, layout, max_bytes }
    }

    /// Where files appear.
    #[must_use]
    pub fn new_folder(&self) -> PathBuf {
        self.path.join("new")
    }

    /// Makes what batond needs there; a spool is made whole, a Maildir must be there.
    ///
    /// # Errors
    /// It is not there, or may not be written.
    pub fn prepare(&self) -> io::Result<()> {
        let make = |folder: PathBuf| fs::DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder);
        match self.layout {
            Layout::Spool => {
                make(self.path.clone())?;
                let mode = fs::metadata(&self.path)?.permissions().mode();
                let shared = if mode & GROUP_WRITES == 0 { 0 } else { mode & SHARED_BITS };
                for part in ["tmp", "new", CLAIMED] {
                    let part = self.path.join(part);
                    make(part.clone())?;
                    let mode = fs::metadata(&part)?.permissions().mode();
                    // Who may write into the spool drops mail there, and looks how far it is. The umask would keep them out.
                    if mode & SHARED_BITS != shared {
                        fs::set_permissions(&part, Permissions::from_mode(FOLDER_MODE | shared))?;
                    }
                }
            }
            Layout::Maildir => ["new", "cur"].iter().try_for_each(|part| {
                let there = fs::metadata(self.path.join(part))?;
                let none = || io::Error::new(io::ErrorKind::NotADirectory, format!("`{part}` is not a folder"));
                if there.is_dir() { Ok(()) } else { Err(none()) }
            })?,
        }
        [CLAIMED, FAILED].iter().try_for_each(|part| make(self.path.join(part)))
    }

    /// Claims and reads some files: first those that were claimed before and not put away, then new ones, by name. At most `most` files and about `bytes`.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn claim(&self, most: usize, bytes: usize) -> io::Result<Vec<Claimed>> {
        let mut claimed = Vec::new();
        let mut held = 0;
        for (folder, is_new) in [(CLAIMED, false), ("new", true)] {
            for name in names(&self.path.join(folder), most)? {
                if claimed.len() >= most || held >= bytes {
                    return Ok(claimed);
                }
                let (from, to) = (self.path.join(folder).join(&name), self.path.join(CLAIMED).join(&name));
                if is_new && let Err(error) = rename(&from, &to) {
                    // Somebody else took it meanwhile, or a file of this name is in hand: it is looked at again.
                    if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::AlreadyExists) {
                        continue;
                    }
                    return Err(error);
                }
                // Somebody may have taken it away.
                let Some((id, read)) = self.read(&to, &name) else { continue };
                held += read.as_ref().map_or(0, Vec::len);
                claimed.push(Claimed { name, id, bytes: read });
            }
        }
        Ok(claimed)
    }

    /// `None` if it is gone.
    fn read(&self, path: &Path, name: &str) -> Option<(String, Result<Vec<u8>, Unfit>)> {
        let unfit = |why, first| Unfit { why, first, whole: false };
        match self.read_whole(path) {
            Ok((file, bytes)) => {
                let id = format!("{name}:{}:{}.{:09}", file.ino(), file.mtime(), file.mtime_nsec());
                if bytes.len() <= self.max_bytes {
                    return Some((id, Ok(bytes)));
                }
                let why = format!("has {} bytes, more than its source takes (`max_size`)", file.len());
                Some((id, Err(unfit(why, bytes))))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => Some((name.to_owned(), Err(unfit(format!("cannot be read: {error}"), Vec::new())))),
        }
    }

    /// At most one byte more than is taken.
    fn read_whole(&self, path: &Path) -> io::Result<(fs::Metadata, Vec<u8>)> {
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
        let file = OpenOptions::new().read(true).custom_flags(flags.cast_signed()).open(path)?;
        let about = file.metadata()?;
        if !about.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file"));
        }
        let mut bytes = Vec::new();
        file.take(self.max_bytes as u64 + 1).read_to_end(&mut bytes)?;
        Ok((about, bytes))
    }

    /// Puts a file away that is on stable storage.
    ///
    /// # Errors
    /// It stays claimed; the next look finds it, and that it was taken.
    pub fn put_away(&self, name: &str) -> io::Result<()> {
        let from = self.path.join(CLAIMED).join(name);
        match self.layout {
            Layout::Spool => fs::remove_file(from),
            Layout::Maildir => {
                // Not seen, not answered: what people do with it is theirs to say.
                let base = name.split_once(":2,").map_or(name, |(base, _)| base);
                self.move_beside(&from, "cur", &format!("{base}:2,"))
            }
        }
    }

    /// Nobody reads the folder from now on: what is claimed in a Maildir goes back to where other readers look for it. A spool's stays: whoever waits
    /// for it must not miss it between two folders.
    ///
    /// # Errors
    /// What is left stays claimed.
    pub fn give_back(&self) -> io::Result<()> {
        let claimed = self.path.join(CLAIMED);
        if self.layout == Layout::Spool || !claimed.try_exists()? {
            return Ok(());
        }
        for name in names(&claimed, usize::MAX)? {
            self.move_beside(&claimed.join(&name), "new", &name)?;
        }
        Ok(())
    }

    /// Puts a file aside that cannot be taken.
    ///
    /// # Errors
    /// It stays claimed.
    pub fn put_aside(&self, name: &str) -> io::Result<()> {
        self.move_beside(&self.path.join(CLAIMED).join(name), FAILED, name)
    }

    /// Moves without replacing: where a file of the name is, it gets a number.
    fn move_beside(&self, from: &Path, folder: &str, name: &str) -> io::Result<()> {
        const MOST: u32 = 10_000;
        let folder = self.path.join(folder);
        for number in 0..MOST {
            let to = if number == 0 { name.to_owned() } else { format!("{number}.{name}") };
            match rename(from, &folder.join(to)) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                done => return done,
            }
        }
        Err(io::Error::from(io::ErrorKind::AlreadyExists))
    }

    /// The words people find a file under that was put aside.
    #[must_use]
    pub fn aside(&self) -> PathBuf {
        self.path.join(FAILED)
    }
}

fn rename(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // A file system without it, as NFS: a name of a Maildir is there once by its own rules.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => fs::rename(from, to),
        done => done.map_err(io::Error::from),
    }
}

/// The names in a folder, in order, at most the first `most` of those met. Names with a dot first belong to others; a name that is no text is left alone.
fn names(folder: &Path, most: usize) -> io::Result<Vec<String>> {
    /// So many are met for each that is taken, so that the oldest come first as far as memory goes.
    const MET: usize = 100;
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)?.take(most.saturating_mul(MET)) {
        let name = entry?.file_name();
        if let Ok(name) = name.into_string()
            && !name.starts_with('.')
        {
            names.push(name);
        }
    }
    names.sort_unstable();
    names.truncate(most);
    Ok(names)
}

/// Makes the entries of a folder durable.
///
/// # Errors
/// The disk.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
#[path = "files_tests.rs"]
mod tests;
