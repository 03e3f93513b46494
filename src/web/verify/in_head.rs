//! Schemes whose proof is a secret in one header, which tells who sends and nothing of what. May import its peers in verify. One place for what follows from that.

use http::HeaderMap;
use jiff::Timestamp;

use super::sender::{NoProof, write};
use super::{Problem, Scheme};

/// A scheme whose whole proof is one header. The body is not proven: use TLS.
pub trait InHead: Send + Sync {
    /// The header, lower case.
    const HEADER: &'static str;

    /// Looks at the head.
    ///
    /// # Errors
    /// 401.
    fn look(&self, headers: &HeaderMap) -> Result<(), Problem>;

    /// What a sender writes into the header.
    fn value(&self) -> Vec<u8>;
}

impl<T: InHead> Scheme for T {
    fn gate(&self, headers: &HeaderMap, _: Timestamp) -> Result<(), Problem> {
        self.look(headers)
    }

    /// The gate has proven all that can be.
    fn seal(&self, _: &HeaderMap, _: &[u8]) -> Result<(), Problem> {
        Ok(())
    }

    fn proof_header(&self) -> Option<&str> {
        Some(T::HEADER)
    }

    fn identity(&self, _: &HeaderMap, _: &[u8]) -> Option<String> {
        None
    }

    fn prove(&self, headers: &mut HeaderMap, _: &[u8], _: Timestamp) -> Result<(), NoProof> {
        write(headers, T::HEADER, &self.value())
    }
}
