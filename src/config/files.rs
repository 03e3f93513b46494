//! Which files make up a configuration, and their bytes. May import the rest of config. Every limit is named; whatever cannot be read is a diagnostic.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::code::Code;

/// The largest configuration file, in bytes.
pub const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// The largest configuration, all files together, in bytes.
pub const MAX_TOTAL_BYTES: u64 = 64 * 1024 * 1024;

/// The most files of a configuration.
pub const MAX_FILES: usize = 1_000;

/// The deepest folder below the configuration folder.
pub const MAX_FOLDERS: usize = 16;

/// The file every configuration folder has.
pub(crate) const MAIN: &str = "batond.yaml";

/// A file to merge: its name from the folder, and its bytes or why they are not there.
#[derive(Debug)]
pub(crate) struct FileBytes {
    pub name: String,
    pub bytes: Result<Vec<u8>, (Code, String)>,
}

impl FileBytes {
    /// Whether it holds cases of `batond test` and no policy.
    pub fn holds_cases(&self) -> bool {
        kind(&self.name) == Some(Kind::Cases)
    }
}

/// What a YAML file is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Part of the configuration.
    Policy,
    /// `*.test.yaml`
    Cases,
}

/// The configuration folder and its files, sorted by name.
#[derive(Debug)]
pub(crate) struct Found {
    pub root: PathBuf,
    pub files: Vec<FileBytes>,
}

/// Finds and reads the files of a configuration: a folder, or a single file. `cases` asks for `*.test.yaml` too.
pub(crate) fn find(path: &Path, cases: bool) -> Found {
    let Ok(meta) = fs::metadata(path) else {
        return missing(path);
    };
    if meta.is_dir() {
        return folder(path, cases);
    }
    let name = path
        .file_name()
        .map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    let root = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    Found {
        root: root.to_owned(),
        files: vec![FileBytes {
            name,
            bytes: read(path, MAX_FILE_BYTES),
        }],
    }
}

fn missing(path: &Path) -> Found {
    let why = fs::metadata(path).err().map_or_else(String::new, |error| reason(&error));
    Found {
        root: path.to_owned(),
        files: vec![FileBytes {
            name: path.display().to_string(),
            bytes: Err((Code::FileUnreadable, format!("cannot be read: {why}"))),
        }],
    }
}

fn folder(root: &Path, cases: bool) -> Found {
    let mut names = Vec::new();
    let mut files = Vec::new();
    walk(root, "", 0, &mut names, &mut files);
    names.retain(|name| cases || kind(name) == Some(Kind::Policy));
    names.sort_unstable();
    if !names.iter().any(|name| name == MAIN) {
        let why = "there is no batond.yaml in this folder".to_owned();
        files.push(FileBytes {
            name: MAIN.to_owned(),
            bytes: Err((Code::NoMainFile, why)),
        });
    }
    let mut left = MAX_TOTAL_BYTES;
    for (n, name) in names.into_iter().enumerate() {
        if n >= MAX_FILES {
            let why = format!("this is file {} of the configuration; at most {MAX_FILES} are read", n + 1);
            let bytes = Err((Code::TooManyFiles, why));
            files.push(FileBytes { name, bytes });
            break;
        }
        let bytes = read(&root.join(&name), left.min(MAX_FILE_BYTES));
        left = left.saturating_sub(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64));
        files.push(FileBytes { name, bytes });
    }
    Found {
        root: root.to_owned(),
        files,
    }
}

/// Collects the names of YAML files below `root/prefix`. Hidden entries are left out.
fn walk(root: &Path, prefix: &str, depth: usize, names: &mut Vec<String>, faults: &mut Vec<FileBytes>) {
    let mut fault = |code, why: String| {
        let name = if prefix.is_empty() { "." } else { prefix.trim_end_matches('/') };
        faults.push(FileBytes {
            name: name.to_owned(),
            bytes: Err((code, why)),
        });
    };
    if depth > MAX_FOLDERS {
        return fault(Code::TooManyFiles, format!("folders are nested more than {MAX_FOLDERS} deep"));
    }
    let entries = match fs::read_dir(root.join(prefix)) {
        Ok(entries) => entries,
        Err(error) => return fault(Code::FileUnreadable, format!("the folder cannot be read: {}", reason(&error))),
    };
    let mut folders = Vec::new();
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => return fault(Code::FileUnreadable, format!("the folder cannot be read: {}", reason(&error))),
        };
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        // Symbolic links to files are followed, as configuration is often mounted that way; links to folders are not, as they can form loops.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            folders.push(format!("{prefix}{name}/"));
        } else if kind(&name).is_some() {
            names.push(format!("{prefix}{name}"));
        }
    }
    for folder in folders {
        walk(root, &folder, depth + 1, names, faults);
    }
}

fn kind(name: &str) -> Option<Kind> {
    let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"))?;
    Some(if stem.ends_with(".test") { Kind::Cases } else { Kind::Policy })
}

/// Reads a file of at most `limit` bytes. Anything but a regular file is refused: a pipe would never end.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, (Code, String)> {
    let unreadable = |error: io::Error| (Code::FileUnreadable, format!("cannot be read: {}", reason(&error)));
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err((Code::FileUnreadable, "cannot be read: not a regular file".to_owned()));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(limit + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > limit {
        let why = if limit == MAX_FILE_BYTES {
            format!("larger than {MAX_FILE_BYTES} bytes (1 MiB)")
        } else {
            format!("with this file the configuration is larger than {MAX_TOTAL_BYTES} bytes (64 MiB)")
        };
        return Err((Code::FileTooLarge, why));
    }
    Ok(bytes)
}

/// The operating system's reason without its number.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}
