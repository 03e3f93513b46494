//! `webhook:` its source and its body as `json`, `form`, `text` or `file`. May import the rest of config. Signatures are not needed here.

use super::super::check::Check;
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::yaml::{Entry, Node, Value};
use super::case::required;
use super::given::{file, pairs};
use super::{HookBody, HookGiven, mail};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const TEXT: &str = "text/plain";
/// The ways of giving a body.
const BODIES: [&str; 4] = ["json", "form", "text", "file"];

/// Reads `webhook:`.
pub(super) fn hook(cx: &mut Check<'_>, entry: &Entry) -> Option<HookGiven> {
    let known: Vec<&str> = BODIES.into_iter().chain(["source", "headers", "query"]).collect();
    let fields = Fields::open(cx, entry.spot, &entry.value, "`webhook`", &known, &[])?;
    let source = fields.get("source").map(|node| mail::source(cx, node));
    let headers = fields.get("headers").map_or(Some(Vec::new()), |node| mail::headers(cx, node));
    let query = fields.get("query").map_or(Some(Vec::new()), |node| pairs(cx, node, "texts"));
    let bodies: Vec<&Entry> = BODIES.into_iter().filter_map(|key| fields.entry(key)).collect();
    let body = match bodies.as_slice() {
        [] if BODIES.into_iter().any(|key| fields.reported(key)) => None,
        [] => {
            cx.error(Code::MissingKey, entry.spot, "this webhook has no body")
                .hint("give it as `json:`, `form:`, `text:`, or name a `file:`");
            None
        }
        [one] => body(cx, one),
        [first, second, ..] => {
            let place = cx.place(first.spot);
            cx.error(Code::NoEffect, second.spot, "a webhook has one body")
                .related(place, "the other is here")
                .hint("remove one of the two");
            None
        }
    };
    Some(HookGiven {
        place: cx.place(entry.spot),
        source: required(source)?,
        body: body?,
        headers: headers?,
        query: query?,
    })
}

fn body(cx: &mut Check<'_>, entry: &Entry) -> Option<HookBody> {
    let node = &entry.value;
    let (media_type, bytes) = match entry.key.as_deref().unwrap_or_default() {
        // A text is JSON as it would be sent; anything else is written as JSON.
        "json" => match &node.value {
            Value::Text(text) => (JSON, text.clone().into_bytes()),
            _ => (JSON, json(node).to_string().into_bytes()),
        },
        "form" => {
            let pairs = pairs(cx, node, "texts")?;
            let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
            (FORM, form.into_bytes())
        }
        "text" => (TEXT, cx.text(node)?.as_bytes().to_vec()),
        _ => {
            let name = cx.full_text(node)?;
            let ending = name.rsplit('.').next().unwrap_or_default();
            let media_type = match ending {
                "txt" => TEXT,
                "form" => FORM,
                _ => JSON,
            };
            (media_type, file(cx, node.spot, name)?)
        }
    };
    Some(HookBody { media_type, bytes })
}

/// A YAML value as JSON. A number stays as it is written where JSON knows the form.
fn json(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(b) => (*b).into(),
        Value::Number(number, text) => text
            .parse::<serde_json::Number>()
            .map_or_else(|_| (*number).into(), serde_json::Value::Number),
        Value::Text(text) | Value::Tagged(text) => text.as_str().into(),
        Value::List(nodes) => nodes.iter().map(json).collect(),
        Value::Map(entries) => {
            let pairs = entries
                .iter()
                .map(|entry| (entry.key.clone().unwrap_or_default(), json(&entry.value)));
            serde_json::Value::Object(pairs.collect())
        }
    }
}
