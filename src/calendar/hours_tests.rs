//! Tables of deadlines, and the calendar against a count minute by minute.

use std::collections::BTreeMap;

use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

use super::super::{Calendar, DaySpan, add_hours, instant, zone};
use crate::model::Span;

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
    calendar.holidays.insert(date(2026, 12, 25), "Christmas Day".to_owned());
    calendar.holidays.insert(date(2026, 12, 26), "St Stephen's Day".to_owned());
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
        calendar.holidays.insert(day, "closed".to_owned());
        day = day.tomorrow().expect("tomorrow");
    }
    assert!(calendar.add(from, Span::Working(1)).is_err());
    assert_eq!(calendar.next_open(from), None);
    assert_eq!(calendar.next_open(Timestamp::MAX), None);
    assert!(calendar.add(Timestamp::MAX, Span::WorkingDays(3)).is_err());
    assert_eq!(calendar.between(Timestamp::MIN, at(&calendar, "-009998-12-01T00:00")) % 3_600, 0);
}

const ZONES: [&str; 12] = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Pacific/Apia",
    "America/Havana",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Antarctica/Troll",
    "Pacific/Chatham",
    "America/Sao_Paulo",
    "UTC",
];

/// Open or not by the wall clock, without a thought of instants: a span is entered when the wall clock first reaches its start, and left when
/// it first reaches its end.
fn minutes_open(calendar: &Calendar, from: Timestamp, minutes: usize) -> Vec<bool> {
    let warm_up = 26 * 60;
    let begin = from - i64::try_from(warm_up).expect("small").minutes();
    let mut highest = DateTime::MIN;
    let mut open = Vec::with_capacity(minutes);
    for minute in 0..warm_up + minutes {
        let now = begin + i64::try_from(minute).expect("small").minutes();
        // What the clock has already shown does not come again: in the hour that comes twice it stands at its highest reading.
        highest = highest.max(calendar.zone.to_datetime(now));
        if minute >= warm_up {
            let day = &calendar.week[usize::try_from(highest.weekday().to_monday_zero_offset()).expect("weekday")];
            let free = calendar.holidays.contains_key(&highest.date());
            let inside = |span: &DaySpan| span.start <= highest.time() && span.end.is_none_or(|end| highest.time() < end);
            open.push(!free && day.iter().any(inside));
        }
    }
    open
}

fn spans() -> impl Strategy<Value = Vec<(u8, u8)>> {
    // Half hours of the day in pairs, so that spans begin and end where clocks change.
    proptest::collection::vec((0_u8..48, 1_u8..49), 0..4)
}

fn week(parts: &[Vec<(u8, u8)>]) -> [Vec<DaySpan>; 7] {
    let clock = |half: u8| format!("{:02}:{:02}", half / 2, half % 2 * 30);
    let mut week: [Vec<DaySpan>; 7] = Default::default();
    for (day, spans) in ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].iter().zip(parts) {
        for (start, end) in spans.iter().filter(|(start, end)| start < end) {
            // Overlapping ones are refused; the rest stays.
            let _ = add_hours(&mut week, day, &[&format!("{}-{}", clock(*start), clock(*end))]);
        }
    }
    week
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    /// Counting and adding agree with the count minute by minute, over the nights on which clocks change.
    #[test]
    fn agrees_with_a_count_by_the_minute(
        zone_index in 0..ZONES.len(),
        parts in proptest::collection::vec(spans(), 7),
        holiday in proptest::option::of(0_i64..4),
        near in 0_usize..40,
        offset_minutes in -2_880_i64..600,
        wanted in 1_i64..2_000,
    ) {
        let zone = zone(ZONES[zone_index]).expect("zone");
        let from = change_near(&zone, near) + offset_minutes.minutes();
        let mut holidays = BTreeMap::new();
        if let Some(days) = holiday {
            holidays.insert(zone.to_datetime(from).date() + days.days(), "free".to_owned());
        }
        let calendar = Calendar { name: "test".into(), zone, zone_name: ZONES[zone_index].to_owned(), week: week(&parts), holidays };
        let oracle = minutes_open(&calendar, from, 5 * 1_440);
        let counted = i64::try_from(oracle.iter().filter(|open| **open).count()).expect("small");
        let end = from + 7_200.minutes();
        prop_assert_eq!(calendar.between(from, end), counted * 60);
        for (minute, open) in oracle.iter().enumerate() {
            let now = from + i64::try_from(minute).expect("small").minutes();
            prop_assert_eq!(calendar.is_open(now), *open, "{}", shown(&calendar, now));
        }
        if wanted <= counted {
            let last = oracle.iter().enumerate().filter(|(_, open)| **open).nth(usize::try_from(wanted - 1).expect("small"));
            let expected = from + (i64::try_from(last.expect("enough").0).expect("small") + 1).minutes();
            let sum = calendar.add(from, Span::Working(wanted * 60)).expect("time");
            prop_assert_eq!(shown(&calendar, sum.deadline), shown(&calendar, expected));
        }
    }

    /// Working days end where as much working time of the last day is over as of the first, and count every day between once.
    #[test]
    fn working_days_count_days(
        zone_index in 0..ZONES.len(),
        parts in proptest::collection::vec(spans(), 7),
        near in 0_usize..40,
        offset_minutes in -2_880_i64..600,
        days in 1_u32..12,
    ) {
        let zone = zone(ZONES[zone_index]).expect("zone");
        let from = change_near(&zone, near) + offset_minutes.minutes();
        let calendar = Calendar { name: "test".into(), zone, zone_name: String::new(), week: week(&parts), holidays: BTreeMap::new() };
        let Ok(sum) = calendar.add(from, Span::WorkingDays(days)) else {
            prop_assert!(calendar.week.iter().all(Vec::is_empty));
            return Ok(());
        };
        let day_of = |at: Timestamp| (-2..400_i64).map(|day| calendar.zone.to_datetime(from).date() + day.days())
            .filter(|date| calendar.open_on(*date).iter().any(|open| open.from < at && at <= open.to)).max();
        let last = day_of(sum.deadline).expect("ends in a day");
        let length = |date| calendar.open_on(date).iter().map(|open| open.from.duration_until(open.to).as_secs()).sum::<i64>();
        let first = calendar.zone.to_datetime(from).date();
        let gone = calendar.open_on(first).iter().map(|open| open.from.duration_until(open.to.min(from)).as_secs().max(0)).sum::<i64>();
        let inside = gone > 0 && gone < length(first);
        let worked = (0..400_i64).map(|day| first + day.days()).filter(|date| *date <= last)
            .filter(|date| calendar.open_on(*date).iter().any(|open| open.to > from)).count();
        prop_assert_eq!(worked, usize::try_from(days).expect("small") + usize::from(inside));
        let of_last: i64 = calendar.open_on(last).iter().map(|open| open.from.duration_until(open.to.min(sum.deadline)).as_secs().max(0)).sum();
        prop_assert_eq!(of_last, if inside { gone.min(length(last)) } else { length(last) });
    }
}

/// The n-th change of a zone's clocks since 2008, to the minute; where there is none, somewhere.
fn change_near(zone: &TimeZone, n: usize) -> Timestamp {
    let start: Timestamp = "2008-01-01T00:00:00Z".parse().expect("instant");
    let hours = i64::try_from(n).expect("small").hours();
    let change = zone.following(start).nth(n).map_or(start + hours, |change| change.timestamp());
    change.round(jiff::Unit::Minute).expect("in range")
}
