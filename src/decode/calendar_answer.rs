//! What a calendar answers to an invitation (RFC 5546 REPLY and COUNTER): who comes, to what, when. May import its peers in decode and model. A calendar that cannot be read says nothing.

use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarEntry, ICalendarParameterName, ICalendarParameterValue,
    ICalendarParticipationStatus, ICalendarProperty, ICalendarValue,
};
use calcard::{Entry, Parser};

use super::charset;
use super::clean;
use super::limits::MAX_CALENDAR_BYTES;
use super::oddities::Oddities;
use super::parts::Part;
use crate::model::CalendarAnswer;

/// Longest title kept, in bytes.
const MAX_TITLE_BYTES: usize = 200;

/// The answer in the first part that holds one.
pub(super) fn of(raw: &[u8], parts: &[Part], odd: &mut Oddities) -> Option<CalendarAnswer> {
    let part = parts.iter().find(|part| part.media.is_calendar_answer())?;
    let body = raw.get(part.body.clone()).unwrap_or_default();
    let bytes = part.media.encoding.decode(body, MAX_CALENDAR_BYTES, odd);
    let text = charset::decode(&bytes, part.media.parameter("charset"), odd);
    let text = clean::text(text.strip_prefix('\u{FEFF}').unwrap_or(&text), odd);
    let answer = read(&text, part.media.says("method", "counter"));
    if answer.is_none() {
        odd.add(
            "calendar-unread",
            "The answer of a calendar cannot be read; it is kept with the message.",
        );
    }
    answer
}

fn read(text: &str, counter: bool) -> Option<CalendarAnswer> {
    let Entry::ICalendar(calendar) = Parser::new(text).entry() else {
        return None;
    };
    let event = event(&calendar)?;
    let attendee = event.property(&ICalendarProperty::Attendee)?;
    let answer = if counter { "another time proposed" } else { status(attendee)? };
    Some(CalendarAnswer {
        who: attendee.calendar_address().map(one_line).filter(|who| !who.is_empty()),
        answer: answer.to_owned(),
        title: event
            .property(&ICalendarProperty::Summary)
            .and_then(first_text)
            .map(|title| one_line(&title)),
        starts: event.property(&ICalendarProperty::Dtstart).and_then(starts),
    })
}

fn event(calendar: &ICalendar) -> Option<&ICalendarComponent> {
    let kinds = [ICalendarComponentType::VEvent, ICalendarComponentType::VTodo];
    calendar
        .components
        .iter()
        .find(|component| kinds.contains(&component.component_type))
}

fn status(attendee: &ICalendarEntry) -> Option<&'static str> {
    let mut said = attendee
        .params
        .iter()
        .filter(|param| param.name == ICalendarParameterName::Partstat);
    Some(match said.next()?.value {
        ICalendarParameterValue::Partstat(ICalendarParticipationStatus::Accepted) => "accepted",
        ICalendarParameterValue::Partstat(ICalendarParticipationStatus::Declined) => "declined",
        ICalendarParameterValue::Partstat(ICalendarParticipationStatus::Tentative) => "accepted, perhaps",
        ICalendarParameterValue::Partstat(ICalendarParticipationStatus::Delegated) => "passed on",
        ICalendarParameterValue::Partstat(ICalendarParticipationStatus::Completed) => "completed",
        ICalendarParameterValue::Partstat(ICalendarParticipationStatus::InProcess) => "begun",
        _ => return None,
    })
}

fn first_text(entry: &ICalendarEntry) -> Option<String> {
    entry.values.first().and_then(|value| match value {
        ICalendarValue::Text(text) => Some(text.clone()),
        _ => None,
    })
}

/// An escaped line break becomes a space; other controls are gone already.
fn one_line(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    clean::capped(line.trim(), MAX_TITLE_BYTES).to_owned()
}

/// The wall clock as it is written, and its zone's name where it has one: nothing is converted.
fn starts(entry: &ICalendarEntry) -> Option<String> {
    let Some(ICalendarValue::PartialDateTime(at)) = entry.values.first() else {
        return None;
    };
    let date = format!("{:04}-{:02}-{:02}", at.year?, at.month?, at.day?);
    let time = at
        .hour
        .zip(at.minute)
        .map(|(hour, minute)| format!(" {hour:02}:{minute:02}"))
        .unwrap_or_default();
    let zone = entry.params.iter().find_map(|param| match &param.value {
        ICalendarParameterValue::Text(zone) if param.name == ICalendarParameterName::Tzid => Some(format!(" ({})", one_line(zone))),
        _ => None,
    });
    let utc = (at.tz_hour == Some(0) && at.tz_minute == Some(0)).then(|| " (UTC)".to_owned());
    Some(date + &time + &zone.or(utc).unwrap_or_default())
}

#[cfg(test)]
#[path = "calendar_answer_tests.rs"]
mod tests;
