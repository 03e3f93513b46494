//! What a rule makes of a message: each action, its limits, and its failures.

use std::collections::BTreeMap;

use serde_json::json;

use super::support::*;
use crate::model::{Item, Mail, Party, Priority};
use crate::rules::{Actions, CallBody, CallDef, Field, Outcome, Verdict};

fn done(then: Actions) -> Verdict {
    judged(vec![doing("it", always(), then)], &mailed(mail()))
}

#[test]
fn an_item_with_everything() {
    let verdict = done(Actions {
        title: Some(text("{{ from_name }}: {{ subject | upper }}")),
        priority: Some(Priority::High),
        labels: vec![text("mail"), text("{{ kind }}"), text("{% if json is defined %}json{% endif %}")],
        fields: vec![("team".into(), text("{{ to | join(',') }}"))],
        assign: Some(Party::Person("ana".into())),
        key: Some(text("  {{ message_id }} ")),
        note: Some(text("Cc {{ cc[0] }}, {{ header['x-priority'] }}\n\n{{ body }}\n")),
        ..to_queue("support")
    });
    let item = item(&verdict);
    assert_eq!(item.title.as_deref(), Some("Ben Okafor: REFUND FOR ORDER #4711"));
    assert_eq!(item.priority, Some(Priority::High));
    assert_eq!(item.labels.iter().map(String::as_str).collect::<Vec<_>>(), ["mail", "person"]);
    assert_eq!(item.fields["team"], "support@ops.example");
    assert_eq!(item.assign, Some(Party::Person("ana".into())));
    assert_eq!(item.key.as_deref(), Some("m1@home.example"));
    assert_eq!(
        item.note.as_deref(),
        Some("Cc cat@supplier.example, 1\n\nI was charged twice.\nBen")
    );
    assert_eq!(item.excerpt, None);
    assert_eq!((item.rule.name.as_str(), item.rule.place.clone()), ("it", Some(place(10))));
}

#[test]
fn hooks_have_json_form_and_query() {
    let then = Actions {
        title: Some(text(
            "{{ json.alerts[0].labels.alertname }} {{ form.Severity }} {{ query['team'] }} {{ header['x-github-event'] }}",
        )),
        ..to_queue("incidents")
    };
    let verdict = judged(vec![doing("it", always(), then)], &alerts());
    assert_eq!(item(&verdict).title.as_deref(), Some("DiskFull 3 red issues"));
}

#[test]
fn titles_are_one_clean_line() {
    let hostile = Mail {
        subject: format!("a\u{202e}b\u{7}\t c {}", "é".repeat(500)),
        ..mail()
    };
    let then = Actions {
        title: Some(text(" {{ subject }}")),
        ..to_queue("support")
    };
    let verdict = judged(vec![doing("it", always(), then)], &mailed(hostile));
    let title = item(&verdict).title.clone().unwrap_or_default();
    assert!(title.starts_with("ab c éé") && title.ends_with("é…"), "{title}");
    assert_eq!(title.chars().count(), Item::MAX_TITLE_CHARS);
}

#[test]
fn an_empty_title_or_note_is_none() {
    let verdict = done(Actions {
        title: Some(text("{{ ' ' }}")),
        note: Some(text("{# nothing #}")),
        ..to_queue("support")
    });
    assert_eq!((item(&verdict).title.clone(), item(&verdict).note.clone()), (None, None));
}

#[test]
fn text_of_a_message_is_never_a_template() {
    let sly = Mail {
        subject: "{{ from }} {% raw %}".into(),
        ..mail()
    };
    let then = Actions {
        title: Some(text("{{ subject }} <&>")),
        ..to_queue("support")
    };
    let verdict = judged(vec![doing("it", always(), then)], &mailed(sly));
    assert_eq!(item(&verdict).title.as_deref(), Some("{{ from }} {% raw %} <&>"));
}

#[test]
fn a_key_is_neither_empty_nor_long() {
    let keyed = |key: &str| {
        done(Actions {
            key: Some(text(key)),
            ..to_queue("support")
        })
    };
    assert_eq!(failure(&keyed("{{ ' ' }}")), "its `key` is empty for this message");
    assert_eq!(
        failure(&keyed("{{ 'x' * 513 }}")),
        "its `key` has 513 characters; at most 512 are a key"
    );
    assert_eq!(item(&keyed("{{ 'x' * 512 }}")).key.as_deref().map(str::len), Some(512));
}

#[test]
fn close_and_drop() {
    let verdict = done(Actions {
        close: Some(closing(text("order-{{ subject | last }}"), None)),
        ..Actions::default()
    });
    assert!(matches!(&verdict.outcomes[..], [Outcome::Close(c)] if c.key == "order-1" && c.note.is_none()));
    let verdict = done(Actions {
        drop: Some(text("noise from {{ from }}\n")),
        ..Actions::default()
    });
    assert!(matches!(&verdict.outcomes[..], [Outcome::Drop(d)] if d.reason == "noise from ben@home.example"));
    let verdict = done(Actions {
        drop: Some(text("{{ '' }}")),
        ..Actions::default()
    });
    assert_eq!(failure(&verdict), "its `drop` gives no reason for this message");
    assert_eq!(
        failure(&done(Actions::default())),
        "it names neither `queue` nor `close` nor `drop`"
    );
}

