//! `verify: gitlab`: `X-Gitlab-Token: SECRET`. May import its peers in verify. The body is not proven: use TLS. See GitLab's "Webhooks", secret token.

use http::HeaderMap;
use jiff::Timestamp;
use secrecy::SecretString;

use super::secret::is_one_of;
use super::{Problem, Scheme, only};

/// The way to authenticate, as 401 names it.
const CHALLENGE: &str = "Token";
/// The header, lower case.
const HEADER: &str = "x-gitlab-token";

/// The scheme.
pub struct Gitlab<'a> {
    /// The live tokens.
    pub secrets: &'a [SecretString],
}

impl Scheme for Gitlab<'_> {
    fn gate(&self, headers: &HeaderMap, _: Timestamp) -> Result<(), Problem> {
        if is_one_of(self.secrets, only(headers, HEADER, CHALLENGE)?) {
            Ok(())
        } else {
            Err(Problem::unauthorized(
                CHALLENGE,
                "The secret token is not the one configured here. Compare both sides.",
            ))
        }
    }

    fn seal(&self, _: &HeaderMap, _: &[u8]) -> Result<(), Problem> {
        Ok(())
    }

    fn proof_header(&self) -> Option<&str> {
        Some(HEADER)
    }

    fn identity(&self, _: &HeaderMap, _: &[u8]) -> Option<String> {
        None
    }
}
