//! `batond test`: the cases of the examples pass, each kind of expectation can fail, and what is printed is what is kept here.

use std::path::Path;
use std::process::Command;

use batond::config::{Ambient, load_all, load_with, render_text};
use batond::simulate::cases::{CaseReport, Trial};
use serde_json::Value;

use crate::config::{at, compare, folder};

/// A configuration with cases that hold (`right.test.yaml`) and cases that do not (`wrong.test.yaml`).
const DESK: &str = "tests/fixtures/cases/desk";

/// Plays all cases of a configuration.
pub fn play(folder: &Path) -> Vec<CaseReport> {
    let mut loaded = load_all(folder, &Ambient::without_secrets());
    let Some(mut config) = loaded.config.take() else {
        panic!("{}:\n{}", folder.display(), render_text(&loaded, false));
    };
    let cases = std::mem::take(&mut config.cases);
    let trial = Trial::of(config);
    cases.iter().map(|case| trial.play(case)).collect()
}

/// Plays all cases of a configuration; there must be at least `least`, and all of them must pass.
pub fn pass(folder: &Path, least: usize) {
    let reports = play(folder);
    assert!(reports.len() >= least, "{} has {} cases only", folder.display(), reports.len());
    for report in reports {
        assert!(report.passed(), "{}: {}: {:#?}", folder.display(), report.name, report.differences);
    }
}

/// Runs `batond test`; gives stdout, stderr and the exit code.
fn batond(arguments: &[&str]) -> (String, String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_batond"))
        .arg("test")
        .args(arguments)
        .env_remove("BATOND_CONFIG")
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

#[test]
fn the_cases_of_the_examples_pass() {
    pass(&at("examples/quickstart"), 2);
    pass(&at("examples/follow-the-sun"), 9);
    pass(&at("examples/rounds"), 2);
}

#[test]
fn the_cases_that_init_writes_pass() {
    let files = batond::config::starter(&[]);
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    pass(folder(&files).path(), 4);
}

#[test]
fn each_kind_of_expectation_holds_and_fails() {
    let reports = play(&at(DESK));
    let (mut right, mut wrong) = (0, 0);
    for report in reports {
        let told: Vec<&str> = report.differences.iter().map(|difference| difference.what.as_str()).collect();
        if &*report.place.file == "wrong.test.yaml" {
            wrong += 1;
            // The first word of the name says what alone is wrong.
            let name = report.name.split(' ').next().unwrap_or_default();
            assert_eq!(told, [name], "{}: {:#?}", report.name, report.differences);
        } else {
            right += 1;
            assert!(report.passed(), "{}: {:#?}", report.name, report.differences);
        }
    }
    assert!(right >= 17 && wrong >= 30, "{right} and {wrong} cases only");
}

#[test]
fn two_runs_come_to_the_same() {
    let run = || {
        format!(
            "{:?}",
            play(&at(DESK))
                .iter()
                .map(|report| (&report.name, &report.differences))
                .collect::<Vec<_>>()
        )
    };
    assert_eq!(run(), run());
}

#[test]
fn the_text_is_what_is_kept() {
    let (stdout, stderr, code) = batond(&["--config", DESK]);
    assert_eq!((code, stderr.as_str()), (1, ""));
    let without_times: String = stdout
        .lines()
        .map(|line| {
            let row = line
                .split_once(' ')
                .filter(|(word, _)| ["passed", "failed", "OUTCOME"].contains(word));
            let cells = row.and_then(|(word, rest)| Some((word, rest.trim_start().split_once(' ')?)));
            match cells {
                Some(("OUTCOME", _)) => String::new(),
                Some((word, (ms, name))) if ms.parse::<u64>().is_ok() => format!("{word} - {}\n", name.trim_start()),
                _ => match line.rsplit_once(", in ") {
                    Some((before, ms)) if ms.ends_with(" ms") => format!("{before}, in - ms\n"),
                    _ => format!("{line}\n"),
                },
            }
        })
        .collect();
    compare(&at("tests/fixtures/cases/desk.txt"), &without_times).unwrap();
}

#[test]
fn the_json_is_what_is_kept() {
    fn still(value: &mut Value) {
        match value {
            Value::Object(map) => {
                if let Some(took) = map.get_mut("milliseconds") {
                    assert!(took.is_number(), "{took}");
                    *took = Value::from(0);
                }
                map.values_mut().for_each(still);
            }
            Value::Array(list) => list.iter_mut().for_each(still),
            _ => {}
        }
    }
    let (stdout, _, code) = batond(&["--config", DESK, "--format", "json"]);
    assert_eq!(code, 1);
    let mut value: Value = serde_json::from_str(&stdout).unwrap();
    still(&mut value);
    compare(&at("tests/fixtures/cases/desk.json"), &format!("{value:#}\n")).unwrap();
}

#[test]
fn the_junit_is_xml_and_what_is_kept() {
    let (stdout, _, code) = batond(&["--config", DESK, "--format", "junit"]);
    assert_eq!(code, 1);
    let mut reader = quick_xml::Reader::from_str(&stdout);
    reader.config_mut().check_end_names = true;
    let mut cases = 0;
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Eof => break,
            quick_xml::events::Event::Start(element) | quick_xml::events::Event::Empty(element) => {
                for attribute in element.attributes() {
                    attribute.unwrap();
                }
                cases += usize::from(element.name().as_ref() == "testcase");
            }
            _ => {}
        }
    }
    assert_eq!(cases, play(&at(DESK)).len());
    let mut parts = stdout.split(" time=\"");
    let mut still = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        still.push_str(" time=\"-");
        still.push_str(&part[part.find('"').unwrap()..]);
    }
    compare(&at("tests/fixtures/cases/desk.xml"), &still).unwrap();
}