#[test]
fn a_missing_name_fails_the_rule_and_ends_the_run() {
    let first = doing(
        "first",
        when(Field::Source, [glob("alert*")]),
        Actions {
            title: Some(text("{{ subject }}")),
            ..to_queue("support")
        },
    );
    let verdict = judged(vec![first, rule("second", always())], &alerts());
    assert_eq!(
        failure(&verdict),
        "its `title` could not be made: `subject` has no value: this message has no `subject`"
    );
    assert_eq!(verdict.trace.len(), 1);
}

#[test]
fn what_earlier_rules_did_stands_when_a_later_one_fails() {
    let mut first = rule("first", always());
    first.continues = true;
    let second = doing(
        "second",
        always(),
        Actions {
            key: Some(text("{{ json.nothing }}")),
            ..to_queue("x")
        },
    );
    let verdict = judged(vec![first, second], &alerts());
    assert_eq!(items(&verdict).len(), 1);
    assert_eq!(verdict.failure.as_ref().map(|f| f.rule.name.as_str()), Some("second"));
}

#[test]
fn rendering_is_bounded_in_steps_and_output() {
    let noted = |note: &str| {
        done(Actions {
            note: Some(text(note)),
            ..to_queue("support")
        })
    };
    let verdict = noted("{% for a in header | items %}{% for b in range(90000) %}{% endfor %}{% endfor %}");
    assert_eq!(failure(&verdict), "its `note` could not be made: it took more than 50000 steps");
    let verdict = noted("{{ body * 6000 }}");
    assert_eq!(failure(&verdict), "its `note` could not be made: it wrote more than 64 KiB");
}

#[test]
fn a_bare_expression_keeps_its_value() {
    let fields = |list: &[(&str, &str)]| Actions {
        fields: list.iter().map(|(name, template)| ((*name).to_owned(), text(template))).collect(),
        values: [("level".to_owned(), serde_json::json!(3))].into(),
        ..to_queue("support")
    };
    let verdict = done(fields(&[
        ("count", "{{ to | length }}"),
        ("many", "{{- (to | length) > 0 -}}"),
        ("to", "{{ to }}"),
        ("text", "{{ subject }}"),
        ("mixed", "{{ to | length }} in all"),
        ("two", "{{ 1 }}{{ 2 }}"),
        ("odd", "{{ \"}}\" }}"),
    ]));
    let item = item(&verdict);
    let wanted = serde_json::json!({
        "count": 1, "many": true, "to": ["support@ops.example"], "text": "Refund for order #4711", "mixed": "1 in all", "two": "12", "odd": "}}",
        "level": 3,
    });
    assert_eq!(serde_json::to_value(&item.fields).unwrap(), wanted);
    let why = failure(&done(fields(&[("gone", "{{ json.count }}")]))).to_owned();
    assert_eq!(
        why,
        "its `fields.gone` could not be made: `json` has no value: this message has no `json`"
    );
    let verdict = judged(vec![doing("it", always(), fields(&[("gone", "{{ json.nothing }}")]))], &alerts());
    assert!(
        failure(&verdict).starts_with("its `fields.gone` could not be made"),
        "{}",
        failure(&verdict)
    );
}

#[test]
fn a_due_that_is_no_time_fails_the_rule() {
    let due = |due: &str| {
        done(Actions {
            due: Some(text(due)),
            ..to_queue("support")
        })
    };
    let shown = |verdict: &Verdict| item(verdict).due.as_ref().map(|set| set.due.to_string());
    assert_eq!(shown(&due("2 working days")).as_deref(), Some("2 working days"));
    assert_eq!(shown(&due("{{ '2026-12-01' }}")).as_deref(), Some("2026-12-01"));
    let why = failure(&due("{{ subject }}")).to_owned();
    assert!(
        why.starts_with("its `due` came out as `Refund for order #4711`, which is no time: write"),
        "{why}"
    );
}

fn calling(body: Option<CallBody>) -> Verdict {
    done(Actions {
        call: Some(CallDef {
            url: "https://ci.example/hook".into(),
            event: None,
            body,
        }),
        ..to_queue("support")
    })
}

#[test]
fn a_call_says_text_or_an_object() {
    let said = |body| item(&calling(body)).deeds.call.clone();
    let fields = vec![("size".into(), text("{{ subject | length }}")), ("who".into(), text("{{ from }}!"))];
    let values = BTreeMap::from([("level".to_owned(), json!(3))]);
    let calls = said(Some(CallBody::Fields(fields, values)));
    let call = &calls[0];
    assert_eq!((call.url.as_str(), call.event.as_str()), ("https://ci.example/hook", "it"));
    let body = call.body.as_ref().unwrap();
    assert_eq!((&body["level"], body["size"].is_u64()), (&json!(3), true), "{body}");
    assert!(body["who"].as_str().is_some_and(|who| who.ends_with('!')), "{body}");
    assert_eq!(said(None)[0].body, None);
    let calls = said(Some(CallBody::Text(text(" {{ subject }} "))));
    assert_eq!(calls[0].body, Some(json!("Refund for order #4711")));
}

#[test]
fn a_call_that_cannot_be_made_or_is_too_large_fails_its_rule() {
    let missing = calling(Some(CallBody::Fields(vec![("n".into(), text("{{ json.n }}"))], BTreeMap::new())));
    assert!(missing.failure.as_ref().unwrap().why.contains("call.body.n"), "{missing:?}");
    let long = text("{% for n in range(6000) %}0123456789{% endfor %}");
    let fields = (0..5).map(|n| (format!("f{n}"), long.clone())).collect();
    let large = calling(Some(CallBody::Fields(fields, BTreeMap::new())));
    assert!(
        large.failure.as_ref().unwrap().why.contains("more than 256 KiB"),
        "{:?}",
        large.failure
    );
}
