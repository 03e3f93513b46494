//! Extraction: which part of which value, defaults, and what happens without.

use super::support::*;
use crate::rules::{Actions, ExtractDef, Field};

fn key_from(extracts: Vec<ExtractDef>, key: &str) -> crate::rules::Verdict {
    let then = Actions {
        key: Some(text(key)),
        ..to_queue("support")
    };
    let mut rule = doing("it", always(), then);
    rule.extract = extracts;
    judged(vec![rule], &mailed(mail()))
}

#[test]
fn takes_the_named_group_the_first_group_or_the_whole() {
    for (regex, expected) in [
        (r"order #(?<order>\d+)", "4711"),
        (r"(Refund).*#(?<order>\d\d)", "47"),
        (r"order #(\d+)", "4711"),
        (r"#\d+", "#4711"),
    ] {
        let verdict = key_from(vec![extract("order", Field::Subject, Some(regex), None)], "k-{{ order }}");
        assert_eq!(item(&verdict).key.as_deref(), Some(format!("k-{expected}").as_str()), "{regex}");
        assert_eq!(item(&verdict).fields["order"], expected);
    }
    let verdict = key_from(vec![extract("who", Field::From, None, None)], "{{ who }}");
    assert_eq!(item(&verdict).key.as_deref(), Some("ben@home.example"));
}

#[test]
fn a_default_stands_in() {
    let verdict = key_from(
        vec![extract("ref", Field::Subject, Some("ticket (\\d+)"), Some("none"))],
        "{{ ref }}",
    );
    assert_eq!(item(&verdict).key.as_deref(), Some("none"));
}

#[test]
fn what_was_not_found_fails_only_where_it_is_used() {
    let missing = || vec![extract("ref", Field::Subject, Some("ticket (\\d+)"), None)];
    let verdict = key_from(missing(), "fixed");
    assert_eq!(item(&verdict).fields.len(), 0);
    let verdict = key_from(missing(), "t-{{ ref }}");
    assert_eq!(
        failure(&verdict),
        "its `key` could not be made: `ref` has no value: its extraction found nothing in `subject` and has no `default`"
    );
    let named = verdict.failure.as_ref().map(|f| (f.rule.name.as_str(), f.rule.place.clone()));
    assert_eq!(named, Some(("it", Some(place(10)))));
}

#[test]
fn long_values_are_cut() {
    let mut long = mail();
    long.new_text = "x".repeat(100_000);
    let mut rule = rule("it", always());
    rule.extract = vec![extract("all", Field::Body, None, None)];
    let verdict = judged(vec![rule], &mailed(long));
    assert_eq!(item(&verdict).fields["all"].as_str().map(str::len), Some(4_000));
}
