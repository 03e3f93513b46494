//! `when`: conditions and how they nest. May import the rest of config. What a condition looks at is read in `field`, how its value is tested in `comparison`.

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::{Fields, key};
use super::super::yaml::{Entry, Node, Value};
use super::calendar;
use super::comparison::{bare, default, named};
use super::field::field;
use crate::model::Span;
use crate::rules::{Cond, Field, MAX_COUNT, MoreThan, Test, Text};

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
        "within" => hours(cx, Field::Within, &entry.value),
        "outside" => hours(cx, Field::Outside, &entry.value),
        "expr" => expression(cx, &entry.value),
        "more_than" => more_than(cx, entry),
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

/// `within: CALENDAR`, `outside: CALENDAR`: by the hours of one of them.
fn hours(cx: &mut Check<'_>, field: Field, node: &Node) -> Option<Cond> {
    let nodes = cx.one_or_many(node, Code::EmptyCondition, "calendars");
    let names: Vec<Option<Test>> = nodes.iter().map(|node| open(cx, node)).collect();
    let tests: Vec<Test> = names.into_iter().collect::<Option<_>>()?;
    (!tests.is_empty()).then(|| Cond::Field {
        field,
        tests,
        place: cx.place(node.spot),
    })
}

fn open(cx: &mut Check<'_>, node: &Node) -> Option<Test> {
    let name = calendar::reference(cx, node)?;
    if cx.names.without_hours.contains(name.as_str()) {
        cx.error(
            Code::NoHours,
            node.spot,
            format!("calendar `{name}` has no hours, so nothing ever comes within them"),
        )
        .hint("give it `hours`, or name another");
        return None;
    }
    Some(Test::Is(name.to_string()))
}

/// `expr: json.count > 5`
fn expression(cx: &mut Check<'_>, node: &Node) -> Option<Cond> {
    let text = match &node.value {
        Value::Bool(truth) => {
            cx.error(Code::BadExpr, node.spot, format!("`{truth}` is always {truth}"))
                .hint("name a part of the message, as in `expr: json.count > 5`, or remove it");
            return None;
        }
        _ => cx.full_text(node)?,
    };
    Some(Cond::Expr(Text {
        text: text.to_owned(),
        place: cx.place(node.spot),
    }))
}

/// `more_than: { count: 10, in: 1h, per: "{{ from }}" }`
fn more_than(cx: &mut Check<'_>, entry: &Entry) -> Option<Cond> {
    let fields = Fields::open(cx, entry.spot, &entry.value, "`more_than`", &["count", "in", "per"], &[])?;
    let count = fields.require(cx, "count", "the most that is not yet more, such as `count: 10`");
    let count = count.and_then(|node| cx.number(node, 1, MAX_COUNT));
    let time = fields.require(cx, "in", "the time looked back on, such as `in: 1h`");
    let seconds = time.and_then(|node| {
        let span: Span = cx.parsed(node, Code::BadDuration, "a duration")?;
        let Span::Elapsed(seconds) = span else {
            cx.error(
                Code::BadDuration,
                node.spot,
                "what is counted is counted in time that passes, not in working time",
            )
            .hint("write a time such as `1h` or `2d`");
            return None;
        };
        Some(seconds)
    });
    let per = fields.get("per").map(|node| {
        let text = cx.full_text(node)?.to_owned();
        Some(Text {
            text,
            place: cx.place(node.spot),
        })
    });
    if matches!(per, Some(None)) || fields.reported("per") {
        return None;
    }
    Some(Cond::More(MoreThan {
        count: count?,
        seconds: seconds?,
        per: per.flatten(),
        place: cx.place(entry.spot),
    }))
}
