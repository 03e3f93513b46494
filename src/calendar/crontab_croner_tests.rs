//! The crontab against another program's reading of crontab(5): any line on the plain calendar, and once-a-day lines at every change of every zone.

use croner::Cron;
use croner::parser::CronParser;
use jiff::civil::{DateTime, date};
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

use super::Crontab;
use crate::calendar::zone;

fn other(line: &str) -> Cron {
    CronParser::new().parse(line).unwrap_or_else(|error| panic!("{line}: {error}"))
}

/// A field of a line: values, ranges, lists and steps within its bounds.
fn field(least: u32, most: u32) -> impl Strategy<Value = String> {
    let one = least..=most;
    let range = (least..=most, least..=most).prop_map(|(a, b)| format!("{}-{}", a.min(b), a.max(b)));
    let stepped = (least..=most, least..=most, 1_u32..9).prop_map(|(a, b, step)| format!("{}-{}/{step}", a.min(b), a.max(b)));
    prop_oneof![
        3 => Just("*".to_owned()),
        1 => (2_u32..9).prop_map(|step| format!("*/{step}")),
        3 => one.prop_map(|value| value.to_string()),
        2 => range,
        1 => stepped,
        2 => proptest::collection::btree_set(least..=most, 2..5)
            .prop_map(|values| values.iter().map(u32::to_string).collect::<Vec<_>>().join(",")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Where no clock changes the two agree on every line.
    #[test]
    fn any_line_comes_when_another_program_says(
        words in (field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 7)),
        days in 0_i64..3_000,
    ) {
        let (minute, hour, day, month, weekday) = words;
        // With one day field a step over `*` and the other plain, crontab(5) asks for both to hold, and the other program for either.
        prop_assume!(!(day.starts_with("*/") || weekday.starts_with("*/")));
        let line = format!("{minute} {hour} {day} {month} {weekday}");
        let (crontab, other) = (Crontab::parse(&line).expect("a line"), other(&line));
        let utc = zone("UTC").expect("zone");
        let start: DateTime = date(2024, 1, 1).at(0, 0, 0, 0) + days.days();
        let mut at = start.to_zoned(utc.clone()).expect("in range").timestamp();
        let mut theirs = start;
        for _ in 0..12 {
            at = crontab.next_after(at, &utc).expect("a next time");
            theirs = other.find_next_occurrence(&theirs, false).expect("a next time");
            prop_assert_eq!(utc.to_datetime(at), theirs, "{}", line);
        }
    }
}

/// A line with one minute and one hour comes once on each date: the other program has the same rule for it, at the jump and in the hour that comes
/// twice. (For lines with several it follows the clock through both, as machines' jobs may; people's times come once.)
#[test]
fn once_a_day_in_every_zone_with_changing_clocks() {
    let from: Timestamp = "2026-01-01T00:00:00Z".parse().expect("instant");
    let until: Timestamp = "2028-01-01T00:00:00Z".parse().expect("instant");
    let lines = [
        "0 0 * * *",
        "30 0 * * *",
        "15 1 * * *",
        "0 2 * * *",
        "30 2 * * *",
        "45 2 * * *",
        "0 3 * * *",
        "30 22 * * 6",
    ];
    let (mut zones, mut compared) = (0, 0);
    for name in jiff::tz::db().available() {
        let Ok(zone) = zone(name.as_str()) else { continue };
        let changes = zone.following(from).map(|change| change.timestamp()).take_while(|at| *at < until);
        let changes: Vec<Timestamp> = changes.collect();
        zones += usize::from(!changes.is_empty());
        for line in lines {
            let (crontab, other) = (Crontab::parse(line).expect("a line"), other(line));
            for change in &changes {
                let start = *change - 40.hours();
                let mut ours = start;
                let mut theirs = start.to_zoned(zone.clone());
                for _ in 0..4 {
                    ours = crontab.next_after(ours, &zone).expect("a next time");
                    theirs = other.find_next_occurrence(&theirs, false).expect("a next time");
                    assert_eq!(ours.to_zoned(zone.clone()), theirs, "{line} in {}", name.as_str());
                    compared += 1;
                }
            }
        }
    }
    eprintln!("zones with changes: {zones}, times compared: {compared}");
    assert!(zones > 100 && compared > 10_000, "{zones} zones, {compared} times");
}

/// The clocks of Nuuk jump over midnight: the last half hour of the Saturday comes with the Sunday. The other program leaves it out; nobody would hear.
#[test]
fn what_a_jump_over_midnight_skips_comes_at_the_jump() {
    let nuuk = zone("America/Nuuk").expect("zone");
    let late = Crontab::parse("30 23 * * *").expect("a line");
    let mut at: Timestamp = "2026-03-28T12:00:00Z".parse().expect("instant");
    let mut seen = Vec::new();
    for _ in 0..2 {
        at = late.next_after(at, &nuuk).expect("a next time");
        seen.push(at.to_zoned(nuuk.clone()).strftime("%a %H:%M %:z").to_string());
    }
    assert_eq!(seen, ["Sun 00:00 -01:00", "Sun 23:30 -01:00"]);
}
