//! What is expected to arrive, as the configuration says it. May import model, calendar. Whether it did is state, and kept in the store.

use jiff::{SignedDuration, Timestamp};

use crate::calendar::Schedule;
use crate::model::{ExpectationName, Otherwise, Place, RuleName};

/// How long before a time without one before it a message counts.
const LONGEST_EARLY: SignedDuration = SignedDuration::from_hours(183 * 24);

/// One entry of `expect`.
#[derive(Debug, Clone)]
pub struct Expected {
    /// Its name.
    pub name: ExpectationName,
    /// The rule whose message is expected.
    pub rule: RuleName,
    /// By when, again and again.
    pub schedule: Schedule,
    /// As it is written, in one form: changes when what was promised changes.
    pub written: String,
    /// How long before its time a message counts for it; half way back to the time before where none is written.
    pub early: Option<SignedDuration>,
    /// What is raised when it does not arrive.
    pub otherwise: Otherwise,
    /// Where it is written.
    pub place: Place,
}

impl Expected {
    /// From when on a message counts for `due`: `early` before it, else half way from the time before; never before that.
    #[must_use]
    pub fn opens(&self, due: Timestamp) -> Timestamp {
        let before = self.schedule.last_before(due);
        let half = |before: Timestamp| SignedDuration::from_secs(due.duration_since(before).as_secs() / 2);
        let early = self.early.or(before.map(half)).unwrap_or(LONGEST_EARLY);
        let opens = due.checked_sub(early).unwrap_or(Timestamp::MIN);
        before.map_or(opens, |before| opens.max(before))
    }
}
