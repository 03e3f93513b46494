//! `when`: conditions. May import the rest of config. What the language names and this version cannot do is refused.

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::{key, not_yet};
use super::super::nearest::nearest;
use super::super::texts::Spot;
use super::super::yaml::{Entry, Node, Value};
use super::verify::is_header;
use crate::model::Kind;
use crate::rules::{Cond, Field, Test};

/// Fields without a name of their own.
const FIELDS: [(&str, Field); 9] = [
    ("source", Field::Source),
    ("kind", Field::Kind),
    ("from", Field::From),
    ("to", Field::To),
    ("cc", Field::Cc),
    ("subject", Field::Subject),
    ("body", Field::Body),
    ("text", Field::Text),
    ("known", Field::Known),
];
const NESTING: [&str; 3] = ["any", "all", "not"];
const LATER: [&str; 7] = ["list", "size", "within", "outside", "more_than", "expr", "attachment"];
const LATER_GROUPS: [&str; 2] = ["attachment.", "auth."];
const TESTS: [&str; 7] = ["is", "contains", "starts_with", "ends_with", "glob", "regex", "exists"];
const LATER_TESTS: [&str; 5] = ["in", "gt", "lt", "gte", "lte"];

/// A mapping of conditions, all of which must hold.
pub(crate) fn all(cx: &mut Check<'_>, node: &Node) -> Option<Cond> {
    let Value::Map(entries) = &node.value else {
        cx.wrong_type(node, "a mapping of conditions").hint("write `{ to: \"support@*\" }`");
        return None;
    };
    let mut seen: Vec<&Entry> = Vec::new();
    let mut conds = Vec::new();
    let mut good = true;
    for entry in entries {
        if let Some(first) = seen.iter().find(|other| other.key == entry.key && other.key.is_some()) {
            let place = cx.place(first.spot);
            let text = format!("the condition `{}` stands twice", shown(entry.key.as_deref().unwrap_or_default()));
            cx.error(Code::DefinedTwice, entry.spot, text)
                .related(place, "first here")
                .hint("put the alternatives into one list, or use `all`");
            good = false;
        } else if let Some(cond) = one(cx, entry) {
            conds.push(cond);
        } else {
            good = false;
        }
        seen.push(entry);
    }
    good.then_some(match conds.len() {
        1 => conds.pop()?,
        _ => Cond::All(conds),
    })
}

fn one(cx: &mut Check<'_>, entry: &Entry) -> Option<Cond> {
    match key(cx, entry)? {
        "any" => several(cx, &entry.value).map(Cond::Any),
        "all" => several(cx, &entry.value).map(Cond::All),
        "not" => all(cx, &entry.value).map(|cond| Cond::Not(Box::new(cond))),
        name => {
            let field = field(cx, name, entry.spot, Code::UnknownKey)?;
            tests(cx, &field, entry.spot, &entry.value)
        }
    }
}

/// The list of `any` or `all`.
fn several(cx: &mut Check<'_>, node: &Node) -> Option<Vec<Cond>> {
    let Value::List(nodes) = &node.value else {
        cx.wrong_type(node, "a list of conditions")
            .hint("each starts with a dash: `- subject: \"*refund*\"`");
        return None;
    };
    if nodes.is_empty() {
        cx.error(Code::EmptyCondition, node.spot, "this list of conditions is empty")
            .hint("add one, or remove it");
        return None;
    }
    let conds: Vec<_> = nodes.iter().map(|node| all(cx, node)).collect();
    conds.into_iter().collect()
}

