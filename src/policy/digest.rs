//! When somebody's digest comes. May import model, calendar. One a day at the start of their hours, or as a crontab says, in their own zone.

use jiff::civil::{Date, Time, time};
use jiff::{Timestamp, ToSpan};

use super::Policy;
use crate::calendar::{Calendar, Crontab, instant};
use crate::model::PersonKey;

/// How many days ahead a working day is looked for.
const SEARCH_DAYS: i64 = 366;
/// When a digest comes to whoever works round the clock, by their clock on the wall.
const ROUND_THE_CLOCK_AT: Time = time(9, 0, 0, 0);

/// When a digest comes.
#[derive(Debug, Clone, Default)]
pub enum DigestAt {
    /// When the first hours of a working day begin.
    #[default]
    StartOfDay,
    /// As a crontab says, in the reader's zone, whatever their hours are.
    Crontab(Crontab),
    /// Not at all.
    Never,
}

impl Policy {
    /// When a person's digest comes, if one does; of somebody who is not configured none.
    #[must_use]
    pub fn digest_of(&self, person: &PersonKey) -> Option<&DigestAt> {
        let at = self.people.get(person)?.digest.as_ref().unwrap_or(&self.desk.digest);
        (!matches!(at, DigestAt::Never)).then_some(at)
    }

    /// The next one strictly after `now`. One that comes once a day does not come again on the day of the `last`.
    #[must_use]
    pub fn next_digest(&self, person: &PersonKey, now: Timestamp, last: Option<Timestamp>) -> Option<Timestamp> {
        let calendar = self.calendar_of(person)?;
        match self.digest_of(person)? {
            DigestAt::Crontab(crontab) => crontab.next_after(now, &calendar.zone),
            // A clock that was set back leaves a last one in the time to come: it counts for nothing.
            _ => start_of_day(calendar, now, last.filter(|last| *last <= now)),
        }
    }
}

fn start_of_day(calendar: &Calendar, now: Timestamp, last: Option<Timestamp>) -> Option<Timestamp> {
    let date = |at: Timestamp| at.to_zoned(calendar.zone.clone()).date();
    let (today, had) = (date(now), last.map(date));
    let days = (0..SEARCH_DAYS).filter_map(|days| today.checked_add(days.days()).ok());
    days.filter(|day| had.is_none_or(|had| *day > had))
        .filter_map(|day| starts(calendar, day))
        .find(|start| *start > now)
}

/// When the first hours of a date begin. Hours round the clock have no start that anybody would read at.
pub(super) fn starts(calendar: &Calendar, day: Date) -> Option<Timestamp> {
    let first = calendar.open_on(day).into_iter().next()?;
    let zone = &calendar.zone;
    let midnight = |day: Date| instant(day.at(0, 0, 0, 0), zone);
    let all_day = first.from == midnight(day) && day.tomorrow().is_ok_and(|next| first.to >= midnight(next));
    Some(if all_day {
        instant(day.to_datetime(ROUND_THE_CLOCK_AT), zone)
    } else {
        first.from
    })
}

#[cfg(test)]
#[path = "digest_tests.rs"]
mod tests;
