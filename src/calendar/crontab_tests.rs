//! crontab(5) as people know it, its translation against a plain reading of each minute, and the nights on which clocks change.

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan};

use super::super::{instant, zone};
use super::{Crontab, CrontabError};

/// The next instants from a local time on, as local times.
#[track_caller]
fn check(line: &str, zone_name: &str, from: &str, expected: &[&str]) {
    let zone = zone(zone_name).expect("zone");
    let crontab = Crontab::parse(line).expect("a crontab line");
    let mut at = instant(from.parse().expect("local time"), &zone);
    let mut found = Vec::new();
    for _ in expected {
        at = crontab.next_after(at, &zone).expect("a next time");
        found.push(at.to_zoned(zone.clone()).strftime("%a %Y-%m-%d %H:%M %:z").to_string());
    }
    assert_eq!(found, expected, "{line} from {from}");
}

#[test]
fn weekdays_count_from_sunday() {
    for line in ["0 9 * * 0", "0 9 * * 7", "0 9 * * sun", "0 9 * * SUN"] {
        check(line, "UTC", "2026-11-22T10:00", &["Sun 2026-11-29 09:00 +00:00"]);
    }
    check("0 9 * * 1", "UTC", "2026-11-22T10:00", &["Mon 2026-11-23 09:00 +00:00"]);
    check("0 9 * * 6", "UTC", "2026-11-22T10:00", &["Sat 2026-11-28 09:00 +00:00"]);
    check(
        "0 9 * * 5-7",
        "UTC",
        "2026-11-26T10:00",
        &[
            "Fri 2026-11-27 09:00 +00:00",
            "Sat 2026-11-28 09:00 +00:00",
            "Sun 2026-11-29 09:00 +00:00",
            "Fri 2026-12-04 09:00 +00:00",
        ],
    );
    check(
        "0 9 * * fri-sun",
        "UTC",
        "2026-11-28T10:00",
        &["Sun 2026-11-29 09:00 +00:00", "Fri 2026-12-04 09:00 +00:00"],
    );
    check("0 9 * * mon-fri", "UTC", "2026-11-27T10:00", &["Mon 2026-11-30 09:00 +00:00"]);
}

#[test]
fn either_day_field_is_enough_when_both_are_restricted() {
    check(
        "0 0 13 * 5",
        "UTC",
        "2026-11-12T00:00",
        &["Fri 2026-11-13 00:00 +00:00", "Fri 2026-11-20 00:00 +00:00"],
    );
    check(
        "0 0 1 * 1",
        "UTC",
        "2026-11-24T00:00",
        &["Mon 2026-11-30 00:00 +00:00", "Tue 2026-12-01 00:00 +00:00"],
    );
    // A field that begins with * restricts nothing by itself, so both must hold.
    check(
        "0 0 */2 * 1",
        "UTC",
        "2026-11-22T00:00",
        &["Mon 2026-11-23 00:00 +00:00", "Mon 2026-12-07 00:00 +00:00"],
    );
    check("0 0 29 2 *", "UTC", "2026-11-22T00:00", &["Tue 2028-02-29 00:00 +00:00"]);
}

#[test]
fn lists_ranges_and_steps() {
    check(
        "*/20 9-10 * * *",
        "UTC",
        "2026-11-22T09:10",
        &[
            "Sun 2026-11-22 09:20 +00:00",
            "Sun 2026-11-22 09:40 +00:00",
            "Sun 2026-11-22 10:00 +00:00",
        ],
    );
    check(
        "5,35 8 1 jan,Jul *",
        "UTC",
        "2026-11-22T09:10",
        &[
            "Fri 2027-01-01 08:05 +00:00",
            "Fri 2027-01-01 08:35 +00:00",
            "Thu 2027-07-01 08:05 +00:00",
        ],
    );
    check(
        "10-30/10 8 * * *",
        "UTC",
        "2026-11-22T08:11",
        &[
            "Sun 2026-11-22 08:20 +00:00",
            "Sun 2026-11-22 08:30 +00:00",
            "Mon 2026-11-23 08:10 +00:00",
        ],
    );
}

