//! The two files of a certificate, and why they cannot be used. May import nothing of the crate. A key that everybody can read is refused; nothing of a key is ever shown.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use secrecy::SecretSlice;

/// The largest file of certificates or keys, in bytes.
pub const MAX_PEM_BYTES: u64 = 256 * 1024;

/// The right to read, write or enter for everybody.
const OTHERS: u32 = 0o007;

/// A chain of certificates and its key, as PEM files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CertFiles {
    /// The certificate, then those between it and its root.
    pub cert: PathBuf,
    /// The key.
    pub key: PathBuf,
}

/// Why a pair cannot be used: a sentence, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPair {
    /// A file is not there or cannot be read.
    #[error("{} cannot be read: {why}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// The system's reason.
        why: String,
    },
    /// Everybody can read the key.
    #[error("the key {} can be read by everybody (mode {mode:o})", path.display())]
    Open {
        /// Which.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// There is no certificate in the file, or something between is broken.
    #[error("there is no certificate in {}", path.display())]
    NoCertificate {
        /// Which.
        path: PathBuf,
    },
    /// There is no key in the file, or one that is locked with a passphrase.
    #[error("there is no key in {} that can be used", path.display())]
    NoKey {
        /// Which.
        path: PathBuf,
    },
    /// The key belongs to another certificate.
    #[error("the key {} does not belong to the certificate {}", key.display(), cert.display())]
    Strangers {
        /// The certificate.
        cert: PathBuf,
        /// The key.
        key: PathBuf,
    },
    /// TLS does not take them for another reason.
    #[error("{} cannot be used: {why}", path.display())]
    Unusable {
        /// The certificate.
        path: PathBuf,
        /// What the library says.
        why: String,
    },
}

impl BadPair {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Unreadable { .. } => "check the path, and that batond's user may read it".to_owned(),
            Self::Open { path, .. } => format!("chmod o-rwx {}", path.display()),
            Self::NoCertificate { .. } => "a PEM file begins with -----BEGIN CERTIFICATE-----; the own certificate comes first".to_owned(),
            Self::NoKey { .. } => {
                "a PEM file begins with -----BEGIN PRIVATE KEY-----, without a passphrase; RSA, ECDSA and Ed25519 keys can be used"
                    .to_owned()
            }
            Self::Strangers { .. } => "take both from the same issue, such as fullchain.pem and privkey.pem".to_owned(),
            Self::Unusable { .. } => "have it issued again: X.509 version 3, with the server's names".to_owned(),
        }
    }

    /// Whether it is about the key.
    #[must_use]
    pub fn is_of_key(&self, files: &CertFiles) -> bool {
        match self {
            Self::Open { .. } | Self::NoKey { .. } | Self::Strangers { .. } => true,
            Self::Unreadable { path, .. } => *path == files.key && files.key != files.cert,
            Self::NoCertificate { .. } | Self::Unusable { .. } => false,
        }
    }
}

/// The bytes of a pair of files.
pub(super) struct Bytes {
    pub cert: Vec<u8>,
    pub key: SecretSlice<u8>,
}

impl CertFiles {
    /// Reads both.
    pub(super) fn read(&self) -> Result<Bytes, BadPair> {
        let (cert, _) = read(&self.cert)?;
        let (key, mode) = read(&self.key)?;
        if mode & OTHERS != 0 {
            return Err(BadPair::Open {
                path: self.key.clone(),
                mode: mode & 0o777,
            });
        }
        Ok(Bytes { cert, key: key.into() })
    }
}

fn read(path: &Path) -> Result<(Vec<u8>, u32), BadPair> {
    let bad = |why: String| BadPair::Unreadable {
        path: path.to_owned(),
        why,
    };
    let unreadable = |error: io::Error| {
        bad(match error.kind() {
            io::ErrorKind::NotFound => "no such file".to_owned(),
            io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
            _ => error.to_string(),
        })
    };
    // A pipe would never end: what it is, is asked before it is opened.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(bad("not a regular file".to_owned()));
    }
    let file = File::open(path).map_err(unreadable)?;
    let mode = file.metadata().map_err(unreadable)?.permissions().mode();
    let mut bytes = Vec::new();
    file.take(MAX_PEM_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_PEM_BYTES {
        return Err(bad(format!("larger than {} KiB", MAX_PEM_BYTES / 1024)));
    }
    Ok((bytes, mode))
}