#[test]
fn the_exit_code_says_how_it_went() {
    let (stdout, _, code) = batond(&["--config", "examples/quickstart"]);
    assert!(code == 0 && stdout.contains("all passed"), "{stdout}");
    let (stdout, _, code) = batond(&["--config", DESK, "RIGHT.test"]);
    assert!(
        code == 0 && !stdout.contains("rules:"),
        "coverage says nothing of some of the cases: {stdout}"
    );
    let (_, stderr, code) = batond(&["--config", DESK, "no such case"]);
    assert!(code == 2 && stderr.contains("no such case"), "{stderr}");
    let (_, stderr, code) = batond(&["--config", "tests/fixtures/config/invalid/case_bad_moment.yaml"]);
    assert!(code == 78 && stderr.contains("B0703"), "{stderr}");
    let (_, stderr, code) = batond(&["--config", "tests/fixtures/config/invalid/unknown_queue.yaml"]);
    assert!(code == 78 && stderr.contains("B0203"), "{stderr}");
}

#[test]
fn cases_are_no_part_of_the_policy() {
    let base = std::fs::read_to_string(at("examples/quickstart/batond.yaml")).unwrap();
    let (policy, cases) = base.split_once("\ntests:").unwrap();
    let revision = |files: &[(&str, &str)]| {
        let place = folder(files);
        let loaded = load_with(place.path(), &Ambient::without_secrets());
        loaded.config.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics)).policy.revision
    };
    let without = revision(&[("batond.yaml", policy)]);
    assert_eq!(revision(&[("batond.yaml", &base)]), without);
    // In the middle of a file, and in a file that holds nothing else and is wrong at that: the daemon does not look at it.
    let (before, after) = policy.split_once("unmatched:").unwrap();
    let middle = format!("{before}tests:{cases}\nunmatched:{after}");
    assert_eq!(revision(&[("batond.yaml", &middle)]), without);
    assert_eq!(
        revision(&[("batond.yaml", policy), ("x.test.yaml", "tests: [{ name: 1 }]")]),
        without
    );
    assert_ne!(
        revision(&[("batond.yaml", &policy.replace("priority: urgent", "priority: low"))]),
        without
    );
}
