//! Holidays from an iCalendar file (RFC 5545). May import nothing of the crate. All-day events only; what is cancelled is left out.

use std::collections::BTreeMap;

use calcard::common::timezone::Tz;
use calcard::icalendar::dates::TimeOrDelta;
use calcard::icalendar::{ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarProperty, ICalendarStatus, ICalendarValue};
use calcard::{Entry, Parser};
use chrono::{DateTime, Datelike};
use jiff::ToSpan;
use jiff::civil::Date;

/// Repeating events are written out in these years, the last one included.
pub const REPEAT_YEARS: std::ops::RangeInclusive<i16> = 2020..=2040;
/// Most repetitions of one event that are looked at, so that a rule without an end comes to one.
const MAX_REPEATS: usize = 5_000;
/// Longest event that is taken for a holiday, in days.
const MAX_EVENT_DAYS: i64 = 100;
/// Longest name of a holiday that is kept, in characters.
const MAX_NAME_CHARS: usize = 100;

/// The days of all all-day events and their names. Two events on one day are joined by ` / `.
///
/// Events of several days give each of them (DTEND is the first day after, RFC 5545 section 3.6.1), repeating ones those of the years 2020 to 2040.
/// Events with a time of day, cancelled ones and everything that is not a VEVENT are left out.
///
/// # Errors
/// A sentence that says what is wrong: not a calendar, cut short, a date or rule that cannot be read.
pub fn holidays_from_ics(text: &str) -> Result<BTreeMap<Date, String>, String> {
    let mut holidays: BTreeMap<Date, String> = BTreeMap::new();
    for calendar in calendars(text)? {
        for series in series(&calendar) {
            for (date, name) in days(&series)? {
                let known = holidays.entry(date).or_default();
                if known.is_empty() {
                    *known = name;
                } else if !known.split(" / ").any(|part| part == name) {
                    *known = format!("{known} / {name}").chars().take(MAX_NAME_CHARS).collect();
                }
            }
        }
    }
    Ok(holidays)
}

pub(super) fn calendars(text: &str) -> Result<Vec<ICalendar>, String> {
    // The parser takes a file that was cut short for a whole one.
    let last = text.trim_end().lines().next_back().unwrap_or_default();
    let mut found = Vec::new();
    let mut parser = Parser::new(text);
    loop {
        match parser.entry() {
            Entry::ICalendar(calendar) => found.push(calendar),
            Entry::Eof => break,
            Entry::InvalidLine(line) if line.trim().is_empty() => {}
            _ => return Err("this is not an iCalendar file; it begins with BEGIN:VCALENDAR".to_owned()),
        }
    }
    if found.is_empty() {
        return Err("this is not an iCalendar file; it begins with BEGIN:VCALENDAR".to_owned());
    }
    if !last.trim().eq_ignore_ascii_case("END:VCALENDAR") {
        return Err("the file is cut short: it does not end with END:VCALENDAR".to_owned());
    }
    Ok(found)
}

/// One small calendar per event and its exceptions: the parser's limit on repetitions counts for a whole calendar, so that one rule
/// without an end would hide every event after it.
pub(super) fn series(calendar: &ICalendar) -> Vec<ICalendar> {
    let mut by_uid: BTreeMap<&str, usize> = BTreeMap::new();
    let mut found: Vec<ICalendar> = Vec::new();
    for event in calendar
        .components
        .iter()
        .filter(|c| c.component_type == ICalendarComponentType::VEvent)
    {
        let place = event.uid().and_then(|uid| by_uid.get(uid)).copied();
        if let Some(known) = place.and_then(|place| found.get_mut(place)) {
            known.components.push(event.clone());
            continue;
        }
        if let Some(uid) = event.uid() {
            by_uid.insert(uid, found.len());
        }
        found.push(ICalendar {
            components: vec![event.clone()],
        });
    }
    found
}

fn days(series: &ICalendar) -> Result<Vec<(Date, String)>, String> {
    let all_day: Vec<_> = series.components.iter().filter(|event| is_all_day(event)).cloned().collect();
    if all_day.is_empty() {
        return Ok(Vec::new());
    }
    let repeats = all_day.iter().any(|event| event.has_property(&ICalendarProperty::Rrule));
    let series = ICalendar { components: all_day };
    let expanded = series.expand_dates(Tz::Floating, MAX_REPEATS);
    if let Some(wrong) = expanded.errors.first() {
        let name = series.component_by_id(wrong.comp_id).map(event_name).unwrap_or_default();
        return Err(format!("the date or repetition of event `{name}` cannot be read"));
    }
    let mut found = Vec::new();
    for occurrence in expanded.events {
        let Some(event) = series.component_by_id(occurrence.comp_id) else {
            continue;
        };
        if event.status() == Some(&ICalendarStatus::Cancelled) {
            continue;
        }
        let Some(first) = date(&occurrence.start) else { continue };
        let length = match occurrence.end {
            TimeOrDelta::Time(end) => (end.naive_local() - occurrence.start.naive_local()).num_days(),
            TimeOrDelta::Delta(delta) => delta.num_days(),
        };
        if length > MAX_EVENT_DAYS {
            return Err(format!(
                "event `{}` lasts {length} days; a holiday lasts at most {MAX_EVENT_DAYS}",
                event_name(event)
            ));
        }
        let in_window = |day: &Date| !repeats || REPEAT_YEARS.contains(&day.year());
        let days = first
            .series(1.day())
            .take(usize::try_from(length.max(1)).unwrap_or(1))
            .filter(in_window);
        found.extend(days.map(|day| (day, event_name(event))));
    }
    Ok(found)
}

/// Whether an event has dates without a time of day. An exception may carry only the date it replaces.
pub(super) fn is_all_day(event: &ICalendarComponent) -> bool {
    let start = event
        .property(&ICalendarProperty::Dtstart)
        .or_else(|| event.property(&ICalendarProperty::RecurrenceId));
    match start.and_then(|entry| entry.values.first()) {
        Some(ICalendarValue::PartialDateTime(start)) => !start.has_time(),
        // Let the expansion say what is wrong with it.
        _ => true,
    }
}

pub(super) fn event_name(event: &ICalendarComponent) -> String {
    let summary = event.property(&ICalendarProperty::Summary).and_then(|entry| entry.values.first());
    let text = summary.and_then(ICalendarValue::as_text).unwrap_or("holiday");
    let clean: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MAX_NAME_CHARS)
        .collect();
    clean.trim().to_owned()
}

fn date(at: &DateTime<Tz>) -> Option<Date> {
    let local = at.naive_local().date();
    Date::new(
        i16::try_from(local.year()).ok()?,
        i8::try_from(local.month()).ok()?,
        i8::try_from(local.day()).ok()?,
    )
    .ok()
}

#[cfg(test)]
#[path = "ics_tests.rs"]
mod tests;
