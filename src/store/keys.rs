//! The index's keys: one letter for the kind, then parts whose bytes sort as the parts do. May import model, engine. A key read back is the id it was made of.

use aws_lc_rs::digest;
use jiff::Timestamp;

use super::raw::Digest;
use crate::engine::{AggregateId, Correlation, SeenKey};
use crate::model::{Address, DeliveryId, ExpectationName, ItemId, MuteName, NoticeId, Party, PersonKey, RotationName};

/// `i` item, `p` person, `d` delivery, `e` expectation, `u` mute: whole aggregates.
pub const ITEM: u8 = b'i';
/// See [`ITEM`].
pub const PERSON: u8 = b'p';
/// See [`ITEM`].
pub const DELIVERY: u8 = b'd';
/// See [`ITEM`].
pub const EXPECTATION: u8 = b'e';
/// See [`ITEM`].
pub const MUTE: u8 = b'u';
/// See [`ITEM`]: `q`, the shift of a rotation.
pub const SHIFT: u8 = b'q';
/// See [`ITEM`]: `w`, a round.
pub const ROUND: u8 = b'w';
/// See [`ITEM`]: `y`, an address with trouble.
pub const CORRESPONDENT: u8 = b'y';
/// When an open item, a person with held notices, an expectation or a mute is due.
pub const TIMER: u8 = b't';
/// When a delivery is due.
pub const OUTBOX: u8 = b'o';
/// When a call is due.
pub const CALLS: u8 = b'k';
/// Deliveries given up.
pub const DEAD: u8 = b'x';
/// Whom an open item concerns.
const CONCERNED: u8 = b'f';
/// Notices that wait.
const HELD: u8 = b'n';
const CORRELATION: u8 = b'c';
const SEEN: u8 = b's';
const HISTORY: u8 = b'h';
const RAW: u8 = b'r';
/// Messages that rules let go.
const DROPPED: u8 = b'g';

/// The applied number and what goes with it.
pub const APPLIED: &[u8] = b"a";
/// Which journal and which layout the index belongs to.
pub const IDENTITY: &[u8] = b"m";

/// Texts from outside that are longer than this are kept by their digest, so that no key is long.
pub const TEXT_LIMIT_BYTES: usize = 96;
/// A time has 16 bytes in a key.
const TIME_BYTES: usize = 16;
/// Sorts after every instant: open, but nothing is armed.
const NEVER: [u8; TIME_BYTES] = [0xff; TIME_BYTES];

/// `i PREFIX 0 NUMBER`
#[must_use]
pub fn item(id: &ItemId) -> Vec<u8> {
    let mut key = items_of(&id.prefix);
    key.extend_from_slice(&id.number.to_be_bytes());
    key
}

/// What all items of a prefix share.
#[must_use]
pub fn items_of(prefix: &str) -> Vec<u8> {
    let mut key = vec![ITEM];
    key.extend_from_slice(prefix.as_bytes());
    key.push(0);
    key
}

/// Reads an item's key without its letter.
#[must_use]
pub fn read_item(key: &[u8]) -> Option<ItemId> {
    let (rest, number) = key.split_last_chunk::<8>()?;
    let prefix = std::str::from_utf8(rest.strip_suffix(&[0])?).ok()?;
    Some(ItemId::new(prefix, u64::from_be_bytes(*number)))
}

/// `p KEY`
#[must_use]
pub fn person(key: &PersonKey) -> Vec<u8> {
    letter(PERSON, &[key.as_str().as_bytes()])
}

/// `e NAME`
#[must_use]
pub fn expectation(name: &ExpectationName) -> Vec<u8> {
    letter(EXPECTATION, &[name.as_str().as_bytes()])
}

/// `u NAME`
#[must_use]
pub fn mute(name: &MuteName) -> Vec<u8> {
    letter(MUTE, &[name.as_str().as_bytes()])
}

/// `q ROTATION`
#[must_use]
pub fn shift(rotation: &RotationName) -> Vec<u8> {
    letter(SHIFT, &[rotation.as_str().as_bytes()])
}

/// `w PREFIX 0 NUMBER`
#[must_use]
pub fn round(id: &ItemId) -> Vec<u8> {
    let mut key = item(id);
    key[0] = ROUND;
    key
}

