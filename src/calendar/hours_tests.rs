//! Tables of deadlines.

use std::collections::BTreeMap;

use jiff::civil::{DateTime, date};
use jiff::{Timestamp, ToSpan};

use super::super::{Calendar, DayOff, DaySpan, Exception, add_hours, instant, zone};
use crate::model::{Place, Span};

fn calendar(zone_name: &str, hours: &[(&str, &[&str])]) -> Calendar {
    let mut week: [Vec<DaySpan>; 7] = Default::default();
    for (days, spans) in hours {
        add_hours(&mut week, days, spans).expect("hours");
    }
    Calendar {
        name: "test".into(),
        zone: zone(zone_name).expect("zone"),
        zone_name: zone_name.to_owned(),
        week,
        holidays: BTreeMap::new(),
        exceptions: BTreeMap::new(),
    }
}

fn place() -> Place {
    Place {
        file: "batond.yaml".into(),
        line: 1,
        column: 1,
    }
}

fn day_off(name: &str) -> DayOff {
    DayOff::new(name, place())
}

fn exception(spans: &[&str]) -> Exception {
    Exception {
        spans: spans.iter().map(|span| span.parse().expect("a span")).collect(),
        place: place(),
    }
}

fn office(zone_name: &str) -> Calendar {
    calendar(zone_name, &[("mon-thu", &["09:00-17:30"]), ("fri", &["09:00-16:00"])])
}

fn lunch() -> Calendar {
    calendar("America/New_York", &[("mon-fri", &["08:30-12:00", "13:00-17:00"])])
}

/// A local time with its offset, or without where there is only one.
fn at(calendar: &Calendar, text: &str) -> Timestamp {
    match text.parse::<Timestamp>() {
        Ok(at) => at,
        Err(_) => instant(text.parse::<DateTime>().expect("local time"), &calendar.zone),
    }
}

fn shown(calendar: &Calendar, at: Timestamp) -> String {
    at.to_zoned(calendar.zone.clone()).strftime("%a %Y-%m-%d %H:%M:%S %:z").to_string()
}

#[track_caller]
fn check(calendar: &Calendar, table: &[(&str, &str, &str)]) {
    for (from, span, expected) in table {
        let span: Span = span.parse().expect("span");
        let sum = calendar.add(at(calendar, from), span).expect("time");
        assert_eq!(shown(calendar, sum.deadline), *expected, "{from} + {span}");
        if span.is_working() {
            assert_eq!(sum.intervals.last().map(|open| open.to), Some(sum.deadline), "{from} + {span}");
        }
        let counted: i64 = sum.intervals.iter().map(|open| open.from.duration_until(open.to).as_secs()).sum();
        match span {
            Span::Working(seconds) => assert_eq!(counted, seconds, "{from} + {span}"),
            Span::Elapsed(seconds) => assert_eq!(counted, seconds, "{from} + {span}"),
            Span::WorkingDays(_) => assert_eq!(counted, calendar.between(at(calendar, from), sum.deadline), "{from} + {span}"),
        }
    }
}

#[test]
fn working_time() {
    check(
        &office("Europe/Berlin"),
        &[
            ("2026-11-23T10:00", "2 working hours", "Mon 2026-11-23 12:00:00 +01:00"),
            // Over with the last second, not at the next opening.
            ("2026-11-23T15:30", "2 working hours", "Mon 2026-11-23 17:30:00 +01:00"),
            ("2026-11-23T16:30", "2 working hours", "Tue 2026-11-24 10:00:00 +01:00"),
            ("2026-11-23T17:30", "30 working minutes", "Tue 2026-11-24 09:30:00 +01:00"),
            ("2026-11-27T15:59:59", "1 working minute", "Mon 2026-11-30 09:00:59 +01:00"),
            ("2026-11-28T12:00", "4 working hours", "Mon 2026-11-30 13:00:00 +01:00"),
            ("2026-11-27T15:00", "2h", "Fri 2026-11-27 17:00:00 +01:00"),
            ("2026-11-27T15:00", "2d", "Sun 2026-11-29 15:00:00 +01:00"),
        ],
    );
    check(
        &lunch(),
        &[
            ("2026-11-23T11:00", "1 working hour", "Mon 2026-11-23 12:00:00 -05:00"),
            ("2026-11-23T11:00", "2 working hours", "Mon 2026-11-23 14:00:00 -05:00"),
            ("2026-11-23T12:30", "1 working hour", "Mon 2026-11-23 14:00:00 -05:00"),
        ],
    );
}

