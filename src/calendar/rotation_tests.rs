//! Turns: the same instant gives the same person, and people follow each other in order over every change of the clocks.

use jiff::civil::DateTime;
use jiff::{Timestamp, ToSpan};

use super::super::{Because, Member, Rotation, RotationError, Stretch, Turns, add_hours, instant, zone};

fn turns(members: Vec<Member>, changes: &str, zone_name: &str, starts: Option<&str>, hours: &[(&str, &str)]) -> Turns {
    let place = zone(zone_name).expect("a zone");
    let mut week = Default::default();
    for (days, span) in hours {
        add_hours(&mut week, days, &[span]).expect("hours");
    }
    let week = (!hours.is_empty()).then_some(week);
    Turns::new(None, members, changes, (&place, zone_name), starts.map(local), week).expect("turns")
}

fn layered(zone_name: &str, layers: Vec<Turns>) -> Rotation {
    Rotation::of("duty".into(), zone(zone_name).expect("a zone"), zone_name.to_owned(), layers)
}

fn rotation(changes: &str, zone: &str, starts: Option<&str>) -> Rotation {
    let people = vec!["ana".into(), "ben".into(), "cat".into()];
    layered(zone, vec![turns(people, changes, zone, starts, &[])])
}

fn local(text: &str) -> DateTime {
    text.parse().expect("local time")
}

