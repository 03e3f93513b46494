//! What `more_than` counts, kept as keys of the record that counts. May import model, engine, rules. Exact, and bounded: a ring of `count` instants for each value of `per`.

use std::cell::RefCell;

use jiff::Timestamp;

use crate::decode::sha256_hex;
use crate::engine::{Past, Read, ReadError, Seen, SeenKey};
use crate::rules::{Counts, Tally};

/// What was counted before, as stored state knows it.
pub(super) struct Counted<'a> {
    past: &'a dyn Past,
    failed: RefCell<Option<ReadError>>,
}

impl<'a> Counted<'a> {
    /// Counts in this state.
    pub(super) fn new(past: &'a dyn Past) -> Self {
        Self {
            past,
            failed: RefCell::new(None),
        }
    }

    /// What kept it from answering. It is the store that failed then, not a rule.
    ///
    /// # Errors
    /// When the store could not be read.
    pub(super) fn settled(self) -> Read<()> {
        self.failed.into_inner().map_or(Ok(()), Err)
    }

    fn look(&self, tally: &Tally, at: Timestamp) -> Read<bool> {
        let digest = digest(tally);
        let count = u64::from(tally.count);
        let before = self.past.seen(&SeenKey::of_count(&digest, None))?.map_or(0, |head| head.number);
        if before < count {
            return Ok(false);
        }
        // The one that came `count` before this one: it is the oldest that the ring still has.
        let oldest = self.past.seen(&SeenKey::of_count(&digest, Some(before % count)))?;
        Ok(oldest.is_some_and(|seen| at.duration_since(seen.at).as_secs() < tally.seconds))
    }
}

impl Counts for Counted<'_> {
    fn exceeded(&self, tally: &Tally, at: Timestamp) -> Result<bool, String> {
        self.look(tally, at).map_err(|error| {
            let why = error.to_string();
            self.failed.borrow_mut().get_or_insert(error);
            why
        })
    }
}

/// What is to be remembered once a message was counted at `at`.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn tallied(tally: &Tally, at: Timestamp, past: &dyn Past) -> Read<[(SeenKey, Seen); 2]> {
    let digest = digest(tally);
    let head = SeenKey::of_count(&digest, None);
    let before = past.seen(&head)?.map_or(0, |head| head.number);
    let slot = SeenKey::of_count(&digest, Some(before % u64::from(tally.count)));
    let seen = |number: u64| Seen { number, ..Seen::new(at) };
    Ok([(head, seen(before + 1)), (slot, seen(0))])
}

/// What counts together: the same `more_than` of the same rule, the same `count`, the same value of `per`.
fn digest(tally: &Tally) -> String {
    let mut key = format!("{}\n{}\n{}\n", tally.rule, tally.number, tally.count).into_bytes();
    key.extend_from_slice(tally.per.as_bytes());
    sha256_hex(&key)
}
