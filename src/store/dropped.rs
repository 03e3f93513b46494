//! The messages that rules let go, as the index lists them and the journal has them. May import engine. One that is damaged is named, never left out.

use jiff::Timestamp;

use super::HISTORY_PAGE_BYTES;
use super::embedded::EmbeddedStore;
use super::index::Index;
use super::journal::Location;
use super::keys;
use super::reads::{damaged, is_damage};
use super::tree::{Go, Tree};
use super::values::{plain, read_dated_place, read_seq, unreadable};
use crate::engine::{Read, ReadError, Record, Step};

impl Index {
    /// Where the records with a number above `after` are, oldest first, with when they were and their numbers, as long as `wanted` says so.
    ///
    /// # Errors
    /// When the index failed.
    fn dropped(&self, after: u64, mut wanted: impl FnMut(Timestamp, u64, Location) -> Go) -> Tree<()> {
        let first = keys::next(keys::dropped(after));
        let end = keys::next(keys::dropped(u64::MAX));
        self.layers().visit(&first, Some(&end), |key, value| {
            let (at, location) = read_dated_place(plain(key, value)?).ok_or_else(|| unreadable(key))?;
            Ok(wanted(at, read_seq(key).ok_or_else(|| unreadable(key))?, location))
        })
    }
}

impl EmbeddedStore {
    /// See `Store::dropped_before`.
    pub(super) fn dropped_up_to(&self, since: Timestamp) -> Read<u64> {
        let mut before = 0;
        self.index()?.dropped(0, |at, seq, _| {
            if at >= since {
                return Go::Stop;
            }
            before = seq;
            Go::On
        })?;
        Ok(before)
    }

    /// See `Store::dropped_page`.
    pub(super) fn dropped_records(&self, after: u64, limit: usize) -> Read<Vec<Record>> {
        let mut places = Vec::new();
        self.index()?.dropped(after, |at, seq, location| {
            if places.len() == limit {
                return Go::Stop;
            }
            places.push((at, seq, location));
            Go::On
        })?;
        let mut records = Vec::new();
        let mut read_bytes = 0;
        for (at, seq, location) in places {
            let record = match self.journal.read(location) {
                Ok((head, body)) if head.seq == seq => {
                    read_bytes += head.record_range().len();
                    body.get(head.record_range())
                        .and_then(|json| serde_json::from_slice(json).ok())
                        .ok_or_else(|| ReadError(format!("record {seq} cannot be read by this version of batond")))?
                }
                Err(error) if !is_damage(&error) => return Err(ReadError(format!("record {seq}: {error}"))),
                _ => damaged(seq, at, |why| Step::Dropped(String::new(), why)),
            };
            records.push(record);
            if read_bytes >= HISTORY_PAGE_BYTES {
                break;
            }
        }
        Ok(records)
    }
}
