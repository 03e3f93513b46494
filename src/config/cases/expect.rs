//! `expect:` what must be so. May import the rest of config. A name that does not exist is told here: a case that expects it could never pass.

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::{Fields, key};
use super::super::names::NameSet;
use super::super::nearest::nearest;
use super::super::section::queue::QUARANTINE;
use super::super::texts::Spot;
use super::super::yaml::{Node, Value};
use super::given::{item_id, scalar};
use super::{Expect, Pattern, Want, Wanted, notice};
use crate::model::{Priority, State};

/// The word for no holder, no key, no item.
const NOBODY: &str = "nobody";
pub(super) const NONE: &str = "none";
/// The most items one expectation lists.
const MAX_ITEMS: u32 = 10_000;

const KEYS: [&str; 20] = [
    "item",
    "items",
    "rule",
    "unmatched",
    "failure",
    "drop",
    "joins",
    "repeat",
    "queue",
    "title",
    "priority",
    "labels",
    "fields",
    "key",
    "state",
    "holder",
    "accountable",
    "requester",
    "deadlines",
    "notices",
];

const PRIORITIES: [(&str, Priority); 4] = [
    ("low", Priority::Low),
    ("normal", Priority::Normal),
    ("high", Priority::High),
    ("urgent", Priority::Urgent),
];

const STATES: [(&str, State); 10] = [
    ("offered", State::Offered),
    ("accepted", State::Accepted),
    ("waiting", State::Waiting),
    ("snoozed", State::Snoozed),
    ("blocked", State::Blocked),
    ("parked", State::Parked),
    ("collecting", State::Collecting),
    ("muted", State::Muted),
    ("done", State::Done),
    ("dropped", State::Dropped),
];

/// Reads `expect:`.
pub(super) fn expect(cx: &mut Check<'_>, head: Spot, node: &Node) -> Option<Expect> {
    let fields = Fields::open(cx, head, node, "`expect`", &KEYS, &[])?;
    let item = fields.get("item").map(|node| item_id(cx, node));
    let mut wants: Vec<Option<Want>> = Vec::new();
    for name in KEYS.into_iter().filter(|name| *name != "item") {
        let Some(node) = fields.get(name) else { continue };
        if name == "fields" {
            wants.extend(item_fields(cx, node));
            continue;
        }
        if name == "deadlines" {
            wants.extend(notice::deadlines(cx, node));
            continue;
        }
        let place = cx.place(node.spot);
        wants.push(wanted(cx, name, node).map(|what| Want { place, what }));
    }
    if wants.is_empty() && !KEYS.iter().any(|name| fields.reported(name)) {
        cx.error(
            Code::CaseWithoutExpectation,
            head,
            "this `expect` names nothing, so it always holds",
        )
        .hint(format!("its keys are {}", KEYS.join(", ")));
    }
    Some(Expect {
        place: cx.place(head),
        item: super::case::required(item)?,
        wants: wants.into_iter().collect::<Option<_>>()?,
    })
}

fn wanted(cx: &mut Check<'_>, name: &str, node: &Node) -> Option<Wanted> {
    Some(match name {
        "items" => return items(cx, node),
        "rule" => Wanted::Rule(pattern(cx, node)?),
        "unmatched" => Wanted::Unmatched(flag(cx, node)?),
        "failure" => Wanted::Failure(pattern(cx, node)?),
        "drop" => Wanted::Drop(pattern(cx, node)?),
        "joins" => Wanted::Joins(flag(cx, node)?),
        "repeat" => Wanted::Repeat(flag(cx, node)?),
        "queue" => Wanted::Queue(queue(cx, node)?),
        "title" => Wanted::Title(pattern(cx, node)?),
        "priority" => Wanted::Priority(cx.word(node, &PRIORITIES)?),
        "labels" => Wanted::Labels(match &node.value {
            Value::List(nodes) => nodes.iter().map(|node| pattern(cx, node)).collect::<Option<_>>()?,
            _ => vec![pattern(cx, node)?],
        }),
        "key" => Wanted::Key(Some(pattern(cx, node)?).filter(|key| key.as_str() != NONE)),
        "state" => Wanted::State(cx.word(node, &STATES)?),
        "holder" => Wanted::Holder(person(cx, node, true)?),
        "accountable" => Wanted::Accountable(person(cx, node, false)??),
        "notices" => Wanted::Notices(notice::notices(cx, node)?),
        _ => Wanted::Requester(pattern(cx, node)?),
    })
}

