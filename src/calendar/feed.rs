//! Who has which hours, from an iCalendar file (RFC 5545). May import nothing of the crate. Times are the event's own zone's; what is cancelled is left out.

use calcard::common::timezone::Tz;
use calcard::icalendar::dates::TimeOrDelta;
use calcard::icalendar::{ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarProperty, ICalendarStatus, ICalendarValue};
use chrono::{DateTime, Datelike, Timelike};
use jiff::civil::{Date, DateTime as Local};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::ics::{self, REPEAT_YEARS, calendars};
use super::ics_series::{Event, event_name};
use super::local::instant;
use super::zone;

/// Most repetitions of one event that are looked at, so that a rule without an end comes to one.
const MAX_REPEATS: usize = 5_000;
/// What an event without a summary is called.
const UNNAMED: &str = "event";
/// Most events one file gives, repetitions included.
const MAX_EVENTS: usize = 50_000;

/// An event: a stretch of time, and who it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEvent {
    /// From this instant on.
    pub from: Timestamp,
    /// Up to this one.
    pub until: Timestamp,
    /// Its summary, one line.
    pub summary: String,
    /// The addresses of its attendees, then of its organizer, without `mailto:`.
    pub addresses: Vec<String>,
}

/// All events in order of their beginning: those with times in their own zone, floating and all-day ones in `local`, repeating ones in the years
/// 2020 to 2050.
///
/// # Errors
/// A sentence that says what is wrong: not a calendar, cut short, a date or rule that cannot be read, too much of it.
pub fn duty_from_ics(text: &str, local: &TimeZone) -> Result<Vec<FeedEvent>, String> {
    let mut found = Vec::new();
    for calendar in calendars(text)? {
        for series in series(&calendar) {
            events(&series, local, &mut found)?;
            if found.len() > MAX_EVENTS {
                return Err(format!("it gives more than {MAX_EVENTS} events"));
            }
        }
    }
    found.sort_by(|a, b| (a.from, a.until, &a.summary).cmp(&(b.from, b.until, &b.summary)));
    Ok(found)
}

/// One small calendar per event and its moved occurrences: the parser's limit on repetitions counts for a whole calendar. SEQUENCE is taken out,
/// as the parser finds a moved occurrence only under its event's; of several for one occurrence the last written counts.
fn series(calendar: &ICalendar) -> Vec<ICalendar> {
    let events = calendar.components.iter();
    let events = events.filter(|component| component.component_type == ICalendarComponentType::VEvent);
    let plain = |event: &Event<'_>| {
        let mut component = event.component.clone();
        component.entries.retain(|entry| entry.name != ICalendarProperty::Sequence);
        component
    };
    let series = ics::series(events.map(|component| Event { component, line: 1 }));
    let calendar = |events: Vec<Event<'_>>| ICalendar {
        components: events.iter().map(plain).collect(),
    };
    series.into_iter().map(calendar).collect()
}

/// Whether an event has dates without a time of day. An exception may carry only the date it replaces.
fn is_all_day(event: &ICalendarComponent) -> bool {
    let start = event
        .property(&ICalendarProperty::Dtstart)
        .or_else(|| event.property(&ICalendarProperty::RecurrenceId));
    match start.and_then(|entry| entry.values.first()) {
        Some(ICalendarValue::PartialDateTime(start)) => !start.has_time(),
        // Let the expansion say what is wrong with it.
        _ => true,
    }
}

fn events(series: &ICalendar, local: &TimeZone, found: &mut Vec<FeedEvent>) -> Result<(), String> {
    let repeats = series.components.iter().any(|event| event.has_property(&ICalendarProperty::Rrule));
    let expanded = series.expand_dates(Tz::Floating, MAX_REPEATS);
    if let Some(wrong) = expanded.errors.first() {
        let name = series.component_by_id(wrong.comp_id).map(event_name).unwrap_or_default();
        return Err(format!("the date or repetition of event `{name}` cannot be read"));
    }
    for occurrence in expanded.events {
        let Some(event) = series.component_by_id(occurrence.comp_id) else {
            continue;
        };
        if event.status() == Some(&ICalendarStatus::Cancelled) {
            continue;
        }
        let Some(start) = wall(&occurrence.start) else { continue };
        if repeats && !REPEAT_YEARS.contains(&start.year()) {
            continue;
        }
        let from = at(&occurrence.start, start, event, local);
        let until = match (&occurrence.end, is_all_day(event)) {
            (TimeOrDelta::Time(end), _) => wall(end).map(|end_local| at(end, end_local, event, local)),
            // Days are counted on the wall clock, whatever their length.
            (TimeOrDelta::Delta(length), true) => start
                .checked_add(length.num_days().max(1).days())
                .ok()
                .map(|end| instant(end, local)),
            (TimeOrDelta::Delta(length), false) => from.checked_add(SignedDuration::from_secs(length.num_seconds())).ok(),
        };
        if let Some(until) = until.filter(|until| from < *until) {
            found.push(FeedEvent {
                from,
                until,
                summary: summary(event),
                addresses: addresses(event),
            });
        }
    }
    Ok(())
}

/// The instant of a local time in the event's own zone. What the parser could not place, as in an hour that the clocks skip, it calls floating.
fn at(found: &DateTime<Tz>, wall: Local, event: &ICalendarComponent, local: &TimeZone) -> Timestamp {
    let named = found.timezone().name().and_then(|name| zone(&name).ok());
    let written = || zone(event.property(&ICalendarProperty::Dtstart)?.tz_id()?).ok();
    instant(wall, &named.or_else(written).unwrap_or_else(|| local.clone()))
}

fn wall(at: &DateTime<Tz>) -> Option<Local> {
    let naive = at.naive_local();
    let part = |value: u32| i8::try_from(value).ok();
    let date = Date::new(i16::try_from(naive.year()).ok()?, part(naive.month())?, part(naive.day())?).ok()?;
    Some(date.at(part(naive.hour())?, part(naive.minute())?, part(naive.second())?, 0))
}

/// Its name; an event without one is called that.
fn summary(event: &ICalendarComponent) -> String {
    if event.has_property(&ICalendarProperty::Summary) {
        event_name(event)
    } else {
        UNNAMED.to_owned()
    }
}

fn addresses(event: &ICalendarComponent) -> Vec<String> {
    let named = [ICalendarProperty::Attendee, ICalendarProperty::Organizer];
    let entries = named.iter().flat_map(|property| event.properties(property));
    let addresses = entries.filter_map(|entry| entry.calendar_address());
    addresses.filter(|address| address.contains('@')).map(str::to_owned).collect()
}

#[cfg(test)]
#[path = "feed_tests.rs"]
mod tests;
