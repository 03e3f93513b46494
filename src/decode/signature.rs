//! The DKIM-Signature headers of a mail (RFC 6376 section 3.5), as far as they say what they cover. May import digest and model. Whether one is good, it does not say.

use data_encoding::BASE64_NOPAD;

use super::digest::sha256_hex;
use crate::model::Mail;

/// The most signatures looked at in one mail.
const MAX_SIGNATURES: usize = 20;

/// What one signature says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The domain that signs, lower case.
    pub domain: String,
    /// Which headers it covers, lower case.
    pub signed: Vec<String>,
    /// Whether it covers all of the body: one with `l=` says nothing of what stands behind.
    pub whole: bool,
    /// The signature without spaces, as it is written.
    pub value: String,
    /// A digest of its bytes, the same whoever computes it.
    pub digest: String,
}

/// The signatures of a mail, in the order they stand. What is no signature is passed over.
#[must_use]
pub fn signatures(mail: &Mail) -> Vec<Signature> {
    mail.header("dkim-signature").filter_map(signature).take(MAX_SIGNATURES).collect()
}

fn signature(value: &str) -> Option<Signature> {
    let mut tags: Vec<(&str, String)> = Vec::new();
    for tag in value.split(';').filter(|tag| !tag.trim().is_empty()) {
        let (name, value) = tag.split_once('=')?;
        let name = name.trim();
        // A tag that stands twice makes the whole of it void (section 3.2).
        if tags.iter().any(|(known, _)| *known == name) {
            return None;
        }
        tags.push((name, value.split_whitespace().collect()));
    }
    let tag = |name: &str| tags.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
    let value = tag("b")?.to_owned();
    let bytes = BASE64_NOPAD.decode(value.trim_end_matches('=').as_bytes()).ok()?;
    Some(Signature {
        domain: tag("d")?.to_lowercase(),
        signed: tag("h")?.split(':').map(str::to_lowercase).collect(),
        whole: tag("l").is_none(),
        digest: sha256_hex(&bytes),
        value,
    })
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;