#[test]
fn working_days() {
    check(
        &office("Europe/Berlin"),
        &[
            ("2026-11-23T11:00", "1 working day", "Tue 2026-11-24 11:00:00 +01:00"),
            ("2026-11-27T11:00", "1 working day", "Mon 2026-11-30 11:00:00 +01:00"),
            ("2026-11-27T11:00", "6 working days", "Mon 2026-12-07 11:00:00 +01:00"),
            // A shorter day ends it at its close.
            ("2026-11-26T17:00", "1 working day", "Fri 2026-11-27 16:00:00 +01:00"),
            // From outside, and from the opening on the second, to a close.
            ("2026-11-23T09:00", "1 working day", "Mon 2026-11-23 17:30:00 +01:00"),
            ("2026-11-23T07:00", "1 working day", "Mon 2026-11-23 17:30:00 +01:00"),
            ("2026-11-23T17:30", "1 working day", "Tue 2026-11-24 17:30:00 +01:00"),
            ("2026-11-27T18:00", "1 working day", "Mon 2026-11-30 17:30:00 +01:00"),
            ("2026-11-29T12:00", "3 working days", "Wed 2026-12-02 17:30:00 +01:00"),
            ("2026-11-23T09:00:01", "1 working day", "Tue 2026-11-24 09:00:01 +01:00"),
        ],
    );
    check(
        &lunch(),
        &[
            // In the lunch break half of the day is gone.
            ("2026-11-23T12:30", "1 working day", "Tue 2026-11-24 12:00:00 -05:00"),
            ("2026-11-23T14:00", "1 working day", "Tue 2026-11-24 14:00:00 -05:00"),
        ],
    );
}

#[test]
fn over_changes_of_the_clocks() {
    let night = |name| calendar(name, &[("mon-sun", &["00:00-24:00"])]);
    check(
        &night("Europe/Berlin"),
        &[
            ("2026-03-29T00:00", "2 working hours", "Sun 2026-03-29 03:00:00 +02:00"),
            ("2026-03-28T22:00", "24 working hours", "Sun 2026-03-29 23:00:00 +02:00"),
            ("2026-10-25T00:00", "3 working hours", "Sun 2026-10-25 02:00:00 +01:00"),
            ("2026-10-24T12:00", "24 working hours", "Sun 2026-10-25 11:00:00 +01:00"),
            ("2026-10-25T00:00", "1 working day", "Mon 2026-10-26 00:00:00 +01:00"),
        ],
    );
    // The half hour of Lord Howe, and Santiago's and Havana's jumps at midnight.
    check(
        &night("Australia/Lord_Howe"),
        &[
            ("2026-04-05T00:00", "24 working hours", "Sun 2026-04-05 23:30:00 +10:30"),
            ("2026-10-04T00:00", "24 working hours", "Mon 2026-10-05 00:30:00 +11:00"),
        ],
    );
    check(
        &night("America/Santiago"),
        &[
            ("2026-04-04T12:00", "1 working day", "Sun 2026-04-05 12:00:00 -04:00"),
            ("2026-09-05T23:00", "2 working hours", "Sun 2026-09-06 02:00:00 -03:00"),
            ("2026-04-04T22:00", "3 working hours", "Sun 2026-04-05 00:00:00 -04:00"),
        ],
    );
    check(
        &night("America/Havana"),
        &[("2026-10-31T23:00", "3 working hours", "Sun 2026-11-01 01:00:00 -05:00")],
    );
    // Spans whose ends are skipped or doubled.
    let early = calendar("Europe/Berlin", &[("sun", &["01:30-02:30"])]);
    check(
        &early,
        &[
            ("2026-03-29T00:00", "30 working minutes", "Sun 2026-03-29 03:00:00 +02:00"),
            ("2026-03-29T00:00", "31 working minutes", "Sun 2026-04-05 01:31:00 +02:00"),
            ("2026-10-25T00:00", "60 working minutes", "Sun 2026-10-25 02:30:00 +02:00"),
        ],
    );
}

#[test]
fn a_day_that_never_was_is_no_working_day() {
    let apia = calendar("Pacific/Apia", &[("mon-fri", &["09:00-17:00"])]);
    check(
        &apia,
        &[
            ("2011-12-29T16:00", "2 working hours", "Mon 2012-01-02 10:00:00 +14:00"),
            ("2011-12-29T18:00", "1 working day", "Mon 2012-01-02 17:00:00 +14:00"),
        ],
    );
}

