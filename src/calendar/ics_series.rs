//! One all-day event of an iCalendar file with its repetitions and their exceptions. May import nothing of the crate. Counted in dates; no zone has a say.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use calcard::common::PartialDateTime;
use calcard::common::timezone::Tz;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarEntry, ICalendarParameterName, ICalendarPeriod, ICalendarProperty, ICalendarStatus,
    ICalendarValue,
};
use chrono::Datelike;
use jiff::ToSpan;
use jiff::civil::Date;

use super::UNNAMED;

/// Most repetitions of one event that are looked at, so that a rule without an end comes to one.
const MAX_REPEATS: usize = 20_000;
/// Longest event that is taken for a holiday, in days.
const MAX_EVENT_DAYS: i64 = 100;
/// Longest name that is kept, in characters.
const MAX_NAME_CHARS: usize = 100;

/// An event and the line on which it begins.
#[derive(Clone, Copy)]
pub(super) struct Event<'c> {
    pub component: &'c ICalendarComponent,
    pub line: u32,
}

/// A first day and how many there are.
struct Whole {
    first: Date,
    days: i64,
}

/// An occurrence that is not as the event says.
struct Override<'c> {
    event: Event<'c>,
    sequence: i64,
    /// All later occurrences follow it.
    and_future: bool,
}

/// The days of a series, with name and line. The parser's own expansion is used for the rule alone: it loses a moved occurrence whose SEQUENCE is
/// another than its event's, and knows no date without a time.
pub(super) fn days(series: &[Event<'_>], years: &RangeInclusive<i16>) -> Result<Vec<(Date, String, u32)>, String> {
    let overrides = overrides(series)?;
    let mut found = Vec::new();
    for event in series.iter().filter(|event| !is_override(event.component)) {
        let Some(whole) = whole(event.component)? else { continue };
        if cancelled(event.component) {
            continue;
        }
        let (mut now, mut days, mut shift) = (*event, whole.days, 0);
        for start in starts(event.component, whole.first, years)? {
            let Some(other) = overrides.get(&start) else {
                push(&mut found, now, start.saturating_add(shift.days()), days);
                continue;
            };
            if !other.and_future {
                continue;
            }
            match self::whole(other.event.component)? {
                Some(moved) if !cancelled(other.event.component) => {
                    shift = i64::from(start.until(moved.first).map_or(0, |span| span.get_days()));
                    (now, days) = (other.event, moved.days);
                }
                _ => break,
            }
        }
    }
    for other in overrides.values().filter(|other| !cancelled(other.event.component)) {
        if let Some(moved) = whole(other.event.component)? {
            push(&mut found, other.event, moved.first, moved.days);
        }
    }
    Ok(found)
}

fn push(found: &mut Vec<(Date, String, u32)>, event: Event<'_>, first: Date, days: i64) {
    let days = first.series(1.day()).take(usize::try_from(days).unwrap_or(1));
    found.extend(days.map(|day| (day, event_name(event.component), event.line)));
}

/// The occurrences that are otherwise, by the date they had; of several the one with the highest SEQUENCE, then the last.
fn overrides<'c>(series: &[Event<'c>]) -> Result<BTreeMap<Date, Override<'c>>, String> {
    let mut found: BTreeMap<Date, Override<'c>> = BTreeMap::new();
    for event in series {
        let Some(entry) = event.component.property(&ICalendarProperty::RecurrenceId) else {
            continue;
        };
        let date = entry.values.first().and_then(date_of).ok_or_else(|| unreadable(event.component))?;
        let ranged = |parameter: &ICalendarParameterName| *parameter == ICalendarParameterName::Range;
        let sequence = event.component.property(&ICalendarProperty::Sequence);
        let other = Override {
            event: *event,
            sequence: match sequence.and_then(|entry| entry.values.first()) {
                Some(ICalendarValue::Integer(sequence)) => *sequence,
                _ => 0,
            },
            and_future: entry.params.iter().any(|parameter| ranged(&parameter.name)),
        };
        if found.get(&date).is_none_or(|known| known.sequence <= other.sequence) {
            found.insert(date, other);
        }
    }
    Ok(found)
}

/// The first days of all occurrences, in order.
fn starts(event: &ICalendarComponent, first: Date, years: &RangeInclusive<i16>) -> Result<BTreeSet<Date>, String> {
    let mut starts = BTreeSet::from([first]);
    if event.has_property(&ICalendarProperty::Rrule) {
        starts = repeated(event, years)?;
    }
    for value in values(event, &ICalendarProperty::Rdate) {
        starts.insert(date_of(value).ok_or_else(|| unreadable(event))?);
    }
    for value in values(event, &ICalendarProperty::Exdate) {
        starts.remove(&date_of(value).ok_or_else(|| unreadable(event))?);
    }
    Ok(starts)
}

