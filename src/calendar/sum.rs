//! A deadline and the stretches of time it was counted from. May import model. The last stretch ends at the deadline.

use jiff::{SignedDuration, Timestamp};

use crate::model::SumInterval;

/// A deadline and how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// The instant.
    pub deadline: Timestamp,
    /// The counted intervals, in order; all of them.
    pub intervals: Vec<SumInterval>,
    /// The holidays that were skipped, as `2026-12-25 Christmas Day`.
    pub holidays: Vec<String>,
}

impl Sum {
    /// The instant at which `percent` of the counted time is over: 75 for the warning before a deadline. From 100 on it is the deadline.
    ///
    /// Of 09:00-17:00 on Monday and 09:00-17:00 on Tuesday, 50 % are over on Monday at 17:00 and 75 % on Tuesday at 13:00.
    #[must_use]
    pub fn at_percent(&self, percent: u32) -> Timestamp {
        let whole: i128 = self.intervals.iter().map(|i| i.from.duration_until(i.to).as_nanos()).sum();
        // To the second, so that warnings are as round as deadlines.
        let part = whole.saturating_mul(i128::from(percent)) / 100 / NANOS * NANOS;
        if percent >= 100 {
            return self.deadline;
        }
        let mut left = part;
        for interval in &self.intervals {
            let length = interval.from.duration_until(interval.to).as_nanos();
            if left <= length {
                return after(interval.from, left);
            }
            left -= length;
        }
        self.deadline
    }
}

const NANOS: i128 = 1_000_000_000;

/// `from` and so many nanoseconds, at most the last instant there is.
fn after(from: Timestamp, nanos: i128) -> Timestamp {
    let seconds = i64::try_from(nanos / NANOS).unwrap_or(i64::MAX);
    let rest = i32::try_from(nanos % NANOS).unwrap_or(0);
    from.checked_add(SignedDuration::new(seconds, rest)).unwrap_or(Timestamp::MAX)
}
