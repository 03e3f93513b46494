//! `verify: hmac`: an HMAC (RFC 2104) of the body in a header, everything spelled out. May import config and its peers in verify.

use std::net::IpAddr;

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use http::HeaderMap;
use secrecy::SecretString;

use super::secret::signed_by_one_of;
use super::{Problem, Scheme, only};
use crate::config::{HmacAlgorithm, HmacEncoding};

/// The way to authenticate, as 401 names it.
const CHALLENGE: &str = "Signature";

/// The scheme.
pub struct Hmac<'a> {
    /// The live secrets.
    pub secrets: &'a [SecretString],
    /// The header, lower case.
    pub header: &'a str,
    /// The hash.
    pub algorithm: HmacAlgorithm,
    /// How the digest is written: hex in either case, or base64 with padding.
    pub encoding: HmacEncoding,
    /// What stands before it.
    pub prefix: &'a str,
    /// The header with the delivery's id, lower case.
    pub id_header: Option<&'a str>,
}

impl Hmac<'_> {
    /// The digest that was sent.
    fn digest(&self, headers: &HeaderMap) -> Result<Vec<u8>, Problem> {
        let encoding = match self.encoding {
            HmacEncoding::Hex => HEXLOWER_PERMISSIVE,
            HmacEncoding::Base64 => BASE64,
        };
        only(headers, self.header, CHALLENGE)?
            .strip_prefix(self.prefix.as_bytes())
            .and_then(|digest| encoding.decode(digest).ok())
            .ok_or_else(|| {
                let form = match self.encoding {
                    HmacEncoding::Hex => "the digest in hex",
                    HmacEncoding::Base64 => "the digest in base64",
                };
                let (header, prefix) = (self.header, self.prefix);
                Problem::unauthorized(CHALLENGE, format!("Send in the header {header}: {prefix} and at once {form}."))
            })
    }
}

impl Scheme for Hmac<'_> {
    fn gate(&self, headers: &HeaderMap, _: IpAddr) -> Result<(), Problem> {
        self.digest(headers).map(drop)
    }

    fn seal(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), Problem> {
        let digest = self.digest(headers)?;
        if signed_by_one_of(self.secrets, self.algorithm, body, &digest) {
            Ok(())
        } else {
            Err(Problem::unauthorized(
                CHALLENGE,
                "The signature does not fit the body. Compare the secret on both sides, and sign the body exactly as it is sent.",
            ))
        }
    }

    fn id_header(&self) -> Option<&str> {
        self.id_header
    }

    fn event_header(&self) -> Option<&str> {
        None
    }

    fn proof_header(&self) -> Option<&str> {
        Some(self.header)
    }
}
