//! Reply keys: an HMAC bound to item, reader and expiry. May import model. Case never matters; comparison takes constant time.

use jiff::Timestamp;

use crate::model::{ItemId, Reader};

/// The secrets reply keys are made with: the first makes, all verify.
#[derive(Debug, Clone)]
pub struct KeyRing {}

/// A reply key as it stands before the @ of an address or in a Message-ID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token(pub String);

impl KeyRing {
    /// The key for an item and a reader; the same input gives the same key. Expires `VALID_DAYS` after `opened`.
    #[must_use]
    pub fn token(&self, item: &ItemId, reader: &Reader, opened: Timestamp) -> Token {
        let _ = (item, reader, opened);
        Token(String::new())
    }
}