#[test]
fn holidays_are_skipped_and_named() {
    let mut calendar = office("Europe/Berlin");
    calendar.holidays.insert(date(2026, 12, 25), day_off("Christmas Day"));
    calendar.holidays.insert(date(2026, 12, 26), day_off("St Stephen's Day"));
    let sum = calendar.add(at(&calendar, "2026-12-24T17:00"), Span::Working(3_600)).expect("time");
    assert_eq!(shown(&calendar, sum.deadline), "Mon 2026-12-28 09:30:00 +01:00");
    // The 26th is a Saturday: nothing was skipped.
    assert_eq!(sum.holidays, ["2026-12-25 Christmas Day"]);
    assert_eq!(sum.intervals.len(), 2);
    let sum = calendar.add(at(&calendar, "2026-12-25T12:00"), Span::WorkingDays(1)).expect("time");
    assert_eq!(shown(&calendar, sum.deadline), "Mon 2026-12-28 17:30:00 +01:00");
    assert!(!calendar.is_open(at(&calendar, "2026-12-25T12:00")));
    assert_eq!(calendar.day_bounds(date(2026, 12, 25)), None);
}

#[test]
fn warnings_stand_at_three_quarters() {
    let calendar = office("Europe/Berlin");
    let percent = |from: &str, span: &str, percent| {
        let sum = calendar.add(at(&calendar, from), span.parse().expect("span")).expect("time");
        shown(&calendar, sum.at_percent(percent))
    };
    assert_eq!(percent("2026-11-23T16:30", "4 working hours", 75), "Tue 2026-11-24 11:00:00 +01:00");
    assert_eq!(percent("2026-11-23T16:30", "4 working hours", 25), "Mon 2026-11-23 17:30:00 +01:00");
    assert_eq!(
        percent("2026-11-23T16:30", "4 working hours", 100),
        "Tue 2026-11-24 12:00:00 +01:00"
    );
    assert_eq!(percent("2026-11-23T16:30", "4 working hours", 0), "Mon 2026-11-23 16:30:00 +01:00");
    assert_eq!(percent("2026-11-28T10:00", "4h", 75), "Sat 2026-11-28 13:00:00 +01:00");
}

#[test]
fn open_or_not() {
    let calendar = lunch();
    for (text, open, next) in [
        ("2026-11-23T08:29:59", false, "Mon 2026-11-23 08:30:00 -05:00"),
        ("2026-11-23T08:30", true, "Mon 2026-11-23 08:30:00 -05:00"),
        ("2026-11-23T11:59:59", true, "Mon 2026-11-23 11:59:59 -05:00"),
        ("2026-11-23T12:00", false, "Mon 2026-11-23 13:00:00 -05:00"),
        ("2026-11-27T17:00", false, "Mon 2026-11-30 08:30:00 -05:00"),
    ] {
        let at = at(&calendar, text);
        assert_eq!(calendar.is_open(at), open, "{text}");
        assert_eq!(
            calendar.next_open(at).map(|at| shown(&calendar, at)).as_deref(),
            Some(next),
            "{text}"
        );
    }
    let (start, end) = calendar.day_bounds(date(2026, 11, 23)).expect("a working day");
    assert_eq!((start.to_string(), end.to_string()), ("08:30:00".to_owned(), "17:00:00".to_owned()));
    assert_eq!(calendar.day_bounds(date(2026, 11, 22)), None);
}

#[test]
fn empty_hours_are_told_at_once() {
    let mut calendar = calendar("UTC", &[]);
    let from = at(&calendar, "2026-11-23T08:00");
    assert!(calendar.add(from, Span::Working(1)).is_err());
    assert!(calendar.add(from, Span::WorkingDays(1)).is_err());
    assert!(calendar.add(from, Span::Elapsed(60)).is_ok());
    assert_eq!(calendar.next_open(from), None);
    assert_eq!(calendar.between(from, from + 240.hours()), 0);
    // Hours that are never open because each day is a holiday end after ten years.
    add_hours(&mut calendar.week, "mon", &["09:00-10:00"]).expect("hours");
    let mut day = date(2026, 11, 1);
    while day < date(2040, 1, 1) {
        calendar.holidays.insert(day, day_off("closed"));
        day = day.tomorrow().expect("tomorrow");
    }
    assert!(calendar.add(from, Span::Working(1)).is_err());
    assert_eq!(calendar.next_open(from), None);
    assert_eq!(calendar.next_open(Timestamp::MAX), None);
    assert!(calendar.add(Timestamp::MAX, Span::WorkingDays(3)).is_err());
    assert_eq!(calendar.between(Timestamp::MIN, at(&calendar, "-009998-12-01T00:00")) % 3_600, 0);
}

