//! What `compile` finds wrong, each with its kind and sentence.

use super::support::*;
use crate::rules::{Actions, Cond, Field, RuleDef, RuleFaultKind, Test};

fn one(rule: RuleDef) -> (RuleFaultKind, String) {
    match faults(vec![rule]).as_slice() {
        [fault] => (fault.kind, fault.text.clone()),
        other => panic!("expected one fault, got {other:?}"),
    }
}

fn of_test(test: Test) -> (RuleFaultKind, String) {
    one(rule("it", when(Field::Subject, [test])))
}

fn of_title(title: &str) -> (RuleFaultKind, String) {
    let then = Actions {
        title: Some(text(title)),
        ..to_queue("support")
    };
    one(doing("it", always(), then))
}

#[test]
fn globs() {
    assert_eq!(of_test(glob("")).0, RuleFaultKind::Glob);
    assert_eq!(
        of_test(glob(r"a\b")),
        (RuleFaultKind::Glob, r#"`\b` means nothing in the glob "a\b""#.into())
    );
    assert_eq!(of_test(glob(r"a\")).0, RuleFaultKind::Glob);
    assert_eq!(of_test(glob(&"a".repeat(2_001))).0, RuleFaultKind::Glob);
}

#[test]
fn regexes() {
    let (kind, text) = of_test(Test::Regex("a(b".into()));
    assert_eq!((kind, text.as_str()), (RuleFaultKind::Regex, "this is not a regex: unclosed group"));
    assert_eq!(of_test(Test::Regex(r"(\w{500}){50}".into())).0, RuleFaultKind::Regex);
    assert_eq!(of_test(Test::Regex("(?=a)".into())).0, RuleFaultKind::Regex);
    let mut rule = rule("it", always());
    rule.extract = vec![extract("x", Field::Body, Some("["), None)];
    let found = faults(vec![rule]);
    assert_eq!((found[0].kind, found[0].place.clone()), (RuleFaultKind::Regex, place(90)));
}

#[test]
fn paths() {
    for path in ["", "a..b", "a[", "a[x]", "a]", "a[0]b", ".a", "$.a[", "$["] {
        let found = one(rule("it", when(json(path), [Test::Exists(true)])));
        assert_eq!(found.0, RuleFaultKind::JsonPath, "{path}: {}", found.1);
    }
    for each in ["alerts", "json.", "json.a..b"] {
        let mut rule = rule("it", always());
        rule.each = Some(text(each));
        assert_eq!(one(rule).0, RuleFaultKind::JsonPath, "{each}");
    }
}

#[test]
fn templates() {
    for (template, expected) in [
        ("{{ subject", "this is not a template: syntax error"),
        ("{{ subjekt }}", "there is no `subjekt`"),
        ("{{ each.name }}", "`each` is only there in a rule with `each:`"),
        ("{{ subject | shout }}", "there is no filter `shout`"),
        ("{% if json.x %}{{ json.y | shout }}{% endif %}", "there is no filter `shout`"),
        ("{% filter shout %}x{% endfilter %}", "there is no filter `shout`"),
        ("{{ 'a' if subject is fluffy }}", "there is no test `fluffy`"),
        ("{{ 'a' if subject is not fluffy }}", "there is no test `fluffy`"),
        ("{{ shout(subject) }}", "there is no `shout`"),
        ("{{ subject.shout() }}", "it fails on sample data: unknown method"),
        ("{% include 'other' %}", "`{% include %}` needs other templates"),
        ("{{ debug() }}", "there is no `debug`"),
        ("{{ subject | indent(9) }}", "there is no filter `indent`"),
        ("{{ 'x' * 70000 }}", "it writes more than 64 KiB on sample data"),
        (
            "{% for a in range(90000) %}{% endfor %}",
            "it fails on sample data: engine ran out of fuel",
        ),
    ] {
        let (kind, text) = of_title(template);
        assert_eq!(kind, RuleFaultKind::Template);
        assert!(text.starts_with(expected), "{template}: {text}");
    }
}

#[test]
fn every_template_of_a_rule_is_looked_at() {
    let bad = || text("{{ nope }}");
    let then = Actions {
        title: Some(bad()),
        labels: vec![bad()],
        fields: vec![("a".into(), bad())],
        key: Some(bad()),
        note: Some(bad()),
        close: Some(closing(bad(), Some(bad()))),
        drop: Some(bad()),
        ..to_queue("x")
    };
    let found = faults(vec![doing("it", always(), then)]);
    assert_eq!(found.len(), 8);
    assert!(found.iter().all(|f| f.kind == RuleFaultKind::Template && f.place == place(90)));
}

#[test]
fn good_templates_pass() {
    for template in [
        "{{ json.count | int + 1 }}",
        "{% raw %}{{ x | shout }}{% endraw %}{{ subject }}",
        "{# {{ x | shout }} #}{{ 'a | shout' ~ \"is fluffy\" }}",
        "{% for x in json.list %}{{ loop.index }}{{ x.is_open }}{% endfor %}",
        "{% set a = subject | trim %}{{ a }}",
        "{{ json.a if json.a is defined else from | default('?') }}",
        "{{ json.n is divisibleby 3 }}",
        "100 %",
        "{ not one }",
    ] {
        let then = Actions {
            title: Some(text(template)),
            ..to_queue("support")
        };
        assert_eq!(faults(vec![doing("it", always(), then)]), [], "{template}");
    }
}

#[test]
fn all_faults_at_once() {
    let bad = Cond::Any(vec![
        when(Field::Subject, [glob(""), Test::Regex("(".into())]),
        Cond::Not(Box::new(when(json("a..b"), [glob("x")]))),
    ]);
    assert_eq!(faults(vec![rule("it", bad)]).len(), 3);
}