/// `y ADDRESS`, folded
#[must_use]
pub fn correspondent(address: &Address) -> Vec<u8> {
    text(CORRESPONDENT, b'a', address.folded())
}

/// What all rounds share.
#[must_use]
pub fn rounds_of(prefix: &str) -> Vec<u8> {
    let mut key = items_of(prefix);
    key[0] = ROUND;
    key
}

/// `d SEQ INDEX`
#[must_use]
pub fn delivery(id: &DeliveryId) -> Vec<u8> {
    letter(DELIVERY, &[&numbers(id.seq, id.index)])
}

/// `t TIME AGGREGATE`; no time sorts last and is never due.
#[must_use]
pub fn timer(due: Option<Timestamp>, id: &AggregateId) -> Vec<u8> {
    let id = match id {
        AggregateId::Item(id) => item(id),
        AggregateId::Person(key) => person(key),
        AggregateId::Expectation(name) => expectation(name),
        AggregateId::Mute(name) => mute(name),
        AggregateId::Shift(name) => shift(name),
        AggregateId::Round(id) => round(id),
    };
    letter(TIMER, &[&due.map_or(NEVER, time), &id])
}

/// Whether an aggregate stands under a key: it is changed after the key that stands for it.
#[must_use]
pub fn is_aggregate(key: &[u8]) -> bool {
    matches!(
        key.first(),
        Some(&(ITEM | PERSON | DELIVERY | EXPECTATION | MUTE | SHIFT | ROUND | CORRESPONDENT))
    )
}

/// Reads a timer's key.
#[must_use]
pub fn read_timer(key: &[u8]) -> Option<(Option<Timestamp>, AggregateId)> {
    let (time, id) = key.get(1..)?.split_first_chunk::<TIME_BYTES>()?;
    let id = match id.split_first()? {
        (&ITEM, rest) => AggregateId::Item(read_item(rest)?),
        (&ROUND, rest) => AggregateId::Round(read_item(rest)?),
        (&PERSON, rest) => AggregateId::Person(PersonKey::from(std::str::from_utf8(rest).ok()?)),
        (&EXPECTATION, rest) => AggregateId::Expectation(ExpectationName::from(std::str::from_utf8(rest).ok()?)),
        (&SHIFT, rest) => AggregateId::Shift(RotationName::from(std::str::from_utf8(rest).ok()?)),
        (&MUTE, rest) => AggregateId::Mute(MuteName::from(std::str::from_utf8(rest).ok()?)),
        _ => return None,
    };
    Some((read_time(time), id))
}

/// `o TIME SEQ INDEX`
#[must_use]
pub fn outbox(due: Timestamp, id: &DeliveryId) -> Vec<u8> {
    letter(OUTBOX, &[&time(due), &numbers(id.seq, id.index)])
}

/// `k TIME SEQ INDEX`
#[must_use]
pub fn call(due: Timestamp, id: &DeliveryId) -> Vec<u8> {
    letter(CALLS, &[&time(due), &numbers(id.seq, id.index)])
}

/// Reads an outbox key, or that of a call.
#[must_use]
pub fn read_outbox(key: &[u8]) -> Option<(Timestamp, DeliveryId)> {
    let (time, id) = key.get(1..)?.split_first_chunk::<TIME_BYTES>()?;
    Some((read_time(time)?, read_delivery(id)?))
}

/// `x SEQ INDEX`
#[must_use]
pub fn dead(id: &DeliveryId) -> Vec<u8> {
    letter(DEAD, &[&numbers(id.seq, id.index)])
}

/// Reads a delivery's numbers.
#[must_use]
pub fn read_delivery(bytes: &[u8]) -> Option<DeliveryId> {
    let (seq, index) = bytes.split_first_chunk::<8>()?;
    Some(DeliveryId {
        seq: u64::from_be_bytes(*seq),
        index: u32::from_be_bytes(index.try_into().ok()?),
    })
}

/// The first key of `kind` (timer or outbox) that is due later than `now`.
#[must_use]
pub fn after(kind: u8, now: Timestamp) -> Vec<u8> {
    letter(kind, &[&signed(now.as_nanosecond() + 1)])
}

