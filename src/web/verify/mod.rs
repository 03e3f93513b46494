//! How a delivery is proven to be the sender's: one file a scheme, all of one shape. May import config, driver, and its peers in web. Compares in constant time.

mod basic;
mod bearer;
mod github;
mod gitlab;
mod hmac;
mod in_head;
mod nobody;
mod secret;
mod sender;
mod slack;
mod stamp;
mod standard;
mod stripe;

use http::HeaderMap;
use jiff::Timestamp;

use super::Problem;
use crate::config::Verify;
use crate::driver::Receipt;
pub use sender::NoProof;

/// A way of proving a delivery.
pub trait Scheme: Send + Sync {
    /// Looks at the head alone, before a body is read.
    ///
    /// # Errors
    /// 401.
    fn gate(&self, headers: &HeaderMap, now: Timestamp) -> Result<(), Problem>;

    /// Looks at the head and the raw bytes of the body, after [`Scheme::gate`].
    ///
    /// # Errors
    /// 401.
    fn seal(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), Problem>;

    /// The header with the proof, lower case: never kept.
    fn proof_header(&self) -> Option<&str>;

    /// What tells the proven part of a delivery from every other, where its id is not part of it: the same again is no other delivery,
    /// whatever id it comes under. `None` where the id is proven, or nothing tells a delivery sent again from another one like it.
    fn identity(&self, headers: &HeaderMap, body: &[u8]) -> Option<String>;

    /// Proves a delivery as its sender would, with the first live secret: what [`Scheme::gate`] and [`Scheme::seal`] then let in. The id, where one is
    /// signed, stands in the headers already.
    ///
    /// # Errors
    /// Why that cannot be done from here.
    fn prove(&self, headers: &mut HeaderMap, body: &[u8], now: Timestamp) -> Result<(), NoProof>;

    /// What a proven request that is no delivery is answered with, such as the sender's question whether anybody is there.
    fn question(&self, _body: &[u8]) -> Option<String> {
        None
    }

    /// What a sender that shows the answer to a person is told in place of 202.
    fn told(&self, _headers: &HeaderMap, _receipt: &Receipt) -> Option<String> {
        None
    }
}

/// The scheme a source is configured with.
pub fn scheme(verify: &Verify) -> Box<dyn Scheme + '_> {
    match verify {
        Verify::Github { secrets } => Box::new(github::Github { secrets }),
        Verify::Gitlab { secrets } => Box::new(gitlab::Gitlab { secrets }),
        Verify::Stripe { secrets, tolerance } => Box::new(stripe::Stripe {
            secrets,
            tolerance: *tolerance,
        }),
        Verify::Slack { secrets, tolerance } => Box::new(slack::Slack {
            secrets,
            tolerance: *tolerance,
        }),
        Verify::Standard { keys, tolerance } => Box::new(standard::Standard {
            keys,
            tolerance: *tolerance,
        }),
        Verify::Bearer { secrets } => Box::new(bearer::Bearer { secrets }),
        Verify::Basic { user, secrets } => Box::new(basic::Basic { user, secrets }),
        Verify::Hmac(scheme) => Box::new(hmac::Hmac(scheme)),
        Verify::None => Box::new(nobody::Nobody),
    }
}

/// Proves a delivery as the sender of a source would: see [`Scheme::prove`].
///
/// # Errors
/// Why that cannot be done from here.
pub fn prove(verify: &Verify, headers: &mut HeaderMap, body: &[u8], now: Timestamp) -> Result<(), NoProof> {
    scheme(verify).prove(headers, body, now)
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

/// What a wrong signature is answered with. The way to authenticate is named `Signature` for all schemes that sign.
fn wrong_signature() -> Problem {
    Problem::unauthorized(
        SIGNATURE,
        "The signature does not fit the body. Compare the secret on both sides, and sign the body exactly as it is sent.",
    )
}

/// The way to authenticate of all schemes that sign, as 401 names it.
const SIGNATURE: &str = "Signature";

#[cfg(test)]
mod tests;
