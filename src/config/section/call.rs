//! `call`: a web address that is told. May import the rest of config. The address stands fixed in the file: nothing a stranger writes leads a call elsewhere.

use url::Url;

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::texts::Spot;
use super::super::yaml::{Entry, Node, Value};
use super::action::{set, template};
use crate::rules::{CallBody, CallDef};

/// The event of a call by an escalation that names none.
const ESCALATED: &str = "item.escalated";
/// The most characters of an event's name.
const MAX_EVENT_CHARS: usize = 64;

/// `call: URL`, or `call: { url, event, body }`. In place of an address a name under `send.webhooks` can stand.
pub(crate) fn call(cx: &mut Check<'_>, entry: &Entry, what: &str) -> Option<CallDef> {
    written(cx, entry, what, &["url", "event", "body"])
}

/// `call: URL`, or `call: { url, event }`, where there is no message to speak of: the address and the event's name.
pub(crate) fn plain_call(cx: &mut Check<'_>, entry: &Entry, what: &str) -> Option<(String, String)> {
    let def = written(cx, entry, what, &["url", "event"])?;
    Some((def.url, def.event.unwrap_or_else(|| ESCALATED.to_owned())))
}

fn written(cx: &mut Check<'_>, entry: &Entry, what: &str, known: &[&str]) -> Option<CallDef> {
    let def = read(cx, entry, what, known)?;
    if !cx.webhooks.values().any(|url| *url == def.url) {
        cx.warning(Code::CallUnsigned, entry.spot, format!("the call of {what} goes out unsigned"))
            .hint("give the address a name and a secret: `send: { webhooks: { ci: { url: …, secret: \"${env:CI_SECRET}\" } } }`, and write `call: ci`");
    }
    Some(def)
}

fn read(cx: &mut Check<'_>, entry: &Entry, what: &str, known: &[&str]) -> Option<CallDef> {
    if !matches!(entry.value.value, Value::Map(_)) {
        let url = named_or_address(cx, &entry.value)?;
        return Some(CallDef {
            url,
            event: None,
            body: None,
        });
    }
    let fields = Fields::open(cx, entry.spot, &entry.value, &format!("`call` of {what}"), known, &[])?;
    let url = fields.require(cx, "url", "the address that is called, such as https://ci.example/hooks/batond");
    let url = url.and_then(|node| named_or_address(cx, node));
    let event = fields.get("event").map(|node| event(cx, node));
    let body = fields.get("body").map(|node| body(cx, node));
    Some(CallDef {
        url: url?,
        event: event.map_or(Some(None), |event| event.map(Some))?,
        body: body.map_or(Some(None), |body| body.map(Some))?,
    })
}

/// The address of a webhook that has a name, or an address as it stands.
fn named_or_address(cx: &mut Check<'_>, node: &Node) -> Option<String> {
    let named = match &node.value {
        Value::Text(text) => cx.webhooks.get(text.trim()).cloned(),
        _ => None,
    };
    named.or_else(|| address(cx, node))
}

/// The address: http or https, a host, no password, no fragment. What may hold a secret is never shown.
pub(super) fn address(cx: &mut Check<'_>, node: &Node) -> Option<String> {
    let text = cx.full_text(node)?;
    if text.contains("{{") || text.contains("{%") {
        return refused(
            cx,
            node.spot,
            "the address of a call is fixed and no template",
            "put what changes into `body`",
        );
    }
    let Ok(url) = Url::parse(text) else {
        return refused(
            cx,
            node.spot,
            "this is not a web address",
            "write the whole address, such as https://ci.example/hooks/batond",
        );
    };
    if !url.username().is_empty() || url.password().is_some() {
        cx.error(Code::SecretWritten, node.spot, "a user or password stands in the address of a call")
            .hint("remove what stands before the @: the address is shown on items and in `batond outbox list`");
        return None;
    }
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        let text = format!("a call goes to http or https, not to {}:", shown(url.scheme()));
        return refused(cx, node.spot, &text, "write an address that starts with https:// or http://");
    }
    if url.fragment().is_some() {
        return refused(
            cx,
            node.spot,
            "what stands after the # of an address is never sent",
            "remove the # and what follows it",
        );
    }
    Some(url.into())
}

fn refused(cx: &mut Check<'_>, spot: Spot, text: &str, hint: &str) -> Option<String> {
    cx.error(Code::BadCall, spot, text).hint(hint);
    None
}

/// The event's name: a word that programs compare.
fn event(cx: &mut Check<'_>, node: &Node) -> Option<String> {
    let text = cx.full_text(node)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if text.chars().all(plain) && text.len() <= MAX_EVENT_CHARS {
        return Some(text.to_owned());
    }
    let said = format!("`{}` cannot be the name of an event", shown(text));
    cx.error(Code::BadName, node.spot, said).hint(format!(
        "letters, digits, `.`, `-` and `_`, at most {MAX_EVENT_CHARS}, such as order.new"
    ));
    None
}

/// A template, or a mapping of them.
fn body(cx: &mut Check<'_>, node: &Node) -> Option<CallBody> {
    if !matches!(node.value, Value::Map(_)) {
        return template(cx, node).map(CallBody::Text);
    }
    let (fields, values) = set(cx, node);
    Some(CallBody::Fields(fields, values))
}
