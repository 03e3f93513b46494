//! `then`: what follows from a rule. May import the rest of config. Exactly one of `queue`, `close`, `drop`, and nothing beside it that would be ignored.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::{Fields, key};
use super::super::texts::Spot;
use super::super::yaml::{Entry, Node, Value};
use super::call::call;
use super::deed;
use super::desk::queue;
use super::escalation::{duration, priority};
use super::once;
use super::party::{ASSIGN, Targets, party, pick};
use super::quiet;
use crate::model::{Collect, Group, QueueName, Span};
use crate::rules::{Actions, CloseDef, Text};

/// Where a message can end.
const ENDS: [&str; 3] = ["queue", "close", "drop"];
/// What describes a new item, and so has no effect beside `close` and `drop`.
const OF_ITEM: [&str; 11] = [
    "title", "priority", "labels", "fields", "assign", "pick", "due", "key", "note", "group", "mute",
];
/// What is done besides; `drop` takes an answer only.
const BESIDES: [&str; 6] = ["reply", "tell", "forward", "call", "expect", "round"];

/// The most messages a group can be told to wait for.
const MAX_GROUP: u32 = 100_000;

/// Reads `then`.
pub(crate) fn actions(cx: &mut Check<'_>, entry: &Entry, what: &str, targets: &mut Targets) -> Option<Actions> {
    let known = [&ENDS[..], &OF_ITEM[..], &BESIDES[..]].concat();
    let fields = Fields::open(cx, entry.spot, &entry.value, &format!("`then` of {what}"), &known, &[])?;
    ends(cx, &fields, entry.spot, what);
    let text = |cx: &mut Check<'_>, key: &str| match fields.get(key) {
        Some(node) => template(cx, node).map(Some),
        None => Some(None),
    };
    let (title, key_text, note, drop) = (text(cx, "title"), text(cx, "key"), text(cx, "note"), text(cx, "drop"));
    let due = text(cx, "due");
    let queue = fields.get("queue").map(|node| queue(cx, node));
    counted(cx, fields.get("due"), queue.as_ref().and_then(Option::as_ref));
    let priority = fields.get("priority").map(|node| priority(cx, node));
    let assign = fields.get("assign").map(|node| party(cx, node, ASSIGN, targets));
    let labels = fields.get("labels").map(|node| labels(cx, node)).unwrap_or_default();
    let pick = fields
        .entry("pick")
        .map(|entry| pick(cx, entry, assign.as_ref().and_then(Option::as_ref)));
    let (set, values) = fields.get("fields").map(|node| set(cx, node)).unwrap_or_default();
    let close = fields.entry("close").map(|entry| close(cx, entry, what));
    let group = fields.entry("group").map(|entry| group(cx, entry, what));
    if let (Some(group), Some(key)) = (fields.entry("group"), fields.entry("key")) {
        let place = cx.place(group.spot);
        cx.error(Code::NoEffect, key.spot, "`key` has no effect beside `group`")
            .related(place, "what is grouped has `by` as its key")
            .hint("remove it; messages with the same `by` join, and `close: { key }` closes by it");
    }
    let (by, collect) = match group {
        Some(group) => group.map(|(by, collect)| (Some(by), Some(collect)))?,
        None => (None, None),
    };
    let mute = match fields.entry("mute") {
        Some(entry) => Some(quiet::mute(cx, entry, what, queue.as_ref().and_then(Option::as_ref))?),
        None => None,
    };
    let reply = fields.entry("reply").map(|entry| deed::reply(cx, entry, what));
    let tell = fields.entry("tell").map(|entry| deed::tell(cx, entry, what, targets));
    let forward = fields.entry("forward").map(|entry| deed::forward(cx, entry, what, targets));
    let call = fields.entry("call").map(|entry| call(cx, entry, what));
    let awaited = match fields.entry("expect") {
        Some(entry) => Some(once::expect(cx, entry, what)?),
        None => None,
    };
    let round = match fields.entry("round") {
        Some(entry) => Some(deed::round(cx, entry, what)?),
        None => None,
    };
    if matches!(reply, Some(None)) || matches!(tell, Some(None)) || matches!(forward, Some(None)) || matches!(call, Some(None)) {
        return None;
    }
    Some(Actions {
        queue: queue.flatten(),
        title: title?,
        priority: priority.flatten(),
        labels,
        fields: set,
        values,
        assign: assign.flatten(),
        pick: pick.flatten(),
        due: due?,
        key: key_text?.or(by),
        collect,
        note: note?,
        mute,
        close: close.flatten(),
        drop: drop?,
        reply: reply.flatten(),
        tell: tell.flatten(),
        forward: forward.flatten(),
        call: call.flatten(),
        expect: awaited,
        round,
    })
}

/// Exactly one end, and nothing beside `close` or `drop`.
fn ends(cx: &mut Check<'_>, fields: &Fields<'_>, head: Spot, what: &str) {
    let given: Vec<&Entry> = ENDS.iter().filter_map(|key| fields.entry(key)).collect();
    match given.as_slice() {
        [] if ENDS.iter().any(|key| fields.reported(key)) => {}
        [] => {
            cx.error(
                Code::RuleWithoutEnd,
                head,
                format!("{what} says neither `queue`, `close` nor `drop`"),
            )
            .hint("say which queue: `queue: NAME`; or let messages go: `drop: WHY`");
        }
        [one] => {
            let end = one.key.as_deref().unwrap_or_default();
            let let_go = BESIDES.iter().filter(|key| end == "drop" && **key != "reply");
            for key in OF_ITEM.iter().filter(|_| end != "queue").chain(let_go) {
                if let Some(entry) = fields.entry(key) {
                    cx.error(Code::NoEffect, entry.spot, format!("`{key}` has no effect beside `{end}`"))
                        .hint(match (end, *key) {
                            ("close", "key" | "note") => "put it into `close: { key, queue, note }`",
                            _ => "remove it",
                        });
                }
            }
        }
        [first, others @ ..] => {
            for other in others {
                let place = cx.place(first.spot);
                let text = format!("{what} leads to two places");
                cx.error(Code::RuleWithTwoEnds, other.spot, text)
                    .related(place, "the first")
                    .hint("keep one of `queue`, `close`, `drop`, or split the rule");
            }
        }
    }
}

