//! A certificate and the key that belongs to it. May import its peers in tls. What was read together belongs together, or is refused.

use std::sync::Arc;

use aws_lc_rs::digest::{self, Digest};
use jiff::Timestamp;
use rustls::crypto::{CryptoProvider, aws_lc_rs as provider};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys};
use secrecy::ExposeSecret;

use super::files::{BadPair, Bytes, CertFiles};
use super::validity::validity;

/// A pair that can be used.
#[derive(Debug, Clone)]
pub struct Pair {
    /// What TLS signs with.
    pub(super) certified: Arc<CertifiedKey>,
    /// From when it is good.
    pub begins: Timestamp,
    /// Until when it is good.
    pub ends: Timestamp,
}

impl Pair {
    /// Reads the two files, and makes sure that they belong together.
    ///
    /// # Errors
    /// Why they cannot be used.
    pub fn read(files: &CertFiles) -> Result<Self, BadPair> {
        Self::of(files, &files.read()?)
    }

    pub(super) fn of(files: &CertFiles, bytes: &Bytes) -> Result<Self, BadPair> {
        let none = || BadPair::NoCertificate { path: files.cert.clone() };
        let chain: Vec<_> = CertificateDer::pem_slice_iter(&bytes.cert)
            .collect::<Result<_, _>>()
            .map_err(|_| none())?;
        let (begins, ends) = chain.first().and_then(|own| validity(own)).ok_or_else(none)?;
        let no_key = || BadPair::NoKey { path: files.key.clone() };
        let key = PrivateKeyDer::from_pem_slice(bytes.key.expose_secret()).map_err(|_| no_key())?;
        let key = our_provider().key_provider.load_private_key(key).map_err(|_| no_key())?;
        let certified = CertifiedKey::new(chain, key);
        match certified.keys_match() {
            // Not every kind of key tells its public half.
            Ok(()) | Err(Error::InconsistentKeys(InconsistentKeys::Unknown)) => Ok(Self {
                certified: Arc::new(certified),
                begins,
                ends,
            }),
            Err(Error::InconsistentKeys(_)) => Err(BadPair::Strangers {
                cert: files.cert.clone(),
                key: files.key.clone(),
            }),
            Err(error) => Err(BadPair::Unusable {
                path: files.cert.clone(),
                why: error.to_string(),
            }),
        }
    }
}

/// The bytes of both files in one number: whether something changed.
pub(super) fn fingerprint(bytes: &Bytes) -> Digest {
    let mut hash = digest::Context::new(&digest::SHA256);
    hash.update(&(bytes.cert.len() as u64).to_be_bytes());
    hash.update(&bytes.cert);
    hash.update(bytes.key.expose_secret());
    hash.finish()
}

/// The cryptography all of our TLS uses.
pub(super) fn our_provider() -> CryptoProvider {
    provider::default_provider()
}