/// What the rule gives within the years.
fn repeated(event: &ICalendarComponent, years: &RangeInclusive<i16>) -> Result<BTreeSet<Date>, String> {
    let of_rule = [ICalendarProperty::Dtstart, ICalendarProperty::Rrule];
    let entries = |entry: &&ICalendarEntry| of_rule.contains(&entry.name);
    let readable = |value: &ICalendarValue| matches!(value, ICalendarValue::RecurrenceRule(_));
    if !values(event, &ICalendarProperty::Rrule).all(readable) {
        return Err(unreadable(event));
    }
    let rule = ICalendar {
        components: vec![ICalendarComponent {
            component_type: event.component_type.clone(),
            entries: event.entries.iter().filter(entries).cloned().collect(),
            component_ids: Vec::new(),
        }],
    };
    let expanded = rule.expand_dates(Tz::Floating, MAX_REPEATS);
    let date = |local: chrono::NaiveDateTime| {
        let part = |value: u32| i8::try_from(value).ok();
        Date::new(i16::try_from(local.year()).ok()?, part(local.month())?, part(local.day())?).ok()
    };
    let dates: Vec<Date> = expanded.events.iter().filter_map(|event| date(event.start.naive_local())).collect();
    if !expanded.errors.is_empty() || dates.is_empty() {
        return Err(unreadable(event));
    }
    let cut = dates.len() >= MAX_REPEATS && dates.last().is_some_and(|last| last.year() <= *years.end());
    if cut {
        return Err(format!("event `{}` repeats more than {MAX_REPEATS} times", event_name(event)));
    }
    Ok(dates.into_iter().filter(|day| years.contains(&day.year())).collect())
}

/// The days of an event that has no time of day, or goes from midnight to midnight of its own zone; `None` for any other.
fn whole(event: &ICalendarComponent) -> Result<Option<Whole>, String> {
    let at = |property| event.property(&property).and_then(|entry| entry.values.first());
    // An exception may carry only the date it replaces.
    let start = at(ICalendarProperty::Dtstart).or_else(|| at(ICalendarProperty::RecurrenceId));
    let start = start.ok_or_else(|| unreadable(event))?;
    let first = date_of(start).ok_or_else(|| unreadable(event))?;
    let end = at(ICalendarProperty::Dtend);
    let until = end.map(|end| date_of(end).ok_or_else(|| unreadable(event))).transpose()?;
    let mut days = match (until, at(ICalendarProperty::Duration)) {
        (Some(until), _) => i64::from(first.until(until).map_or(0, |span| span.get_days())),
        (None, Some(ICalendarValue::Duration(length))) => length.as_seconds().div_euclid(86_400),
        _ => 0,
    };
    if !is_date(start) {
        let midnights = is_midnight(start) && end.is_some_and(is_midnight) && days > 0;
        if !midnights {
            return Ok(None);
        }
    }
    days = days.max(1);
    if days > MAX_EVENT_DAYS {
        return Err(format!(
            "event `{}` lasts {days} days; a holiday lasts at most {MAX_EVENT_DAYS}",
            event_name(event)
        ));
    }
    Ok(Some(Whole { first, days }))
}

fn values<'c>(event: &'c ICalendarComponent, property: &'c ICalendarProperty) -> impl Iterator<Item = &'c ICalendarValue> {
    let entries = event.entries.iter().filter(move |entry| entry.name == *property);
    entries.flat_map(|entry| &entry.values)
}

/// The date as it is written, whatever the time of day beside it.
fn date_of(value: &ICalendarValue) -> Option<Date> {
    let at = match value {
        ICalendarValue::PartialDateTime(at) => at,
        ICalendarValue::Period(ICalendarPeriod::Range { start, .. } | ICalendarPeriod::Duration { start, .. }) => start,
        _ => return None,
    };
    let part = |value: u8| i8::try_from(value).ok();
    Date::new(i16::try_from(at.year?).ok()?, part(at.month?)?, part(at.day?)?).ok()
}

fn is_date(value: &ICalendarValue) -> bool {
    matches!(value, ICalendarValue::PartialDateTime(at) if !at.has_time())
}

/// Midnight of a zone, or of wherever it is read; that of UTC is some other time of the day.
fn is_midnight(value: &ICalendarValue) -> bool {
    let midnight = |at: &PartialDateTime| {
        let parts = [at.hour, at.minute, at.second];
        at.tz_hour.is_none() && parts.into_iter().all(|part| part.unwrap_or(0) == 0)
    };
    matches!(value, ICalendarValue::PartialDateTime(at) if midnight(at))
}

fn is_override(event: &ICalendarComponent) -> bool {
    event.has_property(&ICalendarProperty::RecurrenceId)
}

fn cancelled(event: &ICalendarComponent) -> bool {
    event.status() == Some(&ICalendarStatus::Cancelled)
}

fn unreadable(event: &ICalendarComponent) -> String {
    format!("the date or repetition of event `{}` cannot be read", event_name(event))
}

/// Its summary, one line; [`UNNAMED`] without one.
pub(super) fn event_name(event: &ICalendarComponent) -> String {
    let summary = event.property(&ICalendarProperty::Summary).and_then(|entry| entry.values.first());
    let text = summary.and_then(ICalendarValue::as_text).unwrap_or_default();
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let clean: String = plain.take(MAX_NAME_CHARS).collect();
    let clean = clean.trim();
    if clean.is_empty() { UNNAMED.to_owned() } else { clean.to_owned() }
}
