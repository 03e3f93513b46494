//! Clocks in real time, with lengths of seconds: reminded, escalated, returned.

use serde_json::Value;

use super::desk::{Desk, until};
use super::wire::{Wire, plain_mail};

const ANA: &str = "ana@ops.example";
const BEN: &str = "ben@ops.example";
const CAT: &str = "cat@ops.example";

const RULES: &str = r#"
queues:
  support:
    prefix: SUP
    purpose: Questions and faults reported by customers.
    owner: cat
    assign: ana
    urgent_when: A customer cannot log in.
    handover: Say what the customer was promised.
    accept_within: 4s
    escalation: climb
escalations:
  climb:
    steps:
      - { after: 1s, tell: owner, priority: high }
      - { after: 2s, pass_to: ben }
    again: 2s
rules:
  - name: everything for support
    when: { to: "support@*" }
    then: { queue: support }
unmatched: { queue: support }
"#;

fn instant(value: &Value) -> jiff::Timestamp {
    value.as_str().unwrap_or_else(|| panic!("no instant: {value}")).parse().unwrap()
}

fn write(desk: &Desk, id: &str, to: &str, words: &str) {
    let data = plain_mail(ANA, to, "Re: it", id, words);
    let reply = Wire::open(desk.smtp).mail(ANA, to, &data).unwrap();
    assert!(reply.starts_with("250"), "{reply}");
}

/// When the first event of a kind happened, in seconds after the item was opened.
fn happened(item: &Value, event: &str) -> f64 {
    let opened = instant(&item["created"]);
    let entry = item["history"].as_array().unwrap().iter().find(|entry| entry["event"] == event);
    let entry = entry.unwrap_or_else(|| panic!("no {event}: {item}"));
    instant(&entry["at"]).duration_since(opened).as_secs_f64()
}

/// Nobody answers: a reminder at 75 %, the ladder at 100 %, its steps in time, and then the owner again and again until somebody accepts.
#[test]
fn an_unanswered_item_is_reminded_and_climbs() {
    let mut desk = Desk::start(RULES);
    write(&desk, "one@customer.example", "support@ops.example", "It says no.");
    let reminder = desk.notice("SUP-1", ANA, "reminder", 1);
    assert!(reminder.mail.text.contains("75 %"), "{}", reminder.mail.text);
    desk.notice("SUP-1", ANA, "reminder", 2);
    desk.notice("SUP-1", CAT, "escalation", 1);
    let passed = desk.notice("SUP-1", BEN, "escalation", 1);
    desk.notice("SUP-1", CAT, "escalation", 2);
    let item = desk.item("SUP-1");
    assert_eq!(
        (&item["state"], &item["priority"], &item["offered_to"]),
        (&"offered".into(), &"high".into(), &"ben".into()),
        "{item}"
    );
    assert_eq!(item["accountable"], "cat", "nobody accepted, so its owner answers for it");
    // Never early; how late a loaded machine is, is not measured here.
    for (event, soonest) in [("clock_overdue", 4.0), ("escalation_started", 4.0), ("escalation_stepped", 5.0)] {
        let at = happened(&item, event);
        assert!((soonest..soonest + 20.0).contains(&at), "{event} after {at} s");
    }

    let data = plain_mail(BEN, passed.answers_to(), "Re: it", "yes@ben.example", "accept");
    Wire::open(desk.smtp).mail(BEN, passed.answers_to(), &data).unwrap();
    let item = desk.reaches("SUP-1", "accepted");
    assert_eq!((&item["holder"], &item["accountable"]), (&"ben".into(), &"ben".into()));
    let ladders = item["timers"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|timer| timer["clock"] == "escalation")
        .count();
    assert_eq!(ladders, 0, "what was not accepted is: {item}");
    desk.stop();
}

/// A handoff nobody answers comes back to its giver, who was accountable all along, and the owner hears of it.
#[test]
fn an_unanswered_handoff_returns() {
    let mut desk = Desk::start(RULES);
    write(&desk, "one@customer.example", "support@ops.example", "It says no.");
    let asked = desk.notice("SUP-1", ANA, "assigned", 1);
    write(&desk, "two@ana.example", asked.answers_to(), "accept");
    write(&desk, "three@ana.example", asked.answers_to(), "pass ben");
    desk.notice("SUP-1", BEN, "handoff", 1);
    assert_eq!(desk.item("SUP-1")["accountable"], "ana");
    desk.notice("SUP-1", BEN, "reminder", 1);
    desk.notice("SUP-1", ANA, "returned", 1);
    desk.notice("SUP-1", CAT, "returned", 1);
    let item = desk.reaches("SUP-1", "accepted");
    assert_eq!((&item["holder"], &item["accountable"]), (&"ana".into(), &"ana".into()));
    let returned = happened(&item, "returned") - happened(&item, "accepted");
    assert!((4.0..24.0).contains(&returned), "returned after {returned} s");
    until("all was sent", || (desk.metric("batond_outbox_due") == 0.0).then_some(()));
    desk.stop();
}
