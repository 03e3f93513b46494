//! `verify: standard`: Standard Webhooks 1.0, `webhook-signature` over `ID.SECONDS.BODY`, v1 by HMAC and v1a by Ed25519. May import config and its peers in verify.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use data_encoding::BASE64;
use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;

use super::secret::{MAX_SIGNATURES, signed_by_one_of};
use super::sender::{NoProof, signature, write};
use super::{Problem, SIGNATURE, Scheme, only, stamp, wrong_signature};
use crate::config::{HmacAlgorithm, StampFormat, StandardKey};

/// What the names of its headers begin with; the second is from before it was a standard and still sent by many.
const FAMILIES: [&str; 2] = ["webhook", "svix"];

/// The scheme.
pub struct Standard<'a> {
    /// The live keys.
    pub keys: &'a [StandardKey],
    /// How far the stamp may be from now.
    pub tolerance: SignedDuration,
}

/// The three headers.
struct Head<'a> {
    id: &'a [u8],
    stamp: &'a [u8],
    stamp_name: String,
    signatures: &'a [u8],
}

/// The headers of one family: the first of which any is there, so that the two are never mixed.
fn head(headers: &HeaderMap) -> Result<Head<'_>, Problem> {
    let name = |family: &str, what: &str| format!("{family}-{what}");
    let there = |family: &&&str| {
        ["id", "timestamp", "signature"]
            .iter()
            .any(|what| headers.contains_key(name(family, what)))
    };
    let family = FAMILIES.iter().find(there).unwrap_or(&FAMILIES[0]);
    let stamp_name = name(family, "timestamp");
    let head = Head {
        signatures: only(headers, &name(family, "signature"), SIGNATURE)?,
        id: only(headers, &name(family, "id"), SIGNATURE)?,
        stamp: only(headers, &stamp_name, SIGNATURE)?,
        stamp_name,
    };
    if head.id.is_empty() {
        return Err(Problem::unauthorized(
            SIGNATURE,
            format!("Send an id in the header {}.", name(family, "id")),
        ));
    }
    Ok(head)
}

/// The signatures of one version that are base64.
fn of_version(signatures: &[u8], version: &[u8]) -> Vec<Vec<u8>> {
    signatures
        .split(|byte| *byte == b' ')
        .filter_map(|one| one.strip_prefix(version)?.strip_prefix(b","))
        .filter_map(|one| BASE64.decode(one).ok())
        .take(MAX_SIGNATURES)
        .collect()
}

impl Scheme for Standard<'_> {
    fn gate(&self, headers: &HeaderMap, now: Timestamp) -> Result<(), Problem> {
        let head = head(headers)?;
        stamp::judge(head.stamp, &head.stamp_name, StampFormat::Seconds, self.tolerance, now)?;
        if of_version(head.signatures, b"v1").is_empty() && of_version(head.signatures, b"v1a").is_empty() {
            let detail = "Send among the signatures one of the form v1,BASE64 or v1a,BASE64, parted by spaces.";
            return Err(Problem::unauthorized(SIGNATURE, detail));
        }
        Ok(())
    }

    fn seal(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), Problem> {
        let head = head(headers)?;
        let parts = [head.id, b".", head.stamp, b".", body];
        let shared = self.keys.iter().filter_map(|key| match key {
            StandardKey::Shared(secret) => Some(secret.expose_secret()),
            StandardKey::Public(_) => None,
        });
        let by_secret = signed_by_one_of(shared, HmacAlgorithm::Sha256, &parts, &of_version(head.signatures, b"v1"));
        let by_key = || {
            let sent = of_version(head.signatures, b"v1a");
            let whole = if sent.is_empty() { Vec::new() } else { parts.concat() };
            self.keys.iter().any(|key| match key {
                StandardKey::Public(key) => sent
                    .iter()
                    .any(|one| UnparsedPublicKey::new(&ED25519, key).verify(&whole, one).is_ok()),
                StandardKey::Shared(_) => false,
            })
        };
        if by_secret || by_key() { Ok(()) } else { Err(wrong_signature()) }
    }

    fn proof_header(&self) -> Option<&str> {
        None
    }

    /// Signed by the first shared secret, under whichever family of names the id stands.
    fn prove(&self, headers: &mut HeaderMap, body: &[u8], now: Timestamp) -> Result<(), NoProof> {
        let shared = self.keys.iter().find_map(|key| match key {
            StandardKey::Shared(secret) => Some(secret.expose_secret()),
            StandardKey::Public(_) => None,
        });
        let secret = shared.ok_or(NoProof::PublicKey)?;
        let there = |family: &&str| headers.contains_key(format!("{family}-id"));
        let family = FAMILIES.into_iter().find(there).unwrap_or(FAMILIES[0]);
        let id = format!("{family}-id");
        let id = headers.get(&id).ok_or(NoProof::Missing(id))?.as_bytes().to_vec();
        let stamp = stamp::written(now, StampFormat::Seconds);
        let digest = signature(secret, HmacAlgorithm::Sha256, &[&id, b".", stamp.as_bytes(), b".", body]);
        write(headers, &format!("{family}-timestamp"), stamp.as_bytes())?;
        write(
            headers,
            &format!("{family}-signature"),
            format!("v1,{}", BASE64.encode(&digest)).as_bytes(),
        )
    }

    /// The id is signed.
    fn identity(&self, _: &HeaderMap, _: &[u8]) -> Option<String> {
        None
    }
}
