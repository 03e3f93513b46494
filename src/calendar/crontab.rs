//! Crontab text to the next instant. May import nothing of the crate. crontab(5) in a named zone; a skipped time moves to the next instant that exists.

use std::str::FromStr;

use chrono::{DateTime as ChronoDateTime, Datelike, NaiveDate, Timelike, Utc};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::crontab_field::{FIELDS, Values};
use super::local::instant;

/// A crontab(5) line of five fields: minute, hour, day of month, month, day of week.
///
/// 0 and 7 are Sunday; names are three letters in any case. When neither day field begins with `*`, either one is enough.
/// Times are counted on the wall clock, from 1970 to 2100, by the `cron` crate, which gets the wall clock dressed as UTC and so never sees the clocks change.
#[derive(Debug, Clone)]
pub struct Crontab {
    text: String,
    fields: [Values; 5],
    /// One, or two of which either fires: the crate wants both day fields to hold.
    schedules: Vec<cron::Schedule>,
}

/// Why a text is no crontab line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CrontabError {
    /// There are not five fields.
    #[error("a crontab line has five fields, minute, hour, day of month, month and day of week; this one has {0}")]
    Fields(usize),
    /// A field cannot be read.
    #[error("`{0}` is not a {1} of a crontab line; write *, a number{2}, a range like {3}, a list, or a step like */2")]
    Field(String, &'static str, &'static str, &'static str),
    /// There is no such date.
    #[error("`{0}` never happens: no such date exists")]
    Never(String),
}

/// Longest piece of input an error repeats, in characters.
const MAX_QUOTED_CHARS: usize = 60;

impl Crontab {
    /// Reads a line.
    ///
    /// # Errors
    /// [`CrontabError`].
    pub fn parse(text: &str) -> Result<Self, CrontabError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let Ok(words) = <[&str; 5]>::try_from(words.as_slice()) else {
            return Err(CrontabError::Fields(words.len()));
        };
        let mut values = Vec::with_capacity(FIELDS.len());
        for (field, word) in FIELDS.iter().zip(words) {
            values.push(field.read(word).ok_or_else(|| {
                let name = if field.words.is_empty() { "" } else { ", a name of three letters" };
                let range = if field.words.is_empty() { "1-5" } else { field.range_example() };
                CrontabError::Field(quoted(word), field.name, name, range)
            })?);
        }
        let fields = <[Values; 5]>::try_from(values).map_err(|values| CrontabError::Fields(values.len()))?;
        let never = || CrontabError::Never(quoted(text));
        let schedules = translate(&fields).ok_or_else(never)?;
        let crontab = Self {
            text: words.join(" "),
            fields,
            schedules,
        };
        // Ten years hold every date there is, the 29th of February of a given weekday aside; those have 28.
        let from = DateTime::constant(2000, 1, 1, 0, 0, 0, 0);
        crontab.next_local(from).is_some().then_some(crontab).ok_or_else(never)
    }

    /// The line, its fields separated by one space.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The next instant strictly after `at`, with the line read in `zone`; `None` after the year 2100.
    ///
    /// Times that the clocks skip all come at the instant of the jump; times that they repeat come the first time only.
    #[must_use]
    pub fn next_after(&self, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let mut local = zone.to_datetime(at);
        // In the hour that comes twice, what is due the second time was due the first: step on. At most one step a minute of it.
        loop {
            local = self.next_local(local)?;
            let next = instant(local, zone);
            if next > at {
                return Some(next);
            }
        }
    }

    /// How many times have come in `(from, at]`, negative if `at` is before `from`. Costs a little for each day between.
    pub(super) fn count(&self, from: Timestamp, at: Timestamp, zone: &TimeZone) -> i64 {
        if at < from {
            return -self.count(at, from, zone);
        }
        let start = zone.to_datetime(from).date();
        self.since(start, at, zone) - self.since(start, from, zone)
    }

    /// How many times from the beginning of `start` on have come at `at`.
    fn since(&self, start: Date, at: Timestamp, zone: &TimeZone) -> i64 {
        let local = zone.to_datetime(at);
        let a_day = self.fields[0].count() * self.fields[1].count();
        let mut date = start;
        let mut count = 0;
        while date < local.date() {
            count += if self.on(date) { a_day } else { 0 };
            let Ok(next) = date.tomorrow() else { break };
            date = next;
        }
        if date == local.date() && self.on(date) {
            count += self.today(local);
        }
        // What the clocks have already shown and show again.
        let mut ahead = local;
        while let Some(next) = self.next_local(ahead).filter(|next| instant(*next, zone) <= at) {
            count += 1;
            ahead = next;
        }
        count
    }

    /// How many times of this date have come by the wall clock.
    fn today(&self, local: DateTime) -> i64 {
        let [minutes, hours, ..] = &self.fields;
        let hour = u32::try_from(local.hour()).unwrap_or(0);
        let minute = u32::try_from(local.minute()).unwrap_or(0);
        let this_hour = if hours.has(hour) { minutes.below(minute + 1) } else { 0 };
        hours.below(hour) * minutes.count() + this_hour
    }

    /// Whether it fires on a date.
    fn on(&self, date: Date) -> bool {
        let [_, _, days, months, weekdays] = &self.fields;
        let number = |value: i8| u32::try_from(value).unwrap_or(0);
        let day = days.has(number(date.day()));
        let weekday = weekdays.has(number(date.weekday().to_sunday_zero_offset()));
        let either = !days.star && !weekdays.star;
        months.has(number(date.month())) && if either { day || weekday } else { day && weekday }
    }

    /// The next local time strictly after another.
    fn next_local(&self, after: DateTime) -> Option<DateTime> {
        let dressed = dress(after)?;
        let next = self.schedules.iter().filter_map(|schedule| schedule.after(&dressed).next()).min()?;
        undress(next)
    }
}

