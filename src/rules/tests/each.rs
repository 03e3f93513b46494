//! One outcome per element, and what is no list.

use super::support::*;
use crate::rules::{Actions, Cond, ExtractDef, ExtractFrom, Facts, Field, Outcome, RuleDef};

fn per_alert(each: &str, key: &str) -> RuleDef {
    let then = Actions {
        key: Some(text(key)),
        title: Some(text(
            "{{ each.annotations.summary if each.annotations is defined }} on {{ source }}",
        )),
        ..to_queue("incidents")
    };
    let mut rule = doing("alerts", always(), then);
    rule.each = Some(text(each));
    rule
}

#[test]
fn every_element_gets_its_own_key_and_excerpt() {
    let verdict = judged(
        vec![per_alert("json.alerts", "{{ each.labels.alertname }}/{{ each.labels.instance }}")],
        &alerts(),
    );
    let made = items(&verdict);
    let keys: Vec<_> = made.iter().map(|i| i.key.clone().unwrap_or_default()).collect();
    assert_eq!(keys, ["DiskFull/db1", "Slow/web2"]);
    assert_eq!(made[0].title.as_deref(), Some("Disk is full on alertmanager"));
    assert!(made[1].excerpt.as_deref().is_some_and(|e| e.contains("\"alertname\": \"Slow\"")));
}

#[test]
fn a_full_path_selects_elements() {
    let verdict = judged(
        vec![per_alert("json.$.alerts[?@.status == 'firing']", "{{ each.labels.instance }}")],
        &alerts(),
    );
    assert_eq!(item(&verdict).key.as_deref(), Some("db1"));
    let verdict = judged(vec![per_alert("json.$.alerts", "{{ each.labels.instance }}")], &alerts());
    assert_eq!(items(&verdict).len(), 2);
}

#[test]
fn closes_each() {
    let mut rule = doing(
        "resolved",
        always(),
        Actions {
            close: Some(closing(text("{{ each.labels.alertname }}"), Some(text("Resolved at the source.")))),
            ..Actions::default()
        },
    );
    rule.each = Some(text("json.alerts"));
    let verdict = judged(vec![rule], &alerts());
    let closed = |o: &Outcome| matches!(o, Outcome::Close(c) if c.note.as_deref() == Some("Resolved at the source."));
    assert_eq!(verdict.outcomes.len(), 2);
    assert!(verdict.outcomes.iter().all(closed));
}

#[test]
fn what_is_no_list_fails_the_rule() {
    for (each, message, why) in [
        ("json.alarms", alerts(), "`json.alarms` is not there"),
        ("json.$.alarms", alerts(), "`json.$.alarms` is not there"),
        ("json.status", alerts(), "`json.status` is a text, not a list"),
        ("json.$.count", alerts(), "`json.$.count` is a number, not a list"),
        ("json.alerts", mailed(mail()), "`json.alerts` is not there: the message has no JSON"),
    ] {
        let verdict = judged(
            vec![
                per_alert(each, "k"),
                rule("later", when(crate::rules::Field::Source, [glob("*a*")])),
            ],
            &message,
        );
        assert_eq!(failure(&verdict), why);
    }
}

#[test]
fn an_empty_list_leaves_the_message_to_later_rules() {
    let rules = vec![per_alert("json.alerts", "k"), rule("later", always())];
    let message = hooked(serde_json::json!({ "alerts": [] }));
    let verdict = judged(rules.clone(), &message);
    assert_eq!(item(&verdict).queue.as_str(), "later");
    let traced = compiled(rules).judge_traced(&message, &Facts::default());
    assert_eq!(
        traced.trace[0].failed.as_ref().map(|f| f.1.as_str()),
        Some("`json.alerts` has no elements")
    );
    let verdict = judged(vec![per_alert("json.$.alerts[?@.status == 'gone']", "k")], &alerts());
    assert_eq!((verdict.outcomes.len(), verdict.failure), (0, None));
}

