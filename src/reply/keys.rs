//! Reply keys: an HMAC bound to item, reader and expiry. May import model. Case never matters; comparison takes constant time.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use aws_lc_rs::hmac;
use data_encoding::{Encoding, Specification};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretSlice};
use subtle::ConstantTimeEq;

use crate::model::{ItemId, PersonKey, Reader};

/// How long a key is good, in days from the opening of its item.
pub const VALID_DAYS: u16 = 365;
/// Shortest secret, in bytes.
pub const MIN_SECRET_BYTES: usize = 16;

/// Bytes of the truncated HMAC: 128 bits.
pub(super) const MAC_BYTES: usize = 16;
/// Bytes of the expiry, in days.
const EXPIRY_BYTES: usize = 2;
/// Expiry and HMAC. Whose key it is does not stand in it: each reader that may hold one is tried, which leaves the octets to the HMAC.
const DATA_BYTES: usize = EXPIRY_BYTES + MAC_BYTES;
/// 144 bits are 29 characters of base32. The one bit left over must be 0, so that one key has one spelling.
const DATA_CHARS: usize = (DATA_BYTES * 8).div_ceil(5);
/// Longest key, in bytes: prefix, number, data and two hyphens.
const MAX_TOKEN_BYTES: usize = ItemId::MAX_PREFIX_BYTES + 20 + DATA_CHARS + 2;
/// 2020-01-01 00:00 UTC: expiry days are counted from here.
const EPOCH_SECONDS: i64 = 1_577_836_800;
const DAY_SECONDS: i64 = 86_400;
/// Told apart from every other use of the same secret and from later forms of keys.
const MAC_DOMAIN: &[u8] = b"batond reply key 2";

/// Crockford's alphabet in lower case: no i, l, o, u. None of them is taken for another, so that one key has one spelling.
static BASE32: LazyLock<Option<Encoding>> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification.symbols.push_str("0123456789abcdefghjkmnpqrstvwxyz");
    specification.translate.from.push_str("ABCDEFGHJKMNPQRSTVWXYZ");
    specification.translate.to.push_str("abcdefghjkmnpqrstvwxyz");
    specification.encoding().ok()
});

/// The secrets reply keys are made with: the first makes, all verify.
#[derive(Clone)]
pub struct KeyRing {
    makes: hmac::Key,
    verify: Vec<hmac::Key>,
    /// How often the keys of a person were revoked: those made before are good no more.
    revoked: BTreeMap<PersonKey, u32>,
}

/// Why there is no key ring.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyRingError {
    /// No secret at all.
    #[error("reply keys need at least one secret")]
    Empty,
    /// A secret is too short.
    #[error("a secret for reply keys has at least {MIN_SECRET_BYTES} bytes; one has {0}")]
    Short(usize),
}

/// Why a text is not a key that may be obeyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It does not have the form of a key.
    #[error("this is not a reply key")]
    Malformed,
    /// No secret and no reader made it.
    #[error("this reply key is not one of ours")]
    Unknown,
    /// It was good once.
    #[error("this reply key has expired")]
    Expired,
    /// All keys of its reader that were made before were ended by hand.
    #[error("this reply key was revoked")]
    Revoked,
}

/// A reply key as it stands before the @ of an address or in a Message-ID: `sup-142-` and 29 characters, lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token(pub String);

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyRing({} secrets)", self.verify.len())
    }
}

impl KeyRing {
    /// A ring of secrets: the first makes keys, all verify them, so that a new one can be put first while old keys live on.
    ///
    /// # Errors
    /// [`KeyRingError`] for no secret, or one that is too short.
    pub fn new(secrets: &[SecretSlice<u8>]) -> Result<Self, KeyRingError> {
        let mut verify = Vec::with_capacity(secrets.len());
        for secret in secrets {
            let secret = secret.expose_secret();
            if secret.len() < MIN_SECRET_BYTES {
                return Err(KeyRingError::Short(secret.len()));
            }
            verify.push(hmac::Key::new(hmac::HMAC_SHA256, secret));
        }
        let makes = verify.first().cloned().ok_or(KeyRingError::Empty)?;
        let revoked = BTreeMap::new();
        Ok(Self { makes, verify, revoked })
    }

    /// The same, with how often the keys of each person were revoked.
    #[must_use]
    pub fn with_revoked(self, revoked: BTreeMap<PersonKey, u32>) -> Self {
        Self { revoked, ..self }
    }

    fn generation(&self, reader: &Reader) -> u32 {
        reader
            .person()
            .and_then(|person| self.revoked.get(person))
            .copied()
            .unwrap_or_default()
    }

    /// The key for an item and a reader; the same input gives the same key. Good until the end of the day (UTC) `VALID_DAYS` after `opened`.
    #[must_use]
    pub fn token(&self, item: &ItemId, reader: &Reader, opened: Timestamp) -> Token {
        let expiry = day(opened).saturating_add(VALID_DAYS);
        let mut data = Vec::with_capacity(DATA_BYTES);
        data.extend_from_slice(&expiry.to_be_bytes());
        data.extend_from_slice(&mac(&self.makes, item, reader, expiry, self.generation(reader)));
        Token(format!("{item}-{}", base32(&data)).to_ascii_lowercase())
    }

    /// The seal of parts under a domain of its own, by the secret that makes.
    pub(super) fn seal(&self, domain: &[u8], parts: &[Vec<u8>]) -> [u8; MAC_BYTES] {
        let all: Vec<&[u8]> = std::iter::once(domain).chain(parts.iter().map(Vec::as_slice)).collect();
        cut_mac(&self.makes, &all)
    }

