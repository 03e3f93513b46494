//! Reads a segment from a place to its end, in bounded memory. May import nothing of the crate. Every byte is accounted for: record, gap, damage or tail.

use std::io;

use super::disk::JournalFile;
use super::frame::{ALIGN, HEAD_BYTES, Head, Kind, MAX_RECORD_BYTES, Mark};

/// How much is read at once.
const WINDOW_BYTES: usize = 1 << 20;

/// What was found next.
#[derive(Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// A sound frame.
    Record {
        /// Its head.
        head: Head,
        /// Where it starts in the file.
        offset: u64,
        /// The record as JSON.
        record: &'a [u8],
    },
    /// Records that are known to be missing.
    Gap {
        /// Its head.
        head: Head,
    },
    /// Bytes that are no sound frame, with a sound one or the tail behind them.
    Bad {
        /// Where they start.
        offset: u64,
        /// Where they end.
        end: u64,
    },
    /// No frame follows.
    End {
        /// Where the tail starts.
        offset: u64,
        /// How many bytes of the tail are there up to its last one that is not zero.
        dirty_bytes: u64,
    },
}

/// A reader of one segment.
pub struct Scan<'a> {
    file: &'a dyn JournalFile,
    size: u64,
    at: u64,
    mark: Mark,
    last_seq: u64,
    window: Vec<u8>,
    window_at: u64,
}

impl<'a> Scan<'a> {
    /// Reads on from `at`. A frame counts only if its number is above `last_seq`.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn new(file: &'a dyn JournalFile, at: u64, mark: Mark, last_seq: u64) -> io::Result<Self> {
        Ok(Self {
            file,
            size: file.size_bytes()?,
            at,
            mark,
            last_seq,
            window: Vec::new(),
            window_at: 0,
        })
    }

    /// What comes next. After `End` it is `End` again.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn next(&mut self) -> io::Result<Found<'_>> {
        let offset = self.at;
        let Some(head) = self.head_at(offset)? else {
            return self.skip(offset);
        };
        let end = offset + head.frame_bytes();
        self.at = end;
        if head.kind == Kind::Gap {
            if head.place > 0 {
                self.last_seq = head.seq.saturating_add(u64::from(head.place) - 1);
            }
            return Ok(Found::Gap { head });
        }
        if !head.fits(self.bytes(offset + HEAD_BYTES as u64, head.body_bytes())?) {
            return Ok(Found::Bad { offset, end });
        }
        self.last_seq = head.seq;
        let body = self.bytes(offset + HEAD_BYTES as u64, head.body_bytes())?;
        let record = body.get(head.record_range()).unwrap_or_default();
        Ok(Found::Record { head, offset, record })
    }

    /// The head at `offset`, if it can be one: whole, in order, within the file.
    fn head_at(&mut self, offset: u64) -> io::Result<Option<Head>> {
        let (mark, last_seq, size) = (self.mark, self.last_seq, self.size);
        let bytes = self.bytes(offset, HEAD_BYTES)?;
        Ok(Head::decode(bytes, &mark).filter(|head| {
            let in_order = head.seq > last_seq || (head.kind == Kind::Gap && head.place == 0);
            in_order && head.record_bytes as usize <= MAX_RECORD_BYTES && offset + head.frame_bytes() <= size
        }))
    }

    /// Looks for the next head after a place where none is.
    fn skip(&mut self, offset: u64) -> io::Result<Found<'_>> {
        let mut at = offset + ALIGN;
        let mut dirty_end = offset;
        let first = self.bytes(offset, ALIGN as usize)?;
        if let Some(last) = first.iter().rposition(|b| *b != 0) {
            dirty_end = offset + last as u64 + 1;
        }
        while at < self.size {
            let mark = self.mark;
            let chunk = self.bytes(at, WINDOW_BYTES)?;
            let read = chunk.len() as u64;
            if chunk.iter().all(|b| *b == 0) {
                at += read.next_multiple_of(ALIGN);
                continue;
            }
            let candidates: Vec<usize> = marks(chunk, &mark);
            let last = chunk.iter().rposition(|b| *b != 0).unwrap_or_default();
            for candidate in candidates {
                let place = at + candidate as u64;
                if self.head_at(place)?.is_some() {
                    self.at = place;
                    return Ok(Found::Bad { offset, end: place });
                }
            }
            dirty_end = at + last as u64 + 1;
            at += read.next_multiple_of(ALIGN);
        }
        self.at = offset;
        Ok(Found::End {
            offset,
            dirty_bytes: dirty_end - offset,
        })
    }

    /// `count` bytes at `at`, or fewer where the file ends.
    fn bytes(&mut self, at: u64, count: usize) -> io::Result<&[u8]> {
        let count = usize::try_from(self.size.saturating_sub(at)).unwrap_or(usize::MAX).min(count);
        let have = self.window_at..self.window_at + self.window.len() as u64;
        if at < have.start || at + count as u64 > have.end {
            let want = usize::try_from(self.size - at.min(self.size))
                .unwrap_or(usize::MAX)
                .min(count.max(WINDOW_BYTES));
            self.window.resize(want, 0);
            self.window.shrink_to(WINDOW_BYTES);
            let read = self.file.read_at(&mut self.window, at)?;
            self.window.truncate(read);
            self.window_at = at;
        }
        let from = usize::try_from(at - self.window_at).unwrap_or(usize::MAX);
        let to = from.saturating_add(count).min(self.window.len());
        Ok(self.window.get(from..to).unwrap_or_default())
    }
}

/// Where in `chunk` the mark stands, at aligned places.
fn marks(chunk: &[u8], mark: &Mark) -> Vec<usize> {
    let steps = chunk.chunks_exact(ALIGN as usize).enumerate();
    steps
        .filter(|(_, bytes)| bytes == mark)
        .map(|(step, _)| step * ALIGN as usize)
        .collect()
}
