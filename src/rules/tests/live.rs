//! `expr` and `more_than`, hours and proof of the sender: what they see, when they fail, what is told of them.

use std::cell::RefCell;
use std::collections::BTreeMap;

use jiff::Timestamp;

use super::support::*;
use crate::model::{AuthMethod, AuthResults, Mail, Message};
use crate::rules::{Cond, Counts, Facts, Field, MoreThan, RuleFaultKind, Tally, Test};

fn expr(written: &str) -> Cond {
    Cond::Expr(text(written))
}

fn more(count: u32, seconds: i64, per: Option<&str>) -> Cond {
    Cond::More(MoreThan {
        count,
        seconds,
        per: per.map(text),
        place: place(50),
    })
}

#[test]
fn an_expression_is_true_or_false() {
    for (written, expected) in [
        ("json.count > 1", true),
        ("json.count > 1 and json.status == 'resolved'", false),
        ("json.alerts | length == 2", true),
        ("json.missing is undefined", true),
        ("json.missing | default(0) > 5", false),
        ("'disk' in json.tags", true),
        ("-1 < json.count", true),
        ("not json.muted", true),
        ("json.muted", false),
        ("source is startingwith('alert')", true),
    ] {
        assert_eq!(holds(expr(written), &alerts()), expected, "{written}");
    }
}

#[test]
fn an_expression_that_cannot_be_said_fails_its_rule() {
    for (written, expected) in [
        ("json.missing > 5", "`expr` failed: "),
        ("json.missing", "`expr` failed: "),
        ("json.count", "`expr` is \"2\", not true or false: json.count"),
        (
            "subject == 'x'",
            "`expr` failed: `subject` has no value: this message has no `subject`",
        ),
        ("json.count * 'x' * 99999999999 == ''", "`expr` failed: "),
        ("[json.count] * 2 == json.a.b.c", "`expr` failed: "),
    ] {
        let verdict = judged(vec![rule("it", expr(written)), rule("later", always())], &alerts());
        let why = failure(&verdict);
        assert!(why.starts_with(expected), "{written}: {why}");
    }
    // What costs less is asked first, wherever it stands, and decides alone if it can.
    let guarded = Cond::All(vec![expr("json.missing > 5"), when(Field::Source, [glob("other")])]);
    assert!(!holds(guarded, &alerts()));
}

#[test]
fn an_expression_sees_what_the_rule_extracts() {
    let ordered = |bound: &str, subject: &str| {
        let mut rule = rule("it", expr(&format!("order | int > {bound}")));
        rule.extract = vec![extract("order", Field::Subject, Some(r"#(\d+)"), None)];
        let mail = Mail {
            subject: subject.into(),
            ..mail()
        };
        judged(vec![rule], &mailed(mail))
    };
    assert_eq!(ordered("4000", "order #4711").outcomes.len(), 1);
    assert_eq!(ordered("5000", "order #4711").outcomes.len(), 0);
    let verdict = ordered("1", "nothing");
    assert!(
        failure(&verdict).contains("its extraction found nothing in `subject`"),
        "{verdict:?}"
    );
}

#[test]
fn faults_of_expressions() {
    let of = |written: &str| {
        let found = faults(vec![rule("it", expr(written))]);
        assert_eq!(
            (found.len(), found[0].kind, found[0].place.clone()),
            (1, RuleFaultKind::Expr, place(90)),
            "{written}"
        );
        found[0].text.clone()
    };
    for (written, expected) in [
        ("json.count >", "this is not an expression: "),
        ("}} {{ subject", "an expression has no braces"),
        ("subject }} x", "this is not an expression: "),
        ("{{ subject }}", "an expression has no braces"),
        ("subjekt == 'a'", "there is no `subjekt`"),
        ("subject | shout == 'A'", "there is no filter `shout`"),
        ("subject is fluffy", "there is no test `fluffy`"),
        ("1 < 2", "this expression looks at nothing"),
        ("each.x == 1", "conditions are tried once"),
    ] {
        let said = of(written);
        assert!(said.starts_with(expected), "{written}: {said}");
    }
    let found = faults(vec![rule("it", more(1, 1, Some("{{ subjekt }}")))]);
    assert_eq!((found.len(), found[0].kind), (1, RuleFaultKind::Template));
}

/// All that was tallied, and when.
#[derive(Default)]
struct Kept(RefCell<Vec<(Tally, Timestamp)>>);

impl Counts for Kept {
    fn exceeded(&self, tally: &Tally, at: Timestamp) -> Result<bool, String> {
        if tally.per == "broken@home.example" {
            return Err("the store cannot be read".into());
        }
        let kept = self.0.borrow();
        let alike = kept
            .iter()
            .filter(|(other, then)| other == tally && at.duration_since(*then).as_secs() < tally.seconds);
        Ok(alike.count() >= tally.count as usize)
    }
}