/// `n PERSON 0 SEQ INDEX`
#[must_use]
pub fn held(key: &PersonKey, id: &NoticeId) -> Vec<u8> {
    let mut out = held_of(key);
    out.extend_from_slice(&numbers(id.seq, id.index));
    out
}

/// What all held notices of a person share.
#[must_use]
pub fn held_of(key: &PersonKey) -> Vec<u8> {
    letter(HELD, &[key.as_str().as_bytes(), &[0]])
}

/// `f PARTY 0 TIME ITEM`: whom an open item concerns, and its nearest deadline; none sorts last.
#[must_use]
pub fn concerned(party: &Party, nearest: Option<Timestamp>, id: &ItemId) -> Vec<u8> {
    let mut key = concerned_of(party);
    key.extend_from_slice(&nearest.map_or(NEVER, time));
    key.extend_from_slice(&item(id));
    key
}

/// What the keys of all items that concern a party share.
#[must_use]
pub fn concerned_of(party: &Party) -> Vec<u8> {
    letter(CONCERNED, &[party.to_string().as_bytes(), &[0]])
}

/// Reads the item out of a key that begins with `prefix`, the party's.
#[must_use]
pub fn read_concerned(prefix: &[u8], key: &[u8]) -> Option<ItemId> {
    let (_, id) = key.strip_prefix(prefix)?.split_first_chunk::<TIME_BYTES>()?;
    read_item(id.strip_prefix(&[ITEM])?)
}

/// `c t|k TEXT`
#[must_use]
pub fn correlation(key: &Correlation) -> Vec<u8> {
    match key {
        Correlation::Thread(id) => text(CORRELATION, b't', id),
        Correlation::Key(key) => text(CORRELATION, b'k', key),
    }
}

/// What the keys given by rules share that start so, as far as they are kept as they are: up to 96 bytes.
#[must_use]
pub fn correlations(prefix: &str) -> Vec<u8> {
    text(CORRELATION, b'k', prefix)
}

/// `s TEXT`
#[must_use]
pub fn seen(key: &SeenKey) -> Vec<u8> {
    text(SEEN, b's', key.as_str())
}

/// `h PREFIX 0 NUMBER SEQ`
#[must_use]
pub fn history(id: &ItemId, seq: u64) -> Vec<u8> {
    let mut key = history_of(id);
    key.extend_from_slice(&seq.to_be_bytes());
    key
}

/// What all records of an item share.
#[must_use]
pub fn history_of(id: &ItemId) -> Vec<u8> {
    let mut key = item(id);
    key[0] = HISTORY;
    key
}

/// `g SEQ`
#[must_use]
pub fn dropped(seq: u64) -> Vec<u8> {
    letter(DROPPED, &[&seq.to_be_bytes()])
}

/// `r DIGEST`
#[must_use]
pub fn raw(digest: &Digest) -> Vec<u8> {
    letter(RAW, &[digest])
}

/// The first key that can follow `key`.
#[must_use]
pub fn next(mut key: Vec<u8>) -> Vec<u8> {
    key.push(0);
    key
}

fn letter(kind: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut key = Vec::with_capacity(1 + parts.iter().map(|part| part.len()).sum::<usize>());
    key.push(kind);
    for part in parts {
        key.extend_from_slice(part);
    }
    key
}

fn text(kind: u8, space: u8, text: &str) -> Vec<u8> {
    if text.len() <= TEXT_LIMIT_BYTES {
        return letter(kind, &[&[space], text.as_bytes()]);
    }
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    letter(kind, &[&[space.to_ascii_uppercase()], digest.as_ref()])
}

fn numbers(seq: u64, index: u32) -> [u8; 12] {
    let mut out = [0; 12];
    out[..8].copy_from_slice(&seq.to_be_bytes());
    out[8..].copy_from_slice(&index.to_be_bytes());
    out
}

fn time(at: Timestamp) -> [u8; TIME_BYTES] {
    signed(at.as_nanosecond())
}

/// Moves the sign so that bytes sort as numbers do.
fn signed(nanoseconds: i128) -> [u8; TIME_BYTES] {
    (nanoseconds ^ i128::MIN).to_be_bytes()
}

fn read_time(bytes: &[u8; TIME_BYTES]) -> Option<Timestamp> {
    Timestamp::from_nanosecond(i128::from_be_bytes(*bytes) ^ i128::MIN).ok()
}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
