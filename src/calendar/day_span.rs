//! Spans of local time and weekdays as the configuration writes them. May import nothing of the crate. A week is sorted and without overlap.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Time, Weekday};

/// One span of working hours in local time, half open. `end` of 24:00 is `None`.
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
    /// It ends before it begins.
    #[error("`{0}` ends before it begins; write two spans for a night, such as mon: 22:00-24:00 and tue: 00:00-06:00")]
    Order(String),
    /// Not a weekday.
    #[error("`{0}` is not a weekday or a range of them; write mon, mon-fri or sat,sun")]
    Days(String),
    /// Two spans of one day overlap.
    #[error("{0} and {1} on {2} overlap")]
    Overlap(DaySpan, DaySpan, &'static str),
}

/// Longest piece of input an error repeats, in characters.
const MAX_QUOTED_CHARS: usize = 40;
const DAY_NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const LONG_NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

impl DaySpan {
    /// Reads `09:00-17:30`; `24:00` may end it.
    ///
    /// # Errors
    /// [`HoursError::Form`] or [`HoursError::Order`].
    pub fn parse(text: &str) -> Result<Self, HoursError> {
        let form = || HoursError::Form(quoted(text));
        let (start, end) = text.trim().split_once('-').ok_or_else(form)?;
        let start = parse_time(start).ok_or_else(form)?;
        let end = match end.trim() {
            "24:00" => None,
            end => Some(parse_time(end).ok_or_else(form)?),
        };
        if end.is_some_and(|end| end <= start) {
            return Err(HoursError::Order(quoted(text)));
        }
        Ok(Self { start, end })
    }

    /// The end as a time of that day: 24:00 as 23:59:59.
    #[must_use]
    pub fn last(&self) -> Time {
        self.end.unwrap_or(Time::constant(23, 59, 59, 0))
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
        for ((hours, name), offset) in wider.iter_mut().zip(DAY_NAMES).zip(0_i8..) {
            if offset != day.to_monday_zero_offset() {
                continue;
            }
            hours.extend_from_slice(&spans);
            hours.sort_by_key(|span| span.start);
            let overlap = hours
                .iter()
                .zip(hours.iter().skip(1))
                .find(|(a, b)| a.end.is_none_or(|end| end > b.start));
            if let Some((a, b)) = overlap {
                return Err(HoursError::Overlap(*a, *b, name));
            }
        }
    }
    *week = wider;
    Ok(())
}

fn quoted(text: &str) -> String {
    text.trim().chars().take(MAX_QUOTED_CHARS).collect()
}

#[cfg(test)]
#[path = "day_span_tests.rs"]
mod tests;
