//! What templates see of a message. May import model and fields. Only what a rule's templates name is built; what a message does not have is undefined, not empty.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::Value;
use minijinja::value::Serde;
use serde_json::Value as Json;

use crate::model::{Body, Mailbox, Message};
use crate::rules::field::{MAX_JSON_DEPTH, depth_within};

/// The names every template may use; `each` comes with `each:`, extracted names with `extract:`.
pub(in crate::rules) const NAMES: [&str; 14] = [
    "source",
    "kind",
    "from",
    "from_name",
    "to",
    "cc",
    "subject",
    "body",
    "text",
    "header",
    "json",
    "form",
    "query",
    "message_id",
];

/// Values by name.
#[derive(Debug, Clone, Default)]
pub(in crate::rules) struct Vars {
    values: BTreeMap<String, Value>,
    missing: BTreeMap<String, String>,
}

impl Vars {
    /// Those of the message's own values that are among `needed`.
    ///
    /// # Errors
    /// When its JSON is nested too deep to be shown.
    pub(in crate::rules) fn of(message: &Message, needed: &BTreeSet<String>) -> Result<Self, String> {
        let mut vars = Self::default();
        for name in NAMES.into_iter().filter(|name| needed.contains(*name)) {
            match value(message, name)? {
                Some(value) => vars.set(name, value),
                None => vars.lack(name, format!("this message has no `{name}`")),
            }
        }
        Ok(vars)
    }

    /// Gives a name a value.
    pub(in crate::rules) fn set(&mut self, name: &str, value: Value) {
        self.missing.remove(name);
        self.values.insert(name.to_owned(), value);
    }

    /// Says why a name has no value.
    pub(in crate::rules) fn lack(&mut self, name: &str, why: String) {
        self.values.remove(name);
        self.missing.insert(name.to_owned(), why);
    }

    /// Gives `each` its element.
    ///
    /// # Errors
    /// When it is nested too deep to be shown.
    pub(in crate::rules) fn set_each(&mut self, element: &Json) -> Result<(), String> {
        self.set("each", shallow(element)?);
        Ok(())
    }

    /// Why a name has no value, if it has none.
    pub(super) fn why_missing(&self, name: &str) -> Option<&str> {
        self.missing.get(name).map(String::as_str)
    }

    /// All values, for minijinja.
    pub(super) fn context(&self) -> Value {
        Value::from(self.values.clone())
    }
}

fn value(message: &Message, name: &str) -> Result<Option<Value>, String> {
    let mail = message.mail();
    let hook = message.hook();
    Ok(match name {
        "source" => Some(Value::from(message.source.as_str())),
        "kind" => Some(Value::from(message.kind().as_str())),
        "from" => mail.and_then(|m| m.from.first()).map(|b| Value::from(b.address.as_str())),
        "from_name" => mail.and_then(|m| m.from.first()?.name.as_deref()).map(Value::from),
        "to" => mail.map(|m| addresses(&m.to)),
        "cc" => mail.map(|m| addresses(&m.cc)),
        "subject" => mail.map(|m| Value::from(m.subject.as_str())),
        "body" => mail.map(|m| m.new_text.as_str()).or(hook.map(|h| h.text.as_str())).map(Value::from),
        "text" => mail.map(|m| m.text.as_str()).or(hook.map(|h| h.text.as_str())).map(Value::from),
        "message_id" => mail.and_then(|m| m.message_id.as_deref()).map(Value::from),
        "form" => hook.map(|h| first_values(&h.form, |name| name.to_owned())),
        "query" => hook.map(|h| first_values(&h.query, |name| name.to_owned())),
        "header" => match &message.body {
            Body::Mail(mail) => Some(first_values(&mail.headers, |name| name.to_ascii_lowercase())),
            Body::Hook(hook) => Some(first_values(&hook.headers, |name| name.to_ascii_lowercase())),
            Body::Unparsed { .. } => None,
        },
        "json" => hook.and_then(|h| h.json.as_ref()).map(shallow).transpose()?,
        _ => None,
    })
}

/// JSON as a value; the conversion is recursive, so its depth is looked at first.
fn shallow(json: &Json) -> Result<Value, String> {
    if depth_within(json, MAX_JSON_DEPTH) {
        Ok(Value::from(Serde(json)))
    } else {
        Err(format!("the JSON is nested deeper than {MAX_JSON_DEPTH} levels"))
    }
}

fn addresses(boxes: &[Mailbox]) -> Value {
    boxes.iter().map(|mailbox| mailbox.address.as_str()).collect()
}

fn first_values(pairs: &[(String, String)], spelled: impl Fn(&str) -> String) -> Value {
    let mut map = BTreeMap::new();
    for (name, value) in pairs {
        map.entry(spelled(name)).or_insert_with(|| Value::from(value.as_str()));
    }
    Value::from(map)
}
