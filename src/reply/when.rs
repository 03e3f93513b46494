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
    /// It can mean two days.
    #[error("`{0}`: did you mean {1} or {2}? Write it like that")]
    Unsure(String, String, String),
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
/// - `next week`: Monday. `end of week`: the end of Friday; `end of month`, `next month`, `day after tomorrow`, `this friday`.
/// - `a week`, `an hour`, `half an hour`, `two days`: from now. `tomorrow noon`, `friday morning`, `2 p.m.`, `14h30`.
/// - `13.12.`, `13.12.2026`, `2026/12/13`, `13/12`. `01/02` and `next friday` while that week has a friday still can mean two days, and are asked about.
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
    let lower = plainly(&text.trim().trim_end_matches('!').to_lowercase().replace(',', " "));
    let mut words: Vec<&str> = lower.split_whitespace().flat_map(date_and_time).collect();
    if matches!(words.first(), Some(&("until" | "till" | "for" | "in" | "by" | "on"))) {
        words.remove(0);
    }
    let now = context.now.to_zoned(context.zone.clone());
    if let Some((one, other)) = either(&words, now.date()) {
        return Err(WhenError::Unsure(quoted(), one, other));
    }
    let at = ahead(&words, &now).or_else(|| named(&words, &now, context)).ok_or_else(form)?;
    if at <= context.now {
        return Err(WhenError::Past(quoted()));
    }
    let limit = now.saturating_add(MAX_AHEAD_DAYS.days()).timestamp();
    if at > limit { Err(WhenError::Far(quoted())) } else { Ok(at) }
}

/// Words people write for numbers and hours as those: `half an hour`, `two days`, `noon`, `2 p.m.`, `14h30`; and no full stop at the end but that of `13.12.`.
fn plainly(text: &str) -> String {
    const NUMBERS: [&str; 12] = [
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    ];
    let text = text
        .replace("half an hour", "30m")
        .replace("p.m.", "pm")
        .replace("a.m.", "am")
        .replace("p.m", "pm");
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let bare = if numbered(word).is_some() {
            word
        } else {
            word.trim_end_matches('.')
        };
        let number = NUMBERS
            .iter()
            .position(|number| *number == bare)
            .map(|place| (place + 1).to_string());
        let dotted = bare
            .split_once('.')
            .filter(|(hour, minute)| is_hour(hour) && minute.len() == 2 && is_minute(minute));
        let french = bare
            .split_once('h')
            .filter(|(hour, minute)| is_hour(hour) && minute.len() == 2 && is_minute(minute));
        match (bare, words.last().map(String::as_str)) {
            ("a" | "an", _) => words.push("1".to_owned()),
            ("noon" | "midday", _) => words.push("12:00".to_owned()),
            ("morning", Some(_)) => {}
            // `2 pm` is one time.
            ("am" | "pm", Some(last)) if clock(&format!("{last}{bare}")).is_some() => {
                if let Some(last) = words.last_mut() {
                    last.push_str(bare);
                }
            }
            _ => words.push(match (number, french.or(dotted)) {
                (Some(number), _) => number,
                (None, Some((hour, minute))) if numbered(bare).is_none() => format!("{hour}:{minute}"),
                _ => bare.to_owned(),
            }),
        }
    }
    words.join(" ")
}

fn is_hour(text: &str) -> bool {
    digits::<u8>(text, 2).is_some_and(|hour| hour < 24)
}

fn is_minute(text: &str) -> bool {
    digits::<u8>(text, 2).is_some_and(|minute| minute < 60)
}

/// A date in numbers.
enum Numbered {
    /// With its year.
    Whole(Date),
    /// Day and month.
    Yearless(i8, i8),
}

