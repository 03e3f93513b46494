//! What a calendar of duty says: zones, repetitions, exceptions, whole days.

use super::duty_from_ics;
use crate::calendar::zone;

fn read(events: &str) -> Result<Vec<String>, String> {
    let text = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//duty//EN\r\n{}END:VCALENDAR\r\n",
        events.replace('\n', "\r\n")
    );
    let found = duty_from_ics(&text, &zone("Europe/Berlin").expect("a zone"))?;
    let line = |e: &super::FeedEvent| format!("{} {} {} {}", e.from, e.until, e.summary, e.addresses.join(","));
    Ok(found.iter().map(line).collect())
}

#[test]
fn times_are_those_of_the_event() {
    let events = "\
BEGIN:VEVENT
UID:1
DTSTART;TZID=America/New_York:20261123T090000
DTEND;TZID=America/New_York:20261123T170000
SUMMARY:Ben
ATTENDEE;CN=Ben Okafor:mailto:ben@ops.example
ORGANIZER:MAILTO:plan@ops.example
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART:20261123T060000Z
DURATION:PT2H
SUMMARY:Ana
END:VEVENT
BEGIN:VEVENT
UID:3
DTSTART:20261122T080000
DTEND:20261122T090000
SUMMARY:floating
END:VEVENT
";
    assert_eq!(
        read(events).expect("events"),
        [
            "2026-11-22T07:00:00Z 2026-11-22T08:00:00Z floating ",
            "2026-11-23T06:00:00Z 2026-11-23T08:00:00Z Ana ",
            "2026-11-23T14:00:00Z 2026-11-23T22:00:00Z Ben ben@ops.example,plan@ops.example",
        ]
    );
}

#[test]
fn a_moved_shift_is_not_there_twice() {
    let events = "\
BEGIN:VEVENT
UID:1
DTSTART;TZID=Europe/Berlin:20261123T090000
DTEND;TZID=Europe/Berlin:20261123T170000
RRULE:FREQ=DAILY;COUNT=2
SUMMARY:ana
END:VEVENT
BEGIN:VEVENT
UID:1
SEQUENCE:2
RECURRENCE-ID;TZID=Europe/Berlin:20261124T090000
DTSTART;TZID=Europe/Berlin:20261124T120000
DTEND;TZID=Europe/Berlin:20261124T200000
SUMMARY:ben
END:VEVENT
";
    assert_eq!(
        read(events).expect("events"),
        [
            "2026-11-23T08:00:00Z 2026-11-23T16:00:00Z ana ",
            "2026-11-24T11:00:00Z 2026-11-24T19:00:00Z ben ",
        ]
    );
}

#[test]
fn a_week_that_repeats_goes_over_the_change_of_the_clocks() {
    let events = "\
BEGIN:VEVENT
UID:week
DTSTART;VALUE=DATE:20261019
DTEND;VALUE=DATE:20261026
RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=3
EXDATE;VALUE=DATE:20261102
SUMMARY:ana
END:VEVENT
BEGIN:VEVENT
UID:off
STATUS:CANCELLED
DTSTART;VALUE=DATE:20261026
SUMMARY:ben
END:VEVENT
";
    assert_eq!(
        read(events).expect("events"),
        [
            // The week in which the clocks go back has an hour more.
            "2026-10-18T22:00:00Z 2026-10-25T23:00:00Z ana ",
            "2026-11-15T23:00:00Z 2026-11-22T23:00:00Z ana ",
        ]
    );
}

#[test]
fn what_is_no_calendar_is_said() {
    assert!(duty_from_ics("hello", &zone("UTC").expect("a zone")).is_err());
    let cut = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261123T060000Z\nEND:VEVENT\n";
    assert!(duty_from_ics(cut, &zone("UTC").expect("a zone")).is_err());
}
