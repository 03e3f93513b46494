//! What rules let go is kept, listed, explained and replayed; and what a reload would do to what is quiet.

use serde_json::Value;

use super::desk::{Desk, said};
use super::wire::{Wire, plain_mail};

/// Newsletters are let go, disks are collected, works are muted, the backup is expected.
const QUIET: &str = r#"
queues:
  support:
    prefix: SUP
    purpose: Questions and faults reported by customers.
    owner: cat
    assign: ana
    urgent_when: A customer cannot log in.
    handover: Say what the customer was promised.
    accept_within: 4h
rules:
  - name: newsletters
    when: { subject: "*newsletter*" }
    then: { drop: nobody reads these }
  - name: disks
    when: { to: "disks@*" }
    then: { queue: support, group: { by: disks, wait: 6h } }
  - name: everything for support
    when: { to: "*@ops.example" }
    then: { queue: support }
mute:
  works:
    match: { to: "works@*" }
    until: "2090-01-02 10:00"
    time_zone: UTC
    why: Everybody knows.
unmatched: { queue: support }
"#;

fn mail(desk: &Desk, to: &str, subject: &str, id: &str) {
    let from = "dora@customer.example";
    let data = plain_mail(
        &format!("Dora Klein <{from}>"),
        to,
        subject,
        &format!("{id}@customer.example"),
        "Please look.",
    );
    Wire::open(desk.smtp).mail(from, to, &data).unwrap();
}

fn names(replayed: &Value) -> Vec<String> {
    let messages = replayed["messages"].as_array().unwrap().iter();
    messages
        .map(|one| format!("{} {}", one["message"], one["differs"]).replace('"', ""))
        .collect()
}

fn start() -> Desk {
    let desk = Desk::start(QUIET);
    mail(&desk, "support@ops.example", "Our newsletter", "one");
    mail(&desk, "support@ops.example", "The printer", "two");
    mail(&desk, "disks@ops.example", "Disk 1", "three");
    mail(&desk, "disks@ops.example", "Disk 2", "four");
    mail(&desk, "works@ops.example", "The lift", "five");
    desk
}

#[test]
fn what_rules_let_go_and_what_mutes_hold_is_replayed() {
    let mut desk = start();
    let listed = desk.json(&["list", "--dropped"]);
    let one = &listed["dropped"][0];
    assert_eq!(
        (&one["subject"], &one["rule"], &one["reason"], &one["from"]),
        (
            &"Our newsletter".into(),
            &"newsletters".into(),
            &"nobody reads these".into(),
            &"dora@customer.example".into()
        ),
        "{listed}"
    );
    let id = format!("dropped:{}", one["number"]);
    let text = said(&desk.ask(&["list", "--dropped"]));
    assert!(text.contains(&id) && text.contains("1 message was let go by rules"), "{text}");
    assert!(said(&desk.ask(&["list", "--dropped", "--since", "2080-01-01"])).starts_with("0 messages"));

    let replayed = desk.json(&["replay", "--since", "1h"]);
    let all = ["SUP-1:1 []", "SUP-2:1 []", "SUP-2:2 []", "SUP-3:1 []", &format!("{id} []")];
    assert_eq!(names(&replayed), all, "{replayed}");

    // The rules after somebody has edited them: newsletters are read, the lift is not.
    let edited = QUIET
        .replace("then: { drop: nobody reads these }", "then: { queue: support }")
        .replace(
            "  - name: disks",
            "  - name: lift\n    when: { subject: \"*lift*\" }\n    then: { drop: the lift }\n  - name: disks",
        );
    std::fs::write(desk.folder.path().join("work.yaml"), &edited).unwrap();
    let replayed = desk.json(&["replay", "--since", "1h", "--changed"]);
    assert_eq!(names(&replayed), ["SUP-3:1 [way,rule]", &format!("{id} [way]")], "{replayed}");
    assert_eq!(names(&desk.json(&["replay", &id])), [format!("{id} [way]")]);
    let text = said(&desk.ask(&["replay", &id]));
    assert!(
        text.contains("let go by newsletters") && text.contains("new in support by newsletters"),
        "{text}"
    );
    let explained = desk.json(&["explain", &id]);
    assert_eq!(
        (&explained["file"], &explained["verdict"]["rule"]),
        (&id.into(), &"newsletters".into())
    );
    assert_eq!(explained["message"]["source"], "inbox");
    assert_eq!(desk.ask(&["replay", "dropped:999999"]).status.code(), Some(3));
    assert_eq!(desk.ask(&["replay", "nothing"]).status.code(), Some(2));
    desk.stop();
}

#[test]
fn a_dry_run_says_what_becomes_of_what_is_collected_and_muted() {
    let mut desk = start();
    let ahead = desk.json(&["reload", "--dry-run"]);
    assert_eq!(ahead["items"], serde_json::json!([]), "{ahead}");
    let edited = QUIET
        .replace("wait: 6h", "wait: 1h, max: 9")
        .replace("accept_within: 4h", "accept_within: 1h")
        .replace("2090-01-02", "2090-01-03");
    std::fs::write(desk.folder.path().join("work.yaml"), &edited).unwrap();
    let ahead = desk.json(&["reload", "--dry-run"]);
    let told: Vec<String> = ahead["items"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|item| item["differences"].as_array().unwrap().iter().map(move |one| (item, one)))
        .map(|(item, one)| format!("{} {}: {} → {}", item["item"], one["what"], one["was"], one["would"]).replace('"', ""))
        .collect();
    assert_eq!(told.len(), 5, "{told:#?}");
    assert!(told[0].starts_with("SUP-1 accept: 4h, by "), "{told:#?}");
    assert_eq!(told[1], "SUP-2 accept: 4h, once it is told → 1h, once it is told");
    assert!(
        told[2].starts_with("SUP-2 told: after 6h, by ") && told[2].contains("→ after 1h or 9 messages, by "),
        "{told:#?}"
    );
    assert_eq!(
        told[3],
        "SUP-3 mute: works until Mon 2 Jan 2090 10:00 (UTC) → until Tue 3 Jan 2090 10:00 (UTC), moved by the reload"
    );
    assert_eq!(told[4], "SUP-3 accept: 4h, once it is told → 1h, once it is told");
    let text = said(&desk.ask(&["reload", "--dry-run"]));
    assert!(text.contains("Mutes of the configuration it ends or moves as shown."), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");

    let without = QUIET.split("mute:").next().unwrap().to_owned() + "unmatched: { queue: support }\n";
    std::fs::write(desk.folder.path().join("work.yaml"), without).unwrap();
    let ahead = desk.json(&["reload", "--dry-run"]);
    let differs = &ahead["items"][0]["differences"];
    assert_eq!(
        (&ahead["items"][0]["item"], &differs[0]["would"]),
        (&"SUP-3".into(), &"gone: it ends with the reload, and ana is asked".into()),
        "{ahead}"
    );
    // And so it does.
    assert!(desk.ask(&["reload"]).status.success());
    let shown = desk.json(&["show", "SUP-3"]);
    assert_eq!(shown["state"], "offered", "{shown}");
    desk.stop();
}
