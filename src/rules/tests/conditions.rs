//! Each field, each test, and how they combine.

use super::support::*;
use crate::model::{Body, Envelope, Hook, Kind, Mail, Unparsed};
use crate::rules::{Cond, Facts, Field, Test};

fn mail_has(field: Field, test: Test) -> bool {
    holds(when(field, [test]), &mailed(mail()))
}

fn knowing(known: bool) -> Facts {
    Facts { known, ..Facts::default() }
}

fn hook_has(field: Field, test: Test) -> bool {
    holds(when(field, [test]), &alerts())
}

#[test]
fn source_and_kind() {
    assert!(mail_has(Field::Source, glob("in*")));
    assert!(!mail_has(Field::Source, glob("helpdesk")));
    for kind in [Kind::AutoReply, Kind::Bounce, Kind::List, Kind::Calendar, Kind::Report] {
        let message = mailed(Mail { kind, ..mail() });
        assert!(holds(when(Field::Kind, [glob(kind.as_str())]), &message));
        assert!(holds(when(Field::Kind, [glob("automatic")]), &message));
        assert!(!holds(when(Field::Kind, [glob("person")]), &message));
    }
    assert!(mail_has(Field::Kind, glob("person")));
    assert!(!mail_has(Field::Kind, glob("automatic")));
    assert!(hook_has(Field::Kind, glob("person")), "a webhook counts as written by a person");
}

#[test]
fn addresses_are_seen_bare_and_with_their_name() {
    for wanted in ["ben@home.example", "*@HOME.example", "Ben Okafor <ben@home.example>", "ben ok*"] {
        assert!(mail_has(Field::From, glob(wanted)), "{wanted}");
    }
    assert!(!mail_has(Field::From, glob("Ben Okafor")));
    assert!(mail_has(Field::To, glob("support@*")));
    assert!(mail_has(Field::To, glob("help+new@ops.example")), "the envelope's recipients count");
    assert!(mail_has(Field::Cc, Test::EndsWith("@supplier.example".into())));
    assert!(!mail_has(Field::Cc, glob("support@*")));
    assert!(!hook_has(Field::From, glob("*")));
}

#[test]
fn unparsed_mail_has_its_envelope_only() {
    let message = message(
        "inbox",
        Body::Unparsed {
            why: Unparsed {
                code: "nesting".into(),
                text: "too deep".into(),
            },
            envelope: Envelope {
                from: None,
                to: vec!["support@ops.example".into()],
                ..Envelope::default()
            },
        },
    );
    assert!(holds(when(Field::To, [glob("support@*")]), &message));
    for field in [
        Field::From,
        Field::Cc,
        Field::Subject,
        Field::Body,
        Field::Text,
        Field::Header("x".into()),
    ] {
        assert!(!holds(when(field, [Test::Exists(true)]), &message));
    }
}

#[test]
fn subject_body_and_text() {
    assert!(mail_has(Field::Subject, glob("*ORDER #*")));
    assert!(!hook_has(Field::Subject, glob("*")), "a webhook has no subject");
    assert!(mail_has(Field::Body, glob("I was*ben")), "a star crosses line breaks");
    assert!(
        !mail_has(Field::Body, Test::Contains("tax".into())),
        "what is quoted is not the body"
    );
    assert!(mail_has(Field::Text, Test::Contains("tax".into())));
    let hook = Hook {
        text: "backup done".into(),
        ..Hook::default()
    };
    let message = message("backup", Body::Hook(Box::new(hook)));
    assert!(holds(when(Field::Body, [glob("backup*")]), &message));
    assert!(holds(when(Field::Text, [glob("*done")]), &message));
}

#[test]
fn headers_forms_and_queries() {
    assert!(mail_has(Field::Header("list-ID".into()), glob("*crew*")));
    assert!(!mail_has(Field::Header("list".into()), glob("*")));
    assert!(hook_has(Field::Header("X-GitHub-Event".into()), Test::Is("issues".into())));
    assert!(
        hook_has(Field::Query("team".into()), Test::Is("blue".into())),
        "any value is enough"
    );
    assert!(!hook_has(Field::Query("Team".into()), Test::Exists(true)), "these names have case");
    assert!(hook_has(Field::Form("Severity".into()), Test::Number(3.0)));
    assert!(!mail_has(Field::Form("Severity".into()), Test::Exists(true)));
}

#[test]
fn json_by_short_and_full_paths() {
    for (path, test) in [
        ("status", glob("FIRING")),
        ("alerts[1].labels.instance", Test::StartsWith("web".into())),
        ("$.alerts[*].labels.instance", Test::Is("db1".into())),
        ("$.alerts[?@.status == 'resolved'].labels.alertname", glob("slow")),
        ("count", Test::Number(2.0)),
        ("count", glob("2")),
        ("muted", Test::Bool(false)),
        ("muted", glob("false")),
        ("tags", glob("disk")),
        ("tags", Test::Number(7.0)),
        ("tags[0]", glob("disk")),
        ("alerts", Test::Exists(true)),
        ("owner", Test::Exists(false)),
        ("nothing.there[3]", Test::Exists(false)),
    ] {
        assert!(hook_has(json(path), test.clone()), "{path} {test:?}");
    }
    for (path, test) in [
        ("status", glob("resolved")),
        ("alerts", glob("*")),
        ("alerts[2].status", glob("*")),
        ("alerts.status", Test::Exists(true)),
        ("muted", Test::Bool(true)),
        ("owner", Test::Exists(true)),
        ("owner", glob("*")),
        ("count", Test::Number(2.5)),
    ] {
        assert!(!hook_has(json(path), test.clone()), "{path} {test:?}");
    }
    assert!(holds(
        when(json("[0].id"), [Test::Number(5.0)]),
        &hooked(serde_json::json!([{ "id": 5 }]))
    ));
    assert!(!mail_has(json("status"), Test::Exists(true)));
}

