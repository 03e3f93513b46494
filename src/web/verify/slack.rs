//! `verify: slack`: `X-Slack-Signature: v0=HEX` over `v0:SECONDS:BODY`. May import config, driver and its peers in verify. See Slack's "Verifying requests".

use data_encoding::HEXLOWER;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde::Deserialize;

use super::hmac::{decoded, digest_of};
use super::secret::{octets, signed_by_one_of};
use super::sender::{NoProof, own, signature, write};
use super::{Problem, SIGNATURE, Scheme, only, stamp, wrong_signature};
use crate::config::{HmacAlgorithm, HmacEncoding, StampFormat};
use crate::driver::Receipt;

/// The header with the signature, lower case.
const HEADER: &str = "x-slack-signature";
/// The header with the stamp, lower case.
const STAMP: &str = "x-slack-request-timestamp";
/// The most octets of a challenge that is given back.
const MAX_CHALLENGE_BYTES: usize = 1_024;

/// The scheme.
pub struct Slack<'a> {
    /// The live secrets.
    pub secrets: &'a [SecretString],
    /// How far the stamp may be from now.
    pub tolerance: SignedDuration,
}

/// What Slack sends when the address is entered: the challenge is to be given back.
#[derive(Deserialize)]
struct UrlVerification {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
}

impl Scheme for Slack<'_> {
    fn gate(&self, headers: &HeaderMap, now: Timestamp) -> Result<(), Problem> {
        decoded(headers, HEADER, "v0=", HmacEncoding::Hex)?;
        let stamp = only(headers, STAMP, SIGNATURE)?;
        stamp::judge(stamp, STAMP, StampFormat::Seconds, self.tolerance, now)
    }

    fn seal(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), Problem> {
        let sent = decoded(headers, HEADER, "v0=", HmacEncoding::Hex)?;
        let stamp = only(headers, STAMP, SIGNATURE)?;
        let parts = [b"v0:", stamp, b":", body];
        if signed_by_one_of(octets(self.secrets), HmacAlgorithm::Sha256, &parts, &[sent]) {
            Ok(())
        } else {
            Err(wrong_signature())
        }
    }

    fn proof_header(&self) -> Option<&str> {
        Some(HEADER)
    }

    fn prove(&self, headers: &mut HeaderMap, body: &[u8], now: Timestamp) -> Result<(), NoProof> {
        let stamp = stamp::written(now, StampFormat::Seconds);
        let digest = signature(own(self.secrets), HmacAlgorithm::Sha256, &[b"v0:", stamp.as_bytes(), b":", body]);
        write(headers, STAMP, stamp.as_bytes())?;
        write(headers, HEADER, format!("v0={}", HEXLOWER.encode(&digest)).as_bytes())
    }

    /// Events have their id in the body; commands have none and are told apart by their stamp.
    fn identity(&self, headers: &HeaderMap, body: &[u8]) -> Option<String> {
        let stamp = only(headers, STAMP, SIGNATURE).ok()?;
        Some(digest_of(&[stamp, body]))
    }

    fn question(&self, body: &[u8]) -> Option<String> {
        let asked: UrlVerification = serde_json::from_slice(body).ok()?;
        (asked.kind == "url_verification" && asked.challenge.len() <= MAX_CHALLENGE_BYTES).then_some(asked.challenge)
    }

    /// Commands come as forms, must be answered with 200, and the person who typed them reads the answer.
    fn told(&self, headers: &HeaderMap, receipt: &Receipt) -> Option<String> {
        let form = headers
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
        let items: Vec<String> = receipt.items.iter().map(ToString::to_string).collect();
        form.then(|| match (items.as_slice(), receipt.repeat) {
            ([], _) => "Taken.".to_owned(),
            (items, false) => format!("Taken: {}.", items.join(", ")),
            (items, true) => format!("Taken before: {}.", items.join(", ")),
        })
    }
}
