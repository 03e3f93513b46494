//! How a token is shown to IMAP (RFC 7628, XOAUTH2). May import tokens. A token is never logged.

use async_imap::Authenticator;
use secrecy::{ExposeSecret as _, SecretString};

use super::trouble::Trouble;
use crate::tokens::NoToken;

/// Shows the token once. A second challenge is the server's reason for refusing it, and is answered so that it can say so.
pub struct Bearer {
    first: Option<SecretString>,
}

impl Bearer {
    /// That shows this first.
    #[must_use]
    pub fn new(first: SecretString) -> Self {
        Self { first: Some(first) }
    }
}

impl Authenticator for Bearer {
    type Response = String;

    fn process(&mut self, _: &[u8]) -> String {
        // RFC 7628 section 3.2.3: a client ends a failed exchange with a single 0x01.
        self.first
            .take()
            .map_or_else(|| "\x01".to_owned(), |first| first.expose_secret().to_owned())
    }
}

impl From<NoToken> for Trouble {
    fn from(none: NoToken) -> Self {
        match none {
            NoToken::Passing(why) => Self::Passing(why),
            NoToken::Lasting(why) => Self::Lasting(why),
        }
    }
}
