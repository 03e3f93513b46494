//! `verify: basic`: `Authorization: Basic`, a user and a password in base64 (RFC 7617). May import its peers in verify. The body is not proven: use TLS.

use data_encoding::BASE64;
use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};

use super::bearer::after_word;
use super::in_head::InHead;
use super::secret::is_one_of;
use super::{Problem, only};

/// The way to authenticate, as 401 names it.
const CHALLENGE: &str = "Basic realm=\"webhook\", charset=\"UTF-8\"";

/// The scheme.
pub struct Basic<'a> {
    /// The user.
    pub user: &'a str,
    /// The live passwords.
    pub secrets: &'a [SecretString],
}

impl Basic<'_> {
    /// What is put into base64.
    fn pair(&self, secret: &str) -> SecretString {
        SecretString::from(format!("{}:{secret}", self.user))
    }
}

impl InHead for Basic<'_> {
    const HEADER: &'static str = "authorization";

    fn look(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let value = only(headers, Self::HEADER, CHALLENGE)?;
        let sent = after_word(value, "Basic")
            .and_then(|sent| BASE64.decode(sent).ok())
            .ok_or_else(|| Problem::unauthorized(CHALLENGE, "Send `Authorization: Basic` and user:password in base64."))?;
        // User and password are compared as one, so that the time tells nothing of either.
        let live = self
            .secrets
            .iter()
            .map(ExposeSecret::expose_secret)
            .filter(|secret| !secret.is_empty());
        if is_one_of(&live.map(|secret| self.pair(secret)).collect::<Vec<_>>(), &sent) {
            Ok(())
        } else {
            Err(Problem::unauthorized(
                CHALLENGE,
                "User and password are not those configured here. Compare both sides.",
            ))
        }
    }

    fn value(&self) -> Vec<u8> {
        let secret = self.secrets.first().map_or("", ExposeSecret::expose_secret);
        format!("Basic {}", BASE64.encode(self.pair(secret).expose_secret().as_bytes())).into_bytes()
    }
}