#[test]
fn when_the_clocks_change() {
    // Skipped: the next instant that exists, once. Doubled: the first.
    check(
        "30 2 * * *",
        "Europe/Berlin",
        "2026-03-28T12:00",
        &["Sun 2026-03-29 03:00 +02:00", "Mon 2026-03-30 02:30 +02:00"],
    );
    check(
        "*/20 2 * * *",
        "Europe/Berlin",
        "2026-03-28T12:00",
        &["Sun 2026-03-29 03:00 +02:00", "Mon 2026-03-30 02:00 +02:00"],
    );
    check(
        "30 2 * * *",
        "Europe/Berlin",
        "2026-10-24T12:00",
        &["Sun 2026-10-25 02:30 +02:00", "Mon 2026-10-26 02:30 +01:00"],
    );
    check(
        "*/20 2 * * *",
        "Europe/Berlin",
        "2026-10-25T01:00",
        &[
            "Sun 2026-10-25 02:00 +02:00",
            "Sun 2026-10-25 02:20 +02:00",
            "Sun 2026-10-25 02:40 +02:00",
            "Mon 2026-10-26 02:00 +01:00",
        ],
    );
    check(
        "0 0 * * *",
        "America/Santiago",
        "2026-09-05T12:00",
        &["Sun 2026-09-06 01:00 -03:00", "Mon 2026-09-07 00:00 -03:00"],
    );
    check(
        "15 2 * * *",
        "Australia/Lord_Howe",
        "2026-10-03T12:00",
        &["Sun 2026-10-04 02:30 +11:00", "Mon 2026-10-05 02:15 +11:00"],
    );
    check(
        "0 9 * * *",
        "Pacific/Apia",
        "2011-12-29T12:00",
        &["Sat 2011-12-31 00:00 +14:00", "Sat 2011-12-31 09:00 +14:00"],
    );
}

#[test]
fn what_is_no_crontab_line() {
    for (line, problem) in [
        (
            "",
            "a crontab line has five fields, minute, hour, day of month, month and day of week; this one has 0",
        ),
        (
            "0 9 * *",
            "a crontab line has five fields, minute, hour, day of month, month and day of week; this one has 4",
        ),
        (
            "0 0 9 * * *",
            "a crontab line has five fields, minute, hour, day of month, month and day of week; this one has 6",
        ),
        (
            "60 9 * * *",
            "`60` is not a minute of a crontab line; write *, a number, a range like 1-5, a list, or a step like */2",
        ),
        (
            "0 9 * * 8",
            "`8` is not a day of week of a crontab line; write *, a number, a name of three letters, a range like mon-fri, a list, or a step like */2",
        ),
        (
            "0 9 * foo *",
            "`foo` is not a month of a crontab line; write *, a number, a name of three letters, a range like jan-mar, a list, or a step like */2",
        ),
        ("0 9 31 2 *", "`0 9 31 2 *` never happens: no such date exists"),
    ] {
        assert_eq!(
            Crontab::parse(line).map(|_| ()).map_err(|e| e.to_string()),
            Err(problem.to_owned()),
            "{line}"
        );
    }
    for line in [
        "5-1 * * * *",
        "*/0 * * * *",
        "5/10 * * * *",
        "-1 * * * *",
        "1, * * * *",
        "+1 * * * *",
        "* * 0 * *",
        "* * 32 * *",
        "* 24 * * *",
        "0 9 ? * 1",
        "0 9 L * *",
        "@daily * * * *",
        "99999999999 * * * *",
        "0 9 * * mon#2",
        "* * * 0 *",
        "１ * * * *",
    ] {
        assert!(matches!(Crontab::parse(line), Err(CrontabError::Field(..))), "{line}");
    }
}

/// Whether a line fires at a local time, read plainly from crontab(5).
fn fires(line: &str, at: DateTime) -> bool {
    let words: Vec<&str> = line.split(' ').collect();
    let holds = |word: &str, value: i8, least: i8, most: i8| {
        word.split(',').any(|part| {
            let (range, step) = part
                .split_once('/')
                .map_or((part, 1), |(range, step)| (range, step.parse().expect("step")));
            let (first, last) = match range.split_once('-') {
                Some((first, last)) => (first.parse().expect("first"), last.parse().expect("last")),
                None if range == "*" => (least, most),
                None => (range.parse().expect("number"), range.parse().expect("number")),
            };
            (first..=last).step_by(step).any(|each| each == value)
        })
    };
    let weekday = at.weekday().to_sunday_zero_offset();
    let day = holds(words[2], at.day(), 1, 31);
    let weekday = holds(words[4], weekday, 0, 6) || (weekday == 0 && holds(words[4], 7, 0, 6));
    let either = !words[2].starts_with('*') && !words[4].starts_with('*');
    holds(words[0], at.minute(), 0, 59)
        && holds(words[1], at.hour(), 0, 23)
        && holds(words[3], at.month(), 1, 12)
        && if either { day || weekday } else { day && weekday }
}

