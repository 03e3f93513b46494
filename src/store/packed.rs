//! JSON in the index, packed when that makes it shorter. May import nothing of the crate. What is unpacked is what was packed; damage is an error, never a large allocation.

use std::borrow::Cow;

use lz4_flex::block::{compress_into, decompress, get_maximum_output_size};

use super::frame::MAX_RECORD_BYTES;

/// What a packed value begins with; JSON never does.
const PACKED: u8 = 4;
/// Shorter JSON is left as it is, in bytes.
const PACK_FROM_BYTES: usize = 512;
/// The tag and the length before packing.
const HEAD_BYTES: usize = 5;

/// Appends `json` to `out`: as it is, or behind a tag and its length (32 bits, little endian) as an LZ4 block.
pub fn pack(json: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    if let Ok(length) = u32::try_from(json.len())
        && (PACK_FROM_BYTES..=MAX_RECORD_BYTES).contains(&json.len())
    {
        out.push(PACKED);
        out.extend_from_slice(&length.to_le_bytes());
        out.resize(start + HEAD_BYTES + get_maximum_output_size(json.len()), 0);
        let room = out.get_mut(start + HEAD_BYTES..).unwrap_or_default();
        if let Ok(bytes) = compress_into(json, room)
            && HEAD_BYTES + bytes < json.len()
        {
            out.truncate(start + HEAD_BYTES + bytes);
            return;
        }
        out.truncate(start);
    }
    out.extend_from_slice(json);
}

/// The JSON that was packed; `None` when it cannot be had.
#[must_use]
pub fn unpack(value: &[u8]) -> Option<Cow<'_, [u8]>> {
    let Some((&PACKED, rest)) = value.split_first() else {
        return Some(Cow::Borrowed(value));
    };
    let (length, block) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    if length > MAX_RECORD_BYTES {
        return None;
    }
    let json = decompress(block, length).ok()?;
    (json.len() == length).then_some(Cow::Owned(json))
}

#[cfg(test)]
#[path = "packed_tests.rs"]
mod tests;
