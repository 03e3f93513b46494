//! One mail between MAIL and the end of DATA. May import its peers in intake. Memory for it is bounded by the listener's pool.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::dots::{Dots, Fed};
use super::limits::{FREE_BODY_BYTES, MAX_HOPS, MIN_POOL_BYTES, POOL_STEP_BYTES};
use super::reply::{self, Reply};

/// The envelope as far as it has come.
#[derive(Debug, Default)]
pub struct Transaction {
    /// The return path, `None` for `<>`.
    pub from: Option<String>,
    /// The recipients accepted, as written.
    pub to: Vec<String>,
    /// Whether SMTPUTF8 was asked for.
    pub utf8: bool,
    /// Whether a recipient was refused.
    pub refused: bool,
}

/// What all mails being read on one listener may hold in memory, beyond a small part that is free.
#[derive(Debug, Clone)]
pub struct Pool(Arc<Semaphore>);

impl Pool {
    /// At least [`MIN_POOL_BYTES`], and room for two of the largest mails.
    #[must_use]
    pub fn new(max_message_bytes: usize) -> Self {
        let bytes = MIN_POOL_BYTES.max(max_message_bytes.saturating_mul(2));
        let steps = bytes.div_ceil(POOL_STEP_BYTES).min(Semaphore::MAX_PERMITS);
        Self(Arc::new(Semaphore::new(steps)))
    }
}

/// The bytes of a mail as they come in.
#[derive(Debug)]
pub struct Incoming {
    dots: Dots,
    bytes: Vec<u8>,
    seen_bytes: usize,
    max_bytes: usize,
    pool: Pool,
    share: Option<OwnedSemaphorePermit>,
    lost: Option<Reply>,
}

/// A mail that is whole, and its share of the pool until it is dropped.
#[derive(Debug)]
pub struct Whole {
    /// The mail, dot-unstuffed.
    pub raw: Bytes,
    /// Given back when the mail is stored or refused.
    pub share: Option<OwnedSemaphorePermit>,
}

impl Incoming {
    /// At the start of DATA.
    #[must_use]
    pub fn new(max_bytes: usize, pool: Pool) -> Self {
        Self {
            dots: Dots::new(),
            bytes: Vec::new(),
            seen_bytes: 0,
            max_bytes,
            pool,
            share: None,
            lost: None,
        }
    }

    /// Reads a piece.
    pub fn feed(&mut self, piece: &[u8]) -> Fed {
        let Self {
            dots,
            bytes,
            seen_bytes,
            max_bytes,
            pool,
            share,
            lost,
        } = self;
        dots.feed(piece, |part| {
            *seen_bytes = seen_bytes.saturating_add(part.len());
            if lost.is_some() {
                return;
            }
            if *seen_bytes > *max_bytes {
                *lost = Some(reply::TOO_BIG);
            } else if !grow(pool, share, *seen_bytes) {
                *lost = Some(reply::NO_ROOM);
            }
            if lost.is_some() {
                (*bytes, *share) = (Vec::new(), None);
            } else {
                bytes.extend_from_slice(part);
            }
        })
    }

    /// Whether so much came that waiting for the end is not worth it: twice what is accepted.
    #[must_use]
    pub fn hopeless(&self) -> bool {
        self.seen_bytes > self.max_bytes.saturating_mul(2)
    }

    /// The mail, after its end.
    ///
    /// # Errors
    /// Why it is not taken.
    pub fn finish(self) -> Result<Whole, Reply> {
        if let Some(lost) = self.lost {
            return Err(lost);
        }
        if hops(&self.bytes) > MAX_HOPS {
            return Err(reply::LOOP);
        }
        Ok(Whole {
            raw: Bytes::from(self.bytes),
            share: self.share,
        })
    }
}

/// Makes sure the share covers `bytes`. Never waits: sessions that wait for each other's memory would wait for ever.
fn grow(pool: &Pool, share: &mut Option<OwnedSemaphorePermit>, bytes: usize) -> bool {
    let needed = bytes.saturating_sub(FREE_BODY_BYTES).div_ceil(POOL_STEP_BYTES);
    let held = share.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
    let Ok(more) = u32::try_from(needed.saturating_sub(held)) else {
        return false;
    };
    if more == 0 {
        return true;
    }
    let Ok(permit) = Arc::clone(&pool.0).try_acquire_many_owned(more) else {
        return false;
    };
    match share {
        Some(share) => share.merge(permit),
        None => *share = Some(permit),
    }
    true
}

/// How many `Received` headers there are. Counts no further than it takes to know that there are too many.
fn hops(mail: &[u8]) -> usize {
    let mut rest = mail;
    let mut count = 0;
    while !rest.is_empty() && count <= MAX_HOPS {
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let (line, after) = rest.split_at(end);
        if line.trim_ascii().is_empty() {
            break;
        }
        count += usize::from(line.get(..9).is_some_and(|name| name.eq_ignore_ascii_case(b"received:")));
        rest = after;
    }
    count
}

#[cfg(test)]
#[path = "transaction_tests.rs"]
mod tests;
