//! Property: over random rules and messages the compiled set says what the plain loop says, with and without a full trace.

use std::cell::RefCell;
use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::prelude::*;

use super::naive;
use super::support::*;
use crate::model::{Attachment, AuthMethod, AuthResults, Body, Envelope, Hook, Kind, Mail, Message};
use crate::rules::{Bound, Cond, Counts, Facts, Field, MoreThan, Order, RuleDef, RuleFaultKind, RuleSet, Tally, Test};

/// Few letters, so that things match often; cases and more than ASCII, so that folding matters: letters with several small forms,
/// with a large form that becomes two characters, and two that look alike and are not one.
const WORD: &str = "[abAB Ä\n]{0,6}|[sſSςΣσkK\u{212a}iİµμ]{0,3}";

fn some_field() -> impl Strategy<Value = Field> {
    prop_oneof![
        5 => plain_field(),
        1 => (plain_field(), prop_oneof![WORD, "[0-3]"]).prop_map(|(field, default)| Field::Or(Box::new(field), default)),
    ]
}

fn plain_field() -> impl Strategy<Value = Field> {
    prop_oneof![
        Just(Field::List),
        Just(Field::Within),
        Just(Field::Outside),
        prop_oneof![Just(AuthMethod::Dkim), Just(AuthMethod::Spf), Just(AuthMethod::Dmarc)].prop_map(Field::Auth),
        Just(Field::AttachmentName),
        Just(Field::AttachmentType),
        Just(Field::Size),
        Just(Field::Source),
        Just(Field::Kind),
        Just(Field::From),
        Just(Field::To),
        Just(Field::Cc),
        Just(Field::Subject),
        Just(Field::Body),
        Just(Field::Text),
        Just(Field::Known),
        Just(Field::Header("x-a".into())),
        Just(Field::Form("f".into())),
        Just(Field::Query("q".into())),
        prop_oneof![
            Just("a"),
            Just("b.c"),
            Just("d"),
            Just("l"),
            Just("l[1]"),
            Just("$.b.c"),
            Just("$.l[*]"),
            Just("$..c")
        ]
        .prop_map(json),
    ]
}

fn some_test() -> impl Strategy<Value = Test> {
    prop_oneof![
        4 => "[abAB*?Ä]{1,7}|[*?sSΣςKiµ]{1,4}".prop_map(Test::Glob),
        1 => WORD.prop_map(Test::Is),
        1 => WORD.prop_map(Test::Contains),
        1 => WORD.prop_map(Test::StartsWith),
        1 => WORD.prop_map(Test::EndsWith),
        1 => "(\\(\\?i\\))?[abÄ]{1,3}(\\.\\*|\\+|\\?|a\\|b)?[ab]{0,2}\\$?".prop_map(Test::Regex),
        1 => "(\\(\\?i\\))?[sſΣςK\u{212a}İiµμ]{1,2}".prop_map(Test::Regex),
        1 => any::<bool>().prop_map(Test::Exists),
        1 => any::<bool>().prop_map(Test::Bool),
        1 => (0u8..3).prop_map(|n| Test::Number(f64::from(n))),
        1 => (some_order(), 0u8..4).prop_map(|(order, n)| Test::Compare(order, Bound::Number(f64::from(n)))),
        1 => (some_order(), 0i64..4).prop_map(|(order, n)| Test::Compare(order, Bound::Instant(jiff::Timestamp::constant(n, 0)))),
        1 => prop_oneof![Just("person"), Just("automatic"), Just("true"), Just("list"), Just("office"), Just("pass")].prop_map(|w| Test::Glob(w.into())),
    ]
}

fn some_order() -> impl Strategy<Value = Order> {
    prop_oneof![Just(Order::Above), Just(Order::AtLeast), Just(Order::Below), Just(Order::AtMost)]
}

fn some_cond() -> impl Strategy<Value = Cond> {
    let leaf = prop_oneof![
        12 => (some_field(), prop::collection::vec(some_test(), 0..4)).prop_map(|(field, tests)| when(field, tests)),
        1 => "[abAB]{0,2}".prop_map(|word| Cond::Expr(text(&format!("source == '{word}'")))),
        1 => "[abAB]{0,2}".prop_map(|word| Cond::Expr(text(&format!("(subject | default('')) == '{word}'")))),
        2 => (1u32..4, 1i64..20, any::<bool>()).prop_map(|(count, seconds, per)| Cond::More(MoreThan {
            count,
            seconds,
            per: per.then(|| text("{{ source }}")),
            place: place(50),
        })),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Cond::All),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Cond::Any),
            inner.prop_map(|cond| Cond::Not(Box::new(cond))),
        ]
    })
}

fn some_rules() -> impl Strategy<Value = Vec<RuleDef>> {
    prop::collection::vec((some_cond(), any::<bool>()), 0..12).prop_map(|rules| {
        let numbered = rules.into_iter().enumerate();
        let named = numbered.map(|(n, (cond, continues))| RuleDef {
            continues,
            ..rule(&format!("r{n}"), cond)
        });
        named.collect()
    })
}

