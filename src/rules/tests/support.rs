//! Words for tests: messages, rules and what is expected of them.

use std::sync::Arc;

use serde_json::Value;

use crate::model::{Body, Envelope, Hook, Mail, Mailbox, Message, Place, RawRef};
use crate::rules::{
    Actions, CloseDef, Cond, ExtractDef, ExtractFrom, Facts, Field, ItemDraft, Outcome, RuleDef, RuleFault, RuleSet, Test, Text, Verdict,
};

pub(super) fn place(line: u32) -> Place {
    Place {
        file: Arc::from("rules.yaml"),
        line,
        column: 1,
    }
}

pub(super) fn text(text: &str) -> Text {
    Text {
        text: text.to_owned(),
        place: place(90),
    }
}

pub(super) fn mailbox(name: &str, address: &str) -> Mailbox {
    Mailbox {
        name: (!name.is_empty()).then(|| name.to_owned()),
        address: address.to_owned(),
    }
}

/// Ben asks support about order 4711.
pub(super) fn mail() -> Mail {
    Mail {
        envelope: Envelope {
            from: Some("ben@home.example".into()),
            to: vec!["help+new@ops.example".into()],
            ..Envelope::default()
        },
        from: vec![mailbox("Ben Okafor", "ben@home.example")],
        to: vec![mailbox("Support", "support@ops.example")],
        cc: vec![mailbox("", "cat@supplier.example")],
        subject: "Refund for order #4711".into(),
        message_id: Some("m1@home.example".into()),
        headers: vec![
            ("X-Priority".into(), "1".into()),
            ("List-Id".into(), "<crew.lists.example>".into()),
            ("X-Empty".into(), String::new()),
        ],
        text: "I was charged twice.\n\n> All prices include tax.".into(),
        new_text: "I was charged twice.\nBen".into(),
        ..Mail::default()
    }
}

pub(super) fn message(source: &str, body: Body) -> Message {
    Message {
        source: source.into(),
        received: jiff::Timestamp::UNIX_EPOCH,
        raw: RawRef {
            sha256: "0".repeat(64),
            size_bytes: 1,
        },
        oddities: Vec::new(),
        body,
    }
}

pub(super) fn mailed(mail: Mail) -> Message {
    message("inbox", Body::Mail(Box::new(mail)))
}

pub(super) fn hooked(json: Value) -> Message {
    let hook = Hook {
        media_type: "application/json".into(),
        headers: vec![("x-github-event".into(), "issues".into())],
        query: vec![("team".into(), "red".into()), ("team".into(), "blue".into())],
        form: vec![("Severity".into(), "3".into())],
        json: Some(json),
        ..Hook::default()
    };
    message("alertmanager", Body::Hook(Box::new(hook)))
}

pub(super) fn alerts() -> Message {
    hooked(serde_json::json!({
        "status": "firing",
        "count": 2,
        "muted": false,
        "owner": null,
        "tags": ["disk", 7],
        "alerts": [
            { "status": "firing", "labels": { "alertname": "DiskFull", "instance": "db1" }, "annotations": { "summary": "Disk is full" } },
            { "status": "resolved", "labels": { "alertname": "Slow", "instance": "web2" }, "annotations": { "summary": "Slow answers" } },
        ],
    }))
}

/// A condition on one field with any of some tests.
pub(super) fn when(field: Field, tests: impl IntoIterator<Item = Test>) -> Cond {
    Cond::Field {
        field,
        tests: tests.into_iter().collect(),
        place: place(50),
    }
}

pub(super) fn glob(text: &str) -> Test {
    Test::Glob(text.into())
}

pub(super) fn json(path: &str) -> Field {
    Field::Json(path.into())
}

pub(super) fn always() -> Cond {
    Cond::All(Vec::new())
}

pub(super) fn to_queue(queue: &str) -> Actions {
    Actions {
        queue: Some(queue.into()),
        ..Actions::default()
    }
}

/// A rule that puts what it matches into the queue of its own name.
pub(super) fn rule(name: &str, when: Cond) -> RuleDef {
    doing(name, when, to_queue(name))
}

pub(super) fn doing(name: &str, when: Cond, then: Actions) -> RuleDef {
    RuleDef {
        name: name.into(),
        place: place(10),
        when,
        each: None,
        extract: Vec::new(),
        then,
        continues: false,
    }
}

pub(super) fn extract(name: &str, from: Field, regex: Option<&str>, default: Option<&str>) -> ExtractDef {
    ExtractDef {
        name: name.into(),
        from: ExtractFrom::Field(from),
        regex: regex.map(text),
        default: default.map(str::to_owned),
        place: place(60),
    }
}

pub(super) fn compiled(rules: Vec<RuleDef>) -> RuleSet {
    let (set, faults) = RuleSet::compile(rules);
    assert_eq!(faults, Vec::<RuleFault>::new());
    set
}

pub(super) fn faults(rules: Vec<RuleDef>) -> Vec<RuleFault> {
    RuleSet::compile(rules).1
}

pub(super) fn judged(rules: Vec<RuleDef>, message: &Message) -> Verdict {
    compiled(rules).judge(message, &Facts::default())
}

/// Whether a condition holds for a message, by the verdict of a rule that has it.
pub(super) fn holds(cond: Cond, message: &Message) -> bool {
    let verdict = judged(vec![rule("it", cond)], message);
    assert_eq!(verdict.failure, None);
    !verdict.outcomes.is_empty()
}

pub(super) fn items(verdict: &Verdict) -> Vec<&ItemDraft> {
    let each = verdict.outcomes.iter();
    each.filter_map(|outcome| match outcome {
        Outcome::Item(item) => Some(item.as_ref()),
        _ => None,
    })
    .collect()
}

/// The one item of a verdict without failure.
pub(super) fn item(verdict: &Verdict) -> &ItemDraft {
    assert_eq!(verdict.failure, None);
    match items(verdict).as_slice() {
        [one] => one,
        other => panic!("expected one item, got {other:?}"),
    }
}

/// Why the rule failed.
pub(super) fn failure(verdict: &Verdict) -> &str {
    assert!(verdict.outcomes.is_empty(), "a failed rule does nothing: {:?}", verdict.outcomes);
    verdict.failure.as_ref().map(|f| f.why.as_str()).expect("the rule fails")
}

/// `close: { key, note }`
pub(super) fn closing(key: Text, note: Option<Text>) -> CloseDef {
    CloseDef { key, queue: None, note }
}
