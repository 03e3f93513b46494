//! `continue`: several rules that name one queue speak of one item, and each word of the first stands.

use super::support::*;
use crate::model::{Party, Pick, Priority};
use crate::rules::{Actions, RuleDef};

fn going_on(name: &str, then: Actions) -> RuleDef {
    RuleDef {
        continues: true,
        ..doing(name, always(), then)
    }
}

#[test]
fn the_first_word_stands_and_the_rest_is_added() {
    let first = going_on(
        "first",
        Actions {
            title: Some(text("One")),
            labels: vec![text("a")],
            note: Some(text("First.")),
            fields: vec![("x".into(), text("1"))],
            ..to_queue("support")
        },
    );
    let second = going_on(
        "second",
        Actions {
            title: Some(text("Two")),
            priority: Some(Priority::High),
            labels: vec![text("b")],
            note: Some(text("Second.")),
            fields: vec![("x".into(), text("2")), ("y".into(), text("3"))],
            assign: Some(Party::Team("all".into())),
            pick: Some(Pick::RoundRobin),
            key: Some(text("k")),
            due: Some(text("17:00")),
            ..to_queue("support")
        },
    );
    let verdict = judged(vec![first, second], &mailed(mail()));
    let item = item(&verdict);
    assert_eq!(item.title.as_deref(), Some("One"));
    assert_eq!(item.priority, Some(Priority::High));
    assert_eq!(item.labels.iter().map(String::as_str).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(item.note.as_deref(), Some("First.\n\nSecond."));
    assert_eq!((&item.fields["x"], &item.fields["y"]), (&"1".into(), &"3".into()));
    assert_eq!((item.pick, item.key.as_deref()), (Some(Pick::RoundRobin), Some("k")));
    assert_eq!(
        item.due.as_ref().map(|set| (set.by.to_string(), set.due.to_string())),
        Some(("rule second".into(), "17:00".into()))
    );
    assert_eq!((item.rule.name.as_str(), item.also.len()), ("first", 1));
}

#[test]
fn other_queues_keys_and_elements_are_other_items() {
    let keyed = |name: &str, queue: &str, key: &str| {
        going_on(
            name,
            Actions {
                key: Some(text(key)),
                ..to_queue(queue)
            },
        )
    };
    let rules = vec![keyed("a", "support", "1"), keyed("b", "support", "2"), keyed("c", "billing", "1")];
    let verdict = judged(rules, &mailed(mail()));
    assert_eq!(items(&verdict).len(), 3);
    let mut each = going_on("each", to_queue("support"));
    each.each = Some(text("json.alerts"));
    let mut again = going_on("again", to_queue("support"));
    again.each = Some(text("json.alerts"));
    let whole = going_on("whole", to_queue("support"));
    let verdict = judged(vec![each, again, whole], &alerts());
    let elements: Vec<_> = items(&verdict).iter().map(|item| (item.element, item.also.len())).collect();
    assert_eq!(
        elements.last(),
        Some(&(None, 0)),
        "what is of no element stands apart: {elements:?}"
    );
    assert!(elements.len() > 1 && elements[..elements.len() - 1].iter().all(|(n, also)| n.is_some() && *also == 1));
}
