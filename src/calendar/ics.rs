//! Holidays from an iCalendar file (RFC 5545). May import model. All-day events only; what is cancelled is left out, what was moved stands where it was moved to.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use calcard::icalendar::{ICalendar, ICalendarComponentType};
use calcard::{Entry, Parser};
use jiff::civil::Date;

use super::DayOff;
use super::ics_series::{Event, days};
use crate::model::Place;

/// Repeating events are written out in these years, the last one included.
pub const REPEAT_YEARS: RangeInclusive<i16> = 2020..=2050;

/// The days of all all-day events, their names, and the line in `file` where each event begins. Two events on one day are joined by ` / `.
///
/// Events of several days give each of them (DTEND is the first day after, RFC 5545 section 3.6.1), repeating ones (RRULE) those of the years 2020
/// to 2050, with RDATE added, EXDATE taken out, and single occurrences (RECURRENCE-ID) as they were moved, renamed or cancelled.
/// An event from midnight to midnight of its own zone is an all-day event too. Events with another time of day, cancelled ones and everything that
/// is not a VEVENT are left out.
///
/// # Errors
/// A sentence that says what is wrong: not a calendar, cut short, a date or rule that cannot be read.
pub fn holidays_from_ics(text: &str, file: &Arc<str>) -> Result<BTreeMap<Date, DayOff>, String> {
    holidays_within(text, file, REPEAT_YEARS)
}

/// The same, with repeating events written out in other years.
pub(super) fn holidays_within(text: &str, file: &Arc<str>, years: RangeInclusive<i16>) -> Result<BTreeMap<Date, DayOff>, String> {
    let calendars = calendars(text)?;
    let mut lines = event_lines(text);
    let components = || calendars.iter().flat_map(|calendar| &calendar.components);
    let events = components().filter(|component| component.component_type == ICalendarComponentType::VEvent);
    if events.clone().count() != lines.len() {
        lines.clear();
    }
    // Where lines and events cannot be told to belong together, the file's first line stands for all.
    let lines = lines.into_iter().chain(std::iter::repeat(1));
    let events = events.zip(lines).map(|(component, line)| Event { component, line });

    let mut holidays: BTreeMap<Date, DayOff> = BTreeMap::new();
    for series in series(events) {
        for (date, name, line) in days(&series, &years)? {
            let place = Place {
                file: Arc::clone(file),
                line,
                column: 1,
            };
            let day = DayOff::new(&name, place);
            match holidays.get_mut(&date) {
                Some(known) => known.join(day),
                None => {
                    holidays.insert(date, day);
                }
            }
        }
    }
    Ok(holidays)
}

/// The calendars of a file.
///
/// # Errors
/// It is none, or cut short.
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

/// The lines, from 1, on which events begin. The parser keeps the order of the file.
fn event_lines(text: &str) -> Vec<u32> {
    let lines = text.lines().zip(1..);
    let begins = lines.filter(|(line, _)| line.trim_end().eq_ignore_ascii_case("BEGIN:VEVENT"));
    begins.map(|(_, number)| number).collect()
}

/// Events with the same UID together: an event and its moved occurrences.
pub(super) fn series<'c>(events: impl Iterator<Item = Event<'c>>) -> Vec<Vec<Event<'c>>> {
    let mut by_uid: BTreeMap<&str, usize> = BTreeMap::new();
    let mut found: Vec<Vec<Event<'c>>> = Vec::new();
    for event in events {
        let uid = event.component.uid();
        let place = uid.and_then(|uid| by_uid.get(uid)).copied();
        if let Some(known) = place.and_then(|place| found.get_mut(place)) {
            known.push(event);
            continue;
        }
        if let Some(uid) = uid {
            by_uid.insert(uid, found.len());
        }
        found.push(vec![event]);
    }
    found
}

#[cfg(test)]
#[path = "ics_tests.rs"]
mod tests;
