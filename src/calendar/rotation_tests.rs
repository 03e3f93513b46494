//! Turns: the same instant gives the same person, and people follow each other in order over every change of the clocks.

use jiff::civil::DateTime;
use jiff::{Timestamp, ToSpan};

use super::super::{Rotation, RotationError, instant};

fn rotation(changes: &str, zone: &str, starts: Option<&str>) -> Rotation {
    let people = vec!["ana".into(), "ben".into(), "cat".into()];
    let starts = starts.map(|text| text.parse::<DateTime>().expect("local time"));
    Rotation::new("duty".into(), people, changes, zone, starts).expect("a rotation")
}

#[track_caller]
fn check(rotation: &Rotation, table: &[(&str, &str, &str)]) {
    for (at, who, next) in table {
        let instant = instant(at.parse().expect("local time"), &rotation.zone);
        let found = rotation.on_duty(instant).expect("somebody");
        let change = rotation.next_change(instant).expect("a change");
        let change = change.to_zoned(rotation.zone.clone()).strftime("%a %Y-%m-%d %H:%M").to_string();
        assert_eq!((found.as_str(), change.as_str()), (*who, *next), "{at}");
    }
}

#[test]
fn weekly_and_daily_turns() {
    // The first turn runs at Monday 2024-01-01 00:00; the second begins at 09:00.
    check(
        &rotation("mon 09:00", "Europe/Berlin", None),
        &[
            ("2024-01-01T00:00", "ana", "Mon 2024-01-01 09:00"),
            ("2024-01-01T09:00", "ben", "Mon 2024-01-08 09:00"),
            ("2024-01-08T08:59:59", "ben", "Mon 2024-01-08 09:00"),
            ("2024-01-08T09:00", "cat", "Mon 2024-01-15 09:00"),
            ("2023-12-31T12:00", "ana", "Mon 2024-01-01 09:00"),
            ("2023-12-25T08:00", "cat", "Mon 2023-12-25 09:00"),
        ],
    );
    check(
        &rotation("daily 9:00", "America/New_York", Some("2026-11-23T09:00")),
        &[
            ("2026-11-23T09:00", "ana", "Tue 2026-11-24 09:00"),
            ("2026-11-24T08:00", "ana", "Tue 2026-11-24 09:00"),
            ("2026-11-24T10:00", "ben", "Wed 2026-11-25 09:00"),
            ("2026-11-26T10:00", "ana", "Fri 2026-11-27 09:00"),
            ("2026-11-22T10:00", "cat", "Mon 2026-11-23 09:00"),
        ],
    );
}

#[test]
fn crontab_turns() {
    check(
        &rotation("0 8,20 * * *", "Asia/Singapore", Some("2026-11-23T08:00")),
        &[
            ("2026-11-23T08:00", "ana", "Mon 2026-11-23 20:00"),
            ("2026-11-23T20:00", "ben", "Tue 2026-11-24 08:00"),
            ("2026-11-24T08:00", "cat", "Tue 2026-11-24 20:00"),
            ("2026-11-24T20:00", "ana", "Wed 2026-11-25 08:00"),
            ("2026-11-23T07:00", "cat", "Mon 2026-11-23 08:00"),
        ],
    );
}

#[test]
fn people_follow_each_other_in_order() {
    for changes in ["mon 09:00", "sun 02:30", "daily 02:30", "daily 00:00", "30 2 * * *", "0 0,12 * * *"] {
        for zone in [
            "Europe/Berlin",
            "Australia/Lord_Howe",
            "America/Santiago",
            "America/Havana",
            "Asia/Kathmandu",
        ] {
            let rotation = rotation(changes, zone, None);
            let mut at: Timestamp = "2025-12-20T00:00:00Z".parse().expect("instant");
            let mut who = rotation.on_duty(at).expect("somebody");
            for _ in 0..120 {
                let change = rotation.next_change(at).expect("a change");
                assert!(change > at);
                assert_eq!(
                    rotation.on_duty(change - 1.second()),
                    Some(who.clone()),
                    "{changes} {zone} {change}"
                );
                let next = rotation.on_duty(change).expect("somebody");
                let place = rotation.people.iter().position(|person| *person == who).expect("a place");
                assert_eq!(Some(&next), rotation.people.get((place + 1) % 3), "{changes} {zone} {change}");
                (at, who) = (change, next);
            }
        }
    }
}

#[test]
fn a_day_that_never_was_has_a_turn_of_no_length_or_a_short_one() {
    // 2011-12-30 did not exist in Apia: its 09:00 came with the jump, at 00:00 on the 31st.
    check(
        &rotation("daily 09:00", "Pacific/Apia", Some("2011-12-29T09:00")),
        &[
            ("2011-12-29T10:00", "ana", "Sat 2011-12-31 00:00"),
            ("2011-12-31T00:00", "ben", "Sat 2011-12-31 09:00"),
            ("2011-12-31T09:00", "cat", "Sun 2012-01-01 09:00"),
        ],
    );
    check(
        &rotation("daily 00:00", "Pacific/Apia", Some("2011-12-29T00:00")),
        &[
            ("2011-12-29T10:00", "ana", "Sat 2011-12-31 00:00"),
            ("2011-12-31T00:00", "cat", "Sun 2012-01-01 00:00"),
        ],
    );
}

#[test]
fn years_cost_little() {
    let start = std::time::Instant::now();
    let rotation = rotation("*/5 * * * *", "Europe/Berlin", None);
    let at: Timestamp = "2036-06-01T12:00:00Z".parse().expect("instant");
    for minute in 0..500 {
        assert!(rotation.on_duty(at + minute.minutes()).is_some());
    }
    // A debug build on a busy machine takes under a second for these.
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn what_is_no_rotation() {
    let build = |people: Vec<_>, changes, zone| Rotation::new("duty".into(), people, changes, zone, None).map(|_| ());
    let ana = || vec!["ana".into()];
    assert_eq!(build(Vec::new(), "mon 09:00", "UTC"), Err(RotationError::Empty));
    assert!(matches!(build(ana(), "mon 09:00", "Berlin"), Err(RotationError::Zone(_))));
    assert!(matches!(build(ana(), "0 9 * * 9", "UTC"), Err(RotationError::Crontab(_))));
    for changes in ["", "mon", "mon 25:00", "someday 09:00", "mon 9", "mon 09:00 tue", "weekly 09:00"] {
        assert!(matches!(build(ana(), changes, "UTC"), Err(RotationError::Changes(_))), "{changes}");
    }
    assert_eq!(build(ana(), "Mon 9:00", "europe/berlin"), Ok(()));
}
