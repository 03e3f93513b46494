//! `batond calendar` as people and programs use it: the real binary over a folder written here.

use std::process::Output;

use serde_json::Value;

use crate::config::{at, compare};
use crate::e2e::desk::{batond, said};

const FOLDER: &str = "tests/fixtures/calendar";

fn calendar(arguments: &[&str]) -> Output {
    let mut command = batond(&at(FOLDER).join("desk"), &["calendar"]);
    command.args(arguments).output().unwrap()
}

fn json(arguments: &[&str]) -> Value {
    let output = calendar(&[&["--format", "json"], arguments].concat());
    assert!(output.status.success(), "{}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn people_are_shown_the_days_and_where_each_day_off_is_written() {
    let mut wrong = Vec::new();
    for (name, arguments) in [
        ("berlin", vec!["berlin", "--from", "2026-12-21", "--to", "2027-01-04"]),
        ("nights", vec!["ben", "--from", "2026-10-19", "--to", "2026-10-26"]),
        ("person", vec!["cat", "--from", "2026-11-23", "--to", "2026-11-23"]),
    ] {
        let output = calendar(&arguments);
        assert!(output.status.success(), "{name}: {}", said(&output));
        let text = String::from_utf8(output.stdout).unwrap();
        wrong.extend(compare(&at(FOLDER).join(format!("{name}.txt")), &text).err());
    }
    assert!(wrong.is_empty(), "{}\nBATOND_UPDATE=1 writes what is actual", wrong.join("\n"));
}

#[test]
fn programs_are_given_every_day_with_its_instants() {
    let shown = json(&["berlin", "--from", "2026-12-23", "--to", "2026-12-26"]);
    assert_eq!(shown["time_zone"], "Europe/Berlin");
    assert_eq!((&shown["worked_days"], &shown["seconds"]), (&1.into(), &10_800.into()));
    let kinds: Vec<&str> = shown["days"]
        .as_array()
        .unwrap()
        .iter()
        .map(|day| day["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["holiday", "exception", "holiday", "holiday"]);
    let eve = &shown["days"][1];
    assert_eq!(eve["open"][0]["from"], "2026-12-24T08:00:00Z");
    assert_eq!(eve["hours"][0], "09:00-12:00");
    assert_eq!(eve["places"], serde_json::json!(["batond.yaml:14:7", "holidays/de.ics:11"]));
}

#[test]
fn without_a_name_all_are_listed_those_of_people_last() {
    let listed = json(&[]);
    let calendars = listed["calendars"].as_array().unwrap();
    let of = |key: &str| calendars.iter().map(|one| one[key].clone()).collect::<Vec<_>>();
    assert_eq!(of("name"), ["berlin", "nights", "person:cat"]);
    assert_eq!(of("hours")[1], "fri-sun 22:00-06:00");
    assert_eq!(of("used_by")[0], serde_json::json!(["ana", "queue support"]));
    let text = String::from_utf8(calendar(&[]).stdout).unwrap();
    assert!(text.starts_with("NAME ") && text.contains("\nberlin "), "{text}");
}

#[test]
fn what_cannot_be_shown_says_why() {
    for (arguments, code, why) in [
        (vec!["paris"], 3, "there is no calendar and no person `paris`"),
        (vec!["berlin", "--from", "2026-12-24", "--to", "2026-12-01"], 2, "is before"),
        (vec!["berlin", "--from", "2026-01-01", "--to", "2126-01-01"], 2, "at most 3660 days"),
        (vec!["berlin", "--from", "christmas"], 2, "invalid value"),
        (vec!["--from", "2026-12-24"], 2, "required"),
    ] {
        let output = calendar(&arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert!(said(&output).contains(why), "{arguments:?}: {}", said(&output));
    }
}
