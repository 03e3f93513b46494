//! When turns change, by the clock on the wall: weekly, daily, every few weeks or days, or as a crontab says. May import nothing of the crate.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::RotationError;
use super::crontab::Crontab;
use super::local::instant;
use super::{parse_day, parse_time};

/// Longest piece of input an error repeats, in characters.
const MAX_QUOTED_CHARS: usize = 60;
/// A turn lasts at most so many days or weeks.
const MAX_EVERY: i64 = 366;
/// A Monday: where weeks and days are counted from until it is known when the first turn begins.
const EPOCH: Date = Date::constant(2024, 1, 1);

/// When turns change in a zone, counted from the turn that runs at a given instant: that one has the number 0.
#[derive(Debug, Clone)]
pub(super) struct Changes {
    when: When,
    zone: TimeZone,
    starts: Timestamp,
}

#[derive(Debug, Clone)]
enum When {
    Cycle(Cycle),
    Crontab(Box<Crontab>),
}

/// A change at `time` on `first` and every so many days before and after it.
#[derive(Debug, Clone, Copy)]
struct Cycle {
    first: Date,
    days: i64,
    time: Time,
}

impl Changes {
    /// Reads `mon 09:00`, `daily 09:00`, `every 2 weeks mon 09:00`, `every 3 days 09:00` or a crontab(5) line. `starts` is a local time in the
    /// first turn; by default Monday 2024-01-01 00:00.
    ///
    /// # Errors
    /// [`RotationError::Changes`], [`RotationError::Crontab`].
    pub(super) fn parse(text: &str, zone: &TimeZone, starts: Option<DateTime>) -> Result<Self, RotationError> {
        let starts = instant(starts.unwrap_or(EPOCH.at(0, 0, 0, 0)), zone);
        let words: Vec<&str> = text.split_whitespace().collect();
        let refuse = || RotationError::Changes(text.trim().chars().take(MAX_QUOTED_CHARS).collect());
        let time = |word: &str| parse_time(word).ok_or_else(refuse);
        let day = |word: &str| parse_day(word).ok_or_else(refuse);
        let cycle = |day: Weekday, unit: i64, every: i64, time: Time| {
            let near = Cycle {
                first: first(day),
                days: unit,
                time,
            };
            // Turns of several units begin with the unit in which the first one runs.
            let first = near.date(near.turn(starts, zone)).unwrap_or(near.first);
            let days = unit * every;
            When::Cycle(Cycle { first, days, time })
        };
        let every = |word: &str| word.parse().ok().filter(|n| (1..=MAX_EVERY).contains(n)).ok_or_else(refuse);
        let when = match words.as_slice() {
            [daily, at] if daily.eq_ignore_ascii_case("daily") => cycle(Weekday::Monday, 1, 1, time(at)?),
            [on, at] => cycle(day(on)?, 7, 1, time(at)?),
            ["every", n, "day" | "days", at] => cycle(Weekday::Monday, 1, every(n)?, time(at)?),
            ["every", n, "week" | "weeks", on, at] => cycle(day(on)?, 7, every(n)?, time(at)?),
            ["every", ..] => return Err(refuse()),
            [_, _, _, _, _] => When::Crontab(Box::new(Crontab::parse(text)?)),
            _ => return Err(refuse()),
        };
        Ok(Self {
            when,
            zone: zone.clone(),
            starts,
        })
    }

    /// The number of the turn that runs at `at`: from its change on, that instant included.
    pub(super) fn turn(&self, at: Timestamp) -> i64 {
        match &self.when {
            When::Cycle(cycle) => cycle.turn(at, &self.zone),
            When::Crontab(crontab) => crontab.count(self.starts, at, &self.zone),
        }
    }

    /// The first turn that begins at or after `at`.
    pub(super) fn turn_from(&self, at: Timestamp) -> i64 {
        let before = at.checked_sub(jiff::SignedDuration::from_nanos(1)).unwrap_or(at);
        self.turn(before) + 1
    }

    /// The next change strictly after `at`.
    pub(super) fn next(&self, at: Timestamp) -> Option<Timestamp> {
        match &self.when {
            When::Crontab(crontab) => crontab.next_after(at, &self.zone),
            When::Cycle(cycle) => {
                let turn = cycle.turn(at, &self.zone);
                // Two changes can fall on one instant where the clocks skip a day.
                (1..=3)
                    .filter_map(|ahead| cycle.change(turn + ahead, &self.zone))
                    .find(|change| *change > at)
            }
        }
    }
}

impl Cycle {
    /// The number of the last change at or before `at`.
    fn turn(&self, at: Timestamp, zone: &TimeZone) -> i64 {
        let date = zone.to_datetime(at).date();
        let elapsed = self.first.until(date).map_or(0, |span| i64::from(span.get_days()));
        let near = elapsed.div_euclid(self.days);
        // Two days of room: the clocks have gone over midnight, and once over a whole day.
        (near - 2..=near + 2)
            .rev()
            .find(|turn| self.change(*turn, zone).is_some_and(|change| change <= at))
            .unwrap_or(near)
    }

    fn date(&self, turn: i64) -> Option<Date> {
        self.first.checked_add(turn.checked_mul(self.days)?.days()).ok()
    }

    fn change(&self, turn: i64, zone: &TimeZone) -> Option<Timestamp> {
        Some(instant(self.date(turn)?.to_datetime(self.time), zone))
    }
}

/// The first such weekday from the epoch on.
fn first(day: Weekday) -> Date {
    EPOCH.saturating_add(i64::from(day.to_monday_zero_offset()).days())
}
