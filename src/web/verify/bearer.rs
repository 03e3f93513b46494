//! `verify: bearer`: `Authorization: Bearer TOKEN` (RFC 6750 section 2.1). May import its peers in verify. The body is not proven: use TLS.

use std::net::IpAddr;

use http::HeaderMap;
use secrecy::SecretString;

use super::secret::is_one_of;
use super::{Problem, Scheme, only};

/// The way to authenticate, as 401 names it.
const CHALLENGE: &str = "Bearer";

/// The scheme.
pub struct Bearer<'a> {
    /// The live tokens.
    pub secrets: &'a [SecretString],
}

impl Scheme for Bearer<'_> {
    fn gate(&self, headers: &HeaderMap, _: IpAddr) -> Result<(), Problem> {
        let value = only(headers, "authorization", CHALLENGE)?;
        let token = match value.split_at_checked(CHALLENGE.len()) {
            Some((word, [b' ', token @ ..])) if word.eq_ignore_ascii_case(CHALLENGE.as_bytes()) => token.trim_ascii(),
            _ => return Err(Problem::unauthorized(CHALLENGE, "Send `Authorization: Bearer` and the token.")),
        };
        if is_one_of(self.secrets, token) {
            Ok(())
        } else {
            Err(Problem::unauthorized(
                CHALLENGE,
                "The token is not the one configured here. Compare both sides.",
            ))
        }
    }

    fn seal(&self, _: &HeaderMap, _: &[u8]) -> Result<(), Problem> {
        Ok(())
    }

    fn id_header(&self) -> Option<&str> {
        None
    }

    fn event_header(&self) -> Option<&str> {
        None
    }

    fn proof_header(&self) -> Option<&str> {
        Some("authorization")
    }
}