/// A template with its place.
pub(crate) fn template(cx: &mut Check<'_>, node: &Node) -> Option<Text> {
    let text = match &node.value {
        // A bare number is the same text as a quoted one.
        Value::Number(_, text) => text,
        Value::Text(text) => text,
        _ => {
            cx.text(node)?;
            return None;
        }
    };
    if text.trim().is_empty() {
        cx.error(Code::EmptyText, node.spot, "this text is empty")
            .hint("write something, or remove the key");
        return None;
    }
    Some(Text {
        text: text.clone(),
        place: cx.place(node.spot),
    })
}

fn labels(cx: &mut Check<'_>, node: &Node) -> Vec<Text> {
    node.one_or_many().iter().filter_map(|node| template(cx, node)).collect()
}

/// Notes that a rule counts working time in its queue's calendar.
pub(super) fn counted(cx: &mut Check<'_>, due: Option<&Node>, queue: Option<&QueueName>) {
    let (Some(node), Some(queue)) = (due, queue) else { return };
    let Value::Text(text) = &node.value else { return };
    if text.parse::<Span>().is_ok_and(Span::is_working) {
        cx.working.push((queue.clone(), node.spot));
    }
}

/// Fields that are templates, and those that stand as they are.
pub(crate) type Set = (Vec<(String, Text)>, BTreeMap<String, Json>);

/// Names and their values: templates, and what stands as it is.
pub(crate) fn set(cx: &mut Check<'_>, node: &Node) -> Set {
    let (mut set, mut values) = Set::default();
    let Value::Map(entries) = &node.value else {
        cx.wrong_type(node, "a mapping from names to values");
        return (set, values);
    };
    for entry in entries {
        let Some(name) = key(cx, entry) else { continue };
        if !is_identifier(name) {
            not_a_field(cx, entry.spot, name);
        } else if values.contains_key(name) || set.iter().any(|(other, _)| other == name) {
            cx.error(Code::DefinedTwice, entry.spot, format!("the field `{name}` stands twice"))
                .hint("remove one of the two");
        } else if let Some(value) = literal(&entry.value) {
            values.insert(name.to_owned(), value);
        } else if let Some(text) = template(cx, &entry.value) {
            set.push((name.to_owned(), text));
        }
    }
    (set, values)
}

/// A number, true or false: it stays what it is.
fn literal(node: &Node) -> Option<Json> {
    match &node.value {
        Value::Bool(value) => Some(Json::Bool(*value)),
        // Written as JSON writes it, so that a whole number stays whole; `0123` is text.
        Value::Number(_, text) => serde_json::from_str(text).ok().filter(Json::is_number),
        _ => None,
    }
}

/// Reports a name that templates could not say.
pub(crate) fn not_a_field(cx: &mut Check<'_>, spot: Spot, name: &str) {
    cx.error(Code::BadName, spot, format!("`{}` cannot be the name of a field", shown(name)))
        .hint("letters, digits and `_`, not starting with a digit, so that templates can say it");
}

/// Whether templates can say a name.
pub(crate) fn is_identifier(name: &str) -> bool {
    let starts = name.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    starts && name.len() <= 64 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// `close: { key, queue, note }`
fn close(cx: &mut Check<'_>, entry: &Entry, what: &str) -> Option<CloseDef> {
    let known = ["key", "queue", "note"];
    let fields = Fields::open(cx, entry.spot, &entry.value, &format!("`close` of {what}"), &known, &[])?;
    let key = fields.require(cx, "key", "the key of the open item, such as \"{{ json.id }}\"");
    let key = key.and_then(|node| template(cx, node));
    let within = fields.get("queue").map(|node| queue(cx, node));
    let note = fields.get("note").and_then(|node: &Node| template(cx, node));
    if matches!(within, Some(None)) {
        return None;
    }
    Some(CloseDef {
        key: key?,
        queue: within.flatten(),
        note,
    })
}

/// `group: { by, wait, max }`
fn group(cx: &mut Check<'_>, entry: &Entry, what: &str) -> Option<(Text, Collect)> {
    let known = ["by", "wait", "max"];
    let fields = Fields::open(cx, entry.spot, &entry.value, &format!("`group` of {what}"), &known, &[])?;
    let by = fields.require(
        cx,
        "by",
        "what the messages of a group have in common, such as \"{{ json.alertname }}\"",
    );
    let by = by.and_then(|node| template(cx, node));
    let wait = fields.require(cx, "wait", "how long messages are collected at most, such as 10m");
    let wait = wait.and_then(|node| wait_of(cx, node));
    let max = fields.get("max").map_or(Some(None), |node| cx.number(node, 1, MAX_GROUP).map(Some));
    Some((by?, Collect { wait: wait?, max: max? }))
}

/// Elapsed time of at most a day.
fn wait_of(cx: &mut Check<'_>, node: &Node) -> Option<Span> {
    let span = duration(cx, node)?;
    if matches!(span, Span::Elapsed(seconds) if seconds <= Group::MAX_WAIT_SECONDS) {
        return Some(span);
    }
    cx.error(Code::BadWait, node.spot, format!("nobody waits {span} to hear of what is grouped"))
        .hint("write elapsed time of at most a day, such as 10m");
    None
}
