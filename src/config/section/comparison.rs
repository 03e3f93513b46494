//! What the value of a condition asks: bare values and named tests. May import the rest of config. A test that could never hold is refused.

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::key;
use super::super::nearest::nearest;
use super::super::yaml::{Entry, Node, Value};
use crate::model::{AuthResults, Kind};
use crate::rules::{Bound, Field, Order, Test};

pub(crate) const TESTS: [&str; 12] = [
    "is",
    "in",
    "contains",
    "starts_with",
    "ends_with",
    "glob",
    "regex",
    "exists",
    "gt",
    "gte",
    "lt",
    "lte",
];

/// The field with its `default`, if one is written beside the tests.
pub(super) fn default(cx: &mut Check<'_>, field: &Field, node: &Node) -> Option<Field> {
    let Value::Map(entries) = &node.value else {
        return Some(field.clone());
    };
    let Some(entry) = entries.iter().find(|entry| entry.key.as_deref() == Some("default")) else {
        return Some(field.clone());
    };
    let text = match &entry.value.value {
        Value::Number(_, text) => text.clone(),
        Value::Bool(truth) => truth.to_string(),
        _ => cx.text(&entry.value)?.to_owned(),
    };
    if matches!(field, Field::Source | Field::Kind | Field::Known | Field::Size) {
        cx.error(
            Code::NoEffect,
            entry.spot,
            "this part of a message is always there, so a default never counts",
        )
        .hint("remove `default`");
        return None;
    }
    Some(Field::Or(Box::new(field.clone()), text))
}

/// A bare value: a glob, a number, true or false.
pub(super) fn bare(cx: &mut Check<'_>, field: &Field, node: &Node) -> Option<Test> {
    match &node.value {
        Value::Bool(b) if *field != Field::Size => Some(Test::Bool(*b)),
        _ if *field == Field::Known => {
            cx.wrong_type(node, "`true` or `false`");
            None
        }
        Value::Number(number, _) => Some(Test::Number(*number)),
        _ if *field == Field::Size => bytes(cx, node),
        _ => {
            let text = looked_for(cx, node)?;
            let wild = text.contains(['*', '?']);
            if !wild {
                word(cx, field, node, text)?;
            }
            Some(Test::Glob(text.to_owned()))
        }
    }
}

/// A text to look for; an empty one would be found anywhere or nowhere.
fn looked_for<'n>(cx: &mut Check<'_>, node: &'n Node) -> Option<&'n str> {
    let text = match &node.value {
        Value::Number(_, text) => text,
        Value::Text(text) => text,
        _ => {
            cx.text(node)?;
            return None;
        }
    };
    if text.is_empty() {
        cx.error(Code::EmptyText, node.spot, "this text is empty")
            .hint("to ask whether something is there, write `{ exists: true }`");
        return None;
    }
    Some(text)
}

/// Sources and kinds are known, so that a misspelt one is found here.
fn word(cx: &mut Check<'_>, field: &Field, node: &Node, text: &str) -> Option<()> {
    match field {
        Field::Source if !cx.names.sources.has(text) => {
            let near = nearest(text, cx.names.sources.iter()).map(str::to_owned);
            cx.error(Code::UnknownSource, node.spot, format!("unknown source `{}`", shown(text)))
                .hint("define it under `sources`")
                .did_you_mean(near.as_deref());
            None
        }
        Field::Kind => {
            let kinds = [
                Kind::Person,
                Kind::AutoReply,
                Kind::Bounce,
                Kind::List,
                Kind::Calendar,
                Kind::Report,
            ];
            let mut words: Vec<(&str, ())> = kinds.iter().map(|kind| (kind.as_str(), ())).collect();
            words.push(("automatic", ()));
            cx.word(node, &words)
        }
        Field::Auth(_) => {
            let words = AuthResults::WORDS.map(|word| (word, ()));
            cx.word(node, &words)
        }
        _ => Some(()),
    }
}

