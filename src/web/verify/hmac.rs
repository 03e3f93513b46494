//! `verify: hmac`: an HMAC (RFC 2104) in a header, everything spelled out. May import config and its peers in verify.

use aws_lc_rs::digest;
use data_encoding::{BASE64, HEXLOWER, HEXLOWER_PERMISSIVE};
use http::HeaderMap;
use jiff::Timestamp;

use super::secret::{octets, signed_by_one_of};
use super::sender::{NoProof, own, signature, write};
use super::{Problem, SIGNATURE, Scheme, only, stamp, wrong_signature};
use crate::config::{HmacEncoding, HmacScheme, Signed};

/// The scheme.
pub struct Hmac<'a>(pub &'a HmacScheme);

impl Hmac<'_> {
    fn sent(&self, headers: &HeaderMap) -> Result<Vec<u8>, Problem> {
        decoded(headers, &self.0.header, &self.0.prefix, self.0.encoding)
    }

    fn signs(&self, piece: &Signed) -> bool {
        self.0.signs.contains(piece)
    }

    /// What the digest covers, piece by piece, as it was sent.
    fn covered<'b>(&'b self, headers: &'b HeaderMap, body: &'b [u8]) -> Result<Vec<&'b [u8]>, Problem> {
        let stamp = self.0.stamp.as_ref();
        self.0
            .signs
            .iter()
            .map(|piece| match piece {
                Signed::Text(text) => Ok(text.as_bytes()),
                Signed::Body => Ok(body),
                Signed::Timestamp => stamp.map_or(Ok(&[][..]), |stamp| only(headers, &stamp.header, SIGNATURE)),
                Signed::Id => self.0.id_header.as_ref().map_or(Ok(&[][..]), |id| only(headers, id, SIGNATURE)),
            })
            .collect()
    }
}

impl Scheme for Hmac<'_> {
    fn gate(&self, headers: &HeaderMap, now: Timestamp) -> Result<(), Problem> {
        self.sent(headers)?;
        if let Some(stamp) = &self.0.stamp {
            stamp::fresh(headers, stamp, now)?;
        }
        if let Some(id) = self.0.id_header.as_ref().filter(|_| self.signs(&Signed::Id)) {
            only(headers, id, SIGNATURE)?;
        }
        Ok(())
    }

    fn seal(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), Problem> {
        let sent = self.sent(headers)?;
        let covered = self.covered(headers, body)?;
        if signed_by_one_of(octets(&self.0.secrets), self.0.algorithm, &covered, &[sent]) {
            Ok(())
        } else {
            Err(wrong_signature())
        }
    }

    fn proof_header(&self) -> Option<&str> {
        Some(&self.0.header)
    }

    fn prove(&self, headers: &mut HeaderMap, body: &[u8], now: Timestamp) -> Result<(), NoProof> {
        if let Some(stamp) = &self.0.stamp {
            write(headers, &stamp.header, stamp::written(now, stamp.format).as_bytes())?;
        }
        let covered = self.covered(headers, body);
        let covered = covered.map_err(|_| NoProof::Missing(self.0.id_header.clone().unwrap_or_default()))?;
        let digest = signature(own(&self.0.secrets), self.0.algorithm, &covered);
        let text = match self.0.encoding {
            HmacEncoding::Hex => HEXLOWER.encode(&digest),
            HmacEncoding::Base64 => BASE64.encode(&digest),
        };
        write(headers, &self.0.header, format!("{}{text}", self.0.prefix).as_bytes())
    }

    /// What is signed, where that tells deliveries apart: with its stamp, or beside an id that is not signed and so proves nothing.
    fn identity(&self, headers: &HeaderMap, body: &[u8]) -> Option<String> {
        let told_apart = self.0.stamp.is_some() || self.0.id_header.is_some();
        if self.signs(&Signed::Id) || !told_apart {
            return None;
        }
        self.covered(headers, body).ok().map(|covered| digest_of(&covered))
    }
}

/// The digest in a header, behind its prefix.
///
/// # Errors
/// 401.
pub fn decoded(headers: &HeaderMap, header: &str, prefix: &str, encoding: HmacEncoding) -> Result<Vec<u8>, Problem> {
    let (decoder, form) = match encoding {
        HmacEncoding::Hex => (HEXLOWER_PERMISSIVE, "the digest in hex"),
        HmacEncoding::Base64 => (BASE64, "the digest in base64"),
    };
    only(headers, header, SIGNATURE)?
        .strip_prefix(prefix.as_bytes())
        .and_then(|digest| decoder.decode(digest).ok())
        .ok_or_else(|| {
            let form = if prefix.is_empty() {
                form.to_owned()
            } else {
                format!("{prefix} and at once {form}")
            };
            Problem::unauthorized(SIGNATURE, format!("Send in the header {header}: {form}."))
        })
}

/// What tells this content from every other.
pub fn digest_of(parts: &[&[u8]]) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        // With its length, so that no two ways of cutting it are one.
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    HEXLOWER.encode(context.finish().as_ref())
}
