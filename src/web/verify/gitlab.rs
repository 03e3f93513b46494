//! `verify: gitlab`: `X-Gitlab-Token: SECRET`. May import its peers in verify. The body is not proven: use TLS. See GitLab's "Webhooks", secret token.

use http::HeaderMap;
use secrecy::SecretString;

use super::in_head::InHead;
use super::secret::is_one_of;
use super::sender::own;
use super::{Problem, only};

/// The way to authenticate, as 401 names it.
const CHALLENGE: &str = "Token";

/// The scheme.
pub struct Gitlab<'a> {
    /// The live tokens.
    pub secrets: &'a [SecretString],
}

impl InHead for Gitlab<'_> {
    const HEADER: &'static str = "x-gitlab-token";

    fn look(&self, headers: &HeaderMap) -> Result<(), Problem> {
        if is_one_of(self.secrets, only(headers, Self::HEADER, CHALLENGE)?) {
            Ok(())
        } else {
            Err(Problem::unauthorized(
                CHALLENGE,
                "The secret token is not the one configured here. Compare both sides.",
            ))
        }
    }

    fn value(&self) -> Vec<u8> {
        own(self.secrets).to_vec()
    }
}