/// `contains: x`, `regex: [x, y]`: one test by its name, with any of its values.
pub(super) fn named(cx: &mut Check<'_>, field: &Field, entry: &Entry) -> Option<Vec<Test>> {
    let name = key(cx, entry)?;
    if !TESTS.contains(&name) {
        let near = nearest(name, TESTS);
        cx.error(Code::UnknownKey, entry.spot, format!("there is no test `{}`", shown(name)))
            .hint(format!("the tests are {}", TESTS.join(", ")))
            .did_you_mean(near);
        return None;
    }
    if name == "exists" {
        let Value::Bool(exists) = entry.value.value else {
            cx.wrong_type(&entry.value, "`true` or `false`");
            return None;
        };
        return Some(vec![Test::Exists(exists)]);
    }
    if *field == Field::Known {
        cx.error(Code::WrongType, entry.spot, "`known` is true or false")
            .hint("write `known: true`");
        return None;
    }
    if let Some(order) = order(name) {
        return sides(cx, field, entry, order);
    }
    if *field == Field::Size && !matches!(name, "is" | "in") {
        cx.error(Code::BadBound, entry.spot, "a size is a number and is compared as one")
            .hint("write `size: { gt: 5 MiB }`");
        return None;
    }
    let nodes = cx.one_or_many(&entry.value, Code::EmptyCondition, "alternatives");
    let tests: Vec<Option<Test>> = nodes.iter().map(|node| test(cx, field, name, node)).collect();
    tests.into_iter().collect::<Option<Vec<_>>>().filter(|tests| !tests.is_empty())
}

fn test(cx: &mut Check<'_>, field: &Field, name: &str, node: &Node) -> Option<Test> {
    if *field == Field::Size {
        return bytes(cx, node);
    }
    let text = looked_for(cx, node)?;
    let owned = text.to_owned();
    Some(match name {
        "is" | "in" => {
            word(cx, field, node, text)?;
            Test::Is(owned)
        }
        "contains" => Test::Contains(owned),
        "starts_with" => Test::StartsWith(owned),
        "ends_with" => Test::EndsWith(owned),
        "regex" => Test::Regex(owned),
        _ => Test::Glob(owned),
    })
}

fn order(name: &str) -> Option<Order> {
    let orders = [Order::Above, Order::AtLeast, Order::Below, Order::AtMost];
    orders.into_iter().find(|order| order.as_str() == name)
}

/// `gt: 5 MiB`, `lt: 2026-12-01`.
fn sides(cx: &mut Check<'_>, field: &Field, entry: &Entry, order: Order) -> Option<Vec<Test>> {
    let bare = match field {
        Field::Or(field, _) => field,
        field => field,
    };
    if !matches!(
        bare,
        Field::Size | Field::Header(_) | Field::Json(_) | Field::Form(_) | Field::Query(_)
    ) {
        let said = format!(
            "this part of a message is not a number or a date, so nothing of it is `{}`",
            order.as_str()
        );
        cx.error(Code::BadBound, entry.spot, said)
            .hint("compare `size`, `header.NAME`, `json.PATH`, `form.NAME` or `query.NAME`");
        return None;
    }
    let node = &entry.value;
    let bound = match &node.value {
        Value::Number(number, _) => Some(Bound::Number(*number)),
        Value::Text(text) => Bound::parse(text),
        _ => {
            cx.wrong_type(node, "a number, a size or a date");
            return None;
        }
    };
    let sized = |bound: &Bound| *bare != Field::Size || matches!(bound, Bound::Number(_));
    let Some(bound) = bound.filter(sized) else {
        let written = if let Value::Text(text) = &node.value {
            shown(text)
        } else {
            String::new()
        };
        let (said, hint) = if *bare == Field::Size {
            (
                format!("`{written}` is not a size"),
                "write a number of bytes, or a size such as `5 MiB`",
            )
        } else {
            let hint =
                "write a number, a size such as `5 MiB`, a date such as `2026-12-01`, or an instant such as `2026-12-01T09:00:00+01:00`";
            (format!("`{written}` is nothing to compare with"), hint)
        };
        cx.error(Code::BadBound, node.spot, said).hint(hint);
        return None;
    };
    Some(vec![Test::Compare(order, bound)])
}

/// A size to be equal to.
fn bytes(cx: &mut Check<'_>, node: &Node) -> Option<Test> {
    let text = looked_for(cx, node)?;
    if let Some(Bound::Number(bytes)) = Bound::parse(text) {
        return Some(Test::Number(bytes));
    }
    cx.error(Code::BadBound, node.spot, format!("`{}` is not a size", shown(text)))
        .hint("write `size: { gt: 5 MiB }`");
    None
}
