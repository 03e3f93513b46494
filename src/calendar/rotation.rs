//! Who is on duty when. May import model. The same instant always gives the same person.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::crontab::{Crontab, CrontabError};
use super::local::instant;
use super::{ZoneError, parse_day, parse_time, zone};
use crate::model::{PersonKey, RotationName};

/// People who take turns, changing at fixed local times in a zone.
///
/// The first person has the turn that runs at `starts`, by default Monday 2024-01-01 00:00 in the zone; each change after that begins the next
/// person's turn, and turns are counted backwards before it. Nothing depends on when the process started.
#[derive(Debug, Clone)]
pub struct Rotation {
    /// Its key.
    pub name: RotationName,
    /// Who takes turns, in order; never empty.
    pub people: Vec<PersonKey>,
    /// The zone the changes are read in.
    pub zone: TimeZone,
    /// The zone's IANA name.
    pub zone_name: String,
    changes: Changes,
    starts: Timestamp,
}

/// When turns change, by the clock on the wall.
#[derive(Debug, Clone)]
enum Changes {
    Weekly(Weekday, Time),
    Daily(Time),
    Crontab(Box<Crontab>),
}

/// Why a rotation cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RotationError {
    /// Nobody takes turns.
    #[error("a rotation needs at least one person")]
    Empty,
    /// No such zone.
    #[error(transparent)]
    Zone(#[from] ZoneError),
    /// The changes are none of the three forms.
    #[error("`{0}` does not say when duty changes; write `mon 09:00`, `daily 09:00` or a crontab line of five fields")]
    Changes(String),
    /// They are a crontab line that cannot be read.
    #[error(transparent)]
    Crontab(#[from] CrontabError),
}

/// Longest piece of input an error repeats, in characters.
const MAX_QUOTED_CHARS: usize = 60;
/// A Monday: where weeks and days are counted from.
const EPOCH: Date = Date::constant(2024, 1, 1);

impl Rotation {
    /// Builds a rotation. `changes` is `mon 09:00`, `daily 09:00` or a crontab(5) line; `starts` is the local time at which the first person's turn runs.
    ///
    /// # Errors
    /// [`RotationError`].
    pub fn new(
        name: RotationName,
        people: Vec<PersonKey>,
        changes: &str,
        zone_name: &str,
        starts: Option<DateTime>,
    ) -> Result<Self, RotationError> {
        if people.is_empty() {
            return Err(RotationError::Empty);
        }
        let zone = zone(zone_name)?;
        let starts = instant(starts.unwrap_or(EPOCH.at(0, 0, 0, 0)), &zone);
        Ok(Self {
            name,
            people,
            zone_name: zone.iana_name().unwrap_or(zone_name).to_owned(),
            changes: Changes::parse(changes)?,
            zone,
            starts,
        })
    }

    /// Who is on duty at `at`: from a change on, that instant included.
    #[must_use]
    pub fn on_duty(&self, at: Timestamp) -> Option<PersonKey> {
        let turns = match &self.changes {
            Changes::Weekly(day, time) => self.turn(at, *day, *time, 7) - self.turn(self.starts, *day, *time, 7),
            Changes::Daily(time) => self.turn(at, Weekday::Monday, *time, 1) - self.turn(self.starts, Weekday::Monday, *time, 1),
            Changes::Crontab(crontab) => crontab.count(self.starts, at, &self.zone),
        };
        let people = i64::try_from(self.people.len()).ok().filter(|people| *people > 0)?;
        self.people.get(usize::try_from(turns.rem_euclid(people)).ok()?).cloned()
    }

    /// The next change of duty strictly after `at`.
    #[must_use]
    pub fn next_change(&self, at: Timestamp) -> Option<Timestamp> {
        let (day, time, days) = match &self.changes {
            Changes::Weekly(day, time) => (*day, *time, 7),
            Changes::Daily(time) => (Weekday::Monday, *time, 1),
            Changes::Crontab(crontab) => return crontab.next_after(at, &self.zone),
        };
        let turn = self.turn(at, day, time, days);
        // Two changes can fall on one instant where the clocks skip a day.
        (1..=3)
            .filter_map(|ahead| self.change(turn + ahead, day, time, days))
            .find(|change| *change > at)
    }

    /// The number of the last change at or before `at`, counted from the first of its kind after the epoch.
    fn turn(&self, at: Timestamp, day: Weekday, time: Time, days: i64) -> i64 {
        let date = self.zone.to_datetime(at).date();
        let elapsed = first(day).until(date).map_or(0, |span| i64::from(span.get_days()));
        let near = elapsed.div_euclid(days);
        // Two days of room: the clocks have gone over midnight, and once over a whole day.
        (near - 2..=near + 2)
            .rev()
            .find(|turn| self.change(*turn, day, time, days).is_some_and(|change| change <= at))
            .unwrap_or(near)
    }

    fn change(&self, turn: i64, day: Weekday, time: Time, days: i64) -> Option<Timestamp> {
        let date = first(day).checked_add(turn.checked_mul(days)?.days()).ok()?;
        Some(instant(date.to_datetime(time), &self.zone))
    }
}

impl Changes {
    fn parse(text: &str) -> Result<Self, RotationError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let refuse = || RotationError::Changes(text.trim().chars().take(MAX_QUOTED_CHARS).collect());
        match words.as_slice() {
            [day, time] => {
                let time = parse_time(time).ok_or_else(refuse)?;
                if day.eq_ignore_ascii_case("daily") {
                    return Ok(Self::Daily(time));
                }
                Ok(Self::Weekly(parse_day(day).ok_or_else(refuse)?, time))
            }
            [_, _, _, _, _] => Ok(Self::Crontab(Box::new(Crontab::parse(text)?))),
            _ => Err(refuse()),
        }
    }
}

/// The first such weekday from the epoch on.
fn first(day: Weekday) -> Date {
    EPOCH.saturating_add(i64::from(day.to_monday_zero_offset()).days())
}

#[cfg(test)]
#[path = "rotation_tests.rs"]
mod tests;
