//! When a notice may go. May import model, calendar, policy. Nobody is disturbed without cause, and nothing waits for hours that never come.

use jiff::Timestamp;

use crate::model::Notice;
use crate::policy::Policy;

/// When a notice may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Go {
    /// At once.
    Now,
    /// Not before this instant: the reader's next working hours.
    At(Timestamp),
}

/// When `notice` may go. Urgent ones and those to outside addresses go at once; others wait for the reader's working hours. A reader
/// whose calendar has no hours ahead, or who is no longer configured, is told at once: a notice must never wait for ever.
#[must_use]
pub fn when_may_go(notice: &Notice, policy: &Policy, now: Timestamp) -> Go {
    let Some(person) = notice.to.person().filter(|_| !notice.urgent) else {
        return Go::Now;
    };
    let Some(calendar) = policy.calendar_of(person) else {
        return Go::Now;
    };
    if calendar.is_open(now) {
        return Go::Now;
    }
    match calendar.next_open(now) {
        Some(open) if open > now => Go::At(open),
        _ => Go::Now,
    }
}
