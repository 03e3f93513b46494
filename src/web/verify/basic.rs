//! `verify: basic`: `Authorization: Basic`, a user and a password in base64 (RFC 7617). May import its peers in verify. The body is not proven: use TLS.

use data_encoding::BASE64;
use http::HeaderMap;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::bearer::after_word;
use super::secret::is_one_of;
use super::{Problem, Scheme, only};

/// The way to authenticate, as 401 names it.
const CHALLENGE: &str = "Basic realm=\"webhook\", charset=\"UTF-8\"";

/// The scheme.
pub struct Basic<'a> {
    /// The user.
    pub user: &'a str,
    /// The live passwords.
    pub secrets: &'a [SecretString],
}

impl Scheme for Basic<'_> {
    fn gate(&self, headers: &HeaderMap, _: Timestamp) -> Result<(), Problem> {
        let value = only(headers, "authorization", CHALLENGE)?;
        let sent = after_word(value, "Basic")
            .and_then(|sent| BASE64.decode(sent).ok())
            .ok_or_else(|| Problem::unauthorized(CHALLENGE, "Send `Authorization: Basic` and user:password in base64."))?;
        // User and password are compared as one, so that the time tells nothing of either.
        let whole = |secret: &SecretString| SecretString::from(format!("{}:{}", self.user, secret.expose_secret()));
        let live = self.secrets.iter().filter(|secret| !secret.expose_secret().is_empty());
        if is_one_of(&live.map(whole).collect::<Vec<_>>(), &sent) {
            Ok(())
        } else {
            Err(Problem::unauthorized(
                CHALLENGE,
                "User and password are not those configured here. Compare both sides.",
            ))
        }
    }

    fn seal(&self, _: &HeaderMap, _: &[u8]) -> Result<(), Problem> {
        Ok(())
    }

    fn proof_header(&self) -> Option<&str> {
        Some("authorization")
    }

    fn identity(&self, _: &HeaderMap, _: &[u8]) -> Option<String> {
        None
    }
}
