//! Times that come again, by the clock on the wall: every day, on some days, on the working days of a calendar, or as a crontab says. May import model.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::local::{date_of, midnight};
use super::{Calendar, Crontab, SEARCH_DAYS};

/// How far back the time before is looked for, in hours: first near, so that few times are stepped over.
const LOOK_BACK_HOURS: [i64; 5] = [1, 24, 8 * 24, 40 * 24, 370 * 24];

/// When something is due again and again. Skipped local times come at the jump, doubled ones once, as with every crontab.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// The times.
    pub crontab: Crontab,
    /// The zone they are read in.
    pub zone: TimeZone,
    /// The zone's IANA name.
    pub zone_name: String,
    /// Only on days with working hours in it, holidays aside.
    pub working_days: Option<Calendar>,
}

impl Schedule {
    /// The next time strictly after `at`; `None` if there is none within ten years.
    #[must_use]
    pub fn next_after(&self, at: Timestamp) -> Option<Timestamp> {
        let mut from = at;
        // Each turn that is not the last leaves a day off behind.
        for _ in 0..SEARCH_DAYS {
            let next = self.crontab.next_after(from, &self.zone)?;
            let date = date_of(next, &self.zone);
            if self.working_days.as_ref().is_none_or(|calendar| !calendar.open_on(date).is_empty()) {
                return Some(next);
            }
            let tomorrow = midnight(date.tomorrow().ok()?, &self.zone);
            // What is due at midnight itself belongs to the new day.
            from = next.max(tomorrow.checked_sub(SignedDuration::from_nanos(1)).ok()?);
        }
        None
    }

    /// The last time before `due`; `None` if there is none in the year before.
    #[must_use]
    pub fn last_before(&self, due: Timestamp) -> Option<Timestamp> {
        for hours in LOOK_BACK_HOURS {
            let start = due.checked_sub(SignedDuration::from_hours(hours)).ok()?;
            let mut last = None;
            let mut next = self.next_after(start);
            while let Some(at) = next.filter(|at| *at < due) {
                last = Some(at);
                next = self.next_after(at);
            }
            if last.is_some() {
                return last;
            }
        }
        None
    }
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
