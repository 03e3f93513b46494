//! The oracle: rules judged one by one, every condition read and tested afresh, globs by trying everything. Shares no matching code with the compiled set.

use jiff::Timestamp;
use regex::Regex;
use serde_json::Value;

use crate::model::{Body, Kind, Mailbox, Message};
use crate::rules::{Bound, Cond, Facts, Field, Order, RuleDef, Test};

/// The names of the rules that match, in order, up to the one that ends it.
pub(super) fn judge(rules: &[RuleDef], message: &Message, facts: &Facts) -> Vec<String> {
    let mut matched = Vec::new();
    for rule in rules {
        if holds(&rule.when, message, facts) {
            matched.push(rule.name.to_string());
            if !rule.continues {
                break;
            }
        }
    }
    matched
}

fn holds(cond: &Cond, message: &Message, facts: &Facts) -> bool {
    match cond {
        Cond::All(conds) => conds.iter().all(|c| holds(c, message, facts)),
        Cond::Any(conds) => conds.iter().any(|c| holds(c, message, facts)),
        Cond::Not(cond) => !holds(cond, message, facts),
        Cond::Field { field, tests, .. } => {
            let values = values(field, message, facts);
            tests.iter().any(|test| match test {
                Test::Exists(wanted) => values.iter().any(|v| v.as_deref() != Some("")) == *wanted,
                test => values.iter().flatten().any(|value| passes(test, value)),
            })
        }
    }
}

fn passes(test: &Test, value: &str) -> bool {
    let fold = |text: &str| text.to_lowercase();
    match test {
        Test::Glob(glob) => globs(&fold(glob).chars().collect::<Vec<_>>(), &fold(value).chars().collect::<Vec<_>>()),
        Test::Is(text) => fold(value) == fold(text),
        Test::Contains(text) => fold(value).contains(&fold(text)),
        Test::StartsWith(text) => fold(value).starts_with(&fold(text)),
        Test::EndsWith(text) => fold(value).ends_with(&fold(text)),
        Test::Regex(regex) => Regex::new(regex).is_ok_and(|regex| regex.is_match(value)),
        Test::Bool(wanted) => value == wanted.to_string(),
        Test::Number(wanted) => value.parse() == Ok(*wanted),
        Test::Exists(_) => false,
        Test::Compare(order, Bound::Number(bound)) => value.parse::<f64>().is_ok_and(|value| match order {
            Order::Above => value > *bound,
            Order::AtLeast => value >= *bound,
            Order::Below => value < *bound,
            Order::AtMost => value <= *bound,
        }),
        Test::Compare(order, Bound::Instant(bound)) => value.parse::<Timestamp>().is_ok_and(|value| match order {
            Order::Above => value > *bound,
            Order::AtLeast => value >= *bound,
            Order::Below => value < *bound,
            Order::AtMost => value <= *bound,
        }),
    }
}

fn globs(glob: &[char], value: &[char]) -> bool {
    match (glob, value) {
        ([], value) => value.is_empty(),
        (['*', glob @ ..], value) => (0..=value.len()).any(|at| globs(glob, &value[at..])),
        (['?', glob @ ..], [_, value @ ..]) => globs(glob, value),
        ([g, glob @ ..], [v, value @ ..]) => g == v && globs(glob, value),
        (_, []) => false,
    }
}

/// Texts, and `None` for what exists without one.
fn values(field: &Field, message: &Message, facts: &Facts) -> Vec<Option<String>> {
    let texts = |texts: Vec<String>| texts.into_iter().map(Some).collect();
    let boxes = |boxes: &[Mailbox]| -> Vec<String> {
        let named = boxes.iter().filter(|b| b.name.is_some()).map(ToString::to_string);
        boxes.iter().map(|b| b.address.clone()).chain(named).collect()
    };
    let named = |pairs: &[(String, String)], name: &str| -> Vec<String> {
        pairs.iter().filter(|(n, _)| n == name).map(|(_, v)| v.clone()).collect()
    };
    match (field, &message.body) {
        (Field::Or(field, default), _) => {
            let written = values(field, message, facts);
            let there = written.iter().any(|v| v.as_deref() != Some(""));
            if there { written } else { texts(vec![default.clone()]) }
        }
        (Field::Size, _) => texts(vec![message.raw.size_bytes.to_string()]),
        (Field::AttachmentName, Body::Mail(mail)) => texts(mail.attachments.iter().filter_map(|a| a.name.clone()).collect()),
        (Field::AttachmentType, Body::Mail(mail)) => texts(mail.attachments.iter().map(|a| a.media_type.clone()).collect()),
        (Field::List, Body::Mail(mail)) => texts(
            mail.headers
                .iter()
                .filter(|(n, _)| n == "list-id")
                .map(|(_, v)| v.clone())
                .collect(),
        ),
        (Field::Source, _) => texts(vec![message.source.to_string()]),
        (Field::Known, _) => texts(vec![facts.known.to_string()]),
        (Field::Kind, _) if message.kind() == Kind::Person => texts(vec!["person".into()]),
        (Field::Kind, _) => texts(vec![message.kind().to_string(), "automatic".into()]),
        (Field::From, Body::Mail(mail)) => texts(boxes(&mail.from)),
        (Field::To, Body::Mail(mail)) => texts([boxes(&mail.to), mail.envelope.to.clone()].concat()),
        (Field::Cc, Body::Mail(mail)) => texts(boxes(&mail.cc)),
        (Field::Subject, Body::Mail(mail)) => texts(vec![mail.subject.clone()]),
        (Field::Body, Body::Mail(mail)) => texts(vec![mail.new_text.clone()]),
        (Field::Text, Body::Mail(mail)) => texts(vec![mail.text.clone()]),
        (Field::Header(name), Body::Mail(mail)) => texts(named(&mail.headers, name)),
        (Field::Body | Field::Text, Body::Hook(hook)) => texts(vec![hook.text.clone()]),
        (Field::Header(name), Body::Hook(hook)) => texts(named(&hook.headers, name)),
        (Field::Form(name), Body::Hook(hook)) => texts(named(&hook.form, name)),
        (Field::Query(name), Body::Hook(hook)) => texts(named(&hook.query, name)),
        (Field::Json(path), Body::Hook(hook)) => {
            let pointer = format!("/{}", path.replace('.', "/"));
            match hook.json.as_ref().and_then(|json| json.pointer(&pointer)) {
                None | Some(Value::Null) => Vec::new(),
                Some(Value::String(text)) => texts(vec![text.clone()]),
                Some(Value::Array(_) | Value::Object(_)) => vec![None],
                Some(other) => texts(vec![other.to_string()]),
            }
        }
        _ => Vec::new(),
    }
}
