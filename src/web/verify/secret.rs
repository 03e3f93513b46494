//! Secrets against what was sent. May import config and its peers in verify. Every live secret is tried, and the time it takes does not tell which one fits or how far.

use aws_lc_rs::hmac;
use secrecy::{ExposeSecret, SecretString};
use subtle::{Choice, ConstantTimeEq};

use super::sender::signature;
use crate::config::HmacAlgorithm;

/// The most signatures that are looked at in one header: a sender has one for each of its live secrets.
pub const MAX_SIGNATURES: usize = 8;

/// Whether `sent` is one of the secrets.
pub fn is_one_of(secrets: &[SecretString], sent: &[u8]) -> bool {
    any(octets(secrets), |secret| secret.ct_eq(sent))
}

/// Whether one of `sent` is the HMAC of `parts`, one after the other, under one of the secrets.
pub fn signed_by_one_of<'a>(secrets: impl Iterator<Item = &'a [u8]>, algorithm: HmacAlgorithm, parts: &[&[u8]], sent: &[Vec<u8>]) -> bool {
    any(secrets, |secret| {
        let tag = signature(secret, algorithm, parts);
        sent.iter()
            .take(MAX_SIGNATURES)
            .fold(Choice::from(0), |found, sent| found | tag.ct_eq(sent))
    })
}

/// The hash of a configured word.
pub fn hash(algorithm: HmacAlgorithm) -> hmac::Algorithm {
    match algorithm {
        HmacAlgorithm::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        HmacAlgorithm::Sha256 => hmac::HMAC_SHA256,
        HmacAlgorithm::Sha512 => hmac::HMAC_SHA512,
    }
}

/// The secrets as octets.
pub fn octets(secrets: &[SecretString]) -> impl Iterator<Item = &[u8]> {
    secrets.iter().map(|secret| secret.expose_secret().as_bytes())
}

/// An empty secret fits nothing: the configuration has none, and should it have one all the same it must not open the door.
fn any<'a>(secrets: impl Iterator<Item = &'a [u8]>, fits: impl Fn(&[u8]) -> Choice) -> bool {
    secrets
        .filter(|secret| !secret.is_empty())
        .fold(Choice::from(0), |found, secret| found | fits(secret))
        .into()
}