fn some_mail() -> impl Strategy<Value = Body> {
    let kind = prop_oneof![3 => Just(Kind::Person), 1 => Just(Kind::List), 1 => Just(Kind::Bounce)];
    let header = prop::collection::vec(prop_oneof![3 => WORD, 1 => "[0-3]", 1 => "1970-01-01T00:00:0[0-3]Z"], 0..3);
    (WORD, WORD, WORD, WORD, WORD, kind, header, any::<bool>()).prop_map(|(from, to, subject, text, new_text, kind, header, named)| {
        let name = if named { "A b" } else { "" };
        let attachment = |name: &String| Attachment {
            name: named.then(|| name.clone()),
            media_type: name.to_lowercase(),
            size_bytes: 1,
        };
        let attachments = header.iter().map(attachment).collect();
        let list = header.first().map(|id| ("list-id".to_owned(), id.trim().to_owned()));
        Body::Mail(Box::new(Mail {
            envelope: Envelope {
                from: None,
                to: vec![to.clone(), "b".into()],
                ..Envelope::default()
            },
            from: vec![mailbox(name, &from)],
            to: vec![mailbox("", &to)],
            cc: if named { vec![mailbox(name, &subject)] } else { Vec::new() },
            kind,
            subject,
            text,
            new_text,
            headers: header.into_iter().map(|value| ("x-a".to_owned(), value)).chain(list).collect(),
            attachments,
            ..Mail::default()
        }))
    })
}

fn some_hook() -> impl Strategy<Value = Body> {
    let values = || prop::collection::vec(WORD, 0..3);
    let tree = prop_oneof![
        Just(None),
        (WORD, 0u8..3, any::<bool>())
            .prop_map(|(a, c, d)| Some(serde_json::json!({ "a": a, "b": { "c": c }, "d": d, "l": [c, { "c": d }, null] }))),
        (WORD, WORD).prop_map(|(c, e)| Some(serde_json::json!({ "a": null, "b": { "c": c }, "d": {}, "l": [e, c] }))),
        Just(Some(serde_json::json!({ "l": [], "b": [] }))),
    ];
    (values(), values(), values(), tree, WORD).prop_map(|(header, form, query, json, text)| {
        let pairs = |name: &str, values: Vec<String>| values.into_iter().map(|v| (name.to_owned(), v)).collect();
        Body::Hook(Box::new(Hook {
            headers: pairs("x-a", header),
            form: pairs("f", form),
            query: pairs("q", query),
            json,
            text,
            ..Hook::default()
        }))
    })
}

fn some_message() -> impl Strategy<Value = Message> {
    ("[abAB]{1,2}", 0u64..4, prop_oneof![some_mail(), some_hook()]).prop_map(|(source, size_bytes, body)| {
        let mut message = message(&source, body);
        message.raw.size_bytes = size_bytes;
        message
    })
}

/// Everything that was counted, looked through anew each time.
#[derive(Default)]
struct Counted(RefCell<Vec<(Tally, Timestamp)>>);

impl Counts for Counted {
    fn exceeded(&self, tally: &Tally, at: Timestamp) -> Result<bool, String> {
        let before = self.0.borrow();
        let alike = before
            .iter()
            .filter(|(other, then)| other == tally && at.duration_since(*then).as_secs() < tally.seconds);
        Ok(alike.count() >= tally.count as usize)
    }
}

fn at_second(message: Message, second: usize) -> Message {
    Message {
        received: Timestamp::from_second(second as i64).expect("a few minutes after the epoch"),
        ..message
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn compiled_and_plain_agree(rules in some_rules(), messages in prop::collection::vec(some_message(), 1..9), known in any::<bool>()) {
        let calendars = BTreeMap::from([("office".into(), known), ("a".into(), !known)]);
        let auth = known.then(|| AuthResults {
            results: [(AuthMethod::Dkim, "fail"), (AuthMethod::Dkim, "pass"), (AuthMethod::Spf, "a")]
                .map(|(method, result)| (method, result.to_owned()))
                .to_vec(),
        });
        let facts = Facts { known, auth, calendars };
        let (mut past, counted) = (naive::Past::new(), Counted::default());
        // Random rules may well shadow each other; that is the only fault they can have.
        let (set, faults) = RuleSet::compile(rules.clone());
        for fault in &faults {
            let shadows = [RuleFaultKind::Unreachable, RuleFaultKind::Shadowed];
            prop_assert!(shadows.contains(&fault.kind), "{}", fault.text);
        }
        for (n, message) in messages.into_iter().enumerate() {
            let message = &at_second(message, n * 7);
            let expected = naive::judge(&rules, message, &facts, &mut past);
            let verdicts = [set.judge_counting(message, &facts, &counted), set.judge_counting_traced(message, &facts, &counted)];
            counted.0.borrow_mut().extend(verdicts[0].tallies.iter().map(|tally| (tally.clone(), message.received)));
            prop_assert_eq!(&verdicts[0].tallies, &verdicts[1].tallies);
            for verdict in verdicts {
                prop_assert_eq!(&verdict.failure, &None);
                let got: Vec<String> = items(&verdict).iter().map(|item| item.rule.name.to_string()).collect();
                prop_assert_eq!(&got, &expected);
                let told: Vec<String> = verdict.trace.iter().filter(|t| t.matched).map(|t| t.rule.name.to_string()).collect();
                prop_assert_eq!(&told, &expected);
            }
            // A rule said to be unreachable never matches where the rules before it were tried.
            for fault in faults.iter().filter(|fault| fault.kind == RuleFaultKind::Unreachable) {
                let name = fault.text.split('`').nth(1).unwrap_or_default();
                prop_assert!(!expected.iter().any(|n| n == name), "{}", fault.text);
            }
        }
    }
}
