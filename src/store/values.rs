//! How the index's values are written and read, in memory and in the database. May import engine, model. What cannot be read is an error that names its key.

use std::sync::Arc;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::index::Applied;
use super::journal::{Location, Part};
use super::keys;
use super::layers::Found;
use super::overlay::{Of, Slot};
use super::packed::unpack;
use super::tree::{Guarded, Tree, TreeError};
use crate::model::{Correspondent, Delivery, Expectation, Item, ItemId, Mute, Notice, PersonState, Round, Shift};

/// A delivery as the index keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeliveryEntry {
    /// Where its letter is; `None` when the letter is here, or was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letter: Option<Part>,
    /// The delivery, in the database without the large parts of its letter if `letter` says where they are.
    pub delivery: Arc<Delivery>,
}

/// What aggregates are made of.
pub trait Kept: DeserializeOwned + Clone {
    /// The value in a layer.
    fn of(of: &Of) -> Option<&Self>;
}

impl Kept for Item {
    fn of(of: &Of) -> Option<&Self> {
        if let Of::Item(item) = of { Some(item) } else { None }
    }
}

impl Kept for PersonState {
    fn of(of: &Of) -> Option<&Self> {
        if let Of::Person(person) = of { Some(person) } else { None }
    }
}

impl Kept for Expectation {
    fn of(of: &Of) -> Option<&Self> {
        if let Of::Expectation(expectation) = of {
            Some(expectation)
        } else {
            None
        }
    }
}

impl Kept for Shift {
    fn of(of: &Of) -> Option<&Self> {
        if let Of::Shift(shift) = of { Some(shift) } else { None }
    }
}

impl Kept for Round {
    fn of(of: &Of) -> Option<&Self> {
        if let Of::Round(round) = of { Some(round) } else { None }
    }
}

impl Kept for Correspondent {
    fn of(of: &Of) -> Option<&Self> {
        if let Of::Correspondent(state) = of { Some(state) } else { None }
    }
}

impl Kept for Mute {
    fn of(of: &Of) -> Option<&Self> {
        if let Of::Mute(mute) = of { Some(mute) } else { None }
    }
}

impl Kept for DeliveryEntry {
    fn of(of: &Of) -> Option<&Self> {
        if let Of::Delivery(entry) = of { Some(entry) } else { None }
    }
}

/// How far a database is.
pub(super) fn read_applied(tree: &Guarded) -> Tree<Applied> {
    let Some(value) = tree.get(keys::APPLIED)? else {
        return Ok(Applied::default());
    };
    let numbers = numbers::<3>(&value).ok_or_else(|| unreadable(keys::APPLIED))?;
    Ok(Applied {
        seq: numbers[0],
        segment: numbers[1],
        raw_bytes: numbers[2],
    })
}

/// What is known of an aggregate without reading it.
pub struct Head {
    /// The number of the last record in it.
    pub seq: u64,
    /// The keys that stand for it.
    pub derived: Vec<Vec<u8>>,
    /// Whether it is in the database.
    pub stored: bool,
}

/// Reads an aggregate's head.
///
/// # Errors
/// When the value cannot be read.
pub fn read_head(key: &[u8], found: Found<'_>) -> Tree<Head> {
    let (seq, derived) = match found {
        Found::Slot(Slot::Aggregate(aggregate)) => (aggregate.seq, aggregate.derived.clone()),
        Found::Slot(_) => return Err(unreadable(key)),
        Found::Stored(value) => {
            let (seq, derived, _) = split(value).ok_or_else(|| unreadable(key))?;
            (seq, read_keys(derived).ok_or_else(|| unreadable(key))?)
        }
    };
    Ok(Head {
        seq,
        derived,
        stored: matches!(found, Found::Stored(_)),
    })
}

/// Reads an aggregate out of its value.
///
/// # Errors
/// When the value cannot be read.
pub fn read_aggregate<T: Kept>(key: &[u8], found: Found<'_>) -> Tree<T> {
    match found {
        Found::Slot(Slot::Aggregate(aggregate)) => T::of(&aggregate.of).cloned().ok_or_else(|| unreadable(key)),
        Found::Slot(_) => Err(unreadable(key)),
        Found::Stored(value) => {
            let json = split(value)
                .and_then(|(_, _, packed)| unpack(packed))
                .ok_or_else(|| unreadable(key))?;
            serde_json::from_slice(&json).map_err(|_| unreadable(key))
        }
    }
}