fn from(who: &str, second: i64) -> Message {
    let mail = Mail {
        from: vec![mailbox("", &format!("{who}@home.example"))],
        ..mail()
    };
    Message {
        received: Timestamp::from_second(second).unwrap(),
        ..mailed(mail)
    }
}

#[test]
fn more_than_counts_what_stands_beside_it() {
    let refunds = |cond: Cond| Cond::All(vec![when(Field::Subject, [glob("*refund*")]), cond]);
    let set = compiled(vec![
        rule("flood", refunds(more(2, 60, Some("{{ from }}")))),
        rule("rest", always()),
    ]);
    assert!(set.counts());
    let kept = Kept::default();
    let came = |message: &Message| {
        let verdict = set.judge_counting(message, &Facts::default(), &kept);
        kept.0
            .borrow_mut()
            .extend(verdict.tallies.iter().map(|tally| (tally.clone(), message.received)));
        items(&verdict)[0].rule.name.to_string()
    };
    assert_eq!(came(&from("ben", 0)), "rest");
    assert_eq!(came(&from("ben", 10)), "rest");
    assert_eq!(came(&from("cat", 20)), "rest", "counted apart");
    assert_eq!(came(&from("ben", 59)), "flood");
    assert_eq!(came(&from("ben", 69)), "flood", "the one at 10 is 59 seconds old");
    assert_eq!(came(&from("ben", 200)), "rest", "all are too old");
    let mut other = from("ben", 201);
    if let crate::model::Body::Mail(mail) = &mut other.body {
        mail.subject = "Lunch?".into();
    }
    let before = kept.0.borrow().len();
    assert_eq!(came(&other), "rest");
    assert_eq!(kept.0.borrow().len(), before, "it is not about a refund");
    // Judged by itself, nothing came before.
    assert_eq!(
        items(&set.judge(&from("ben", 202), &Facts::default()))[0].rule.name.as_str(),
        "rest"
    );
    let verdict = set.judge_counting(&from("broken", 203), &Facts::default(), &kept);
    assert_eq!(failure(&verdict), "the store cannot be read");
}

#[test]
fn what_is_told_of_counts_expressions_and_hours() {
    let set = compiled(vec![rule(
        "it",
        Cond::Any(vec![
            more(10, 7_200, Some("{{ from }}")),
            more(3, 90, None),
            expr("subject == 'x'"),
            when(Field::Within, [Test::Is("office".into())]),
            when(Field::Auth(AuthMethod::Dkim), [glob("pass")]),
        ]),
    )]);
    let facts = Facts {
        calendars: BTreeMap::from([("office".into(), false), ("shop".into(), true)]),
        ..Facts::default()
    };
    let verdict = set.judge_traced(&from("ben", 0), &facts);
    let told: Vec<String> = verdict.trace[0]
        .conditions
        .iter()
        .map(|c| format!("{} | {}", c.wanted, c.seen))
        .collect();
    assert_eq!(
        told,
        [
            "any | ",
            r#"more_than: 10 in 2 h per {{ from }} | no more than 10 came within 2 h for "ben@home.example", this one counted"#,
            "more_than: 3 in 90 s | no more than 3 came within 90 s, this one counted",
            "expr: subject == 'x' | it is false",
            r#"within: is "office" | the message came at 1970-01-01T00:00:00Z, within shop, outside office"#,
            r#"auth.dkim: "pass" | there is no `auth.dkim`"#,
        ]
    );
}

#[test]
fn hours_and_proof_come_with_the_facts() {
    let judge = |cond: Cond, facts: &Facts| !compiled(vec![rule("it", cond)]).judge(&mailed(mail()), facts).outcomes.is_empty();
    let facts = Facts {
        calendars: BTreeMap::from([("office".into(), true), ("shop".into(), false)]),
        auth: Some(AuthResults {
            results: vec![
                (AuthMethod::Dkim, "fail".into()),
                (AuthMethod::Dkim, "pass".into()),
                (AuthMethod::Spf, "none".into()),
            ],
        }),
        ..Facts::default()
    };
    let is = |name: &str| [Test::Is(name.into())];
    assert!(judge(when(Field::Within, is("office")), &facts) && !judge(when(Field::Outside, is("office")), &facts));
    assert!(judge(when(Field::Outside, is("shop")), &facts) && !judge(when(Field::Within, is("shop")), &facts));
    assert!(
        judge(when(Field::Auth(AuthMethod::Dkim), [glob("pass")]), &facts),
        "one signature that passes is enough"
    );
    assert!(!judge(when(Field::Auth(AuthMethod::Spf), [glob("pass")]), &facts));
    assert!(judge(when(Field::Auth(AuthMethod::Dmarc), [Test::Exists(false)]), &facts));
    let set = compiled(vec![rule("it", Cond::Not(Box::new(when(Field::Within, is("office")))))]);
    assert_eq!(set.calendars().map(ToString::to_string).collect::<Vec<_>>(), ["office"]);
}