fn items(cx: &mut Check<'_>, node: &Node) -> Option<Wanted> {
    match &node.value {
        Value::List(nodes) => {
            let read: Vec<Option<Expect>> = nodes.iter().map(|node| expect(cx, node.spot, node)).collect();
            Some(Wanted::Items(read.into_iter().collect::<Option<_>>()?))
        }
        Value::Text(text) if text == NONE => Some(Wanted::Count(0)),
        Value::Number(..) => cx.number(node, 0, MAX_ITEMS).map(|n| Wanted::Count(n as usize)),
        _ => {
            cx.wrong_type(node, "a number of items, `none`, or a list of what each of them is");
            None
        }
    }
}

/// A text with `*` and `?`; a number is taken as it is written.
pub(super) fn pattern(cx: &mut Check<'_>, node: &Node) -> Option<Pattern> {
    let text = scalar(cx, node)?;
    let pattern = Pattern::new(&text);
    if pattern.is_none() {
        cx.error(Code::BadGlob, node.spot, "this text is too long to compare with")
            .hint("write its beginning and `*`");
    }
    pattern
}

fn flag(cx: &mut Check<'_>, node: &Node) -> Option<bool> {
    if let Value::Bool(b) = node.value {
        return Some(b);
    }
    cx.wrong_type(node, "`true` or `false`");
    None
}

fn queue(cx: &mut Check<'_>, node: &Node) -> Option<Pattern> {
    let pattern = pattern(cx, node)?;
    let known = |names: &NameSet, name: &str| name == QUARANTINE || names.has(name);
    if pattern.is_plain() && !known(&cx.names.queues, pattern.as_str()) {
        let near = nearest(pattern.as_str(), cx.names.queues.iter()).map(str::to_owned);
        let text = format!("there is no queue named `{}`", shown(pattern.as_str()));
        cx.error(Code::UnknownQueue, node.spot, text)
            .hint("name one of `queues:`")
            .did_you_mean(near.as_deref());
        return None;
    }
    Some(pattern)
}

/// A person; the inner `None` is nobody.
#[allow(clippy::option_option)] // the outer one is a mistake that was told
pub(super) fn person(cx: &mut Check<'_>, node: &Node, nobody: bool) -> Option<Option<Pattern>> {
    let pattern = pattern(cx, node)?;
    if nobody && pattern.as_str() == NOBODY {
        return Some(None);
    }
    if pattern.is_plain() && !cx.names.people.has(pattern.as_str()) {
        let near = nearest(pattern.as_str(), cx.names.people.iter()).map(str::to_owned);
        let text = format!("there is no person named `{}`", shown(pattern.as_str()));
        cx.error(Code::UnknownPerson, node.spot, text)
            .hint(if nobody {
                "name one of `people:`, or `nobody`"
            } else {
                "name one of `people:`"
            })
            .did_you_mean(near.as_deref());
        return None;
    }
    Some(Some(pattern))
}

/// `fields: { order: "123" }`; `~` means that there is no such field.
fn item_fields(cx: &mut Check<'_>, node: &Node) -> Vec<Option<Want>> {
    let Value::Map(entries) = &node.value else {
        cx.wrong_type(node, "a mapping from names of fields to their values");
        return vec![None];
    };
    let mut wants = Vec::with_capacity(entries.len());
    for entry in entries {
        let place = cx.place(entry.value.spot);
        let value = if entry.value.is_null() {
            Some(None)
        } else {
            pattern(cx, &entry.value).map(Some)
        };
        let name = key(cx, entry);
        wants.push(name.zip(value).map(|(name, value)| Want {
            place,
            what: Wanted::Field(name.to_owned(), value),
        }));
    }
    wants
}