#[test]
fn one_bad_element_undoes_the_rule() {
    let message = hooked(serde_json::json!({ "alerts": [{ "labels": { "instance": "a" } }, { "labels": {} }] }));
    let verdict = judged(vec![per_alert("json.alerts", "{{ each.labels.instance }}")], &message);
    let why = failure(&verdict);
    assert!(
        why.starts_with("at element 1 of its `each`, its `key` could not be made: undefined value"),
        "{why}"
    );
}

#[test]
fn too_many_elements_fail() {
    let list = |n: usize| hooked(serde_json::json!({ "alerts": vec![1; n] }));
    let verdict = judged(vec![per_alert("json.alerts", "k{{ each }}")], &list(1_000));
    assert_eq!(items(&verdict).len(), 1_000);
    let verdict = judged(vec![per_alert("json.alerts", "k")], &list(1_001));
    assert_eq!(
        failure(&verdict),
        "`json.alerts` has 1001 elements; at most 1000 are taken from one message"
    );
}

#[test]
fn all_text_of_one_message_is_bounded() {
    let mut rule = per_alert("json.alerts", "k");
    rule.then.note = Some(text("{{ each }}"));
    let message = hooked(serde_json::json!({ "alerts": vec!["x".repeat(60_000); 200] }));
    assert_eq!(failure(&judged(vec![rule], &message)), "its `each` made more than 8 MiB of text");
}

/// An extraction from the element at hand.
fn of_element(name: &str, path: Option<&str>, regex: Option<&str>, default: Option<&str>) -> ExtractDef {
    ExtractDef {
        from: ExtractFrom::Element(path.map(str::to_owned)),
        ..extract(name, Field::Source, regex, default)
    }
}

#[test]
fn values_are_taken_from_each_element() {
    let then = Actions {
        key: Some(text("{{ host }}")),
        title: Some(text("{{ kind }} {{ number }} on {{ desk }}")),
        ..to_queue("incidents")
    };
    let mut rule = doing("alerts", always(), then);
    rule.each = Some(text("json.alerts"));
    rule.extract = vec![
        of_element("host", Some("labels.instance"), Some("^[a-z]+"), None),
        of_element("number", Some("labels.instance"), Some("[0-9]+$"), None),
        of_element("kind", Some("labels.kind"), None, Some("alert")),
        extract("desk", Field::Source, None, None),
    ];
    let verdict = judged(vec![rule.clone()], &alerts());
    let said: Vec<(String, String)> = items(&verdict)
        .iter()
        .map(|item| (item.key.clone().unwrap_or_default(), item.title.clone().unwrap_or_default()))
        .collect();
    let pair = |key: &str, title: &str| (key.to_owned(), title.to_owned());
    assert_eq!(
        said,
        [pair("db", "alert 1 on alertmanager"), pair("web", "alert 2 on alertmanager")]
    );
    assert_eq!(
        items(&verdict)[1].fields.get("host"),
        Some(&"web".into()),
        "an extracted value is a field"
    );
    // What one element lacks is not taken from the one before it.
    rule.extract[0] = of_element("host", Some("labels.instance"), Some("^db"), None);
    assert!(
        failure(&judged(vec![rule.clone()], &alerts())).starts_with("at element 1 of its `each`, "),
        "the second is not on db"
    );
    rule.each = None;
    let found = faults(vec![rule]);
    assert!(
        found
            .iter()
            .any(|fault| fault.text == "`host` is taken from `each`, and the rule has no `each`"),
        "{found:?}"
    );
}

#[test]
fn conditions_see_nothing_of_an_element() {
    let mut rule = doing("alerts", Cond::Expr(text("host == 'db1'")), to_queue("incidents"));
    rule.each = Some(text("json.alerts"));
    rule.extract = vec![of_element("host", Some("labels.instance"), None, None)];
    assert_eq!(faults(vec![rule]).len(), 1, "there is no element yet");
}
