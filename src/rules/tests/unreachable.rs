//! Rules that can never match, and rules that only look like it.

use super::support::*;
use crate::rules::{Cond, Field, RuleDef, RuleFaultKind, Test};

/// Whether the second of two rules is said to be unreachable.
fn shadowed(first: RuleDef, second: RuleDef) -> bool {
    let found = faults(vec![first, second]);
    assert!(
        found
            .iter()
            .all(|f| f.kind == RuleFaultKind::Shadowed || (f.kind == RuleFaultKind::Unreachable && f.place == place(10)))
    );
    found.iter().any(|f| f.kind == RuleFaultKind::Unreachable)
}

fn between(first: Cond, second: Cond) -> bool {
    shadowed(rule("first", first), rule("second", second))
}

fn source(names: &[&str]) -> Cond {
    when(Field::Source, names.iter().map(|n| glob(n)))
}

fn subject(glob_text: &str) -> Cond {
    when(Field::Subject, [glob(glob_text)])
}

#[test]
fn certain_cases_are_found() {
    let both = || Cond::All(vec![source(&["inbox"]), subject("*a*")]);
    let not = |cond| Cond::Not(Box::new(cond));
    assert!(between(always(), source(&["inbox"])));
    assert!(between(always(), always()));
    assert!(between(source(&["inbox"]), source(&["INBOX"])), "case makes no difference");
    assert!(between(source(&["inbox"]), both()));
    assert!(between(source(&["a", "b"]), source(&["b"])));
    assert!(between(
        source(&["a", "b", "c"]),
        Cond::All(vec![source(&["c", "a"]), subject("*x*")])
    ));
    assert!(
        between(subject("*a*"), when(Field::Subject, [Test::Contains("A".into())])),
        "two ways to say it"
    );
    let is = |text: &str| when(Field::Subject, [Test::Is(text.into())]);
    let starts = |text: &str| when(Field::Subject, [Test::StartsWith(text.into())]);
    assert!(between(subject("*fund*"), subject("*refund*")), "a text within a text");
    assert!(between(subject("*fund*"), is("refunds please")));
    assert!(between(starts("re"), starts("refund")));
    assert!(between(starts("re"), is("Refund")));
    assert!(
        between(Cond::Any(vec![source(&["a"]), source(&["b"])]), source(&["a"])),
        "any of one field is a list"
    );
    assert!(between(not(source(&["a"])), Cond::All(vec![subject("*"), not(source(&["a"]))])));
    assert!(between(not(not(source(&["a"]))), source(&["a"])));
    assert!(between(
        Cond::All(vec![Cond::All(vec![subject("*a*")]), source(&["inbox"])]),
        both()
    ));
    assert!(between(
        when(Field::Header("X-A".into()), [glob("1")]),
        when(Field::Header("x-a".into()), [glob("1")])
    ));
}

#[test]
fn other_cases_are_left_alone() {
    let both = || Cond::All(vec![source(&["inbox"]), subject("*a*")]);
    let not = |cond| Cond::Not(Box::new(cond));
    assert!(!between(both(), source(&["inbox"])), "the earlier is narrower");
    assert!(!between(source(&["a"]), source(&["a", "b"])));
    assert!(!between(source(&["a"]), source(&["b"])));
    let starts = |text: &str| when(Field::Subject, [Test::StartsWith(text.into())]);
    assert!(!between(subject("*refund*"), subject("*fund*")), "the earlier asks for more");
    assert!(!between(starts("re"), subject("*re*")));
    assert!(!between(starts("fund"), starts("refund")));
    assert!(!between(subject("*a*"), when(Field::Body, [glob("*a*")])));
    assert!(!between(Cond::Any(vec![source(&["a"]), subject("x")]), source(&["b"])));
    assert!(!between(not(source(&["a"])), source(&["a"])));
    assert!(!between(
        when(Field::Subject, [Test::Regex("a".into())]),
        when(Field::Subject, [Test::Regex("A".into())])
    ));
}

#[test]
fn a_rule_that_continues_or_goes_through_a_list_takes_nothing_for_certain() {
    let mut first = rule("first", always());
    first.continues = true;
    assert!(!shadowed(first, rule("second", always())));
    let mut first = rule("first", always());
    first.each = Some(text("json.alerts"));
    assert!(!shadowed(first, rule("second", always())));
}

#[test]
fn the_sentence_names_both_rules() {
    let found = faults(vec![rule("catch all", always()), rule("alerts", source(&["am"]))]);
    assert_eq!(
        found[0].text,
        "the rule `alerts` can never match: `catch all` (rules.yaml:10:1) comes first and takes everything it could match"
    );
    assert!(found[0].hint.as_deref().is_some_and(|h| h.contains("continue: true")));
}

#[test]
fn an_alternative_that_never_decides_is_named() {
    let idle = |first: Cond, second: Cond| -> Vec<String> {
        let found = faults(vec![rule("first", first), rule("second", second)]);
        assert!(found.iter().all(|f| f.kind == RuleFaultKind::Shadowed), "{found:?}");
        found.into_iter().map(|f| f.text).collect()
    };
    let words = when(Field::Subject, [glob("*refund late*"), glob("*payment*")]);
    assert_eq!(
        idle(subject("*refund*"), words.clone()),
        ["in the rule `second`, `subject: \"*refund late*\"` never decides: `first` (rules.yaml:10:1) comes first and takes all of that"]
    );
    assert_eq!(
        idle(subject("*refund*"), Cond::Any(vec![source(&["b"]), subject("*refund*")])),
        ["in the rule `second`, alternative 2 of `any` never decides: `first` (rules.yaml:10:1) comes first and takes all of that"]
    );
    let narrower = Cond::All(vec![source(&["a"]), subject("*refund*")]);
    assert_eq!(
        idle(narrower, words),
        Vec::<String>::new(),
        "the first takes only what comes from one source"
    );
}