    /// The seals of parts by each secret that verifies.
    pub(super) fn seals(&self, domain: &[u8], parts: &[Vec<u8>]) -> Vec<[u8; MAC_BYTES]> {
        let all: Vec<&[u8]> = std::iter::once(domain).chain(parts.iter().map(Vec::as_slice)).collect();
        self.verify.iter().map(|key| cut_mac(key, &all)).collect()
    }

    /// Whose key a text is, and for which item. `candidates` are those who may hold one; the first whose key it is.
    ///
    /// # Errors
    /// [`KeyError`]. That a key has expired is only said of one that was good.
    pub fn verify(&self, text: &str, now: Timestamp, candidates: &mut dyn Iterator<Item = Reader>) -> Result<(ItemId, Reader), KeyError> {
        let parts = Parts::read(text).ok_or(KeyError::Malformed)?;
        for reader in candidates {
            if self.made(&parts, &reader, self.generation(&reader)) {
                return if day(now) > parts.expiry {
                    Err(KeyError::Expired)
                } else {
                    Ok((parts.item, reader))
                };
            }
        }
        Err(KeyError::Unknown)
    }

    /// Whose key a text was, if it was one, and why it is good no more.
    #[must_use]
    pub fn ended(&self, text: &str, now: Timestamp, candidates: &mut dyn Iterator<Item = Reader>) -> Option<(Reader, KeyError)> {
        let parts = Parts::read(text)?;
        for reader in candidates {
            let generation = self.generation(&reader);
            if (0..generation).any(|before| self.made(&parts, &reader, before)) {
                return Some((reader, KeyError::Revoked));
            }
            if day(now) > parts.expiry && self.made(&parts, &reader, generation) {
                return Some((reader, KeyError::Expired));
            }
        }
        None
    }

    /// Whether one of the secrets made it. All are tried, in constant time.
    fn made(&self, parts: &Parts, reader: &Reader, generation: u32) -> bool {
        let mut good = subtle::Choice::from(0);
        for key in &self.verify {
            good |= mac(key, &parts.item, reader, parts.expiry, generation).ct_eq(&parts.mac);
        }
        bool::from(good)
    }
}

/// The item a key says it is for: a look at its form only, which proves nothing.
#[must_use]
pub fn parse_item(text: &str) -> Option<ItemId> {
    Parts::read(text).map(|parts| parts.item)
}

/// What stands in a key.
struct Parts {
    item: ItemId,
    expiry: u16,
    mac: [u8; MAC_BYTES],
}

impl Parts {
    fn read(text: &str) -> Option<Self> {
        if text.len() > MAX_TOKEN_BYTES {
            return None;
        }
        let (id, data) = text.rsplit_once('-')?;
        let item: ItemId = id.parse().ok()?;
        // One id has one spelling: no spaces, no leading zeros.
        if !item.to_string().eq_ignore_ascii_case(id) || data.len() != DATA_CHARS {
            return None;
        }
        let data = unbase32(data)?;
        let (expiry, rest) = data.split_first_chunk::<EXPIRY_BYTES>()?;
        Some(Self {
            item,
            expiry: u16::from_be_bytes(*expiry),
            mac: rest.try_into().ok()?,
        })
    }
}

fn mac(key: &hmac::Key, item: &ItemId, reader: &Reader, expiry: u16, generation: u32) -> [u8; MAC_BYTES] {
    let (kind, who) = spelled(reader);
    let (item, expiry, generation) = (item.to_string(), expiry.to_be_bytes(), generation.to_be_bytes());
    let mut parts: Vec<&[u8]> = vec![MAC_DOMAIN, item.as_bytes(), kind, who.as_bytes(), &expiry];
    // Keys that were made before anything was revoked stay as they were.
    if generation != [0; 4] {
        parts.push(&generation);
    }
    cut_mac(key, &parts)
}

/// The first 128 bits of the HMAC of parts, each with its length before it.
fn cut_mac(key: &hmac::Key, parts: &[&[u8]]) -> [u8; MAC_BYTES] {
    let mut context = hmac::Context::with_key(key);
    for part in parts {
        context.update(&length(part));
        context.update(part);
    }
    let mut cut = [0; MAC_BYTES];
    cut.iter_mut().zip(context.sign().as_ref()).for_each(|(to, from)| *to = *from);
    cut
}

/// Bytes in the alphabet of the keys.
pub(super) fn base32(bytes: &[u8]) -> String {
    BASE32.as_ref().map(|base32| base32.encode(bytes)).unwrap_or_default()
}

/// The bytes of a text in the alphabet of the keys.
pub(super) fn unbase32(text: &str) -> Option<Vec<u8>> {
    BASE32.as_ref()?.decode(text.as_bytes()).ok()
}

/// A person and an address can be spelled alike, so the kind goes in too.
fn spelled(reader: &Reader) -> (&'static [u8], &str) {
    match reader {
        Reader::Person(key) => (b"person", key.as_str()),
        Reader::Address(address) => (b"address", address.folded()),
    }
}

fn length(part: &[u8]) -> [u8; 8] {
    u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes()
}

/// Whole days since 2020-01-01 UTC, held within what two bytes can say (to 2199).
fn day(at: Timestamp) -> u16 {
    let days = (at.as_second() - EPOCH_SECONDS).div_euclid(DAY_SECONDS);
    u16::try_from(days.max(0)).unwrap_or(u16::MAX)
}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
