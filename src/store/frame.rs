//! The journal's bytes: segment headers and frames. May import nothing of the crate. What a frame's checks let through is what was written.
//!
//! Every number is little-endian; every frame starts at a multiple of [`ALIGN`]. The mark is eight random bytes, one for the whole store: a message that
//! holds bytes shaped like a frame cannot be taken for one when the frame around it is damaged, because its author does not know the mark.

use std::ops::Range;

/// Where frames may start, in bytes.
pub const ALIGN: u64 = 8;
/// Bytes of a segment's header.
pub const SEGMENT_HEAD_BYTES: u64 = 64;
/// Bytes of a frame before its record.
pub const HEAD_BYTES: usize = 40;
/// The longest record as JSON. Far above what the limits of any door let in; it bounds what a damaged length can make us read.
pub const MAX_RECORD_BYTES: usize = 256 << 20;
/// The version of this layout; a later one is refused, not guessed at.
pub const VERSION: u32 = 1;

const MAGIC: &[u8; 8] = b"batond-j";
const KIND_RECORD: u32 = 1;
const KIND_GAP: u32 = 2;

/// The eight bytes every frame of one store starts with.
pub type Mark = [u8; 8];

/// What stands at the start of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentHead {
    /// The layout's version.
    pub version: u32,
    /// The store's mark.
    pub mark: Mark,
    /// The first sequence number in it.
    pub first_seq: u64,
    /// How long the file was made: a shorter one was cut. 0 when it could not be preallocated.
    pub made_bytes: u64,
}

impl SegmentHead {
    /// The header as written.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(64);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&self.version.to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(&self.mark);
        out.extend_from_slice(&self.first_seq.to_le_bytes());
        out.extend_from_slice(&self.made_bytes.to_le_bytes());
        out.resize(60, 0);
        let crc = crc32c::crc32c(&out);
        out.extend_from_slice(&crc.to_le_bytes());
        out
    }

    /// Reads a header; `None` when it is damaged.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; 64] = bytes.get(..64)?.try_into().ok()?;
        let sound = bytes.starts_with(MAGIC) && crc32c::crc32c(&bytes[..60]) == u32_at(bytes, 60);
        sound.then(|| Self {
            version: u32_at(bytes, 8),
            mark: u64_at(bytes, 16).to_le_bytes(),
            first_seq: u64_at(bytes, 24),
            made_bytes: u64_at(bytes, 32),
        })
    }
}

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A record, and its raw message if that is small.
    Record,
    /// Nothing: damaged bytes stood here and were set aside, or records are known to be lost. `place` counts the missing records.
    Gap,
}

/// A frame's first [`HEAD_BYTES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// What it holds.
    pub kind: Kind,
    /// The record's sequence number; of a gap, the first missing one.
    pub seq: u64,
    /// The record's place in the group that was written and synced with it, from 0; of a gap, how many records are missing.
    pub place: u32,
    /// Bytes of the record as JSON; of a gap, bytes that mean nothing.
    pub record_bytes: u32,
    /// Bytes of the raw message.
    pub raw_bytes: u32,
    /// CRC-32C of record and raw message.
    pub body_crc: u32,
}

impl Head {
    /// The head as written.
    #[must_use]
    pub fn encode(&self, mark: &Mark) -> [u8; HEAD_BYTES] {
        let kind = match self.kind {
            Kind::Record => KIND_RECORD,
            Kind::Gap => KIND_GAP,
        };
        let mut out = [0; HEAD_BYTES];
        out[..8].copy_from_slice(mark);
        out[8..16].copy_from_slice(&self.seq.to_le_bytes());
        for (at, value) in [
            (16, self.place),
            (20, kind),
            (24, self.record_bytes),
            (28, self.raw_bytes),
            (32, self.body_crc),
        ] {
            out[at..at + 4].copy_from_slice(&value.to_le_bytes());
        }
        let crc = crc32c::crc32c(&out[..36]);
        out[36..].copy_from_slice(&crc.to_le_bytes());
        out
    }

    /// Reads a head; `None` when it is none of this store's, or damaged.
    #[must_use]
    pub fn decode(bytes: &[u8], mark: &Mark) -> Option<Self> {
        let bytes: &[u8; HEAD_BYTES] = bytes.get(..HEAD_BYTES)?.try_into().ok()?;
        if !bytes.starts_with(mark) || crc32c::crc32c(&bytes[..36]) != u32_at(bytes, 36) {
            return None;
        }
        let kind = match u32_at(bytes, 20) {
            KIND_RECORD => Kind::Record,
            KIND_GAP => Kind::Gap,
            _ => return None,
        };
        Some(Self {
            kind,
            seq: u64_at(bytes, 8),
            place: u32_at(bytes, 16),
            record_bytes: u32_at(bytes, 24),
            raw_bytes: u32_at(bytes, 28),
            body_crc: u32_at(bytes, 32),
        })
    }

    /// Bytes of record and raw message.
    #[must_use]
    pub fn body_bytes(&self) -> usize {
        self.record_bytes as usize + self.raw_bytes as usize
    }

    /// Bytes from this frame's start to the next frame's.
    #[must_use]
    pub fn frame_bytes(&self) -> u64 {
        (HEAD_BYTES as u64 + u64::from(self.record_bytes) + u64::from(self.raw_bytes)).next_multiple_of(ALIGN)
    }

    /// Where the record stands in a body.
    #[must_use]
    pub fn record_range(&self) -> Range<usize> {
        0..self.record_bytes as usize
    }

    /// Whether `body` is what was written.
    #[must_use]
    pub fn fits(&self, body: &[u8]) -> bool {
        self.kind == Kind::Gap || (body.len() == self.body_bytes() && crc32c::crc32c(body) == self.body_crc)
    }
}

/// Appends the frame of a record to `out`, whose length must be a multiple of [`ALIGN`]. `None` when record or raw message is too long for a frame.
#[must_use]
pub fn push_record(out: &mut Vec<u8>, mark: &Mark, seq: u64, place: u32, record: &[u8], raw: &[u8]) -> Option<()> {
    if record.len() > MAX_RECORD_BYTES {
        return None;
    }
    let head = Head {
        kind: Kind::Record,
        seq,
        place,
        record_bytes: u32::try_from(record.len()).ok()?,
        raw_bytes: u32::try_from(raw.len()).ok()?,
        body_crc: crc32c::crc32c_append(crc32c::crc32c(record), raw),
    };
    out.extend_from_slice(&head.encode(mark));
    out.extend_from_slice(record);
    out.extend_from_slice(raw);
    out.resize(out.len().next_multiple_of(8), 0);
    Some(())
}

/// The head of a gap that covers `bytes` bytes; `None` when that is no possible length of a frame.
#[must_use]
pub fn gap(mark: &Mark, first_missing: u64, missing: u64, bytes: u64) -> Option<[u8; HEAD_BYTES]> {
    let filling = bytes.checked_sub(HEAD_BYTES as u64)?;
    let head = Head {
        kind: Kind::Gap,
        seq: first_missing,
        place: u32::try_from(missing).ok()?,
        record_bytes: u32::try_from(filling).ok()?,
        raw_bytes: 0,
        body_crc: 0,
    };
    bytes.is_multiple_of(ALIGN).then(|| head.encode(mark))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes)
}

#[cfg(test)]
#[path = "frame_tests.rs"]
mod tests;
