//! Spans of local time and weekdays as the configuration writes them. May import nothing of the crate. A week is sorted and without overlap.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Time, Weekday};

/// One span of working hours in local time, half open. `end` of 24:00 is `None`; one that is not after `start` is on the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaySpan {
    /// From this local time.
    pub start: Time,
    /// Up to this local time; `None` is the end of the day.
    pub end: Option<Time>,
}

/// Why hours or days cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// Not a span of local time.
    #[error("`{0}` is not a span of hours; write 09:00-17:30, with 24:00 for the end of the day")]
    Form(String),
    /// It ends as it begins.
    #[error("`{0}` ends as it begins; write 00:00-24:00 for a whole day")]
    Empty(String),
    /// Not a weekday.
    #[error("`{0}` is not a weekday or a range of them; write mon, mon-fri or sat,sun")]
    Days(String),
    /// Two spans of the week overlap.
    #[error("{}", overlap(.0, .1, .2, .3))]
    Overlap(DaySpan, &'static str, DaySpan, &'static str),
}

/// Longest piece of input an error repeats, in characters.
const MAX_QUOTED_CHARS: usize = 40;
const DAY_NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const LONG_NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

impl DaySpan {
    /// Reads `09:00-17:30`; `24:00` may end it, and `22:00-06:00` ends on the next day.
    ///
    /// # Errors
    /// [`HoursError::Form`] or [`HoursError::Empty`].
    pub fn parse(text: &str) -> Result<Self, HoursError> {
        let form = || HoursError::Form(quoted(text));
        let (start, end) = text.trim().split_once('-').ok_or_else(form)?;
        let start = parse_time(start).ok_or_else(form)?;
        let end = match end.trim() {
            "24:00" => None,
            end => Some(parse_time(end).ok_or_else(form)?),
        };
        if end == Some(start) {
            return Err(HoursError::Empty(quoted(text)));
        }
        // A night to 00:00 is the day to its end.
        let end = end.filter(|end| *end != Time::midnight());
        Ok(Self { start, end })
    }

    /// Whether it ends on the next day.
    #[must_use]
    pub fn is_night(&self) -> bool {
        self.end.is_some_and(|end| end <= self.start)
    }

    /// The end as a time of that day: 24:00, and the end of a night, as 23:59:59.
    #[must_use]
    pub fn last(&self) -> Time {
        let end = self.end.filter(|_| !self.is_night());
        end.unwrap_or(Time::constant(23, 59, 59, 0))
    }

    /// Whether it goes on when `next`, which begins later on the same day, has begun.
    fn overlaps(&self, next: &Self) -> bool {
        self.is_night() || self.end.is_none_or(|end| end > next.start)
    }

    /// Whether it goes on when `next`, a span of the day after, has begun.
    fn reaches(&self, next: &Self) -> bool {
        self.is_night() && self.end.is_some_and(|end| end > next.start)
    }
}

impl FromStr for DaySpan {
    type Err = HoursError;

    fn from_str(text: &str) -> Result<Self, HoursError> {
        Self::parse(text)
    }
}

impl fmt::Display for DaySpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-", self.start.strftime("%H:%M"))?;
        match self.end {
            Some(end) => write!(f, "{}", end.strftime("%H:%M")),
            None => f.write_str("24:00"),
        }
    }
}

