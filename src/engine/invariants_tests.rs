//! The promises can be broken: each is seen when it is.

use super::broken;
use crate::engine::Decision;
use crate::model::{Item, State};

fn item() -> Item {
    let clock = serde_json::json!({
        "kind": "resolve", "started": "2026-11-23T09:00:00Z", "span": "4h", "calendar": null, "time_zone": "UTC",
        "deadline": "2026-11-23T13:00:00Z", "warn": null, "paused": null, "overdue": false, "sum": [], "sum_omitted": 0, "holidays": [], "policy": "p1"
    });
    let item = serde_json::json!({
        "id": "SUP-1", "queue": "support", "title": "Printer on fire", "priority": "normal", "state": "accepted", "holder": "ana", "accountable": "ana",
        "source": "inbox", "rule": { "name": "support mail", "place": null }, "policy": "p1", "created": "2026-11-23T09:00:00Z",
        "updated": "2026-11-23T09:00:00Z", "clocks": [clock], "messages": 1
    });
    serde_json::from_value(item).expect("an item")
}

fn check(change: impl FnOnce(&mut Item), expected: &str) {
    let before = item();
    let mut after = before.clone();
    change(&mut after);
    let found = broken(Some(&before), Some(&after), &Decision::default());
    assert!(found.iter().any(|text| text.contains(expected)), "{expected}: {found:?}");
}

#[test]
fn a_good_item_breaks_nothing() {
    assert_eq!(broken(Some(&item()), Some(&item()), &Decision::default()), Vec::<String>::new());
}

#[test]
fn every_promise_can_be_seen_broken() {
    check(|item| item.clocks.clear(), "armed timer");
    check(|item| item.clocks[0].overdue = true, "armed timer");
    check(|item| item.state = State::Done, "closed says when");
    check(|item| item.state = State::Done, "a closed item has no timer");
    check(|item| item.state = State::Offered, "names who is asked");
    check(|item| item.holder = Some("ben".into()), "who holds it answers for it");
    check(|item| item.accountable = "ben".into(), "passes only on acceptance");
    check(|item| item.clocks.push(item.clocks[0].clone()), "one clock of a kind");
    check(|item| item.id = crate::model::ItemId::new("SUP", 2), "identity");
}
