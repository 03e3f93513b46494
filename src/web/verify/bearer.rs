//! `verify: bearer`: `Authorization: Bearer TOKEN` (RFC 6750 section 2.1). May import its peers in verify. The body is not proven: use TLS.

use http::HeaderMap;
use secrecy::SecretString;

use super::in_head::InHead;
use super::secret::is_one_of;
use super::sender::own;
use super::{Problem, only};

/// The way to authenticate, as 401 names it.
const CHALLENGE: &str = "Bearer";

/// The scheme.
pub struct Bearer<'a> {
    /// The live tokens.
    pub secrets: &'a [SecretString],
}

impl InHead for Bearer<'_> {
    const HEADER: &'static str = "authorization";

    fn look(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let value = only(headers, Self::HEADER, CHALLENGE)?;
        let token =
            after_word(value, CHALLENGE).ok_or_else(|| Problem::unauthorized(CHALLENGE, "Send `Authorization: Bearer` and the token."))?;
        if is_one_of(self.secrets, token) {
            Ok(())
        } else {
            Err(Problem::unauthorized(
                CHALLENGE,
                "The token is not the one configured here. Compare both sides.",
            ))
        }
    }

    fn value(&self) -> Vec<u8> {
        [b"Bearer ", own(self.secrets)].concat()
    }
}

/// What follows the name of a way to authenticate, in whatever case that is written.
pub fn after_word<'a>(value: &'a [u8], word: &str) -> Option<&'a [u8]> {
    match value.split_at_checked(word.len()) {
        Some((found, [b' ', rest @ ..])) if found.eq_ignore_ascii_case(word.as_bytes()) => Some(rest.trim_ascii()),
        _ => None,
    }
}