/// Reads a local time, `9:00` or `09:00`.
#[must_use]
pub fn parse_time(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    let digits = |part: &str, least: usize| (least..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(hour, 1) || !digits(minute, 2) {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

/// Reads one weekday, `mon` or `monday`, in any case.
#[must_use]
pub fn parse_day(text: &str) -> Option<Weekday> {
    let text = text.trim().to_ascii_lowercase();
    let index = DAY_NAMES
        .iter()
        .zip(LONG_NAMES)
        .position(|(short, long)| text == *short || text == long)?;
    Weekday::from_monday_zero_offset(i8::try_from(index).ok()?).ok()
}

/// Reads `mon`, `mon-thu`, `sat,sun` or a mixture; `sat-mon` goes round the end of the week. In the order written, each day once.
///
/// # Errors
/// [`HoursError::Days`].
pub fn parse_days(text: &str) -> Result<Vec<Weekday>, HoursError> {
    let form = || HoursError::Days(quoted(text));
    let mut days = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (parse_day(first).ok_or_else(form)?, parse_day(last).ok_or_else(form)?);
        let mut day = first;
        loop {
            if !days.contains(&day) {
                days.push(day);
            }
            if day == last {
                break;
            }
            day = day.next();
        }
    }
    Ok(days)
}

/// Adds spans to days of a week (Monday first) and keeps each day sorted.
///
/// # Errors
/// [`HoursError`]; the week is then unchanged.
pub fn add_hours(week: &mut [Vec<DaySpan>; 7], days: &str, spans: &[&str]) -> Result<(), HoursError> {
    let spans = spans.iter().map(|span| DaySpan::parse(span)).collect::<Result<Vec<_>, _>>()?;
    let mut wider = week.clone();
    for day in parse_days(days)? {
        for (hours, offset) in wider.iter_mut().zip(0_i8..) {
            if offset == day.to_monday_zero_offset() {
                hours.extend_from_slice(&spans);
                hours.sort_by_key(|span| span.start);
            }
        }
    }
    let next_days = wider.iter().zip(DAY_NAMES).cycle().skip(1);
    for ((hours, day), (next, next_day)) in wider.iter().zip(DAY_NAMES).zip(next_days) {
        if let Some((a, b)) = clash_within(hours) {
            return Err(HoursError::Overlap(a, day, b, day));
        }
        if let Some((a, b)) = clash_across(hours, next) {
            return Err(HoursError::Overlap(a, day, b, next_day));
        }
    }
    *week = wider;
    Ok(())
}

/// Two spans of one day, sorted, that overlap.
#[must_use]
pub fn clash_within(day: &[DaySpan]) -> Option<(DaySpan, DaySpan)> {
    let mut pairs = day.iter().zip(day.iter().skip(1));
    pairs.find(|(a, b)| a.overlaps(b)).map(|(a, b)| (*a, *b))
}

/// A night and a span of the day after that overlap; both days sorted and without overlap.
#[must_use]
pub fn clash_across(day: &[DaySpan], next: &[DaySpan]) -> Option<(DaySpan, DaySpan)> {
    let (night, morning) = day.last().zip(next.first())?;
    night.reaches(morning).then_some((*night, *morning))
}

/// The hours of a week in the words of the configuration, days with the same hours together: `mon-thu 09:00-17:30, fri 09:00-16:00`. Empty for none.
#[must_use]
pub fn week_text(week: &[Vec<DaySpan>; 7]) -> String {
    let mut groups: Vec<(&str, &str, &[DaySpan])> = Vec::new();
    for (hours, name) in week.iter().zip(DAY_NAMES) {
        match groups.last_mut() {
            Some((_, last, same)) if *same == hours.as_slice() => *last = name,
            _ => groups.push((name, name, hours)),
        }
    }
    let worked = groups.into_iter().filter(|(_, _, hours)| !hours.is_empty());
    let told = worked.map(|(first, last, hours)| {
        let days = if first == last {
            first.to_owned()
        } else {
            format!("{first}-{last}")
        };
        format!("{days} {}", spans_text(hours))
    });
    told.collect::<Vec<_>>().join(", ")
}

/// The spans of a day: `08:30-12:00 13:00-17:00`.
#[must_use]
pub fn spans_text(spans: &[DaySpan]) -> String {
    spans.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn overlap(a: &DaySpan, day: &str, b: &DaySpan, next: &str) -> String {
    if day == next {
        return format!("{a} and {b} on {day} overlap");
    }
    format!("{a} on {day} and {b} on {next} overlap")
}

fn quoted(text: &str) -> String {
    text.trim().chars().take(MAX_QUOTED_CHARS).collect()
}

#[cfg(test)]
#[path = "day_span_tests.rs"]
mod tests;
