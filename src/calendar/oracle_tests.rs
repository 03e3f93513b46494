//! The calendar against a count minute by minute, in every zone of the tz database, over the nights on which clocks change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

use super::super::{Calendar, DayOff, DaySpan, Exception, add_hours, clash_across, zone};
use crate::model::{Place, Span};

/// Zones whose clocks went the same way since 1970 are one: by name, the first of each kind.
static ZONES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut seen = BTreeSet::new();
    let names = jiff::tz::db().available().map(|name| name.to_string());
    let mut names: Vec<String> = names.filter(|name| zone(name).is_ok()).collect();
    names.sort();
    names.retain(|name| {
        let zone = zone(name).expect("zone");
        let changes = zone.following(instant("1970-01-01T00:00:00Z"));
        let until = instant("2040-01-01T00:00:00Z");
        let changes = changes.map(|change| (change.timestamp(), change.offset().seconds()));
        let way: Vec<_> = changes.take_while(|(at, _)| *at < until).collect();
        seen.insert((zone.to_offset(instant("1970-01-01T00:00:00Z")).seconds(), way))
    });
    names
});

fn instant(text: &str) -> Timestamp {
    text.parse().expect("instant")
}

fn place() -> Place {
    Place {
        file: "batond.yaml".into(),
        line: 1,
        column: 1,
    }
}

/// The hours of a date, read plainly.
fn hours(calendar: &Calendar, date: Date) -> Vec<DaySpan> {
    if let Some(exception) = calendar.exceptions.get(&date) {
        return exception.spans.clone();
    }
    if calendar.holidays.contains_key(&date) {
        return Vec::new();
    }
    calendar.week[usize::try_from(date.weekday().to_monday_zero_offset()).expect("weekday")].clone()
}

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
            let (date, time) = (highest.date(), highest.time());
            let today = |span: &DaySpan| span.start <= time && span.end.is_none_or(|end| end <= span.start || time < end);
            let since_yesterday = |span: &DaySpan| span.end.is_some_and(|end| end <= span.start && time < end);
            let yesterday = date.yesterday().expect("a day before");
            open.push(hours(calendar, date).iter().any(today) || hours(calendar, yesterday).iter().any(since_yesterday));
        }
    }
    open
}

/// Checks `minutes` from `from` on: what is open, how much there is, and when each of some lengths is over.
fn agrees(calendar: &Calendar, from: Timestamp, minutes: usize, lengths: &[i64]) {
    let shown = |at: Timestamp| at.to_zoned(calendar.zone.clone()).to_string();
    let oracle = minutes_open(calendar, from, minutes);
    let mut counted = 0;
    for (minute, open) in (0_i64..).zip(&oracle) {
        let now = from + minute.minutes();
        assert_eq!(calendar.is_open(now), *open, "{} {calendar:?}", shown(now));
        counted += i64::from(*open);
        if *open && lengths.contains(&counted) {
            let sum = calendar.add(from, Span::Working(counted * 60)).expect("time");
            assert_eq!(
                shown(sum.deadline),
                shown(now + 1.minute()),
                "{counted} minutes from {} {calendar:?}",
                shown(from)
            );
            // To the second, not only to the minute; and back again.
            let sum = calendar.add(from, Span::Working(counted * 60 - 17)).expect("time");
            assert_eq!(sum.deadline, now + 43.seconds());
            assert_eq!(calendar.between(from, sum.deadline), counted * 60 - 17);
        }
    }
    let end = from + i64::try_from(minutes).expect("small").minutes();
    assert_eq!(calendar.between(from, end), counted * 60, "from {} {calendar:?}", shown(from));
}

/// Two weeks of hours that begin and end where clocks change: nights on odd days, broken days on even ones.
fn restless(name: &str) -> Calendar {
    let mut week: [Vec<DaySpan>; 7] = Default::default();
    add_hours(&mut week, "mon,wed,fri,sun", &["00:30-01:30", "02:30-12:00", "23:30-24:00"]).expect("hours");
    add_hours(&mut week, "tue,thu,sat", &["00:00-00:30", "02:00-03:00", "22:00-00:30"]).expect("hours");
    Calendar {
        name: "test".into(),
        zone: zone(name).expect("zone"),
        zone_name: name.to_owned(),
        week,
        holidays: BTreeMap::new(),
        exceptions: BTreeMap::new(),
    }
}

#[test]
fn every_change_of_every_zone_in_the_years_ahead() {
    let (from, until) = (instant("2026-01-01T00:00:00Z"), instant("2027-01-01T00:00:00Z"));
    let mut changes = 0;
    for name in ZONES.iter() {
        let calendar = restless(name);
        let ahead = calendar.zone.following(from).map(|change| change.timestamp());
        for change in ahead.take_while(|change| *change < until) {
            agrees(&calendar, change - 20.hours(), 40 * 60, &[1, 30, 240, 600]);
            changes += 1;
        }
    }
    eprintln!("zones: {}, changes of clocks: {changes}", ZONES.len());
    assert!(ZONES.len() > 100 && changes > 50, "{} zones, {changes} changes", ZONES.len());
}

fn spans() -> impl Strategy<Value = Vec<(u8, u8)>> {
    // Half hours of the day in pairs, so that spans begin and end where clocks change. The second may be on the next day.
    proptest::collection::vec((0_u8..48, 0_u8..49), 0..4)
}

