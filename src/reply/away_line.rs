//! `away FROM until WHEN cover NAME`. May import nothing of the crate but its peers. A day stands for all of it: from its beginning, until its end.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::read::ReadContext;
use super::when::{WhenContext, WhenError, parse_when};

/// The last second of a day, and the one before it: what depends on them is a day and not a time.
const DAY_ENDS: (Time, Time) = (Time::constant(23, 59, 59, 0), Time::constant(23, 59, 58, 0));

/// A stretch as somebody writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwayWords {
    /// From when on.
    pub from: Timestamp,
    /// Up to when.
    pub until: Timestamp,
    /// Who covers, as written.
    pub cover: Option<String>,
}

/// Why a text is no such stretch, as a sentence.
pub(super) type Trouble = String;

/// Reads `20 Dec until 2 Jan cover ben`, `until friday`, `tomorrow`, `from 20 Dec to 2 Jan, cover team lead`: what stands after `away`.
pub(super) fn read_away(text: &str, context: &ReadContext<'_>) -> Result<AwayWords, Trouble> {
    let text = text.trim().trim_end_matches(['.', '!']).replace(',', " ");
    let words: Vec<&str> = text.split_whitespace().collect();
    let at = |names: &[&str]| words.iter().position(|word| names.contains(&word.to_lowercase().as_str()));
    let cover_at = at(&["cover", "covered"]);
    let (times, cover) = words.split_at(cover_at.unwrap_or(words.len()));
    let cover = cover.get(1..).unwrap_or_default();
    let cover = cover.strip_prefix(&["by"]).unwrap_or(cover).join(" ");
    if cover_at.is_some() && !(context.is_party)(&cover) {
        return Err(format!("nobody here is called `{}`", cover.chars().take(40).collect::<String>()));
    }
    let Stretch { from, until, .. } = stretch(times, &context.when)?;
    let from = from.max(context.when.now);
    let cover = (!cover.is_empty()).then_some(cover);
    Ok(AwayWords { from, until, cover })
}

/// A stretch of time as somebody writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// From when on; the beginning of today lies before now.
    pub from: Timestamp,
    /// Up to when.
    pub until: Timestamp,
    /// Whether it was written in days, without times.
    pub whole_days: bool,
}

/// Reads `20 Dec until 2 Jan`, `until friday`, `tomorrow`, `from 24 Dec 9:00 to 24 Dec 12:00`.
pub(super) fn stretch(words: &[&str], context: &WhenContext) -> Result<Stretch, Trouble> {
    let words = match words {
        [from, rest @ ..] if from.eq_ignore_ascii_case("from") || from.eq_ignore_ascii_case("on") => rest,
        _ => words,
    };
    let split = words
        .iter()
        .position(|word| ["until", "till", "to"].contains(&word.to_lowercase().as_str()));
    let (from, until) = match split {
        Some(place) => (words[..place].join(" "), words.get(place + 1..).unwrap_or_default().join(" ")),
        None => (words.join(" "), words.join(" ")),
    };
    if until.is_empty() {
        return Err("it does not say until when".to_owned());
    }
    let (from, from_day) = match from.as_str() {
        "" | "now" => (context.now, false),
        text => match when(text, context)? {
            When::Day(day) => (midnight(day, context), true),
            When::At(at) => (at, false),
        },
    };
    let (until, until_day) = match when(&until, context)? {
        When::Day(day) => (midnight(day.tomorrow().unwrap_or(day), context), true),
        When::At(at) => (at, false),
    };
    if until <= from {
        return Err("it ends before it begins".to_owned());
    }
    Ok(Stretch {
        from,
        until,
        whole_days: from_day && until_day,
    })
}

enum When {
    Day(Date),
    At(Timestamp),
}

fn when(text: &str, context: &WhenContext) -> Result<When, Trouble> {
    let ends = |time: Time| {
        parse_when(
            text,
            &WhenContext {
                day_start: time,
                day_end: time,
                ..context.clone()
            },
        )
    };
    let (last, before) = (ends(DAY_ENDS.0), ends(DAY_ENDS.1));
    match (last, before) {
        (Ok(last), Ok(before)) if last != before => Ok(When::Day(context.zone.to_datetime(last).date())),
        (Ok(at), _) => Ok(When::At(at)),
        (Err(error), _) => Err(said(&error)),
    }
}

fn said(error: &WhenError) -> Trouble {
    let text = error.to_string();
    text.split_once(';').map_or(text.clone(), |(text, _)| text.to_owned())
}

fn midnight(day: Date, context: &WhenContext) -> Timestamp {
    let zoned = day.to_zoned(context.zone.clone());
    zoned.map_or(context.now, |zoned| zoned.timestamp())
}

#[cfg(test)]
#[path = "away_line_tests.rs"]
mod tests;
