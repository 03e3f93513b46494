//! What a sender adds to a delivery so that it is proven: for the command that tries a source. May import its peers in verify. What it writes is marked as secret.

use aws_lc_rs::hmac;
use http::{HeaderMap, HeaderName, HeaderValue};
use secrecy::SecretString;

use super::secret::{hash, octets};
use crate::config::HmacAlgorithm;

/// Why a delivery cannot be proven from here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoProof {
    /// Only the sender has the key.
    #[error("its `secret` is the sender's public key (whpk_…), with which nobody but the sender can sign; try it from there")]
    PublicKey,
    /// A secret with a line break, or another character that a header cannot hold.
    #[error("its `secret` holds a character that no header can hold, such as a line break: no sender can send it")]
    NotAHeader,
    /// A header that is signed with the body is not there.
    #[error("the header {0} is signed and is not there; name it with --header")]
    Missing(String),
}

/// The secret a sender uses: the first, which is the new one while it is changed.
pub fn own(secrets: &[SecretString]) -> &[u8] {
    octets(secrets).next().unwrap_or_default()
}

/// The HMAC of `parts`, one after the other.
pub fn signature(secret: &[u8], algorithm: HmacAlgorithm, parts: &[&[u8]]) -> Vec<u8> {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hash(algorithm), secret));
    parts.iter().for_each(|part| context.update(part));
    context.sign().as_ref().to_vec()
}

/// Writes a header in place of whatever stood there.
///
/// # Errors
/// [`NoProof::NotAHeader`].
pub fn write(headers: &mut HeaderMap, name: &str, value: &[u8]) -> Result<(), NoProof> {
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| NoProof::NotAHeader)?;
    let mut value = HeaderValue::from_bytes(value).map_err(|_| NoProof::NotAHeader)?;
    value.set_sensitive(true);
    headers.insert(name, value);
    Ok(())
}
