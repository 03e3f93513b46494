//! Until when somebody is away, as people write it in an answer. May import model. A date that can be read two ways is none; nothing is guessed.

use std::sync::LazyLock;

use jiff::civil::Date;
use jiff::{ToSpan, tz};
use regex::{Captures, Regex};

use crate::model::Mail;

/// How much of the text is looked at, in bytes.
const MAX_LOOKED_AT_BYTES: usize = 4 * 1024;
/// How far before a date its word can stand, in bytes.
const MAX_BEFORE_BYTES: usize = 40;
/// How many dates are looked at.
const MAX_DATES: usize = 20;

/// The dates people write: 2026-12-04, 4.12.2026, 4/12/2026, 4 December 2026, December 4th, 2026; the year can be left out after a month's name.
static DATES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let month = format!(r"(?:{})\p{{L}}*", MONTHS.concat().join("|"));
    let forms = [
        r"\b(?<iy>20\d\d)-(?<im>\d\d)-(?<id>\d\d)\b".to_owned(),
        r"\b(?<nd>\d{1,2})(?<sep>[./-])\s?(?<nm>\d{1,2})[./-]\s?(?<ny>20\d\d|\d\d)\b".to_owned(),
        format!(r"\b(?<dd>\d{{1,2}})(?:st|nd|rd|th|\.|er)?\s+(?:of\s+|de\s+)?(?<dm>{month})\.?,?(?:\s+(?:de\s+)?(?<dy>20\d\d))?\b"),
        format!(r"\b(?<mm>{month})\.?\s+(?<md>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?<my>20\d\d))?"),
    ];
    Regex::new(&format!("(?i){}", forms.join("|"))).ok()
});

/// The beginnings of the months' names, in the languages such answers come in most.
const MONTHS: [&[&str]; 12] = [
    &["jan", "ene", "gen", "janv"],
    &["feb", "fév", "fev"],
    &["mar", "mär", "mrt"],
    &["apr", "avr", "abr"],
    &["may", "mai", "mei", "mag", "maj"],
    &["jun", "juin", "giu"],
    &["jul", "juil", "lug"],
    &["aug", "août", "aou", "ago"],
    &["sep", "set"],
    &["oct", "okt", "ott", "out"],
    &["nov"],
    &["dec", "dez", "déc", "dic"],
];

/// Words before the last day of an absence.
const UNTIL: [&str; 17] = [
    "until",
    "till",
    "til",
    "through",
    "thru",
    "bis",
    "jusqu'au",
    "jusqu’au",
    "hasta",
    "fino al",
    "al",
    "tot",
    "do",
    "až",
    "até",
    "fins",
    "ata o",
];
/// Words before the day somebody is back.
const BACK: [&str; 14] = [
    "back on",
    "back",
    "return on",
    "returning on",
    "return",
    "returning",
    "returned on",
    "zurück am",
    "ab dem",
    "wieder am",
    "de retour le",
    "volver",
    "de vuelta el",
    "terug op",
];

/// The last day of the absence, if the subject or the text names it.
pub(super) fn until(mail: &Mail) -> Option<Date> {
    if let Some(day) = criteria(mail) {
        return Some(day);
    }
    let written = mail.date.map(|date| date.to_zoned(tz::TimeZone::UTC).date());
    let text = super::clean::capped(&mail.new_text, MAX_LOOKED_AT_BYTES);
    in_text(&mail.subject, written, true).or_else(|| in_text(text, written, false))
}

/// What Apple's servers write for machines: `X-Apple-Criteria: {…,endDate=2027-01-10T14:59:59Z}`.
fn criteria(mail: &Mail) -> Option<Date> {
    let value = mail.header("X-Apple-Criteria").next()?;
    let (_, end) = value.split_once("endDate=")?;
    end.get(..10)?.parse().ok()
}

