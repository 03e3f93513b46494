//! What rules would do, asked of a running daemon that goes on as it was: `explain ITEM`, `replay`, `reload --dry-run`.

use serde_json::Value;

use super::desk::{Desk, SUPPORT, said};
use super::wire::{Wire, plain_mail};

/// The rules after somebody has edited them: invoices have a queue of their own, and less time.
const EDITED: &str = r#"
queues:
  support:
    prefix: SUP
    purpose: Questions and faults reported by customers.
    owner: cat
    assign: ana
    urgent_when: A customer cannot log in.
    handover: Say what the customer was promised.
    accept_within: 4h
    resolve_within: 2d
  billing:
    prefix: BIL
    purpose: Invoices.
    owner: ben
    urgent_when: A customer cannot pay.
    handover: Say what was paid.
    accept_within: 4h
rules:
  - name: invoices
    when: { subject: "*invoice*" }
    then: { queue: billing }
  - name: everything for support
    when: { to: "support@*" }
    then: { queue: support, labels: [mail, customer] }
unmatched: { queue: support }
"#;

fn mail(desk: &Desk, subject: &str, id: &str) {
    let (from, to) = ("dora@customer.example", "support@ops.example");
    let data = plain_mail(&format!("Dora Klein <{from}>"), to, subject, id, "Please look.");
    Wire::open(desk.smtp).mail(from, to, &data).unwrap();
}

fn words(value: &Value, name: &str) -> Vec<String> {
    let list = value.as_array().unwrap().iter();
    list.map(|one| one[name].as_str().unwrap_or_else(|| panic!("{one}")).to_owned())
        .collect()
}

#[test]
fn edited_rules_are_tried_on_what_came_and_nothing_changes() {
    let mut desk = Desk::start(SUPPORT);
    mail(&desk, "Invoice 12", "one@customer.example");
    mail(&desk, "Cannot log in", "two@customer.example");
    let items = desk.items();
    let policy = desk.json(&["status"])["policy"].clone();

    let explained = desk.json(&["explain", "SUP-1"]);
    assert_eq!(
        (&explained["file"], &explained["message"]["source"]),
        (&"SUP-1:1".into(), &"inbox".into())
    );
    assert_eq!(explained["verdict"]["rule"], "everything for support");
    let same = desk.json(&["reload", "--dry-run"]);
    assert_eq!(
        (&same["looked_at"], same["items"].as_array().unwrap().len()),
        (&2.into(), 0),
        "{same}"
    );

    std::fs::write(desk.folder.path().join("work.yaml"), EDITED).unwrap();
    assert_eq!(desk.json(&["explain", "SUP-1"])["verdict"]["rule"], "invoices");
    let replayed = desk.json(&["replay", "--since", "1h"]);
    assert_eq!((&replayed["all"], &replayed["otherwise"]), (&2.into(), &1.into()), "{replayed}");
    let first = &replayed["messages"][0];
    assert_eq!(
        (&first["message"], &first["differs"]),
        (&"SUP-1:1".into(), &serde_json::json!(["rule", "queue"]))
    );
    let table = desk.ask(&["replay", "SUP-1", "SUP-2"]);
    let table = said(&table);
    assert!(
        table.contains("* SUP-1:1") && table.contains("new in billing by invoices") && table.contains("the same"),
        "{table}"
    );
    assert!(table.contains("2 messages, 1 would go otherwise"), "{table}");
    let changed = desk.json(&["replay", "--since", "1h", "--changed"]);
    assert_eq!(words(&changed["messages"], "message"), ["SUP-1:1"]);

    let ahead = desk.json(&["reload", "--dry-run"]);
    assert_eq!(words(&ahead["items"], "item"), ["SUP-1", "SUP-2"], "{ahead}");
    assert_eq!(
        words(&ahead["items"][0]["differences"], "what"),
        ["rule", "queue", "holder", "resolve"]
    );
    assert_eq!(words(&ahead["items"][1]["differences"], "what"), ["resolve"]);
    assert_ne!(ahead["policy_then"], policy);
    let text = said(&desk.ask(&["reload", "--dry-run"]));
    assert!(
        text.contains("SUP-1  Invoice 12") && text.contains("support → billing") && text.contains("Nothing was changed"),
        "{text}"
    );
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");

    std::fs::write(
        desk.folder.path().join("work.yaml"),
        EDITED.replace("queue: billing", "queue: biling"),
    )
    .unwrap();
    let refused = desk.ask(&["reload", "--dry-run"]);
    assert_eq!(refused.status.code(), Some(78));
    assert!(
        said(&refused).contains("error[B0203]") && said(&refused).contains("billing"),
        "{}",
        said(&refused)
    );

    assert_eq!(desk.items(), items, "nothing moved");
    assert_eq!(desk.json(&["status"])["policy"], policy);
    assert_eq!(
        desk.ask(&["replay", "SUP-99"]).status.code(),
        Some(78),
        "the configuration is asked first"
    );
    std::fs::write(desk.folder.path().join("work.yaml"), EDITED).unwrap();
    assert_eq!(desk.ask(&["replay", "SUP-99"]).status.code(), Some(3));
    desk.stop();
}
