//! Days off, both changes of the clocks, midnight.

use jiff::Timestamp;
use jiff::civil::{date, time};

use super::Schedule;
use crate::calendar::{Calendar, DayOff, DaySpan, zone};
use crate::model::Place;

fn place(file: &str) -> Place {
    Place {
        file: file.into(),
        line: 1,
        column: 1,
    }
}

fn schedule(crontab: &str, zone_name: &str, working: bool) -> Schedule {
    let zone = zone(zone_name).unwrap();
    let day = vec![DaySpan {
        start: time(9, 0, 0, 0),
        end: Some(time(17, 0, 0, 0)),
    }];
    let calendar = Calendar {
        name: "berlin".into(),
        zone: zone.clone(),
        zone_name: zone_name.to_owned(),
        week: [day.clone(), day.clone(), day.clone(), day.clone(), day, vec![], vec![]],
        holidays: [(date(2026, 12, 25), DayOff::new("Christmas Day", place("batond.yaml")))].into(),
        exceptions: Default::default(),
    };
    Schedule {
        crontab: crontab.parse().unwrap(),
        zone,
        zone_name: zone_name.to_owned(),
        working_days: working.then_some(calendar),
    }
}

/// The next `count` times from `from` on, as local times.
fn check(schedule: &Schedule, from: &str, expected: &[&str]) {
    let mut at: Timestamp = from.parse().unwrap();
    let mut seen = Vec::new();
    for _ in expected {
        at = schedule.next_after(at).unwrap();
        seen.push(at.to_zoned(schedule.zone.clone()).strftime("%a %F %R %Z").to_string());
    }
    assert_eq!(seen, expected);
}

#[test]
fn days_off_are_left_out() {
    let nightly = schedule("0 7 * * *", "Europe/Berlin", true);
    check(
        &nightly,
        "2026-12-23T07:00:00Z",
        &["Thu 2026-12-24 07:00 CET", "Mon 2026-12-28 07:00 CET", "Tue 2026-12-29 07:00 CET"],
    );
}

#[test]
fn every_local_date_has_its_time_once_over_both_changes() {
    let nightly = schedule("30 2 * * *", "Europe/Berlin", false);
    // Skipped: at the jump. Doubled: the first of the two.
    check(
        &nightly,
        "2026-03-27T12:00:00Z",
        &["Sat 2026-03-28 02:30 CET", "Sun 2026-03-29 03:00 CEST", "Mon 2026-03-30 02:30 CEST"],
    );
    check(
        &nightly,
        "2026-10-24T12:00:00Z",
        &["Sun 2026-10-25 02:30 CEST", "Mon 2026-10-26 02:30 CET"],
    );
}

#[test]
fn midnight_belongs_to_the_day_it_begins() {
    let midnight = schedule("0 0 * * *", "Europe/Berlin", true);
    check(
        &midnight,
        "2026-12-24T12:00:00Z",
        &["Mon 2026-12-28 00:00 CET", "Tue 2026-12-29 00:00 CET"],
    );
}

#[test]
fn a_calendar_without_hours_has_no_time_ever() {
    let mut never = schedule("0 7 * * *", "Europe/Berlin", true);
    if let Some(calendar) = &mut never.working_days {
        calendar.week = Default::default();
    }
    assert_eq!(never.next_after(Timestamp::UNIX_EPOCH), None);
}

#[test]
fn the_time_before_is_found_over_days_off_and_within_the_hour() {
    let check = |schedule: &Schedule, due: &str, expected: Option<&str>| {
        let last = schedule.last_before(due.parse().unwrap());
        assert_eq!(last, expected.map(|at| at.parse().unwrap()));
    };
    let nightly = schedule("0 7 * * *", "Europe/Berlin", true);
    check(&nightly, "2026-12-28T06:00:00Z", Some("2026-12-24T06:00:00Z"));
    let often = schedule("*/5 * * * *", "Europe/Berlin", false);
    check(&often, "2026-12-28T06:00:00Z", Some("2026-12-28T05:55:00Z"));
    let leap = schedule("0 0 29 2 *", "UTC", false);
    check(&leap, "2028-02-29T00:00:00Z", None);
}
