//! Files that came with mail. May import only its peers in model. Their bytes stay in the raw message; they are never opened, run or unpacked.

use serde::{Deserialize, Serialize};

use super::RawRef;

/// A file that came with a message of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailFile {
    /// The message it came with: its bytes hold it.
    pub raw: RawRef,
    /// Its place among what is attached there, from 0.
    pub place: u32,
    /// Its name, without path separators and controls.
    pub name: String,
    /// Its media type as its sender says.
    pub media_type: String,
    /// Its decoded size.
    pub size_bytes: u64,
    /// Who sent it, as shown.
    pub from: String,
}

impl MailFile {
    /// The most files that go with one mail of ours.
    pub const MAX_SENT: usize = 10;
    /// The most bytes of files that go with one mail of ours: what most mail servers take, once encoded.
    pub const MAX_SENT_BYTES: u64 = 10 << 20;
    /// The most files an item remembers; the newest. All of them stay in its messages.
    pub const MAX_KEPT: usize = 100;

    /// `log.txt (12 KiB)`.
    #[must_use]
    pub fn shown(&self) -> String {
        format!("{} ({} KiB)", self.name, self.size_bytes.div_ceil(1_024))
    }

    /// Those that go with one mail, and those that are left out because it would be too much.
    #[must_use]
    pub fn within_limits(files: Vec<Self>) -> (Vec<Self>, Vec<Self>) {
        let mut bytes = 0_u64;
        let mut count = 0;
        files.into_iter().partition(|file| {
            let fits = count < Self::MAX_SENT && bytes.saturating_add(file.size_bytes) <= Self::MAX_SENT_BYTES;
            if fits {
                count += 1;
                bytes += file.size_bytes;
            }
            fits
        })
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