#[test]
fn known_comes_from_the_facts() {
    let set = compiled(vec![rule("it", when(Field::Known, [Test::Bool(true)]))]);
    let message = mailed(mail());
    assert_eq!(set.judge(&message, &knowing(true)).outcomes.len(), 1);
    assert_eq!(set.judge(&message, &knowing(false)).outcomes.len(), 0);
}

#[test]
fn every_kind_of_test() {
    for (test, expected) in [
        (Test::Is("refund FOR order #4711".into()), true),
        (Test::Is("refund".into()), false),
        (Test::Contains("FOR ORDER".into()), true),
        (Test::Contains("invoice".into()), false),
        (Test::StartsWith("refund".into()), true),
        (Test::StartsWith("order".into()), false),
        (Test::EndsWith("4711".into()), true),
        (Test::EndsWith("order".into()), false),
        (Test::Contains(String::new()), true),
        (Test::Regex(r"order #\d+$".into()), true),
        (Test::Regex("REFUND".into()), false),
        (Test::Regex("(?i)REFUND".into()), true),
        (glob("*order*47??"), true),
        (glob("*order*47?"), false),
        (glob("refund*order*#4711"), true),
        (glob("refund*order*order*"), false),
        (Test::Exists(true), true),
        (Test::Exists(false), false),
        (Test::Bool(true), false),
        (Test::Number(4711.0), false),
    ] {
        assert_eq!(mail_has(Field::Subject, test.clone()), expected, "{test:?}");
    }
    assert!(
        mail_has(Field::Header("x-priority".into()), Test::Number(1.0)),
        "digits in a header are a number"
    );
    assert!(
        mail_has(Field::Header("x-empty".into()), Test::Exists(false)),
        "empty counts as not there"
    );
    assert!(mail_has(Field::Header("x-empty".into()), Test::Is(String::new())));
}

#[test]
fn globs_know_two_signs_and_a_backslash() {
    let matches = |pattern: &str, subject: &str| {
        let mail = Mail {
            subject: subject.into(),
            ..mail()
        };
        holds(when(Field::Subject, [glob(pattern)]), &mailed(mail))
    };
    for (pattern, subject) in [
        ("[ops] *", "[OPS] disk"),
        ("{a,b}", "{a,b}"),
        ("a/*", "a/b/c"),
        (r"\*\*\* spam \*\*\*", "*** SPAM ***"),
        (r"c:\\temp\\*", r"C:\Temp\x"),
        ("?", "ß"),
        ("ÄRGER*", "ärger mit drucker"),
        ("*σας", "ΓΕΙΑ ΣΑΣ"),
        ("a*b*c", "aXbYbZc"),
        ("a*a", "aa"),
        ("*a?c*", "xxabcxx"),
        ("**", ""),
    ] {
        assert!(matches(pattern, subject), "{pattern} {subject}");
    }
    for (pattern, subject) in [("a*a", "a"), ("??", "a"), ("?", ""), ("a?", "ab c"), ("*x?", "x"), ("ab*bc", "abc")] {
        assert!(!matches(pattern, subject), "{pattern} {subject}");
    }
}

#[test]
fn any_all_not_and_lists() {
    let yes = || when(Field::Source, [glob("inbox")]);
    let no = || when(Field::Source, [glob("other")]);
    let message = mailed(mail());
    let not = |cond| Cond::Not(Box::new(cond));
    for (cond, expected) in [
        (Cond::All(vec![yes(), yes()]), true),
        (Cond::All(vec![yes(), no()]), false),
        (Cond::Any(vec![no(), yes()]), true),
        (Cond::Any(vec![no(), no()]), false),
        (Cond::Any(vec![]), false),
        (always(), true),
        (not(yes()), false),
        (not(no()), true),
        (not(Cond::Any(vec![no(), Cond::All(vec![yes(), not(yes())])])), true),
        (when(Field::Source, [glob("a"), glob("b"), glob("INBOX")]), true),
        (not(when(Field::Header("x-missing".into()), [glob("*")])), true),
        (when(Field::Header("x-missing".into()), [glob("*")]), false),
    ] {
        assert_eq!(holds(cond.clone(), &message), expected, "{cond:?}");
    }
}

#[test]
fn the_first_match_ends_unless_it_continues() {
    let set = |continues| {
        let mut first = rule("first", when(Field::Source, [glob("inbox")]));
        first.continues = continues;
        let second = rule("second", when(Field::Subject, [glob("*order*")]));
        judged(vec![rule("miss", when(Field::Source, [glob("x")])), first, second], &mailed(mail()))
    };
    let queues = |verdict| items(&verdict).iter().map(|i| i.queue.to_string()).collect::<Vec<_>>();
    assert_eq!(queues(set(false)), ["first"]);
    assert_eq!(queues(set(true)), ["first", "second"]);
}
