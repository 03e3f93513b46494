//! How the last process ended: the marker, the boot id, the lock. May import nothing of the crate. A damaged or missing marker is never taken for a clean stop.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::disk::{Disk, read_small, replace_file};

/// Where Linux says which boot this is. Hidden by `ProcSubset=pid`.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";
/// A boot id is 36 characters; a marker is little more.
const MARKER_LIMIT_BYTES: u64 = 256;
/// A longer index file is not read for its fingerprint: about a second's reading.
const CONTENT_LIMIT_BYTES: u64 = 1 << 30;
/// How much is read at once.
const CHUNK_BYTES: usize = 256 << 10;

/// What the marker says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Marker {
    /// A process has, or had, the store open; since this boot, if the id could be read.
    Running(Option<String>),
    /// It was closed in good order.
    Clean {
        /// The last sequence number.
        seq: u64,
        /// The index's files as they were then: see [`fingerprint`].
        index: u32,
    },
    /// The index failed while the store was open.
    Distrust,
    /// There is none.
    Absent,
    /// There is one, but it is damaged.
    Damaged,
}

impl Marker {
    /// Why the index cannot be trusted after this marker; `None` when it can be.
    #[must_use]
    pub fn distrust(&self, boot_id: Option<&str>) -> Option<String> {
        let why = match self {
            Self::Clean { .. } => return None,
            Self::Running(Some(then)) if Some(then.as_str()) == boot_id => return None,
            Self::Running(Some(_)) if boot_id.is_some() => "the machine was started again without a clean stop",
            Self::Running(_) => "there was no clean stop, and no boot id tells a kill from a power cut",
            Self::Distrust => "the index failed",
            Self::Absent => "there is no marker of the last stop",
            Self::Damaged => "the marker of the last stop is damaged",
        };
        Some(why.to_owned())
    }

    /// Reads the marker.
    ///
    /// # Errors
    /// Those of the disk, except that it is not there.
    pub fn read(path: &Path) -> io::Result<Self> {
        match read_small(path, MARKER_LIMIT_BYTES) {
            Ok(bytes) => Ok(Self::parse(&bytes).unwrap_or(Self::Damaged)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::Absent),
            Err(error) => Err(error),
        }
    }

    /// Writes the marker, durably.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn write(&self, disk: &dyn Disk, path: &Path) -> io::Result<()> {
        let text = match self {
            Self::Running(boot_id) => format!("running {}", boot_id.as_deref().unwrap_or("-")),
            Self::Clean { seq, index } => format!("clean {seq} {index}"),
            Self::Distrust | Self::Absent | Self::Damaged => "distrust".to_owned(),
        };
        replace_file(disk, path, format!("{text} {:08x}\n", crc32c::crc32c(text.as_bytes())).as_bytes())
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let (text, crc) = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?.rsplit_once(' ')?;
        if u32::from_str_radix(crc, 16).ok()? != crc32c::crc32c(text.as_bytes()) {
            return None;
        }
        match text.split_once(' ') {
            Some(("running", "-")) => Some(Self::Running(None)),
            Some(("running", boot_id)) => Some(Self::Running(Some(boot_id.to_owned()))),
            Some(("clean", numbers)) => {
                let (seq, index) = numbers.split_once(' ')?;
                Some(Self::Clean {
                    seq: seq.parse().ok()?,
                    index: index.parse().ok()?,
                })
            }
            None if text == "distrust" => Some(Self::Distrust),
            _ => None,
        }
    }
}

/// This boot's id, where it can be read.
#[must_use]
pub fn boot_id() -> Option<String> {
    let bytes = read_small(Path::new(BOOT_ID), MARKER_LIMIT_BYTES).ok()?;
    let text = String::from_utf8(bytes).ok()?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// A checksum over the names, lengths and contents of the files in a folder and below. sled drops what it finds damaged without a word, so a clean stop notes it.
/// Files longer than [`CONTENT_LIMIT_BYTES`] count by their length only: reading them would make every start slow.
///
/// # Errors
/// Those of the disk.
pub fn fingerprint(dir: &Path) -> io::Result<u32> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        names.push(entry?.path());
    }
    names.sort();
    let (mut sum, mut buffer) = (0, vec![0; CHUNK_BYTES]);
    for path in names {
        sum = crc32c::crc32c_append(sum, path.file_name().unwrap_or_default().as_encoded_bytes());
        if path.is_dir() {
            sum = crc32c::crc32c_append(sum, &fingerprint(&path)?.to_le_bytes());
            continue;
        }
        let mut file = File::open(&path)?;
        let length = file.metadata()?.len();
        sum = crc32c::crc32c_append(sum, &length.to_le_bytes());
        if length > CONTENT_LIMIT_BYTES {
            continue;
        }
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                read => sum = crc32c::crc32c_append(sum, buffer.get(..read).unwrap_or_default()),
            }
        }
    }
    Ok(sum)
}

/// Takes the store for this process; `None` when another has it. Held until the file is dropped, and let go by the kernel when the process ends.
///
/// # Errors
/// Those of the disk.
pub fn lock(path: &Path) -> io::Result<Option<File>> {
    let file = File::options().write(true).create(true).truncate(false).open(path)?;
    match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(file)),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
#[path = "marker_tests.rs"]
mod tests;