/// A date after a word for it; in a subject a date alone is enough.
fn in_text(text: &str, written: Option<Date>, alone: bool) -> Option<Date> {
    let mut dates = Vec::new();
    for found in DATES.as_ref()?.captures_iter(text).take(MAX_DATES) {
        let Some(date) = date(&found, written) else { continue };
        let start = found.get(0).map_or(0, |whole| whole.start());
        let before = text.get(..start).unwrap_or_default().to_lowercase();
        if let Some(word) = word_before(&before) {
            return match word {
                Word::Until => Some(date),
                Word::Back => date.checked_sub(1.day()).ok(),
            };
        }
        dates.push(date);
    }
    dates.dedup();
    match dates.as_slice() {
        [one] if alone => Some(*one),
        _ => None,
    }
}

#[derive(Clone, Copy)]
enum Word {
    Until,
    Back,
}

/// The word that stands last before a date, with at most a weekday and an article between.
fn word_before(before: &str) -> Option<Word> {
    let from = before.len().saturating_sub(MAX_BEFORE_BYTES);
    let from = (from..before.len()).find(|at| before.is_char_boundary(*at))?;
    let near = before.get(from..)?;
    // A sentence that ended says nothing about the date after it.
    let near = near.rsplit(". ").next().unwrap_or(near);
    let last = |words: &[&str]| words.iter().filter_map(|word| ends_within(near, word)).max();
    match (last(&UNTIL), last(&BACK)) {
        (Some(until), Some(back)) if back > until => Some(Word::Back),
        (Some(_), _) => Some(Word::Until),
        (None, Some(_)) => Some(Word::Back),
        (None, None) => None,
    }
}

/// Where a whole word ends last.
fn ends_within(text: &str, word: &str) -> Option<usize> {
    let whole = |at: &usize| {
        let before = text.get(..*at).and_then(|text| text.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    };
    let places = text.match_indices(word).map(|(at, _)| at);
    places.filter(whole).last().map(|at| at + word.len())
}

fn date(found: &Captures<'_>, written: Option<Date>) -> Option<Date> {
    let number = |name: &str| found.name(name)?.as_str().parse::<i16>().ok();
    let small = |name: &str| number(name).and_then(|value| i8::try_from(value).ok());
    if let Some(year) = number("iy") {
        return Date::new(year, small("im")?, small("id")?).ok();
    }
    if let Some(day) = small("nd") {
        let (month, year) = (small("nm")?, number("ny")?);
        let year = if year < 100 { 2_000 + year } else { year };
        let dotted = found.name("sep").is_some_and(|sep| sep.as_str() == ".");
        return match (dotted, day, month) {
            (true, ..) => Date::new(year, month, day).ok(),
            // With a slash the order is one country's or the other's: only what can be read one way is read.
            (false, day, month) if day > 12 || day == month => Date::new(year, month, day).ok(),
            (false, first, second) if second > 12 => Date::new(year, first, second).ok(),
            (false, ..) => None,
        };
    }
    let (month, day, year) = match small("dd") {
        Some(day) => (month(found.name("dm")?.as_str())?, day, number("dy")),
        None => (month(found.name("mm")?.as_str())?, small("md")?, number("my")),
    };
    match year {
        Some(year) => Date::new(year, month, day).ok(),
        None => next(written?, month, day),
    }
}

fn month(name: &str) -> Option<i8> {
    let name = name.to_lowercase();
    let at = MONTHS
        .iter()
        .position(|starts| starts.iter().any(|start| name.starts_with(start)))?;
    i8::try_from(at + 1).ok()
}

/// The first such day that is not before the mail.
fn next(written: Date, month: i8, day: i8) -> Option<Date> {
    let this = Date::new(written.year(), month, day).ok()?;
    if this >= written {
        Some(this)
    } else {
        Date::new(written.year().checked_add(1)?, month, day).ok()
    }
}

#[cfg(test)]
#[path = "absence_tests.rs"]
mod tests;
