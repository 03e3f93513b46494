//! What comes in: one of `mail`, `webhook`, or a person who answers. May import the rest of config. Files are read here, so that `check` misses none.

use std::path::Path;

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::files;
use super::super::texts::Spot;
use super::super::yaml::{Entry, Node, Value};
use super::{Given, hook, mail};
use crate::model::ItemId;

/// The keys that say what comes in.
pub(super) const GIVEN: [&str; 2] = ["mail", "webhook"];
/// Who asked, as somebody who answers.
pub(super) const REQUESTER: &str = "requester";
/// The largest file a case may give, in bytes.
const MAX_GIVEN_BYTES: u64 = 25 * 1024 * 1024;

/// Reads what a case without steps gives. The outer `None`: it was there and is wrong.
pub(super) fn given(cx: &mut Check<'_>, fields: &Fields<'_>) -> Option<Option<Given>> {
    if GIVEN.iter().any(|key| fields.reported(key)) {
        return None;
    }
    let (mail, hook) = (fields.entry("mail"), fields.entry("webhook"));
    if let (Some(first), Some(second)) = (mail, hook) {
        two(cx, first, second);
        return None;
    }
    match (mail, hook) {
        (Some(entry), _) => mail::mail(cx, entry).map(|mail| Some(Given::Mail(Box::new(mail)))),
        (_, Some(entry)) => hook::hook(cx, entry).map(|hook| Some(Given::Hook(Box::new(hook)))),
        (None, None) => Some(None),
    }
}

/// Reads what a step gives: a message, or an answer under the name of who writes it.
pub(super) fn of_step(cx: &mut Check<'_>, fields: &Fields<'_>, people: &[String]) -> Option<Option<Given>> {
    let mut answers = people.iter().map(String::as_str).chain([REQUESTER]);
    let answer = answers.find_map(|who| Some((who, fields.entry(who).filter(|_| !reserved(who))?)));
    let Some((who, entry)) = answer else {
        return given(cx, fields);
    };
    let further = answers.find_map(|who| fields.entry(who).filter(|_| !reserved(who)));
    if let Some(second) = GIVEN.iter().find_map(|key| fields.entry(key)).or(further) {
        two(cx, entry, second);
        return None;
    }
    let (text, item) = match &entry.value.value {
        Value::Map(_) => {
            let parts = Fields::open(cx, entry.spot, &entry.value, &format!("the answer of {who}"), &["on", "says"], &[])?;
            let item = parts.get("on").map(|node| item_id(cx, node));
            let says = parts.require(cx, "says", "what they write: `says: accept`")?;
            (cx.full_text(says)?.to_owned(), super::case::required(item)?)
        }
        _ => (cx.full_text(&entry.value)?.to_owned(), None),
    };
    Some(Some(Given::Answer {
        who: who.to_owned(),
        item,
        text,
    }))
}

/// Whether a person's name is one of the other keys of a step: then they cannot answer in one.
fn reserved(who: &str) -> bool {
    GIVEN.contains(&who) || ["at", "expect"].contains(&who)
}

/// Reports what cannot stand beside `key`.
pub(super) fn alone(cx: &mut Check<'_>, fields: &Fields<'_>, key: &str) {
    for other in GIVEN.iter().filter_map(|given| fields.entry(given)) {
        let text = format!("`{}` stands beside `{key}`", other.key.as_deref().unwrap_or_default());
        cx.error(Code::NoEffect, other.spot, text)
            .hint("write it in the step in which it comes in: `- { at: mon 09:00, mail: … }`");
    }
}

fn two(cx: &mut Check<'_>, first: &Entry, second: &Entry) {
    let place = cx.place(first.spot);
    let name = |entry: &Entry| shown(entry.key.as_deref().unwrap_or_default());
    let text = format!("`{}` and `{}` come in at once", name(first), name(second));
    cx.error(Code::NoEffect, second.spot, text)
        .related(place, "the other is here")
        .hint("write one after the other, as two of `steps:`");
}

/// The id of an item.
pub(super) fn item_id(cx: &mut Check<'_>, node: &Node) -> Option<ItemId> {
    let text = cx.full_text(node)?;
    match text.parse::<ItemId>() {
        Ok(id) => Some(id),
        Err(error) => {
            cx.error(Code::BadWord, node.spot, error.to_string())
                .hint("an id is the queue's prefix and a number: the first item of a case is number 1");
            None
        }
    }
}

/// The bytes of a file, named from the folder of the file that names it.
pub(super) fn file(cx: &mut Check<'_>, spot: Spot, name: &str) -> Option<Vec<u8>> {
    let here = cx.place(spot).file;
    let folder = Path::new(&*here).parent().unwrap_or(Path::new(""));
    let path = cx.root().join(folder).join(name);
    match files::read(&path, MAX_GIVEN_BYTES) {
        Ok(bytes) => Some(bytes),
        Err((code, why)) => {
            let why = match code {
                Code::FileTooLarge => format!("larger than {MAX_GIVEN_BYTES} bytes (25 MiB)"),
                _ => why,
            };
            cx.error(Code::GivenMissing, spot, format!("`{}`: {why}", shown(name)))
                .hint("the path starts at the folder of the file it is written in");
            None
        }
    }
}

/// Pairs of a name and a text, in order.
pub(super) fn pairs(cx: &mut Check<'_>, node: &Node, what: &str) -> Option<Vec<(String, String)>> {
    let Value::Map(entries) = &node.value else {
        cx.wrong_type(node, &format!("a mapping from names to {what}"));
        return None;
    };
    let mut found = Vec::with_capacity(entries.len());
    for entry in entries {
        let name = super::super::fields::key(cx, entry)?;
        for node in entry.value.one_or_many() {
            found.push((name.to_owned(), scalar(cx, node)?));
        }
    }
    Some(found)
}

/// A text, or a number or truth value as it is written.
pub(super) fn scalar(cx: &mut Check<'_>, node: &Node) -> Option<String> {
    match &node.value {
        Value::Number(_, text) => Some(text.clone()),
        Value::Bool(b) => Some(b.to_string()),
        _ => cx.text(node).map(str::to_owned),
    }
}