impl FromStr for Crontab {
    type Err = CrontabError;

    fn from_str(text: &str) -> Result<Self, CrontabError> {
        Self::parse(text)
    }
}

impl PartialEq for Crontab {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}
impl Eq for Crontab {}

/// In the words of the `cron` crate: seconds first, weekdays from 1 = Sunday, both day fields required.
fn translate(fields: &[Values; 5]) -> Option<Vec<cron::Schedule>> {
    let [minutes, hours, days, months, weekdays] = fields;
    let list = |values: &Values, shift: u32| {
        let numbers: Vec<_> = values.numbers().map(|number| (number + shift).to_string()).collect();
        numbers.join(",")
    };
    let (minutes, hours, months) = (list(minutes, 0), list(hours, 0), list(months, 0));
    let schedule = |day: &str, weekday: &str| format!("0 {minutes} {hours} {day} {months} {weekday}").parse().ok();
    if days.star || weekdays.star {
        return Some(vec![schedule(&list(days, 0), &list(weekdays, 1))?]);
    }
    Some(vec![schedule(&list(days, 0), "*")?, schedule("*", &list(weekdays, 1))?])
}

fn dress(local: DateTime) -> Option<ChronoDateTime<Utc>> {
    let part = |value: i8| u32::try_from(value).ok();
    let date = NaiveDate::from_ymd_opt(i32::from(local.year()), part(local.month())?, part(local.day())?)?;
    let time = date.and_hms_opt(part(local.hour())?, part(local.minute())?, part(local.second())?)?;
    Some(time.and_utc())
}

fn undress(time: ChronoDateTime<Utc>) -> Option<DateTime> {
    let part = |value: u32| i8::try_from(value).ok();
    let date = Date::new(i16::try_from(time.year()).ok()?, part(time.month())?, part(time.day())?).ok()?;
    date.at(0, 0, 0, 0)
        .checked_add(i64::from(time.num_seconds_from_midnight()).seconds())
        .ok()
}

fn quoted(text: &str) -> String {
    text.trim().chars().take(MAX_QUOTED_CHARS).collect()
}

#[cfg(test)]
#[path = "crontab_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "crontab_croner_tests.rs"]
mod croner_tests;