/// `2026-12-13`, `2026/12/13`, `13.12.`, `13.12.2026`, `13/12`, `12/13/2026`: where one of two numbers can only be the day.
fn numbered(word: &str) -> Option<Numbered> {
    if let Some(date) = iso_date(&word.replace('/', "-")) {
        return Some(Numbered::Whole(date));
    }
    if let Some((day, rest)) = word.split_once('.') {
        let (month, year) = rest.split_once('.')?;
        return dated(digits(day, 2)?, digits(month, 2)?, year);
    }
    let (one, other, year) = slashed(word)?;
    let (day, month) = if other > 12 { (other, one) } else { (one, other) };
    dated(day, month, year)
}

fn dated(day: i8, month: i8, year: &str) -> Option<Numbered> {
    // A leap year has each day there is.
    Date::new(2028, month, day).ok()?;
    if year.is_empty() {
        return Some(Numbered::Yearless(day, month));
    }
    let year = digits(year, 4).filter(|_| year.len() == 4)?;
    Date::new(year, month, day).ok().map(Numbered::Whole)
}

/// `13/12`, `13/12/2026`: the two numbers, and the year as written.
fn slashed(word: &str) -> Option<(i8, i8, &str)> {
    let (one, rest) = word.split_once('/')?;
    let (other, year) = rest.split_once('/').unwrap_or((rest, ""));
    Some((digits(one, 2)?, digits(other, 2)?, year))
}

/// The two days a text can mean, as they can be written: `01/02`, and `next friday` in a week that has a friday still.
fn either(words: &[&str], today: Date) -> Option<(String, String)> {
    let shown = |day: i8, month: i8| {
        let month = MONTHS.get(usize::try_from(month - 1).ok()?)?;
        let (first, rest) = month.split_at_checked(1)?;
        Some(format!("{day} {}{}", first.to_uppercase(), rest.get(..2)?))
    };
    let (day_words, _) = split_time(words).unwrap_or((words, None));
    if let ["next", day] = day_words
        && let Some(weekday) = weekday(day)
    {
        let coming = next_weekday(today, weekday)?;
        let same_week = coming.iso_week_date().week() == today.iso_week_date().week();
        let after = next_weekday(coming, weekday)?;
        return same_week
            .then(|| Some((shown(coming.day(), coming.month())?, shown(after.day(), after.month())?)))
            .flatten();
    }
    let (one, other, year) = words.iter().find_map(|word| slashed(word))?;
    let both = one != other && (1..=12).contains(&one) && (1..=12).contains(&other);
    let year = if year.is_empty() { String::new() } else { format!(" {year}") };
    both.then(|| Some((format!("{}{year}", shown(one, other)?), format!("{}{year}", shown(other, one)?))))
        .flatten()
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
        ["end", "of", "week"] | ["end", "of", "the", "week"] | ["eow"] => {
            let friday = if today.weekday() == Weekday::Friday {
                today
            } else {
                next_weekday(today, Weekday::Friday)?
            };
            return on(friday, context.day_end);
        }
        ["end", "of", "month"] | ["end", "of", "the", "month"] | ["eom"] => return on(today.last_of_month(), context.day_end),
        ["next", "month"] => return on(today.last_of_month().tomorrow().ok()?, context.day_start),
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
        ["day", "after", "tomorrow"] | ["the", "day", "after", "tomorrow"] => on(today.tomorrow().ok()?.tomorrow().ok()?, start),
        ["this" | "next", day] if weekday(day).is_some() => on(next_weekday(today, weekday(day)?)?, start),
        ["next", "week"] => on(next_weekday(today, Weekday::Monday)?, start),
        [word] => match weekday(word) {
            Some(weekday) if weekday == today.weekday() => {
                let at = on(today, start).filter(|at| time.is_some() && *at > context.now);
                at.or_else(|| on(next_weekday(today, weekday)?, start))
            }
            Some(weekday) => on(next_weekday(today, weekday)?, start),
            None => match numbered(word)? {
                Numbered::Whole(date) => on(date, start),
                Numbered::Yearless(day, month) => yearless((day, month), start, today, context),
            },
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
