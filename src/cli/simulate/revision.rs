//! A configuration as it stood in a revision of git, in a folder of its own that is gone afterwards. May import config's limits. Runs `git` and nothing else; the work tree is not touched.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use super::usage;
use crate::config::{MAX_FILE_BYTES, MAX_FILES, MAX_TOTAL_BYTES};
use crate::daemon::{Exit, Failure};

/// The files of a revision.
pub(super) struct Revision {
    folder: PathBuf,
    /// What is to be loaded: the folder, or the one file in it.
    pub(super) config: PathBuf,
}

impl Drop for Revision {
    fn drop(&mut self) {
        // It lies where such things lie; what cannot be removed is no failure of the simulation.
        drop(fs::remove_dir_all(&self.folder));
    }
}

impl Revision {
    /// Writes the files that the folder of `config` had in `name`.
    pub(super) fn of(config: &Path, name: &str) -> Result<Self, Failure> {
        let (folder, file) = if config.is_dir() {
            (config, None)
        } else {
            (
                config
                    .parent()
                    .filter(|folder| !folder.as_os_str().is_empty())
                    .unwrap_or(Path::new(".")),
                config.file_name(),
            )
        };
        let commit = format!("{name}^{{commit}}");
        let commit = git(folder, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?.ok_or_else(|| {
            usage(&format!(
                "`{name}` is neither a folder nor a revision of a git repository that holds {}",
                folder.display()
            ))
        })?;
        let commit = String::from_utf8_lossy(&commit).trim().to_owned();
        let listed = git(folder, &["ls-tree", "-r", "-l", "-z", &commit])?.unwrap_or_default();
        let files = files(&listed);
        if files.is_empty() {
            return Err(usage(&format!("{} was not there in `{name}`", folder.display())));
        }
        let total: u64 = files.iter().map(|file| file.size).sum();
        if files.len() > MAX_FILES || total > MAX_TOTAL_BYTES || files.iter().any(|file| file.size > MAX_FILE_BYTES) {
            let text = format!(
                "{} in `{name}` is larger than a configuration can be: is it the configuration folder?",
                folder.display()
            );
            return Err(Failure::new(Exit::Config, text));
        }
        let place = new_folder().map_err(|error| written(&error))?;
        let revision = Self {
            config: file.map_or_else(|| place.clone(), |file| place.join(file)),
            folder: place,
        };
        for file in files {
            let bytes = git(folder, &["cat-file", "blob", &file.object])?.ok_or_else(|| written(&"git has lost one of its files"))?;
            write(&revision.folder.join(&file.path), &bytes).map_err(|error| written(&error))?;
        }
        Ok(revision)
    }
}

fn written(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::Io, format!("the configuration of the revision cannot be laid out: {error}"))
}

/// A file of a revision.
struct Listed {
    object: String,
    size: u64,
    path: PathBuf,
}

/// Reads `MODE blob OBJECT SIZE<tab>PATH`, each ended by a NUL; what is no plain file, or would lie elsewhere, is left out.
fn files(listed: &[u8]) -> Vec<Listed> {
    let read = |line: &[u8]| {
        let tab = line.iter().position(|byte| *byte == b'\t')?;
        let (head, path) = line.split_at(tab);
        let head = std::str::from_utf8(head).ok()?;
        let mut words = head.split_whitespace();
        let (mode, kind, object, size) = (words.next()?, words.next()?, words.next()?, words.next()?);
        let path = PathBuf::from(OsStr::from_bytes(path.get(1..)?));
        let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
        let plain = kind == "blob" && mode.starts_with("100");
        (plain && inside).then(|| {
            Some(Listed {
                object: object.to_owned(),
                size: size.parse().ok()?,
                path,
            })
        })?
    };
    listed.split(|byte| *byte == 0).filter_map(read).collect()
}

/// What git prints; `None` if it says no.
fn git(folder: &Path, args: &[&str]) -> Result<Option<Vec<u8>>, Failure> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(args).stdin(Stdio::null()).stderr(Stdio::null());
    let output = command
        .output()
        .map_err(|error| Failure::new(Exit::Io, format!("git cannot be run: {error}")))?;
    Ok(output.status.success().then_some(output.stdout))
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    File::create_new(path)?.write_all(bytes)
}

#[expect(
    clippy::disallowed_methods,
    reason = "it is read once and removed; a temporary folder is where such things go"
)]
fn new_folder() -> io::Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("batond-revision-{}", std::process::id()));
    // Not recursive: a folder that is there already, perhaps somebody else's, is refused.
    DirBuilder::new().mode(0o700).create(&folder)?;
    Ok(folder)
}
