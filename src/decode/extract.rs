//! The bytes of one attachment of a mail, decoded and nothing more. May import model. Never opened, never unpacked; bounded by what is asked for.

use super::fields::{Spent, block};
use super::mail::{first_header, line_feeds};
use super::oddities::Oddities;
use super::{body, parts};

/// The decoded bytes of the attachment at a place, counted as `Mail::attachments` lists them. `None` if there is none, or it is larger than `max_bytes`.
#[must_use]
pub fn attached_bytes(raw: &[u8], place: usize, max_bytes: usize) -> Option<Vec<u8>> {
    let odd = &mut Oddities::default();
    let raw = line_feeds(raw, odd);
    let raw = raw.as_ref();
    let mut spent = Spent::default();
    let top = block(raw, first_header(raw, odd), &mut spent, |_| false).ok()?;
    let parts = parts::walk(raw, &top, &mut spent, odd).ok()?;
    let part = body::attached_parts(&parts).nth(place)?;
    let bytes = raw.get(part.body.clone())?;
    let size = usize::try_from(part.media.encoding.size(bytes))
        .ok()
        .filter(|size| *size <= max_bytes)?;
    let mut decoded = part.media.encoding.decode(bytes, size, odd).into_owned();
    decoded.truncate(size);
    Some(decoded)
}

#[cfg(test)]
#[path = "extract_tests.rs"]
mod tests;