fn clock(half: u8) -> String {
    format!("{:02}:{:02}", half / 2, half % 2 * 30)
}

fn week(parts: &[Vec<(u8, u8)>]) -> [Vec<DaySpan>; 7] {
    let mut week: [Vec<DaySpan>; 7] = Default::default();
    for (day, spans) in ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].iter().zip(parts) {
        for (start, end) in spans {
            // Empty and overlapping ones are refused; the rest stays.
            let _ = add_hours(&mut week, day, &[&format!("{}-{}", clock(*start), clock(*end))]);
        }
    }
    week
}

/// A calendar of random hours, some days off and some exceptions around an instant near the n-th change of its zone.
fn random(name: &str, parts: &[Vec<(u8, u8)>], near: usize, offset: i64, off: &[i64], other: &[(i64, u8, u8)]) -> (Calendar, Timestamp) {
    let mut calendar = Calendar {
        week: week(parts),
        ..restless(name)
    };
    let from = change_near(&calendar.zone, near) + offset.minutes();
    let today = calendar.zone.to_datetime(from).date();
    for days in off {
        calendar.holidays.insert(today + days.days(), DayOff::new("free", place()));
    }
    for (days, start, end) in other {
        let date = today + days.days();
        let span = format!("{}-{}", clock(*start), clock(*end)).parse::<DaySpan>();
        let exception = Exception {
            spans: span.into_iter().collect(),
            place: place(),
        };
        let before = calendar.exceptions.insert(date, exception);
        // What the configuration refuses: hours that overlap with those of the days around, holidays left aside.
        let usual = |date: Date| calendar.exceptions.get(&date).map_or(calendar.usual_hours(date), |day| &day.spans);
        let around = [(date - 1.day(), date), (date, date + 1.day())];
        let clash = around.iter().any(|(day, next)| clash_across(usual(*day), usual(*next)).is_some());
        if clash {
            match before {
                Some(before) => calendar.exceptions.insert(date, before),
                None => calendar.exceptions.remove(&date),
            };
        }
    }
    (calendar, from)
}

/// The n-th change of a zone's clocks since 1975, to the minute; where there is none, somewhere.
fn change_near(zone: &TimeZone, n: usize) -> Timestamp {
    let start = instant("1975-01-01T00:00:00Z");
    let days = i64::try_from(n).expect("small") * 24;
    let change = zone
        .following(start)
        .nth(n)
        .map_or(start + days.hours(), |change| change.timestamp());
    change.round(jiff::Unit::Minute).expect("in range")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, failure_persistence: None, ..ProptestConfig::default() })]

    /// Counting and adding agree with the count minute by minute: another sample of all zones in each run.
    #[test]
    fn agrees_with_a_count_by_the_minute(
        zone_index in 0..ZONES.len(),
        parts in proptest::collection::vec(spans(), 7),
        off in proptest::collection::vec(-1_i64..5, 0..3),
        other in proptest::collection::vec((-1_i64..5, 0_u8..48, 0_u8..49), 0..4),
        near in 0_usize..130,
        offset_minutes in -2_880_i64..600,
        lengths in proptest::collection::vec(1_i64..3_000, 3),
    ) {
        let (calendar, from) = random(&ZONES[zone_index], &parts, near, offset_minutes, &off, &other);
        agrees(&calendar, from, 4 * 1_440, &lengths);
    }

    /// Working days end where as much working time of the last day is over as of the first, and count every day between once.
    #[test]
    fn working_days_count_days(
        zone_index in 0..ZONES.len(),
        parts in proptest::collection::vec(spans(), 7),
        off in proptest::collection::vec(-1_i64..12, 0..3),
        near in 0_usize..130,
        offset_minutes in -2_880_i64..600,
        days in 1_u32..12,
    ) {
        let (calendar, from) = random(&ZONES[zone_index], &parts, near, offset_minutes, &off, &[]);
        let Ok(sum) = calendar.add(from, Span::WorkingDays(days)) else {
            prop_assert!(calendar.week.iter().all(Vec::is_empty));
            return Ok(());
        };
        let first = calendar.zone.to_datetime(from).date() - 1.day();
        let worked = || (0..400_i64).map(|day| first + day.days())
            .filter(|date| calendar.open_on(*date).iter().any(|open| open.to > from));
        let length = |date| calendar.open_on(date).iter().map(|open| open.from.duration_until(open.to).as_secs()).sum::<i64>();
        let over = |date, at: Timestamp| calendar.open_on(date).iter().map(|open| open.from.duration_until(open.to.min(at)).as_secs().max(0)).sum::<i64>();
        let gone = worked().map(|date| over(date, from)).next().unwrap_or(0);
        let inside = gone > 0;
        let last = worked().nth(usize::try_from(days).expect("small") - usize::from(!inside)).expect("a last day");
        prop_assert_eq!(over(last, sum.deadline), if inside { gone.min(length(last)) } else { length(last) });
        prop_assert!(calendar.open_on(last).iter().any(|open| open.from < sum.deadline && sum.deadline <= open.to));
        let counted: i64 = sum.intervals.iter().map(|open| open.from.duration_until(open.to).as_secs()).sum();
        prop_assert_eq!(counted, calendar.between(from, sum.deadline));
    }
}
