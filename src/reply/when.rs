//! Dates as people write them. May import nothing of the crate. What is read lies after now, in the writer's own zone.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};

/// What a date someone writes depends on.
#[derive(Debug, Clone)]
pub struct WhenContext {
    /// When it was written.
    pub now: Timestamp,
    /// The writer's zone.
    pub zone: TimeZone,
    /// The time meant where only a day is written.
    pub day_start: Time,
    /// The time meant by `end of day`.
    pub day_end: Time,
}

/// Why a text is no instant ahead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhenError {
    /// None of the forms.
    #[error("`{0}` is not a time I can read; write 2h, 3d, tomorrow 9:00, friday, fri 14:00, 1 Dec, 2026-12-01, end of day or next week")]
    Form(String),
    /// It is not ahead.
    #[error("`{0}` is already past; write a time that is still to come")]
    Past(String),
    /// It is too far ahead.
    #[error("`{0}` is more than ten years ahead; write a nearer time")]
    Far(String),
}

/// How far ahead a time may lie, in days: ten years.
const MAX_AHEAD_DAYS: i64 = 3_653;
/// Longest text that is looked at, in bytes.
const MAX_TEXT_BYTES: usize = 60;

const DAYS: [(&str, &str, Weekday); 7] = [
    ("mon", "monday", Weekday::Monday),
    ("tue", "tuesday", Weekday::Tuesday),
    ("wed", "wednesday", Weekday::Wednesday),
    ("thu", "thursday", Weekday::Thursday),
    ("fri", "friday", Weekday::Friday),
    ("sat", "saturday", Weekday::Saturday),
    ("sun", "sunday", Weekday::Sunday),
];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Reads a time that lies ahead. Case does not matter; `until`, `till`, `for`, `in`, `by` or `on` may stand before it, `at` before a time of day.
///
/// - `30m` `2h` `1h30m` `3d` `1w`, units also spelled out: from now; days and weeks keep the time of day.
/// - `14:00` `2pm`: today, or tomorrow if that is past. `today 17:00`; `end of day` and `today`: the end of the working day.
/// - `tomorrow`, `friday`, `1 Dec`, `Dec 1`, `2026-12-01`, each also with a time of day; without one, the start of the working day.
///   `friday` on a Friday is in a week; `fri 14:00` on a Friday morning is today. A day without a year is the next one.
/// - `next week`: Monday.
///
/// A local time that the clocks skip is read with the offset before the jump, one that comes twice is the first.
///
/// # Errors
/// [`WhenError`], which says what can be written.
pub fn parse_when(text: &str, context: &WhenContext) -> Result<Timestamp, WhenError> {
    let quoted = || text.trim().chars().take(MAX_TEXT_BYTES).collect::<String>();
    let form = || WhenError::Form(quoted());
    if text.len() > MAX_TEXT_BYTES {
        return Err(form());
    }
    let lower = text.trim().trim_end_matches(['.', '!']).to_lowercase().replace(',', " ");
    let mut words: Vec<&str> = lower.split_whitespace().flat_map(date_and_time).collect();
    if matches!(words.first(), Some(&("until" | "till" | "for" | "in" | "by" | "on"))) {
        words.remove(0);
    }
    let now = context.now.to_zoned(context.zone.clone());
    let at = ahead(&words, &now).or_else(|| named(&words, &now, context)).ok_or_else(form)?;
    if at <= context.now {
        return Err(WhenError::Past(quoted()));
    }
    let limit = now.saturating_add(MAX_AHEAD_DAYS.days()).timestamp();
    if at > limit { Err(WhenError::Far(quoted())) } else { Ok(at) }
}

/// Takes `2026-12-01t09:00` apart.
fn date_and_time(word: &str) -> Vec<&str> {
    match word.split_once('t') {
        Some((date, time)) if iso_date(date).is_some() => vec![date, time],
        _ => vec![word],
    }
}

/// `2h`, `1h30m`, `3 days`: from now.
fn ahead(words: &[&str], now: &Zoned) -> Option<Timestamp> {
    let mut rest = words.concat();
    let mut at = now.clone();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let unit_end = rest
            .get(digits..)?
            .find(|c: char| c.is_ascii_digit())
            .map_or(rest.len(), |next| digits + next);
        let count: i64 = rest.get(..digits)?.parse().ok()?;
        // More than this is past every limit, and no span holds it.
        let count = count.min(1_000_000);
        let span = match rest.get(digits..unit_end)? {
            "m" | "min" | "mins" | "minute" | "minutes" => count.minutes(),
            "h" | "hr" | "hrs" | "hour" | "hours" => count.hours(),
            "d" | "day" | "days" => count.days(),
            "w" | "wk" | "week" | "weeks" => count.min(100_000).weeks(),
            _ => return None,
        };
        at = at.saturating_add(span);
        rest = rest.split_off(unit_end);
    }
    Some(at.timestamp())
}

