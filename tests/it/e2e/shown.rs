//! What the command line shows of an item: the exact shape that programs rely on.

use serde_json::{Value, json};

use super::desk::{Desk, SUPPORT, said};
use super::wire::a_question;

fn names(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn instant(value: &Value) -> jiff::Timestamp {
    let text = value.as_str().unwrap();
    assert!(text.ends_with('Z'), "in UTC: {text}");
    text.parse().unwrap()
}

const NAMES: [&str; 34] = [
    "id",
    "queue",
    "state",
    "priority",
    "title",
    "holder",
    "accountable",
    "offered_to",
    "state_note",
    "muted",
    "waiting_for",
    "labels",
    "created",
    "updated",
    "closed",
    "key",
    "requester",
    "source",
    "rule",
    "deadlines",
    "timers",
    "fields",
    "next",
    "watch",
    "handoffs",
    "messages",
    "repeats",
    "follows",
    "links",
    "files",
    "watchers",
    "guests",
    "merged_into",
    "merged",
];

#[test]
fn list_as_json_has_this_shape() {
    let mut desk = Desk::start(SUPPORT);
    assert_eq!(desk.json(&["list"]), json!({ "items": [] }));
    a_question(desk.smtp);
    let list = desk.json(&["list"]);
    assert_eq!(names(&list), ["items"]);
    let mut item = list["items"][0].clone();
    assert_eq!(names(&item), [&NAMES[..], &["policy"]].concat());
    let created = instant(&item["created"]);
    let later = |hours: i64| (created + jiff::SignedDuration::from_hours(hours)).to_string();
    let warned = |hours: i64| (created + jiff::SignedDuration::from_mins(hours * 45)).to_string();
    let revision = item["policy"].as_str().unwrap().to_owned();
    assert!(!revision.is_empty());
    for name in ["created", "updated", "policy"] {
        item.as_object_mut().unwrap().remove(name);
    }
    let line = SUPPORT.lines().position(|line| line.contains("name: everything")).unwrap() + 1;
    let expected = json!({
        "id": "SUP-1",
        "queue": "support",
        "state": "offered",
        "priority": "normal",
        "title": "Cannot log in",
        "holder": "ana",
        "accountable": "cat",
        "offered_to": "ana",
        "state_note": null,
        "muted": null,
        "waiting_for": null,
        "labels": ["customer", "mail"],
        "closed": null,
        "key": null,
        "requester": "Dora Klein <dora@customer.example>",
        "source": "inbox",
        "rule": { "name": "everything for support", "place": format!("work.yaml:{line}:5") },
        "deadlines": { "accept": later(4), "resolve": later(72) },
        "timers": [
            { "clock": "accept", "due": later(4), "state": "running", "warn": warned(4) },
            { "clock": "resolve", "due": later(72), "state": "running", "warn": warned(72) },
        ],
        "fields": {},
        "next": [],
        "watch": [],
        "handoffs": [],
        "messages": 1,
        "repeats": 0,
        "follows": null,
        "links": [],
        "files": [],
        "watchers": [],
        "guests": [],
        "merged_into": null,
        "merged": [],
    });
    assert_eq!(item, expected);

    assert!(desk.ask(&["do", "SUP-1", "done"]).status.success());
    assert_eq!(desk.json(&["list"]), json!({ "items": [] }));
    let closed = &desk.json(&["list", "--all"])["items"][0];
    assert_eq!(
        (&closed["state"], &closed["deadlines"], &closed["timers"]),
        (&"done".into(), &json!({}), &json!([]))
    );
    instant(&closed["closed"]);
    desk.stop();
}

#[test]
fn show_adds_the_history_and_why_says_where_the_rule_is() {
    let mut desk = Desk::start(SUPPORT);
    a_question(desk.smtp);
    let list = desk.json(&["list"])["items"][0].clone();
    let mut shown = desk.json(&["show", "sup-1"]);
    let history = shown.as_object_mut().unwrap().remove("history").unwrap();
    assert_eq!(shown, list, "show is list and its history");
    let events: Vec<&str> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["event"].as_str().unwrap())
        .collect();
    assert_eq!(events, ["opened", "clock_started", "offered", "clock_started", "told"]);
    let first = &history[0];
    assert_eq!(names(first), ["seq", "at", "event", "who", "text", "words", "raw"]);
    assert!(first["seq"].is_u64());
    assert_eq!(
        (&first["who"], &first["words"]),
        (&"dora@customer.example".into(), &"It says no.".into())
    );

    let why = desk.json(&["why", "SUP-1"]);
    assert_eq!(
        names(&why),
        [
            "item",
            "rule",
            "also",
            "chosen",
            "muted",
            "deadlines",
            "next",
            "accountable",
            "policy"
        ]
    );
    assert_eq!(why["rule"], list["rule"]);
    assert_eq!(
        (
            &why["deadlines"][0]["clock"],
            &why["deadlines"][0]["promised"],
            &why["deadlines"][0]["deadline"]
        ),
        (&"accept".into(), &"4h".into(), &list["deadlines"]["accept"])
    );
    assert_eq!(why["next"]["tells"], json!(["ana"]));
    assert_eq!(why["next"]["due"], list["timers"][0]["warn"]);
    let text = said(&desk.ask(&["why", "SUP-1"]));
    let place = list["rule"]["place"].as_str().unwrap();
    assert!(text.contains(place), "{text}");

    let stranger = desk.ask(&["show", "SUP-99"]);
    assert_eq!(stranger.status.code(), Some(3), "{}", said(&stranger));
    desk.stop();
}