/// A part of a message by its name; what is none is reported with `code`.
pub(crate) fn field(cx: &mut Check<'_>, name: &str, spot: Spot, code: Code) -> Option<Field> {
    if let Some((_, field)) = FIELDS.iter().find(|(known, _)| *known == name) {
        return Some(field.clone());
    }
    if LATER.contains(&name) || LATER_GROUPS.iter().any(|group| name.starts_with(group)) {
        not_yet(cx, spot, &format!("`{name}`"));
        return None;
    }
    if let Some((group, part)) = name.split_once('.') {
        let part = part.trim();
        let form = match group {
            "header" if is_header(part) => return Some(Field::Header(part.to_ascii_lowercase())),
            "json" if !part.is_empty() => return Some(Field::Json(part.to_owned())),
            "form" if !part.is_empty() => return Some(Field::Form(part.to_owned())),
            "query" if !part.is_empty() => return Some(Field::Query(part.to_owned())),
            "header" => Some((Code::BadHeader, "the name of a header is letters, digits and `-`")),
            "json" => Some((Code::BadJsonPath, "write `json.status` or `json.alerts[0].status`")),
            "form" | "query" => Some((Code::BadField, "a name follows the dot")),
            _ => None,
        };
        if let Some((code, hint)) = form {
            cx.error(code, spot, format!("`{}` names no part of a message", shown(name)))
                .hint(hint);
            return None;
        }
    }
    let names = FIELDS.iter().map(|(name, _)| *name);
    let near = nearest(name, names.clone().chain(NESTING));
    let all = names.collect::<Vec<_>>().join(", ");
    cx.error(code, spot, format!("`{}` is not a part of a message", shown(name)))
        .hint(format!("the parts are {all}, header.NAME, json.PATH, form.NAME, query.NAME"))
        .did_you_mean(near);
    None
}

/// What a field is tested with. A list means any of; several tests in one mapping must all hold.
fn tests(cx: &mut Check<'_>, field: &Field, head: Spot, node: &Node) -> Option<Cond> {
    if node.is_null() {
        cx.error(Code::EmptyCondition, head, "this condition has nothing to look for")
            .hint("write a text, or `{ exists: true }`");
        return None;
    }
    let nodes = node.one_or_many();
    if nodes.is_empty() {
        cx.error(Code::EmptyCondition, node.spot, "this list of alternatives is empty")
            .hint("add one, or remove the condition");
        return None;
    }
    let spot = match &node.value {
        Value::Map(entries) => entries.first().map_or(head, |entry| entry.value.spot),
        _ => node.spot,
    };
    let place = cx.place(spot);
    let cond = |tests| Cond::Field {
        field: field.clone(),
        tests,
        place: place.clone(),
    };
    let mut simple = Vec::new();
    let mut joint = Vec::new();
    for node in nodes {
        let Value::Map(entries) = &node.value else {
            simple.push(bare(cx, field, node)?);
            continue;
        };
        let mut each = Vec::new();
        for entry in entries {
            each.push(named(cx, field, entry)?);
        }
        match each.len() {
            0 => {
                cx.error(Code::EmptyCondition, node.spot, "this condition has nothing to look for")
                    .hint("write `{ contains: … }`");
                return None;
            }
            1 => simple.extend(each.into_iter().flatten()),
            _ => joint.push(Cond::All(each.into_iter().map(cond).collect())),
        }
    }
    if joint.is_empty() {
        return Some(cond(simple));
    }
    if !simple.is_empty() {
        joint.insert(0, cond(simple));
    }
    Some(if joint.len() == 1 { joint.pop()? } else { Cond::Any(joint) })
}

/// A bare value: a glob, a number, true or false.
fn bare(cx: &mut Check<'_>, field: &Field, node: &Node) -> Option<Test> {
    match &node.value {
        Value::Bool(b) => Some(Test::Bool(*b)),
        _ if *field == Field::Known => {
            cx.wrong_type(node, "`true` or `false`");
            None
        }
        Value::Number(number, _) => Some(Test::Number(*number)),
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
        _ => Some(()),
    }
}

/// `contains: x`, `regex: [x, y]`: one test by its name, with any of its values.
fn named(cx: &mut Check<'_>, field: &Field, entry: &Entry) -> Option<Vec<Test>> {
    let name = key(cx, entry)?;
    if LATER_TESTS.contains(&name) {
        not_yet(cx, entry.spot, &format!("the test `{name}`"));
        return None;
    }
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
    let nodes = cx.one_or_many(&entry.value, Code::EmptyCondition, "alternatives");
    let tests: Vec<Option<Test>> = nodes.iter().map(|node| test(cx, field, name, node)).collect();
    tests.into_iter().collect::<Option<Vec<_>>>().filter(|tests| !tests.is_empty())
}

fn test(cx: &mut Check<'_>, field: &Field, name: &str, node: &Node) -> Option<Test> {
    let text = looked_for(cx, node)?;
    let owned = text.to_owned();
    Some(match name {
        "is" => {
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
