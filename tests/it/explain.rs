//! `batond explain` as people and programs use it: the real binary over files written here, and over mail nobody here wrote.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Instant;

use serde_json::Value;

use crate::config::{at, compare};
use crate::e2e::desk::{batond, said};

const FOLDER: &str = "tests/fixtures/explain";

fn explain(config: &Path, arguments: &[&str]) -> Output {
    let mut command = batond(config, &["explain"]);
    command.args(arguments).current_dir(at(FOLDER));
    command.output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn objects(output: &Output) -> Vec<Value> {
    stdout(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn people_are_told_what_would_come_of_a_message() {
    let desk = at(FOLDER).join("desk");
    let now = "2026-11-27 14:00";
    let mut wrong = Vec::new();
    for (name, arguments) in [
        ("order", vec!["mail/order.eml"]),
        ("order_all", vec!["mail/order.eml", "--all"]),
        ("payment", vec!["mail/payment.eml"]),
        ("machines", vec!["mail/bounce.eml", "mail/away.eml"]),
        ("muted", vec!["mail/kiosk.eml"]),
        ("broken", vec!["--at", now, "mail/broken.eml"]),
        ("mailbox", vec!["mail/two.mbox"]),
        ("hooks", vec!["--at", now, "mail/alertmanager", "mail/push.json"]),
        ("code", vec!["B0203"]),
    ] {
        let output = explain(&desk, &arguments);
        assert!(output.status.success(), "{name}: {}", said(&output));
        let text = stdout(&output);
        let long: Vec<&str> = text.lines().filter(|line| line.chars().count() > 80).collect();
        assert!(long.is_empty(), "{name} is wider than 80 columns: {long:#?}");
        wrong.extend(compare(&at(FOLDER).join(format!("{name}.txt")), &text).err());
    }
    assert!(wrong.is_empty(), "{}\nBATOND_UPDATE=1 writes what is actual", wrong.join("\n"));
}

#[test]
fn programs_are_given_one_object_a_line() {
    let desk = at(FOLDER).join("desk");
    let output = explain(&desk, &["--format", "json", "--at", "2026-11-27 14:00", "mail"]);
    assert!(output.status.success(), "{}", said(&output));
    let objects = objects(&output);
    for object in &objects {
        let names: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names[..4], ["file", "message", "verdict", "trace"]);
    }
    let pretty: String = objects.iter().map(|object| format!("{object:#}\n")).collect();
    compare(&at(FOLDER).join("all.json"), &pretty).unwrap();
    let again = explain(&desk, &["--format", "json", "--at", "2026-11-27 14:00", "mail"]);
    assert_eq!(again.stdout, output.stdout, "the same input gives the same bytes");
}

#[test]
fn what_cannot_be_read_is_told_and_stops_nothing() {
    let desk = at(FOLDER).join("desk");
    let output = explain(&desk, &["--format", "json", "mail/nowhere.eml", "mail/away.eml"]);
    assert_eq!(output.status.code(), Some(1));
    let objects = objects(&output);
    assert_eq!(objects.len(), 2);
    assert!(objects[0]["error"].as_str().unwrap().contains("No such file") && objects[0]["message"].is_null());
    assert_eq!(objects[1]["message"]["kind"], "auto-reply");
    assert!(said(&output).contains("1 file could not be read"));

    let bad = at("tests/fixtures/config/invalid/unknown_queue.yaml");
    let output = explain(&bad, &["mail/away.eml"]);
    assert_eq!(output.status.code(), Some(78));
    assert!(said(&output).contains("error[B0203]"), "{}", said(&output));

    assert_eq!(explain(&desk, &["B9999"]).status.code(), Some(3));
    assert_eq!(explain(&desk, &["--at", "soon", "mail/away.eml"]).status.code(), Some(2));
}

#[test]
fn a_mail_is_read_from_standard_input_and_without_a_configuration() {
    let mut command = batond(Path::new("/etc/batond"), &["explain", "-", "--format", "json"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mail = std::fs::read(at(FOLDER).join("mail/order.eml")).unwrap();
    child.stdin.take().unwrap().write_all(&mail).unwrap();
    let output = child.wait_with_output().unwrap();
    let objects = objects(&output);
    assert_eq!((objects.len(), &objects[0]["file"]), (1, &Value::from("-")));
    assert_eq!(objects[0]["message"]["attachments"][0]["name"], "statement.pdf");
    if !Path::new("/etc/batond").exists() {
        assert!(objects[0]["verdict"].is_null());
        assert!(said(&output).contains("no rule is asked"), "{}", said(&output));
    }
}

fn corpora() -> Option<PathBuf> {
    let path = at("../shared/corpora");
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("=== NOT RUN: {} is not there; no mail of others was explained. ===", path.display());
    None
}

/// The lines of a kind's expectations, by path.
fn expected(corpora: &Path, kind: &str) -> Vec<(String, Value)> {
    let list = std::fs::read_to_string(corpora.join(kind).join("expected.jsonl")).unwrap();
    let lines = list.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .map(|line| {
            let path = corpora.join(line["path"].as_str().unwrap());
            (path.display().to_string(), line["expected"].clone())
        })
        .collect()
}

#[test]
fn every_file_of_others_is_explained_without_a_fault() {
    let Some(corpora) = corpora() else { return };
    let start = Instant::now();
    let mut command = batond(
        &at(FOLDER).join("desk"),
        &["explain", "--format", "json", "--at", "2026-11-27 14:00"],
    );
    let output = command.arg(&corpora).output().unwrap();
    let took = start.elapsed();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found: BTreeMap<String, Value> = objects(&output)
        .into_iter()
        .map(|object| (object["file"].as_str().unwrap().to_owned(), object))
        .collect();
    let defects: Vec<&String> = found
        .iter()
        .filter(|(_, object)| object["verdict"].is_null() || object["error"].as_str().is_some_and(|text| text.contains("defect")))
        .map(|(file, _)| file)
        .collect();
    assert!(defects.is_empty(), "not explained: {defects:#?}");
    println!(
        "explain: {} messages in {took:.1?}, {} bytes of JSON, 0 faults",
        found.len(),
        output.stdout.len()
    );
    assert!(found.len() > 1_000, "{} messages", found.len());
    bounces(&corpora, &found);
    answers(&corpora, &found);
}

fn folded(values: &Value) -> Vec<String> {
    let address = |value: &Value| {
        value
            .as_str()
            .or_else(|| value["recipient"].as_str().or_else(|| value["address"].as_str()))
            .map(str::to_lowercase)
    };
    let mut all: Vec<String> = values.as_array().into_iter().flatten().filter_map(address).collect();
    all.sort();
    all.dedup();
    all
}

/// Recipients and permanence against what other readers found in the same reports.
fn bounces(corpora: &Path, found: &BTreeMap<String, Value>) {
    let mut table: BTreeMap<(String, &str), usize> = BTreeMap::new();
    let (mut named, mut right) = (0, 0);
    let (mut lasting, mut lasting_right) = (0, 0);
    for (path, expected) in expected(corpora, "bounces") {
        let Some(object) = found.get(&path) else { continue };
        let bounce = &object["message"]["bounce"];
        let ours = folded(&bounce["recipients"]);
        let theirs = [&expected["recipients"], &expected["dsn_recipients"]].map(folded).concat();
        let agreed = folded(&expected["consensus"]["agreed"]);
        let said = match (bounce.is_null(), ours.is_empty()) {
            (true, _) => "null",
            (_, true) => "nobody named",
            _ if ours == theirs => "the same",
            _ if !agreed.is_empty() && agreed.iter().all(|one| ours.contains(one)) => "all agreed",
            _ => "others",
        };
        *table
            .entry((expected["type"].as_str().unwrap_or_default().to_owned(), said))
            .or_default() += 1;
        if !agreed.is_empty() {
            named += 1;
            right += usize::from(agreed.iter().all(|one| ours.contains(one)));
        }
        let (permanent, temporary) = (folded(&expected["permanent"]), folded(&expected["temporary"]));
        if !ours.is_empty() && permanent.is_empty() != temporary.is_empty() {
            lasting += 1;
            lasting_right += usize::from(bounce["permanent"] == temporary.is_empty());
        }
        if std::env::var_os("BATOND_SHOW").is_some() && !matches!(said, "the same" | "all agreed") {
            println!("BOUNCE {said}: {path}\n  ours {ours:?}\n  theirs {theirs:?}");
        }
    }
    println!("bounces, what is expected against what was found:");
    for ((kind, said), count) in &table {
        println!("  {kind:12} {said:14} {count:4}");
    }
    println!(
        "  of {named} with addresses two readers agree on, {right} have them all; of {lasting} one-sided, {lasting_right} are as lasting as expected"
    );
    assert!(right * 100 >= named * MIN_AGREED_PERCENT, "{right} of {named}");
    assert!(lasting_right * 100 >= lasting * MIN_LASTING_PERCENT, "{lasting_right} of {lasting}");
    let reports = table.get(&("arf".to_owned(), "null")).copied().unwrap_or_default();
    assert!(reports > 0 && table.keys().all(|(kind, said)| kind != "none-found" || *said == "null"));
}

/// Kinds of automatic answers, by headers and by words alone.
fn answers(corpora: &Path, found: &BTreeMap<String, Value>) {
    let mut table: BTreeMap<(String, String), usize> = BTreeMap::new();
    let (mut all, mut right) = (0, 0);
    for (path, expected) in expected(corpora, "auto") {
        let Some(object) = found.get(&path) else { continue };
        let hard = expected["hard"] == true;
        let ours = object["message"]["auto_reply"]["kind"].as_str().unwrap_or("null").to_owned();
        let theirs = expected["auto_kind"].as_str().unwrap_or_default();
        all += 1;
        right += usize::from(ours == theirs);
        if std::env::var_os("BATOND_SHOW").is_some() {
            println!("AUTO {theirs} as {ours} {}: {path}", object["message"]["auto_reply"]["until"]);
        }
        let words = if hard { " (words only)" } else { "" };
        *table.entry((format!("{theirs}{words}"), ours)).or_default() += 1;
    }
    println!("automatic answers, what is expected against what was found:");
    for ((theirs, ours), count) in &table {
        println!("  {theirs:28} {ours:20} {count:4}");
    }
    println!("  {right} of {all}");
    assert!(right * 100 >= all * MIN_ANSWER_PERCENT, "{right} of {all}");
}

/// Guards against a step back, not aims.
const MIN_AGREED_PERCENT: usize = 95;
const MIN_LASTING_PERCENT: usize = 90;
const MIN_ANSWER_PERCENT: usize = 95;

#[test]
fn every_message_is_explained_as_if_nothing_came_before_it() {
    let desk = at(FOLDER).join("desk");
    let files = ["mail/order.eml", "mail/payment.eml", "mail/order.eml", "mail/away.eml"];
    let one_call = explain(&desk, &[vec!["--format", "json"], files.to_vec()].concat());
    assert!(one_call.status.success(), "{}", said(&one_call));
    let alone: String = files
        .iter()
        .map(|file| stdout(&explain(&desk, &["--format", "json", file])))
        .collect();
    assert_eq!(
        stdout(&one_call),
        alone,
        "the second `order.eml` is no repeat, and what `order.eml` opens is not joined"
    );
}