#[test]
fn agrees_with_a_plain_reading_of_every_minute() {
    for line in [
        "*/7 3-5,22 * * *",
        "0 12 1-7 * 1",
        "30 6 */3 * 2-4",
        "15 0 31 * *",
        "0 0 1,15 2-3 5,7",
        "59 23 28-31 * 0",
    ] {
        let crontab = Crontab::parse(line).expect("a crontab line");
        let zone = zone("UTC").expect("zone");
        let start: Timestamp = "2027-12-25T00:00:00Z".parse().expect("instant");
        let mut at = start - 1.minute();
        let mut next = crontab.next_after(at, &zone);
        let mut fired = 0;
        for minute in 0..45 * 1_440_i64 {
            let now = start + minute.minutes();
            let local = zone.to_datetime(now);
            if fires(line, local) {
                assert_eq!(next, Some(now), "{line}");
                fired += 1;
                at = now;
                next = crontab.next_after(at, &zone);
            }
        }
        assert!(fired > 1, "{line}");
        assert_eq!(crontab.count(start - 1.minute(), at, &zone), fired, "{line}");
        assert_eq!(crontab.count(at, start - 1.minute(), &zone), -fired, "{line}");
    }
}

#[test]
fn counts_over_changes_of_the_clocks() {
    for (line, zone_name) in [
        ("*/20 * * * *", "Europe/Berlin"),
        ("*/20 2 * * *", "Australia/Lord_Howe"),
        ("0 0 * * *", "America/Santiago"),
        ("17 */5 * * *", "Pacific/Apia"),
    ] {
        let zone = zone(zone_name).expect("zone");
        let crontab = Crontab::parse(line).expect("a crontab line");
        let start: Timestamp = "2011-01-01T00:00:00Z".parse().expect("instant");
        let mut at = start;
        let mut counted = crontab.count(start, at, &zone);
        // A count goes up exactly at the instants that come out one by one, by as many as the clocks skipped.
        for _ in 0..30_000 {
            let Some(next) = crontab.next_after(at, &zone) else { break };
            if next > "2012-02-01T00:00:00Z".parse::<Timestamp>().expect("instant") {
                break;
            }
            assert_eq!(crontab.count(start, next - 1.second(), &zone), counted, "{line} {next}");
            let now = crontab.count(start, next, &zone);
            assert!(now > counted, "{line} {next}");
            counted = now;
            at = next + 13.hours();
            counted = crontab.count(start, at, &zone).max(counted);
        }
        let days = i64::from(
            Date::constant(2011, 1, 1)
                .until(Date::constant(2012, 1, 31))
                .expect("days")
                .get_days(),
        );
        assert!(counted >= days, "{line} {counted}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 60, failure_persistence: None, ..Default::default() })]

    /// A line that is accepted has a next time, and it is one the line names.
    #[test]
    fn any_line_is_read(words in proptest::collection::vec("(\\*|[0-9]{1,2}|[0-9]{1,2}-[0-9]{1,2}|\\*/[0-9]{1,2}|[0-6],[0-9]|mon|[a-z*/,-]{0,3})", 5)) {
        if let Ok(crontab) = Crontab::parse(&words.join(" ")) {
            let zone = zone("Pacific/Chatham").expect("zone");
            let at: Timestamp = "2026-09-26T12:00:00Z".parse().expect("instant");
            let next = crontab.next_after(at, &zone).expect("a next time");
            proptest::prop_assert!(next > at);
            proptest::prop_assert!(crontab.count(at, next, &zone) >= 1);
            proptest::prop_assert_eq!(crontab.count(at, next - 1.second(), &zone), 0);
        }
    }
}
