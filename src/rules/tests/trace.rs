//! What a verdict tells of the rules it looked at.

use super::support::*;
use crate::model::Mail;
use crate::rules::{Cond, Facts, Field, Test};

/// The sentence about the first rule, which does not match.
fn sentence(cond: Cond, mail: Mail) -> String {
    let set = compiled(vec![rule("it", cond), rule("rest", always())]);
    let verdict = set.judge_traced(&mailed(mail), &Facts::default());
    assert_eq!(verdict.trace.len(), 2);
    assert!(!verdict.trace[0].matched && verdict.trace[1].matched);
    let (at, sentence) = verdict.trace[0].failed.clone().expect("a reason");
    assert!(at == place(50) || at == place(10));
    sentence
}

#[test]
fn the_value_that_was_seen_and_what_was_wanted() {
    let yes = || when(Field::Source, [glob("inbox")]);
    for (cond, expected) in [
        (
            Cond::All(vec![yes(), when(Field::Subject, [glob("*lunch*"), Test::Regex("x".into())])]),
            r##"`subject` is "Refund for order #4711"; wanted "*lunch*" or regex "x""##,
        ),
        (
            when(Field::Header("X-None".into()), [Test::Is("a".into())]),
            r#"there is no `header.x-none`; wanted is "a""#,
        ),
        (
            when(Field::To, [glob("x")]),
            r#"`to` is "support@ops.example", "Support <support@ops.example>", "help+new@ops.example"; wanted "x""#,
        ),
        (
            Cond::Not(Box::new(yes())),
            r#"`not` stands before what held: `source` is "inbox", which is "inbox""#,
        ),
        (
            Cond::Any(vec![when(Field::Kind, [glob("bounce")]), Cond::Not(Box::new(yes()))]),
            r#"none of 2 alternatives of `any` held; the first: `kind` is "person"; wanted "bounce""#,
        ),
        (Cond::Any(vec![]), "an `any` without alternatives never holds"),
        (when(Field::Known, [Test::Bool(true)]), r#"`known` is "false"; wanted true"#),
    ] {
        assert_eq!(sentence(cond, mail()), expected);
    }
}

#[test]
fn values_are_cut_and_flat() {
    let long = Mail {
        subject: format!("a\nb{}", "c".repeat(500)),
        ..mail()
    };
    let told = sentence(when(Field::Subject, [glob("x")]), long);
    assert!(told.starts_with("`subject` is \"a b") && told.contains("c…\"; wanted"), "{told}");
    assert!(told.chars().count() < 160);
    let many = Mail {
        from: (0..9).map(|n| mailbox("", &format!("{n}@a.example"))).collect(),
        ..mail()
    };
    let told = sentence(when(Field::From, [glob("x")]), many);
    assert!(told.contains("\"2@a.example\" and 6 more"), "{told}");
}

#[test]
fn judge_tells_of_what_decided_and_judge_traced_of_all() {
    let rules = || {
        let mut second = rule("second", when(Field::Source, [glob("inbox")]));
        second.continues = true;
        vec![
            rule("first", when(Field::Source, [glob("x")])),
            second,
            rule("third", when(Field::Subject, [glob("x")])),
            rule("fourth", when(Field::Subject, [glob("*")])),
            rule("fifth", when(Field::Body, [glob("*")])),
        ]
    };
    let names = |v: &crate::rules::Verdict| v.trace.iter().map(|t| (t.rule.name.to_string(), t.matched)).collect::<Vec<_>>();
    let set = compiled(rules());
    let (message, facts) = (mailed(mail()), Facts::default());
    let told = set.judge(&message, &facts);
    assert_eq!(names(&told), [("second".into(), true), ("fourth".into(), true)]);
    let all = set.judge_traced(&message, &facts);
    let expected = [("first", false), ("second", true), ("third", false), ("fourth", true)];
    assert_eq!(names(&all), expected.map(|(n, m)| (n.to_string(), m)));
    assert_eq!((told.outcomes, told.failure), (all.outcomes, all.failure));
}
