//! `when`: conditions and how they nest. May import the rest of config. What a condition looks at is read in `field`, how its value is tested in `comparison`.

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::{key, not_yet};
use super::super::yaml::{Entry, Node, Value};
use super::comparison::{bare, default, named};
use super::field::field;
use crate::rules::{Cond, Field};

/// Conditions of a later version.
const LATER: [&str; 4] = ["within", "outside", "more_than", "expr"];

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
        later if LATER.contains(&later) => {
            not_yet(cx, entry.spot, &format!("`{later}`"));
            None
        }
        name => {
            let field = field(cx, name, entry.spot, Code::UnknownKey)?;
            tests(cx, &field, entry)
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

/// What a field is tested with. A list means any of; several tests in one mapping must all hold.
fn tests(cx: &mut Check<'_>, field: &Field, entry: &Entry) -> Option<Cond> {
    let (head, node) = (entry.spot, &entry.value);
    if node.is_null() {
        cx.error(Code::EmptyCondition, head, "this condition has nothing to look for")
            .hint("write a text, or `{ exists: true }`");
        return None;
    }
    let field = default(cx, field, node)?;
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
            simple.push(bare(cx, &field, node)?);
            continue;
        };
        let mut each = Vec::new();
        for entry in entries.iter().filter(|entry| entry.key.as_deref() != Some("default")) {
            each.push(named(cx, &field, entry)?);
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