/// Reads the id of an item, as a correlation has it.
///
/// # Errors
/// When the value cannot be read.
pub fn read_id(key: &[u8], found: Found<'_>) -> Tree<ItemId> {
    let text = std::str::from_utf8(plain(key, found)?).ok();
    text.and_then(|text| text.parse().ok()).ok_or_else(|| unreadable(key))
}

/// Reads a notice that waits.
///
/// # Errors
/// When the value cannot be read.
pub fn read_held(key: &[u8], found: Found<'_>) -> Tree<Notice> {
    match found {
        Found::Slot(Slot::Held(notice)) => Ok((**notice).clone()),
        found => read_json(key, plain(key, found)?),
    }
}

/// A value that is stored as it is.
///
/// # Errors
/// When there is another one.
pub fn plain<'a>(key: &[u8], found: Found<'a>) -> Tree<&'a [u8]> {
    match found {
        Found::Slot(Slot::Plain(value)) => Ok(value),
        Found::Slot(_) => Err(unreadable(key)),
        Found::Stored(value) => Ok(value),
    }
}

/// Reads a plain value.
///
/// # Errors
/// When the value cannot be read.
pub fn read_json<T: DeserializeOwned>(key: &[u8], value: &[u8]) -> Tree<T> {
    serde_json::from_slice(value).map_err(|_| unreadable(key))
}

/// A key or value that is not what was put there.
pub fn unreadable(key: &[u8]) -> TreeError {
    TreeError(format!("key {} cannot be read", key.escape_ascii()))
}

/// The keys that stand for an aggregate, one after the other, each behind its length.
///
/// # Errors
/// When there is too much of them.
pub(super) fn written_keys(key: &[u8], derived: &[Vec<u8>]) -> Tree<Vec<u8>> {
    let mut out = Vec::with_capacity(derived.iter().map(|one| 2 + one.len()).sum());
    for one in derived {
        out.extend_from_slice(&u16::try_from(one.len()).map_err(|_| unreadable(key))?.to_be_bytes());
        out.extend_from_slice(one);
    }
    Ok(out)
}

fn read_keys(mut bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut keys = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<2>()?;
        let (one, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        keys.push(one.to_vec());
        bytes = rest;
    }
    Some(keys)
}

/// Number, derived keys, packed JSON.
fn split(value: &[u8]) -> Option<(u64, &[u8], &[u8])> {
    let (seq, rest) = value.split_first_chunk::<8>()?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let (derived, json) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    Some((u64::from_be_bytes(*seq), derived, json))
}

pub(super) fn json(value: &impl Serialize) -> Tree<Vec<u8>> {
    serde_json::to_vec(value).map_err(|error| TreeError(error.to_string()))
}

pub(super) fn place(location: Location) -> Vec<u8> {
    [location.segment, location.offset].map(u64::to_be_bytes).concat()
}

pub(super) fn read_place(value: &[u8]) -> Option<Location> {
    let [segment, offset] = numbers(value)?;
    Some(Location { segment, offset })
}

/// A time, in nanoseconds, and a place.
pub(super) fn dated_place(at: Timestamp, location: Location) -> Vec<u8> {
    [&at.as_nanosecond().to_be_bytes()[..], &place(location)].concat()
}

pub(super) fn read_dated_place(value: &[u8]) -> Option<(Timestamp, Location)> {
    let (at, rest) = value.split_first_chunk::<16>()?;
    let at = Timestamp::from_nanosecond(i128::from_be_bytes(*at)).ok()?;
    Some((at, read_place(rest)?))
}

pub(super) fn read_seq(history_key: &[u8]) -> Option<u64> {
    history_key.last_chunk::<8>().copied().map(u64::from_be_bytes)
}

pub(super) fn numbers<const N: usize>(value: &[u8]) -> Option<[u64; N]> {
    let (chunks, rest) = value.as_chunks::<8>();
    let chunks: &[[u8; 8]; N] = chunks.try_into().ok()?;
    rest.is_empty().then(|| chunks.map(u64::from_be_bytes))
}
