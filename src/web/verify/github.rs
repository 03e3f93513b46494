//! `verify: github`: `X-Hub-Signature-256: sha256=HEX` over the body. May import config and its peers in verify. See GitHub's "Validating webhook deliveries".

use data_encoding::HEXLOWER;
use http::HeaderMap;
use jiff::Timestamp;
use secrecy::SecretString;

use super::hmac::{decoded, digest_of};
use super::secret::{octets, signed_by_one_of};
use super::sender::{NoProof, own, signature, write};
use super::{Problem, Scheme, wrong_signature};
use crate::config::{HmacAlgorithm, HmacEncoding};

/// The header, lower case.
const HEADER: &str = "x-hub-signature-256";

/// The scheme.
pub struct Github<'a> {
    /// The live secrets.
    pub secrets: &'a [SecretString],
}

impl Scheme for Github<'_> {
    fn gate(&self, headers: &HeaderMap, _: Timestamp) -> Result<(), Problem> {
        decoded(headers, HEADER, "sha256=", HmacEncoding::Hex).map(drop)
    }

    fn seal(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), Problem> {
        let sent = decoded(headers, HEADER, "sha256=", HmacEncoding::Hex)?;
        if signed_by_one_of(octets(self.secrets), HmacAlgorithm::Sha256, &[body], &[sent]) {
            Ok(())
        } else {
            Err(wrong_signature())
        }
    }

    fn proof_header(&self) -> Option<&str> {
        Some(HEADER)
    }

    fn prove(&self, headers: &mut HeaderMap, body: &[u8], _: Timestamp) -> Result<(), NoProof> {
        let digest = signature(own(self.secrets), HmacAlgorithm::Sha256, &[body]);
        write(headers, HEADER, format!("sha256={}", HEXLOWER.encode(&digest)).as_bytes())
    }

    /// `X-GitHub-Delivery` is not signed, so the body is what counts.
    fn identity(&self, _: &HeaderMap, body: &[u8]) -> Option<String> {
        Some(digest_of(&[body]))
    }
}
