//! Secrets against what was sent. May import config. Every live secret is tried, and the time it takes does not tell which one fits or how far.

use aws_lc_rs::hmac;
use secrecy::{ExposeSecret, SecretString};
use subtle::{Choice, ConstantTimeEq};

use crate::config::HmacAlgorithm;

/// Whether `sent` is one of the secrets.
pub fn is_one_of(secrets: &[SecretString], sent: &[u8]) -> bool {
    any(secrets, |secret| secret.ct_eq(sent))
}

/// Whether `sent` is the HMAC of `body` under one of the secrets.
pub fn signed_by_one_of(secrets: &[SecretString], algorithm: HmacAlgorithm, body: &[u8], sent: &[u8]) -> bool {
    let algorithm = match algorithm {
        HmacAlgorithm::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        HmacAlgorithm::Sha256 => hmac::HMAC_SHA256,
        HmacAlgorithm::Sha512 => hmac::HMAC_SHA512,
    };
    any(secrets, |secret| {
        hmac::sign(&hmac::Key::new(algorithm, secret), body).as_ref().ct_eq(sent)
    })
}

/// An empty secret fits nothing: the configuration has none, and should it have one all the same it must not open the door.
fn any(secrets: &[SecretString], fits: impl Fn(&[u8]) -> Choice) -> bool {
    secrets
        .iter()
        .map(|secret| secret.expose_secret().as_bytes())
        .filter(|secret| !secret.is_empty())
        .fold(Choice::from(0), |found, secret| found | fits(secret))
        .into()
}
