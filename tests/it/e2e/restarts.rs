//! Killed in the middle, and told to read a bad configuration: nothing is lost, nothing moves, the old one runs on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::process::Signal;
use serde_json::Value;

use super::desk::{Desk, SUPPORT, until};
use super::wire::{Wire, plain_mail};

/// How many write at once, and after how many accepted mails the plug is pulled.
const WRITERS: usize = 6;
const ACCEPTED_BEFORE_KILL: usize = 60;
const KILLS: usize = 3;

/// What a restart must not move.
fn deadlines(items: &[Value]) -> BTreeMap<String, Value> {
    let promised = |item: &Value| {
        serde_json::json!([
            item["state"],
            item["holder"],
            item["accountable"],
            item["deadlines"],
            item["timers"]
        ])
    };
    items
        .iter()
        .map(|item| (item["id"].as_str().unwrap().to_owned(), promised(item)))
        .collect()
}

/// One writer: mail after mail until the other end is gone. Subject and item of each mail it was told accepted.
fn write_until_gone(port: u16, name: &str, accepted: &AtomicUsize) -> Vec<(String, String)> {
    let mut told = Vec::new();
    let Ok(mut wire) = Wire::try_open(port) else { return told };
    for number in 0.. {
        let subject = format!("{name}-{number}");
        let data = plain_mail(
            "dora@customer.example",
            "support@ops.example",
            &subject,
            &format!("{subject}@customer.example"),
            "It says no.",
        );
        let Ok(reply) = wire.mail("dora@customer.example", "support@ops.example", &data) else {
            break;
        };
        let id = reply.strip_prefix("250 2.0.0 Ok: queued as ").unwrap_or_else(|| panic!("{reply}"));
        told.push((subject, id.to_owned()));
        accepted.fetch_add(1, Ordering::SeqCst);
    }
    told
}

/// Writes from all sides, and kills it while they do.
fn write_and_kill(desk: &mut Desk, round: usize) -> Vec<(String, String)> {
    let accepted = AtomicUsize::new(0);
    let port = desk.smtp;
    std::thread::scope(|scope| {
        let accepted = &accepted;
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| scope.spawn(move || write_until_gone(port, &format!("k{round}-w{writer}"), accepted)))
            .collect();
        until("enough was accepted", || {
            (accepted.load(Ordering::SeqCst) >= ACCEPTED_BEFORE_KILL).then_some(())
        });
        desk.kill();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    })
}

/// Every mail whose sender was told "accepted" is there once, by the name they were told; what was promised before stays promised to the second; every notice goes out, once.
#[test]
fn kill_minus_nine_in_the_middle() {
    let mut desk = Desk::start(SUPPORT);
    let mut told: Vec<(String, String)> = Vec::new();
    let mut promised = BTreeMap::new();
    for round in 0..KILLS {
        told.extend(write_and_kill(&mut desk, round));
        desk.restart();
        let items = desk.items();
        let titles: BTreeMap<&str, &str> = items
            .iter()
            .map(|item| (item["id"].as_str().unwrap(), item["title"].as_str().unwrap()))
            .collect();
        for (subject, id) in &told {
            assert_eq!(titles.get(id.as_str()), Some(&subject.as_str()), "{id} was accepted");
        }
        let subjects: BTreeSet<&&str> = titles.values().collect();
        assert_eq!(subjects.len(), items.len(), "nothing twice");
        let now = deadlines(&items);
        for (id, before) in &promised {
            assert_eq!(now.get(id), Some(before), "{id}: a restart moved something");
        }
        promised = now;
    }
    let all: BTreeSet<String> = promised.keys().cloned().collect();
    until("every item's notice is out", || {
        let mut out: Vec<String> = super::notices::all(&desk.out())
            .iter()
            .map(|notice| notice.item().to_owned())
            .collect();
        out.sort();
        (out.len() >= all.len()).then(|| assert_eq!(out, all.iter().cloned().collect::<Vec<_>>(), "one notice each"))
    });
    println!(
        "kill -9: {KILLS} kills, {} accepted, {} items, none lost, none twice, no deadline moved",
        told.len(),
        all.len()
    );
    desk.stop();
    desk.restart();
    assert_eq!(deadlines(&desk.items()), promised, "a stop in good order moves nothing either");
    desk.stop();
}