#[test]
fn a_night_belongs_to_the_day_on_which_it_begins() {
    let mut nights = calendar("Europe/Berlin", &[("mon-fri", &["22:00-06:00"])]);
    check(
        &nights,
        &[
            ("2026-11-23T21:00", "4 working hours", "Tue 2026-11-24 02:00:00 +01:00"),
            ("2026-11-24T03:00", "4 working hours", "Tue 2026-11-24 23:00:00 +01:00"),
            ("2026-11-28T05:00", "2 working hours", "Mon 2026-11-30 23:00:00 +01:00"),
            ("2026-11-23T12:00", "1 working day", "Tue 2026-11-24 06:00:00 +01:00"),
            ("2026-11-24T02:00", "1 working day", "Wed 2026-11-25 02:00:00 +01:00"),
            // Friday's night ends on Saturday; the day after it is Monday.
            ("2026-11-28T02:00", "1 working day", "Tue 2026-12-01 02:00:00 +01:00"),
        ],
    );
    // The nights on which the clocks change are an hour longer and shorter.
    let saturdays = calendar("Europe/Berlin", &[("sat", &["22:00-06:00"])]);
    check(
        &saturdays,
        &[
            ("2026-10-24T12:00", "9 working hours", "Sun 2026-10-25 06:00:00 +01:00"),
            ("2026-03-28T12:00", "8 working hours", "Sat 2026-04-04 23:00:00 +02:00"),
        ],
    );
    nights.holidays.insert(date(2026, 12, 24), day_off("Christmas Eve"));
    // The holiday's night is off to its end; the night before it goes on into the holiday.
    let sum = nights.add(at(&nights, "2026-12-24T04:00"), Span::Working(4 * 3_600)).expect("time");
    assert_eq!(shown(&nights, sum.deadline), "Sat 2026-12-26 00:00:00 +01:00");
    assert_eq!(sum.holidays, ["2026-12-24 Christmas Eve"]);
    assert!(nights.is_open(at(&nights, "2026-12-24T05:59:59")));
    assert!(!nights.is_open(at(&nights, "2026-12-25T02:00")));
    assert_eq!(
        nights
            .day_bounds(date(2026, 12, 23))
            .map(|(from, to)| (from.to_string(), to.to_string())),
        Some(("22:00:00".to_owned(), "23:59:59".to_owned()))
    );
}

#[test]
fn exceptions_stand_in_place_of_the_week_and_of_holidays() {
    let mut calendar = office("Europe/Berlin");
    calendar.holidays.insert(date(2026, 12, 24), day_off("Christmas Eve"));
    calendar.exceptions.insert(date(2026, 12, 24), exception(&["09:00-12:00"]));
    calendar.exceptions.insert(date(2026, 12, 28), exception(&[]));
    calendar.exceptions.insert(date(2026, 12, 26), exception(&["20:00-02:00"]));
    let sum = calendar
        .add(at(&calendar, "2026-12-24T11:00"), Span::Working(18 * 3_600))
        .expect("time");
    let counted: Vec<String> = sum.intervals.iter().map(|open| shown(&calendar, open.from)).collect();
    assert_eq!(
        counted,
        [
            "Thu 2026-12-24 11:00:00 +01:00",
            "Fri 2026-12-25 09:00:00 +01:00",
            "Sat 2026-12-26 20:00:00 +01:00",
            "Tue 2026-12-29 09:00:00 +01:00",
        ]
    );
    assert_eq!(shown(&calendar, sum.deadline), "Tue 2026-12-29 13:00:00 +01:00");
    assert_eq!(sum.holidays, ["2026-12-28 closed"]);
    // From half of a short day to half of what the next long one has as much of.
    check(
        &calendar,
        &[
            ("2026-12-24T10:00", "1 working day", "Fri 2026-12-25 10:00:00 +01:00"),
            ("2026-12-23T16:00", "1 working day", "Thu 2026-12-24 12:00:00 +01:00"),
            ("2026-12-27T01:00", "1 working day", "Tue 2026-12-29 14:00:00 +01:00"),
        ],
    );
    // A calendar can be nothing but exceptions, and when they are over it is at its end.
    calendar.week = Default::default();
    assert!(calendar.has_hours());
    check(
        &calendar,
        &[("2026-12-01T10:00", "8 working hours", "Sun 2026-12-27 01:00:00 +01:00")],
    );
    assert!(
        calendar
            .add(at(&calendar, "2026-12-01T10:00"), Span::Working(9 * 3_600 + 1))
            .is_err()
    );
    assert_eq!(calendar.next_open(at(&calendar, "2026-12-27T02:00")), None);
}