/// Days and times of day by name or number.
fn named(words: &[&str], now: &Zoned, context: &WhenContext) -> Option<Timestamp> {
    let today = now.date();
    let on = |date: Date, time: Time| resolve(date, time, context);
    match words {
        ["end", "of", "day"] | ["end", "of", "the", "day"] | ["eod"] | ["today"] => return on(today, context.day_end),
        ["next", "week"] => return on(next_weekday(today, Weekday::Monday)?, context.day_start),
        _ => {}
    }
    let (day, time) = split_time(words)?;
    let start = time.unwrap_or(context.day_start);
    match *day {
        // Only a time of day: the next instant at which the clock shows it.
        [] => {
            let at = on(today, time?)?;
            if at > context.now {
                Some(at)
            } else {
                on(today.tomorrow().ok()?, time?)
            }
        }
        ["today"] => on(today, start),
        ["tomorrow"] => on(today.tomorrow().ok()?, start),
        ["next", "week"] => on(next_weekday(today, Weekday::Monday)?, start),
        [word] => match weekday(word) {
            Some(weekday) if weekday == today.weekday() => {
                let at = on(today, start).filter(|at| time.is_some() && *at > context.now);
                at.or_else(|| on(next_weekday(today, weekday)?, start))
            }
            Some(weekday) => on(next_weekday(today, weekday)?, start),
            None => on(iso_date(word)?, start),
        },
        // `1 Dec` and `Dec 1`, with the year or without.
        [a, b] => yearless(day_and_month(a, b)?, start, today, context),
        [a, b, year] => {
            let (day, month) = day_and_month(a, b)?;
            on(Date::new(digits(year, 4).filter(|_| year.len() == 4)?, month, day).ok()?, start)
        }
        _ => None,
    }
}

/// The next such day from today on whose time is still to come; 29 Feb can be eight years away.
fn yearless(day_and_month: (i8, i8), time: Time, today: Date, context: &WhenContext) -> Option<Timestamp> {
    let (day, month) = day_and_month;
    (0..=8).find_map(|years| {
        let date = Date::new(today.year() + years, month, day).ok().filter(|date| *date >= today)?;
        resolve(date, time, context).filter(|at| *at > context.now)
    })
}

/// Splits the time of day off the end: `9:00`, `14:00`, `2pm`, `at 9`.
fn split_time<'a>(words: &'a [&'a str]) -> Option<(&'a [&'a str], Option<Time>)> {
    let (last, before) = words.split_last()?;
    match (before.split_last(), clock(last)) {
        (Some((&"at", day)), Some(time)) => Some((day, Some(time))),
        (Some((&"at", day)), None) => Some((day, Some(Time::new(digits(last, 2)?, 0, 0, 0).ok()?))),
        (_, Some(time)) => Some((before, Some(time))),
        (_, None) => Some((words, None)),
    }
}

/// `9:00`, `09:00`, `9am`, `2:30pm`.
fn clock(word: &str) -> Option<Time> {
    let (word, noon) = match (word.strip_suffix("am"), word.strip_suffix("pm")) {
        (Some(word), _) => (word, Some(0)),
        (_, Some(word)) => (word, Some(12)),
        _ => (word, None),
    };
    let (hour, minute) = match word.split_once(':') {
        Some((hour, minute)) if minute.len() == 2 => (hour, digits(minute, 2)?),
        None if noon.is_some() => (word, 0),
        _ => return None,
    };
    let hour: i8 = digits(hour, 2)?;
    match noon {
        Some(noon) if (1..=12).contains(&hour) => Time::new(hour % 12 + noon, minute, 0, 0).ok(),
        Some(_) => None,
        None => Time::new(hour, minute, 0, 0).ok(),
    }
}

fn weekday(word: &str) -> Option<Weekday> {
    let known = |(short, long, _): &&(&str, &str, Weekday)| word == *short || word == *long;
    let other = match word {
        "tues" => Some(Weekday::Tuesday),
        "weds" => Some(Weekday::Wednesday),
        "thur" | "thurs" => Some(Weekday::Thursday),
        _ => None,
    };
    DAYS.iter().find(known).map(|(_, _, day)| *day).or(other)
}

/// The first such day strictly after a date.
fn next_weekday(after: Date, day: Weekday) -> Option<Date> {
    after.nth_weekday(1, day).ok()
}

fn iso_date(word: &str) -> Option<Date> {
    let parts: Vec<&str> = word.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return None };
    let full = year.len() == 4 && month.len() == 2 && day.len() == 2;
    if !full {
        return None;
    }
    Date::new(digits(year, 4)?, digits(month, 2)?, digits(day, 2)?).ok()
}

fn day_and_month(a: &str, b: &str) -> Option<(i8, i8)> {
    let day = |word: &str| {
        let ends = ["st", "nd", "rd", "th", "."];
        let number = ends.iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
        digits::<i8>(number, 2)
    };
    let month = |word: &str| {
        let word = word.trim_end_matches('.');
        let known = |name: &&str| *name == word || name.get(..3) == Some(word) || (word == "sept" && name.starts_with(word));
        MONTHS.iter().zip(1_i8..).find(|(name, _)| known(name)).map(|(_, number)| number)
    };
    match (month(a), month(b)) {
        (None, Some(month)) => Some((day(a)?, month)),
        (Some(month), None) => Some((day(b)?, month)),
        _ => None,
    }
}

fn digits<T: std::str::FromStr>(text: &str, most: usize) -> Option<T> {
    let plain = (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

fn resolve(date: Date, time: Time, context: &WhenContext) -> Option<Timestamp> {
    let local = date.to_datetime(time);
    Some(context.zone.to_ambiguous_zoned(local).compatible().ok()?.timestamp())
}

#[cfg(test)]
#[path = "when_tests.rs"]
mod tests;