/// A deadline that passes while nothing runs is noticed once, on the way up.
#[test]
fn a_deadline_missed_while_down_is_told_once() {
    let mut desk = Desk::start(&SUPPORT.replace("accept_within: 4h", "accept_within: 2s"));
    let data = plain_mail(
        "dora@customer.example",
        "support@ops.example",
        "Late",
        "late@customer.example",
        "It says no.",
    );
    Wire::open(desk.smtp)
        .mail("dora@customer.example", "support@ops.example", &data)
        .unwrap();
    let due: jiff::Timestamp = desk.item("SUP-1")["deadlines"]["accept"].as_str().unwrap().parse().unwrap();
    desk.kill();
    until("the deadline has passed", || (jiff::Timestamp::now() > due).then_some(()));
    desk.restart();
    let count = |event: &str| {
        desk.item("SUP-1")["history"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| entry["event"] == event)
            .count()
    };
    until("it is noticed", || (count("clock_overdue") == 1).then_some(()));
    desk.kill_and_restart();
    let count = |event: &str| {
        desk.item("SUP-1")["history"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| entry["event"] == event)
            .count()
    };
    assert_eq!(count("clock_overdue"), 1, "once, whatever happens");
    assert_eq!(desk.item("SUP-1")["deadlines"]["accept"], due.to_string());
    desk.stop();
}

/// SIGHUP with a mistake: the old configuration runs on and says so; corrected, the new one rules what comes, and no deadline moves.
#[test]
fn hup_with_a_mistake_keeps_the_old() {
    let mut desk = Desk::start(SUPPORT);
    let mut wire = Wire::open(desk.smtp);
    let mut mail = |subject: &str| {
        let data = plain_mail(
            "dora@customer.example",
            "support@ops.example",
            subject,
            &format!("{subject}@customer.example"),
            "It says no.",
        );
        assert!(
            wire.mail("dora@customer.example", "support@ops.example", &data)
                .unwrap()
                .starts_with("250")
        );
    };
    mail("before");
    let promised = deadlines(&desk.items());
    let path = desk.folder.path().join("work.yaml");
    std::fs::write(&path, SUPPORT.replace("owner: cat", "owner: eve")).unwrap();
    desk.signal(Signal::HUP);
    until("it says that it refuses", || {
        (desk.metric("batond_config_last_reload_success") == 0.0).then_some(())
    });
    let status = desk.json(&["status"]);
    assert_eq!(status["last_reload"]["ok"], false, "{status}");
    assert!(status["last_reload"]["text"].as_str().unwrap().contains("eve"), "{status}");
    mail("meanwhile");
    assert_eq!(desk.item("SUP-2")["accountable"], "cat");

    std::fs::write(
        &path,
        SUPPORT
            .replace("owner: cat", "owner: ben")
            .replace("accept_within: 4h", "accept_within: 1h")
            .replace("labels: [mail, customer]", "labels: [by-the-new-rule]"),
    )
    .unwrap();
    desk.signal(Signal::HUP);
    until("it takes the new one", || {
        (desk.metric("batond_config_last_reload_success") == 1.0).then_some(())
    });
    mail("after");
    let item = desk.item("SUP-3");
    assert_eq!(item["accountable"], "ben");
    assert_eq!(item["labels"], serde_json::json!(["by-the-new-rule"]), "rules are read again too");
    let mut now = deadlines(&desk.items());
    now.retain(|id, _| promised.contains_key(id));
    assert_eq!(now, promised, "a reload moves no deadline");
    desk.stop();
}