/// Who has the turns that begin at noon of each of these days on.
fn row(rotation: &Rotation, first: &str, days: i64, count: i64) -> String {
    let start = instant(local(first), &rotation.zone);
    let who = |n| rotation.on_duty(start + jiff::SignedDuration::from_hours(24 * days * n));
    let names: Vec<String> = (0..count)
        .map(|n| who(n).map_or_else(|| "-".to_owned(), |person| person.to_string()))
        .collect();
    names.join(" ")
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
                let people = rotation.people();
                let place = people.iter().position(|person| **person == who).expect("a place");
                assert_eq!(Some(&&next), people.get((place + 1) % 3), "{changes} {zone} {change}");
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
fn turns_of_several_weeks_or_days() {
    check(
        &rotation("every 2 weeks mon 09:00", "Europe/Berlin", Some("2026-11-25T12:00")),
        &[
            // The first turn began with the week in which it was said to run.
            ("2026-11-23T09:00", "ana", "Mon 2026-12-07 09:00"),
            ("2026-12-07T08:59", "ana", "Mon 2026-12-07 09:00"),
            ("2026-12-07T09:00", "ben", "Mon 2026-12-21 09:00"),
            ("2026-11-23T08:59", "cat", "Mon 2026-11-23 09:00"),
        ],
    );
    check(
        &rotation("every 3 days 08:00", "America/New_York", Some("2026-10-30T08:00")),
        &[
            ("2026-10-30T08:00", "ana", "Mon 2026-11-02 08:00"),
            ("2026-11-02T08:00", "ben", "Thu 2026-11-05 08:00"),
        ],
    );
}

#[test]
fn somebody_joins_and_nobody_is_moved_before() {
    let without = rotation_of(vec!["ana".into(), "ben".into()]);
    let cat = Member {
        from: Some(local("2026-12-07T00:00")),
        ..Member::from("cat")
    };
    let with = rotation_of(vec!["ana".into(), "ben".into(), cat.clone()]);
    let before = "2026-11-03T12:00";
    assert_eq!(row(&without, before, 7, 8), "ana ben ana ben ana ben ana ben");
    // Her first turn begins on the first Monday after she joins; the order goes on from there.
    assert_eq!(row(&with, before, 7, 10), "ana ben ana ben ana ben cat ana ben cat");
    let between = rotation_of(vec!["ana".into(), cat, "ben".into()]);
    assert_eq!(row(&between, before, 7, 10), "ana ben ana ben ana cat ben ana cat ben");
}

#[test]
fn somebody_leaves_and_nobody_is_moved_after() {
    let ben = Member {
        until: Some(local("2026-11-12T00:00")),
        ..Member::from("ben")
    };
    let rotation = rotation_of(vec!["ana".into(), ben, "cat".into()]);
    // He goes in the midst of a turn: its rest is cat's, and of those after it that were his, ana has the first and cat the next.
    assert_eq!(row(&rotation, "2026-11-03T12:00", 7, 9), "ana ben cat ana ana cat ana cat cat");
    assert_eq!(row(&rotation, "2026-11-11T12:00", 1, 2), "ben cat");
    let all = vec![Member {
        until: Some(local("2026-11-12T00:00")),
        ..Member::from("ben")
    }];
    assert_eq!(row(&rotation_of(all), "2026-11-10T12:00", 7, 2), "ben -");
}

/// Weekly turns from Monday to Monday.
fn rotation_of(members: Vec<Member>) -> Rotation {
    layered(
        "Europe/Berlin",
        vec![turns(members, "mon 00:00", "Europe/Berlin", Some("2026-11-02"), &[])],
    )
}

#[test]
fn the_sun_is_followed_and_gaps_are_gaps() {
    let shift = |who: &str, zone, hours| turns(vec![who.into()], "mon 00:00", zone, None, &[hours]);
    let rotation = layered(
        "UTC",
        vec![
            shift("ana", "Europe/Berlin", ("mon-fri", "08:00-17:00")),
            shift("ben", "America/New_York", ("mon-fri", "11:00-20:00")),
            shift("cat", "Asia/Singapore", ("mon-fri", "09:00-15:00")),
        ],
    );
    // In winter Berlin ends at 16:00 UTC and New York begins; Singapore ends at 07:00, when Berlin begins.
    check(
        &rotation,
        &[
            ("2026-11-23T01:00", "cat", "Mon 2026-11-23 07:00"),
            ("2026-11-23T07:00", "ana", "Mon 2026-11-23 16:00"),
            ("2026-11-23T16:00", "ben", "Tue 2026-11-24 01:00"),
            ("2026-11-24T01:00", "cat", "Tue 2026-11-24 07:00"),
        ],
    );
    let saturday = instant(local("2026-11-28T12:00"), &rotation.zone);
    assert_eq!(rotation.found(saturday), (None, Because::Gap));
    assert_eq!(
        rotation.next_change(saturday).expect("a change").to_string(),
        "2026-11-30T01:00:00Z"
    );
    // A year holds no hour of a weekday in which nobody is there, but for the weeks in which the clocks differ.
    let year = rotation.duties(saturday, saturday + jiff::SignedDuration::from_hours(24 * 365));
    let gaps = year.iter().filter(|duty| duty.person.is_none());
    let short = gaps.filter(|gap| gap.until.duration_since(gap.from).as_hours() < 24);
    let short: Vec<String> = short.map(|gap| format!("{}/{}", gap.from, gap.until)).collect();
    assert!(short.iter().all(|gap| gap.starts_with("2027-")), "{short:?}");
}

#[test]
fn later_layers_and_overrides_cover_what_is_below() {
    let base = turns(vec!["ana".into()], "mon 00:00", "UTC", None, &[]);
    let weekend = turns(vec!["ben".into()], "mon 00:00", "UTC", None, &[("sat,sun", "00:00-24:00")]);
    let mut rotation = layered("UTC", vec![base, weekend]);
    let at = |text: &str| instant(local(text), &zone("UTC").expect("a zone"));
    rotation.feed.push(Stretch {
        from: at("2026-11-28T12:00"),
        until: at("2026-11-29T12:00"),
        person: "dan".into(),
        why: "party".into(),
    });
    rotation.overrides.push(Stretch {
        from: at("2026-11-29T00:00"),
        until: at("2026-11-30T08:00"),
        person: "cat".into(),
        why: "ben is at a wedding".into(),
    });
    check(
        &rotation,
        &[
            ("2026-11-27T12:00", "ana", "Sat 2026-11-28 00:00"),
            ("2026-11-28T00:00", "ben", "Sat 2026-11-28 12:00"),
            ("2026-11-28T12:00", "dan", "Sun 2026-11-29 00:00"),
            ("2026-11-29T00:00", "cat", "Mon 2026-11-30 08:00"),
            ("2026-11-30T08:00", "ana", "Sat 2026-12-05 00:00"),
        ],
    );
    let why = rotation.found(at("2026-11-29T01:00")).1;
    assert_eq!(why, Because::Override("ben is at a wedding".into()));
    assert_eq!(rotation.people().len(), 4);
}

#[test]
fn one_person_never_changes() {
    let alone = layered("UTC", vec![turns(vec!["ana".into()], "daily 09:00", "UTC", None, &[])]);
    let at: Timestamp = "2026-11-23T00:00:00Z".parse().expect("instant");
    assert_eq!(alone.next_change(at), None);
    assert_eq!(alone.duties(at, at + 72.hours()).len(), 1);
    assert_eq!(alone.stretches(at, at + 72.hours()).len(), 4);
}

#[test]
fn what_is_no_rotation() {
    let utc = zone("UTC").expect("a zone");
    let build = |people: Vec<Member>, changes: &str| Turns::new(None, people, changes, (&utc, "UTC"), None, None).map(|_| ());
    let ana = || vec!["ana".into()];
    assert_eq!(build(Vec::new(), "mon 09:00"), Err(RotationError::Empty));
    assert!(matches!(build(ana(), "0 9 * * 9"), Err(RotationError::Crontab(_))));
    for changes in [
        "",
        "mon",
        "mon 25:00",
        "someday 09:00",
        "mon 9",
        "mon 09:00 tue",
        "weekly 09:00",
        "every 0 days 09:00",
        "every two weeks mon 09:00",
        "every 2 weeks 09:00",
        "every 400 days 09:00",
    ] {
        assert!(matches!(build(ana(), changes), Err(RotationError::Changes(_))), "{changes}");
    }
    assert_eq!(build(ana(), "Mon 9:00"), Ok(()));
}
