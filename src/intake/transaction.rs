//! One mail between MAIL and the end of DATA. May import its peers in intake. What one mail holds in memory while it comes in is bounded; the rest waits on disk.

use bytes::Bytes;
use tokio::sync::OwnedSemaphorePermit;

use super::dots::{Dots, Fed};
use super::limits::{MAX_HOPS, SPOOL_BYTES};
use super::reply::{self, Reply};
use super::spool::{NoRoom, Room, Spooled};

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

/// The bytes of a mail as they come in.
#[derive(Debug)]
pub struct Incoming {
    dots: Dots,
    bytes: Vec<u8>,
    seen_bytes: usize,
    max_bytes: usize,
    room: Room,
    spooled: Option<Spooled>,
    lost: Option<Reply>,
}

/// A mail that is whole, and its share of the memory until it is dropped.
#[derive(Debug)]
pub struct Whole {
    /// The mail, dot-unstuffed.
    pub raw: Bytes,
    /// Given back when the mail is stored or refused; small mails need none.
    pub share: Option<OwnedSemaphorePermit>,
}

impl Incoming {
    /// At the start of DATA.
    #[must_use]
    pub fn new(max_bytes: usize, room: Room) -> Self {
        Self {
            dots: Dots::new(),
            bytes: Vec::new(),
            seen_bytes: 0,
            max_bytes,
            room,
            spooled: None,
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
            spooled,
            lost,
            ..
        } = self;
        dots.feed(piece, |part| {
            *seen_bytes = seen_bytes.saturating_add(part.len());
            if lost.is_none() && *seen_bytes > *max_bytes {
                *lost = Some(reply::TOO_BIG);
                (*bytes, *spooled) = (Vec::new(), None);
            }
            if lost.is_none() {
                bytes.extend_from_slice(part);
            }
        })
    }

    /// Puts on disk what is more than one mail may hold in memory.
    pub async fn settle(&mut self) {
        if self.bytes.len() < SPOOL_BYTES {
            return;
        }
        let piece = std::mem::take(&mut self.bytes);
        match self.room.append(self.spooled.take(), piece).await {
            Ok(spooled) => self.spooled = Some(spooled),
            Err(no_room) => self.lost = Some(refused(&no_room)),
        }
    }

    /// How many octets have come.
    #[must_use]
    pub fn seen_bytes(&self) -> usize {
        self.seen_bytes
    }

    /// Whether so much came that waiting for the end is not worth it: twice what is accepted.
    #[must_use]
    pub fn hopeless(&self) -> bool {
        self.seen_bytes > self.max_bytes.saturating_mul(2)
    }

    /// The mail, after its end. A large one waits its turn for memory.
    ///
    /// # Errors
    /// Why it is not taken.
    pub async fn finish(mut self, within: std::time::Duration) -> Result<Whole, Reply> {
        if let Some(lost) = self.lost {
            return Err(lost);
        }
        let whole = match self.spooled.take() {
            None => Whole {
                raw: Bytes::from(self.bytes),
                share: None,
            },
            Some(spooled) => {
                let spooled = self
                    .room
                    .append(Some(spooled), self.bytes)
                    .await
                    .map_err(|no_room| refused(&no_room))?;
                let loaded = self.room.load(spooled, within).await.map_err(|no_room| refused(&no_room))?;
                Whole {
                    raw: loaded.raw,
                    share: Some(loaded.share),
                }
            }
        };
        if hops(&whole.raw) > MAX_HOPS {
            return Err(reply::LOOP);
        }
        Ok(whole)
    }
}

fn refused(no_room: &NoRoom) -> Reply {
    match no_room {
        NoRoom::Memory => reply::NO_ROOM,
        NoRoom::Disk(error) => {
            tracing::error!(%error, "a large mail cannot be put on disk while it comes in; its sender keeps it");
            reply::NO_SPOOL
        }
    }
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
