//! How a delivery is proven to be the sender's: one file a scheme, all of one shape. May import config and its peers in web. Compares in constant time.

mod bearer;
mod github;
mod hmac;
mod nobody;
mod secret;

use std::net::IpAddr;

use http::HeaderMap;

use super::Problem;
use crate::config::Verify;

/// A way of proving a delivery.
pub trait Scheme: Send + Sync {
    /// Looks at the head alone, before a body is read.
    ///
    /// # Errors
    /// 401 or 403.
    fn gate(&self, headers: &HeaderMap, peer: IpAddr) -> Result<(), Problem>;

    /// Looks at the head and the raw bytes of the body.
    ///
    /// # Errors
    /// 401.
    fn seal(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), Problem>;

    /// The header with the sender's id for a delivery, lower case.
    fn id_header(&self) -> Option<&str>;

    /// The header with the sender's word for the event, lower case.
    fn event_header(&self) -> Option<&str>;

    /// The header with the proof, lower case: never kept.
    fn proof_header(&self) -> Option<&str>;
}

/// The scheme a source is configured with.
pub fn scheme(verify: &Verify) -> Box<dyn Scheme + '_> {
    match verify {
        Verify::Github { secrets } => Box::new(github::Github { secrets }),
        Verify::Bearer { secrets } => Box::new(bearer::Bearer { secrets }),
        Verify::Hmac {
            secrets,
            header,
            algorithm,
            encoding,
            prefix,
            id_header,
        } => Box::new(hmac::Hmac {
            secrets,
            header,
            algorithm: *algorithm,
            encoding: *encoding,
            prefix,
            id_header: id_header.as_deref(),
        }),
        Verify::None { allow_from } => Box::new(nobody::Nobody { allow_from }),
    }
}

/// The one value of a header that proves something. Two would mean that somebody added one.
///
/// # Errors
/// 401 when there is none, or more than one.
fn only<'a>(headers: &'a HeaderMap, name: &str, challenge: &'static str) -> Result<&'a [u8], Problem> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => Ok(value.as_bytes().trim_ascii()),
        (None, _) => Err(Problem::unauthorized(challenge, format!("Send the header {name}."))),
        (Some(_), Some(_)) => Err(Problem::unauthorized(challenge, format!("Send the header {name} once."))),
    }
}

#[cfg(test)]
mod tests;
