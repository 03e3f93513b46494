//! `verify: github`: `X-Hub-Signature-256: sha256=HEX` over the body. May import config and its peers in verify. See GitHub's "Validating webhook deliveries".

use std::net::IpAddr;

use http::HeaderMap;
use secrecy::SecretString;

use super::hmac::Hmac;
use super::{Problem, Scheme};
use crate::config::{HmacAlgorithm, HmacEncoding};

/// The scheme.
pub struct Github<'a> {
    /// The live secrets.
    pub secrets: &'a [SecretString],
}

impl Github<'_> {
    /// GitHub's way is a general one with everything fixed.
    fn general(&self) -> Hmac<'_> {
        Hmac {
            secrets: self.secrets,
            header: "x-hub-signature-256",
            algorithm: HmacAlgorithm::Sha256,
            encoding: HmacEncoding::Hex,
            prefix: "sha256=",
            id_header: Some("x-github-delivery"),
        }
    }
}

impl Scheme for Github<'_> {
    fn gate(&self, headers: &HeaderMap, peer: IpAddr) -> Result<(), Problem> {
        self.general().gate(headers, peer)
    }

    fn seal(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), Problem> {
        self.general().seal(headers, body)
    }

    fn id_header(&self) -> Option<&str> {
        Some("x-github-delivery")
    }

    fn event_header(&self) -> Option<&str> {
        Some("x-github-event")
    }

    fn proof_header(&self) -> Option<&str> {
        Some("x-hub-signature-256")
    }
}
