//! `verify: stripe`: `Stripe-Signature: t=SECONDS,v1=HEX` over `SECONDS.BODY`. May import config and its peers in verify. See Stripe's "Verify manually".

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;

use super::hmac::digest_of;
use super::secret::{octets, signed_by_one_of};
use super::sender::{NoProof, own, signature, write};
use super::{Problem, SIGNATURE, Scheme, only, stamp, wrong_signature};
use crate::config::{HmacAlgorithm, StampFormat};

/// The header, lower case.
const HEADER: &str = "stripe-signature";

/// The scheme.
pub struct Stripe<'a> {
    /// The live secrets.
    pub secrets: &'a [SecretString],
    /// How far the stamp may be from now.
    pub tolerance: SignedDuration,
}

/// The stamp as it was sent, and the `v1` signatures that are hex. Other versions are passed over, as Stripe asks.
fn read(headers: &HeaderMap) -> Result<(&[u8], Vec<Vec<u8>>), Problem> {
    let form = || Problem::unauthorized(SIGNATURE, format!("Send in the header {HEADER}: t=SECONDS,v1=HEX, with one t."));
    let (mut stamp, mut signatures) = (None, Vec::new());
    for pair in only(headers, HEADER, SIGNATURE)?.split(|byte| *byte == b',') {
        let mut sides = pair.trim_ascii().splitn(2, |byte| *byte == b'=');
        match (sides.next(), sides.next()) {
            (Some(b"t"), Some(_)) if stamp.is_some() => return Err(form()),
            (Some(b"t"), Some(value)) => stamp = Some(value),
            (Some(b"v1"), Some(value)) => signatures.extend(HEXLOWER_PERMISSIVE.decode(value).ok()),
            _ => {}
        }
    }
    match stamp {
        Some(stamp) if !signatures.is_empty() => Ok((stamp, signatures)),
        _ => Err(form()),
    }
}

impl Scheme for Stripe<'_> {
    fn gate(&self, headers: &HeaderMap, now: Timestamp) -> Result<(), Problem> {
        let (stamp, _) = read(headers)?;
        stamp::judge(stamp, HEADER, StampFormat::Seconds, self.tolerance, now)
    }

    fn seal(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), Problem> {
        let (stamp, sent) = read(headers)?;
        if signed_by_one_of(octets(self.secrets), HmacAlgorithm::Sha256, &[stamp, b".", body], &sent) {
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
        let digest = signature(own(self.secrets), HmacAlgorithm::Sha256, &[stamp.as_bytes(), b".", body]);
        write(headers, HEADER, format!("t={stamp},v1={}", HEXLOWER.encode(&digest)).as_bytes())
    }

    /// Events have their id in the body; what has none is told apart by its stamp.
    fn identity(&self, headers: &HeaderMap, body: &[u8]) -> Option<String> {
        read(headers).ok().map(|(stamp, _)| digest_of(&[stamp, body]))
    }
}
