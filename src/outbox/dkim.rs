//! DKIM signatures (RFC 6376, RFC 8463) under what goes out. May import config settings. The same mail gets the same signature: its time is the mail's own date.

use jiff::Timestamp;
use mail_auth::common::crypto::{Ed25519Key, RsaKey, Sha256, SigningKey};
use mail_auth::common::headers::{Writable, Writer};
use mail_auth::dkim::{Canonicalization, Signature};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::ExposeSecret as _;

use super::message::Wire;
use crate::config;

/// What is signed, if a mail has it (RFC 6376 section 5.4.1, RFC 8058 section 4): all that people and programs go by.
const SIGNED: [&str; 18] = [
    "From",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Message-ID",
    "Reply-To",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Precedence",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "X-Batond-Delivery",
];
/// What is signed once more than it is there, so that nobody can add another one that programs would show (RFC 6376 section 8.15).
const OVERSIGNED: [&str; 6] = ["From", "To", "Cc", "Subject", "Date", "Reply-To"];

/// Signs with every key there is: of two, a receiver takes the one it knows.
#[derive(Default)]
pub(super) struct Signer {
    keys: Vec<Key>,
}

struct Key {
    template: Signature,
    private: Private,
}

enum Private {
    Rsa(Box<RsaKey<Sha256>>),
    Ed25519(Box<Ed25519Key>),
}

impl Signer {
    /// The keys of the configuration. The error never holds a key.
    pub fn new(keys: &[config::DkimKey]) -> Result<Self, String> {
        let keys: Result<Vec<Key>, String> = keys.iter().map(Key::new).collect();
        Ok(Self { keys: keys? })
    }

    /// A mail with its signatures, one a key, made as of its own date.
    pub fn signed(&self, mail: Wire, date: Timestamp) -> Result<Wire, String> {
        let Ok(at) = u64::try_from(date.as_second()) else { return Ok(mail) };
        let mut bytes = Vec::new();
        for key in &self.keys {
            key.sign(&mail.bytes, at, &mut bytes)?;
        }
        if bytes.is_empty() {
            return Ok(mail);
        }
        bytes.extend_from_slice(&mail.bytes);
        Ok(Wire { bytes, ..mail })
    }
}

impl Key {
    fn new(settings: &config::DkimKey) -> Result<Self, String> {
        let whose = format!("the DKIM key {}._domainkey.{}", settings.selector, settings.domain);
        let der = PrivateKeyDer::from_pem_slice(settings.key.expose_secret().as_bytes());
        let der = der.map_err(|_| format!("{whose} is no private key in PEM"))?;
        let ed25519 = match &der {
            PrivateKeyDer::Pkcs8(der) => Ed25519Key::from_pkcs8_maybe_unchecked_der(der.secret_pkcs8_der()).ok(),
            _ => None,
        };
        let private = match ed25519 {
            Some(key) => Private::Ed25519(Box::new(key)),
            None => Private::Rsa(Box::new(
                RsaKey::from_key_der(der).map_err(|_| format!("{whose} is neither RSA of 2048 bits and more nor Ed25519"))?,
            )),
        };
        let algorithm = match &private {
            Private::Rsa(key) => key.algorithm(),
            Private::Ed25519(key) => key.algorithm(),
        };
        let template = Signature {
            v: 1,
            a: algorithm,
            d: settings.domain.clone(),
            s: settings.selector.clone(),
            h: SIGNED.map(str::to_owned).to_vec(),
            ch: Canonicalization::Relaxed,
            cb: Canonicalization::Relaxed,
            ..Signature::default()
        };
        Ok(Self { template, private })
    }

    fn sign(&self, mail: &[u8], at: u64, headers: &mut Vec<u8>) -> Result<(), String> {
        match &self.private {
            Private::Rsa(key) => self.sign_by(&**key, mail, at, headers),
            Private::Ed25519(key) => self.sign_by(&**key, mail, at, headers),
        }
    }

    fn sign_by(&self, key: &impl SigningKey, mail: &[u8], at: u64, out: &mut Vec<u8>) -> Result<(), String> {
        let (headers, body) = parts(mail);
        let mut signature = self.template.clone();
        // From the last to the first: so a name that stands several times means the last one first (RFC 6376 section 5.4.2).
        signature.h = headers
            .iter()
            .map(|(name, _)| String::from_utf8_lossy(name).into_owned())
            .chain(OVERSIGNED.map(str::to_owned))
            .collect();
        let body = self.template.cb.canonical_body(body, u64::MAX);
        signature.bh = key.hash(body).as_ref().to_vec();
        signature.t = at;
        signature.b = key
            .sign(Signable {
                headers,
                signature: &signature,
            })
            .map_err(|error| format!("a mail could not be signed: {error}"))?;
        signature.write(out, true);
        Ok(())
    }
}

/// A header's name, and all that follows its colon.
type Header<'a> = (&'a [u8], &'a [u8]);

/// The headers of a mail that are signed, from the last to the first, each with all that follows its colon; and the body.
fn parts(mail: &[u8]) -> (Vec<Header<'_>>, &[u8]) {
    let mut headers = Vec::new();
    let mut rest = mail;
    while !rest.is_empty() {
        if let Some(body) = rest.strip_prefix(b"\r\n") {
            rest = body;
            break;
        }
        // A line that begins with white space goes on with the one before.
        let ends = memchr::memmem::find_iter(rest, b"\r\n").map(|at| at + 2);
        let end = ends.into_iter().find(|end| !matches!(rest.get(*end), Some(b' ' | b'\t')));
        let (header, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        let Some(colon) = memchr::memchr(b':', header) else { continue };
        let (name, value) = (&header[..colon], &header[colon + 1..]);
        if SIGNED.iter().any(|signed| name.eq_ignore_ascii_case(signed.as_bytes())) {
            headers.push((name, value));
        }
    }
    headers.reverse();
    (headers, rest)
}

/// What the signature is over: the headers, then the signature itself without its value.
struct Signable<'a> {
    headers: Vec<Header<'a>>,
    signature: &'a Signature,
}

impl Writable for Signable<'_> {
    fn write(self, writer: &mut impl Writer) {
        self.signature.ch.canonicalize_headers(self.headers.into_iter(), writer);
        self.signature.write(writer, false);
    }
}

#[cfg(test)]
#[path = "dkim_tests.rs"]
mod tests;
