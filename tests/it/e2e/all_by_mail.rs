//! A whole life of items by mail alone: listed, answered by number, taken back, moved, watched, merged, closed. And the same lists on the command line.

use serde_json::{Value, json};

use super::desk::{Desk, until};
use super::peers::peer;
use super::wire::{Wire, plain_mail};

const ANA: &str = "ana@ops.example";
const BEN: &str = "ben@ops.example";

const TWO_QUEUES: &str = r#"
queues:
  support:
    prefix: SUP
    purpose: Questions and faults reported by customers.
    owner: cat
    assign: ana
    urgent_when: A customer cannot log in.
    handover: Say what the customer was promised.
    accept_within: 4h
    resolve_within: 3d
    tell_requester: [received, done]
  network:
    prefix: NET
    purpose: Lines and switches.
    owner: ben
    assign: ben
    urgent_when: A site is cut off.
    handover: Say what was tried.
    accept_within: 4h
rules:
  - { name: everything, when: { source: inbox }, then: { queue: support } }
unmatched: { queue: support }
"#;

fn asks(desk: &Desk, from: &str, subject: &str) -> String {
    let id = format!("{}@customer.example", subject.replace(' ', "."));
    let data = plain_mail(from, "support@ops.example", subject, &id, "It says no.");
    let reply = Wire::open(desk.smtp).mail(from, "support@ops.example", &data).unwrap();
    reply.rsplit(' ').next().unwrap().to_owned()
}

fn events(item: &Value) -> Vec<String> {
    let history = item["history"].as_array().unwrap().iter();
    history.filter_map(|entry| entry["event"].as_str()).map(str::to_owned).collect()
}

#[test]
fn items_are_handled_by_nothing_but_mail() {
    if peer("swaks").is_none() {
        return;
    }
    let mut desk = Desk::start(TWO_QUEUES);
    let first = asks(&desk, "dora@customer.example", "Cannot pay");
    let second = asks(&desk, "lee@customer.example", "Paying fails");
    let third = asks(&desk, "kim@customer.example", "Line is dead");

    // Listed, and answered by number.
    desk.answer(&desk.notice(&first, ANA, "assigned", 1), ANA, "list");
    let list = desk.notice("DAY-1", ANA, "list", 1);
    for id in [&first, &second, &third] {
        assert!(list.mail.text.contains(id.as_str()), "{}", list.mail.text);
    }
    desk.answer(&list, ANA, "accept 1,2");
    desk.reaches(&first, "accepted");
    desk.reaches(&second, "accepted");
    assert_eq!(desk.item(&third)["state"], "offered");

    // Closed by mistake, and taken back: its deadline is the same instant as before.
    let due = desk.item(&first)["deadlines"]["resolve"].clone();
    desk.answer(&desk.notice(&first, ANA, "assigned", 1), ANA, "done, it works");
    desk.reaches(&first, "done");
    desk.answer(&desk.notice(&first, ANA, "assigned", 1), ANA, "undo");
    let item = desk.reaches(&first, "accepted");
    assert_eq!(item["deadlines"]["resolve"], due);
    assert!(events(&item).contains(&"undone".to_owned()));
    desk.notice(&first, "dora@customer.example", "taken back", 1);

    // Moved: another queue, the same id.
    desk.answer(&desk.notice(&third, ANA, "assigned", 1), ANA, "move network\nThe switch, I think.");
    let moved = until("it is moved", || Some(desk.item(&third)).filter(|item| item["queue"] == "network"));
    assert_eq!((&moved["id"], &moved["accountable"]), (&json!(third), &json!("ben")));
    desk.answer(&desk.notice(&third, BEN, "assigned", 1), BEN, "accept");
    desk.reaches(&third, "accepted");

    // Watched by somebody else: ana hears what ben does with it.
    desk.answer(&desk.notice(&third, ANA, "assigned", 1), ANA, "watch");
    until("ana watches", || {
        desk.item(&third)["watchers"].as_array().filter(|who| !who.is_empty()).map(drop)
    });
    desk.answer(&desk.notice(&third, BEN, "assigned", 1), BEN, "done the switch was off");
    let heard = desk.notice(&third, ANA, "watched", 1);
    assert!(heard.mail.text.contains("the switch was off"), "{}", heard.mail.text);

    // Merged: whoever asked for either is answered, and later mail goes on.
    desk.answer(&desk.notice(&second, ANA, "assigned", 1), ANA, &format!("merge {first}"));
    let merged = desk.reaches(&second, "done");
    assert_eq!(merged["merged_into"], json!(first));
    let told = desk.notice(&second, "lee@customer.example", "merged", 1);
    desk.answer(&told, "lee@customer.example", "And now it says maybe.");
    until("it joined the one that goes on", || {
        events(&desk.item(&first))
            .iter()
            .rposition(|event| event == "took_in")
            .filter(|place| events(&desk.item(&first)).iter().skip(*place).any(|event| event == "joined"))
    });
    desk.answer(&desk.notice(&first, ANA, "assigned", 1), ANA, "reply: Try again, please.");
    for asker in ["dora@customer.example", "lee@customer.example"] {
        let answer = desk.notice(&first, asker, "reply", 1);
        assert!(answer.mail.text.contains("Try again, please."), "{}", answer.mail.text);
    }

    // The command line knows the list as the mail does.
    let shown = desk.json(&["show", "day-1"]);
    assert_eq!((&shown["reader"], &shown["items"][0]["id"]), (&json!("ana"), &json!(first)));
    assert_eq!(shown["items"][2]["state"], "done");
    let done = desk.ask(&["do", "--format", "json", "DAY-1", "1", "done"]);
    let done: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(done["lines"].as_array().unwrap().len(), 1, "{done}");
    desk.reaches(&first, "done");
    assert!(!desk.ask(&["show", "DAY-9"]).status.success());
    desk.stop();
}
