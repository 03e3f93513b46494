//! `verify: none`: nothing is proven, only the networks of `allow_from` may send. May import its peers in verify. Judges the address of the connection.

use std::net::IpAddr;

use http::HeaderMap;
use ipnet::IpNet;

use super::{Problem, Scheme};

/// The scheme.
pub struct Nobody<'a> {
    /// The networks.
    pub allow_from: &'a [IpNet],
}

impl Scheme for Nobody<'_> {
    fn gate(&self, _: &HeaderMap, peer: IpAddr) -> Result<(), Problem> {
        if self.allow_from.iter().any(|network| network.contains(&peer)) {
            Ok(())
        } else {
            Err(Problem::forbidden(
                "Send from a network that stands in `allow_from` of this source, or have yours added.",
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
        None
    }
}
