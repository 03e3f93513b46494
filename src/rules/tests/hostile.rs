//! Messages made to hurt: depth, length, odd characters. Every one gets a verdict.

use serde_json::Value;

use super::support::*;
use crate::model::Mail;
use crate::rules::{Actions, Cond, Facts, Field, RuleDef, Test};

fn nested(levels: usize) -> Value {
    // Not by `json!`, which copies what it is given by recursion.
    (0..levels).fold(Value::from(1), |inner, _| {
        Value::Object(std::iter::once(("a".to_owned(), Value::Array(vec![inner]))).collect())
    })
}

fn titled(when: Cond, title: &str) -> RuleDef {
    let then = Actions {
        title: Some(text(title)),
        ..to_queue("x")
    };
    doing("it", when, then)
}

#[test]
fn deep_json_fails_the_rules_that_look_into_all_of_it() {
    let deep = hooked(nested(500));
    let full = when(json("$..a"), [Test::Exists(true)]);
    let verdict = judged(vec![rule("it", full.clone()), rule("later", always())], &deep);
    assert_eq!(
        failure(&verdict),
        "`json.$..a` could not be read: the JSON is nested deeper than 128 levels"
    );
    assert_eq!(verdict.trace.len(), 1);
    let verdict = judged(vec![titled(always(), "{{ json.a }}")], &deep);
    assert_eq!(failure(&verdict), "the JSON is nested deeper than 128 levels");
    // A short path, and a rule whose other conditions rule it out, are not touched by the depth.
    assert!(holds(when(json("a[0].a[0]"), [Test::Exists(true)]), &deep));
    assert!(!holds(Cond::All(vec![full.clone(), when(Field::Source, [glob("x")])]), &deep));
    assert!(holds(Cond::Any(vec![full, when(Field::Source, [glob("alert*")])]), &deep));
    // Sixty levels of object and list are 120 levels, and fine.
    let verdict = judged(vec![titled(always(), "{{ json.a[0] | length }}")], &hooked(nested(60)));
    assert_eq!(item(&verdict).title.as_deref(), Some("1"));
}

#[test]
fn huge_and_odd_texts_get_a_verdict() {
    let subjects = [
        String::new(),
        "a".repeat(3_000_000),
        "\u{0}\u{feff}\u{202e}".repeat(1_000),
        "İıſßẞΣς".repeat(1_000),
        "💣".repeat(100_000),
    ];
    let tests = [
        glob("*a*a*b*"),
        glob("*a?c*"),
        glob("a*"),
        Test::Contains("ab".into()),
        Test::Regex("(a*)*b".into()),
        Test::EndsWith("ς".into()),
        Test::Number(1.0),
    ];
    let rules = tests.map(|test| rule("it", when(Field::Subject, [test])));
    let mut rules: Vec<RuleDef> = rules.into();
    rules.push(titled(always(), "{{ subject }}"));
    let set = compiled(rules);
    for subject in subjects {
        let message = mailed(Mail { subject, ..mail() });
        let verdict = set.judge_traced(&message, &Facts::default());
        assert_eq!(verdict.outcomes.is_empty(), verdict.failure.is_some());
    }
}

#[test]
fn a_fallen_condition_decides_only_if_the_others_leave_it_to() {
    let deep = hooked(nested(500));
    let bad = || when(json("$..a"), [Test::Exists(true)]);
    let not = Cond::Not(Box::new(bad()));
    let verdict = judged(vec![rule("it", not)], &deep);
    assert!(failure(&verdict).contains("nested deeper"));
}
