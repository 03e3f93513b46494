//! When the owners of queues hear what is not covered, and what of it is theirs. May import model, calendar. Once a week, at the first of their hours in it.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::digest::starts;
use super::{Finding, Policy, Queue, Standing};
use crate::model::{Party, PersonKey};

/// So far ahead the mail looks.
pub const COVERAGE_AHEAD: SignedDuration = SignedDuration::from_hours(8 * 7 * 24);
/// How many days ahead a working day is looked for.
const SEARCH_DAYS: i64 = 366;

impl Policy {
    /// When a person is told next of what is not covered, strictly after `now` and in a later week than the `last`; whoever owns nothing never, and nobody where the desk does not say it.
    #[must_use]
    pub fn next_coverage(&self, person: &PersonKey, now: Timestamp, last: Option<Timestamp>) -> Option<Timestamp> {
        self.owned(person).next().filter(|_| self.desk.coverage)?;
        let calendar = self.calendar_of(person)?;
        let date = |at: Timestamp| at.to_zoned(calendar.zone.clone()).date();
        // A clock that was set back leaves a last one in the time to come: it counts for nothing.
        let had = last.filter(|last| *last <= now).and_then(|last| monday(date(last)));
        let first = monday(date(now))?;
        let days: Vec<Date> = (0..SEARCH_DAYS).filter_map(|days| first.checked_add(days.days()).ok()).collect();
        // Only the first working day of each week counts: on a later one of this week it would have come already.
        let mut weeks = days
            .chunks(7)
            .filter(|week| had.is_none_or(|had| week.first().is_some_and(|monday| *monday > had)));
        weeks.find_map(|week| week.iter().find_map(|day| starts(calendar, *day)).filter(|start| *start > now))
    }

    /// What of the weeks ahead is not covered and concerns the queues somebody owns, in the order of [`Policy::coverage`].
    #[must_use]
    pub fn coverage_for(&self, standing: &Standing, owner: &PersonKey, from: Timestamp) -> Vec<Finding> {
        let until = from.checked_add(COVERAGE_AHEAD).unwrap_or(Timestamp::MAX);
        let mut found = self.coverage(standing, from, until);
        found.retain(|finding| self.owned(owner).any(|queue| self.is_about(finding, queue, from)));
        found
    }

    /// Whether two instants are in one week, Monday to Sunday, of a person's own.
    #[must_use]
    pub fn same_week(&self, person: &PersonKey, one: Timestamp, other: Timestamp) -> bool {
        let zone = self
            .calendar_of(person)
            .map(|calendar| calendar.zone.clone())
            .unwrap_or(TimeZone::UTC);
        let week = |at: Timestamp| monday(at.to_zoned(zone.clone()).date());
        week(one) == week(other)
    }

    /// The queues somebody owns.
    pub fn owned<'a>(&'a self, person: &'a PersonKey) -> impl Iterator<Item = &'a Queue> {
        // Without a place it is the built-in quarantine, whose owner nobody chose.
        self.queues
            .values()
            .filter(move |queue| queue.place.is_some() && queue.owner == *person)
    }

    fn is_about(&self, finding: &Finding, queue: &Queue, at: Timestamp) -> bool {
        match (&finding.queue, &finding.rotation, &finding.person) {
            (Some(name), ..) => *name == queue.name,
            (None, Some(rotation), _) => queue.assign == Party::Rotation(rotation.clone()),
            (None, None, Some(person)) => match &queue.assign {
                _ if queue.owner == *person => true,
                Party::Rotation(name) => self
                    .rotations
                    .get(name)
                    .is_some_and(|rotation| rotation.members(at).contains(&person)),
                Party::Team(name) => self.teams.get(name).is_some_and(|team| team.contains(person)),
                Party::Person(key) => key == person,
                _ => false,
            },
            (None, None, None) => true,
        }
    }
}

/// The Monday of a date's week.
fn monday(day: Date) -> Option<Date> {
    day.checked_sub(i64::from(day.weekday().since(Weekday::Monday)).days()).ok()
}

#[cfg(test)]
#[path = "coverage_mail_tests.rs"]
mod tests;
