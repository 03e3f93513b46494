//! `verify: none`: nothing is proven, and only the networks of `allow_from` may send, which the caller looks at. May import its peers in verify.

use http::HeaderMap;
use jiff::Timestamp;

use super::sender::NoProof;
use super::{Problem, Scheme};

/// The scheme.
pub struct Nobody;

impl Scheme for Nobody {
    fn gate(&self, _: &HeaderMap, _: Timestamp) -> Result<(), Problem> {
        Ok(())
    }

    fn seal(&self, _: &HeaderMap, _: &[u8]) -> Result<(), Problem> {
        Ok(())
    }

    fn proof_header(&self) -> Option<&str> {
        None
    }

    fn prove(&self, _: &mut HeaderMap, _: &[u8], _: Timestamp) -> Result<(), NoProof> {
        Ok(())
    }

    fn identity(&self, _: &HeaderMap, _: &[u8]) -> Option<String> {
        None
    }
}
