//! A webhook delivery from its body and what stood around it. May import model. Pure; the caller bounds the body's size and has verified it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;

use crate::model::{Hook, Oddity, Unparsed};

use super::limits::{MAX_KEPT_HEADER_BYTES, MAX_KEPT_HEADERS, MAX_PAIRS, MAX_TEXT_BYTES};
use super::oddities::{Oddities, unparsed};
use super::{charset, clean};

/// What a door knows of a delivery besides its body.
#[derive(Debug, Clone, Copy, Default)]
pub struct HookInput<'a> {
    /// The Content-Type header as sent.
    pub content_type: Option<&'a str>,
    /// The sender's id for this delivery.
    pub delivery_id: Option<&'a str>,
    /// The sender's word for the event.
    pub event: Option<&'a str>,
    /// The request's headers, in order.
    pub headers: &'a [(String, String)],
    /// The query string's pairs, decoded.
    pub query: &'a [(String, String)],
}

/// Reads a delivery: JSON, a form, text; by the stated type, else by what it is. JSON keeps its strings as they are: clean them before they become text.
///
/// # Errors
/// Unparsed if a body said to be JSON is not (`bad-json`) or nests over 127 deep (`json-depth`), or if it is neither JSON nor UTF-8 text (`binary`).
pub fn hook(body: &[u8], input: HookInput<'_>) -> Result<(Hook, Vec<Oddity>), Unparsed> {
    catch_unwind(AssertUnwindSafe(|| read(body, input))).unwrap_or_else(|_| {
        Err(unparsed(
            "parser-panic",
            "The parser failed on this delivery; the raw bytes are kept.",
        ))
    })
}

fn read(body: &[u8], input: HookInput<'_>) -> Result<(Hook, Vec<Oddity>), Unparsed> {
    let odd = &mut Oddities::default();
    let stated = input.content_type.unwrap_or_default();
    let (kind, parameters) = stated.split_once(';').unwrap_or((stated, ""));
    let one_line = |text: Option<&str>, odd: &mut Oddities| text.map(|t| clean::line(t, odd)).filter(|t| !t.is_empty());
    let mut hook = Hook {
        delivery_id: one_line(input.delivery_id, odd),
        event: one_line(input.event, odd),
        media_type: clean::line(kind, odd).to_ascii_lowercase(),
        headers: kept_headers(input.headers, odd),
        query: pairs(input.query.iter().map(|(n, v)| (n.as_str(), v.as_str())), odd),
        ..Hook::default()
    };
    let body = if let Some(rest) = body.strip_prefix(b"\xEF\xBB\xBF") {
        odd.add("bom", "A byte order mark stands before the body.");
        rest
    } else {
        body
    };
    if body.trim_ascii().is_empty() {
        odd.add("empty-body", "The delivery has no body.");
    } else {
        fill(&mut hook, body, parameters, odd)?;
    }
    Ok((hook, std::mem::take(odd).into_list()))
}

fn fill(hook: &mut Hook, body: &[u8], parameters: &str, odd: &mut Oddities) -> Result<(), Unparsed> {
    let kind = hook.media_type.as_str();
    if kind == "application/json" || kind == "text/json" || kind.ends_with("+json") {
        hook.json = Some(json(body)?);
    } else if kind == "application/x-www-form-urlencoded" {
        let fields: Vec<(String, String)> = url::form_urlencoded::parse(body).into_owned().take(MAX_PAIRS + 1).collect();
        let payload = fields.iter().find(|(name, _)| name == "payload").map(|(_, value)| value);
        hook.json = payload.and_then(|value| serde_json::from_str(value).ok());
        hook.form = pairs(fields.iter().map(|(n, v)| (n.as_str(), v.as_str())), odd);
    } else if kind.starts_with("text/") {
        let label = parameters
            .split(';')
            .filter_map(|p| p.split_once('='))
            .find(|(n, _)| n.trim().eq_ignore_ascii_case("charset"));
        hook.text = text(&charset::decode(body, label.map(|(_, v)| v), odd), odd);
    } else if let Ok(value) = serde_json::from_slice(body) {
        if !kind.is_empty() {
            odd.add("json-unannounced", "The body is JSON though its Content-Type does not say so.");
        }
        hook.json = Some(value);
    } else {
        let Ok(found) = std::str::from_utf8(body) else {
            return Err(unparsed("binary", "The body is neither JSON, nor a form, nor UTF-8 text."));
        };
        odd.add(
            "unknown-type",
            "The Content-Type is missing or not known; the body was read as text.",
        );
        hook.text = text(found, odd);
    }
    Ok(())
}

/// JSON with serde_json's own depth limit.
fn json(body: &[u8]) -> Result<Value, Unparsed> {
    serde_json::from_slice(body).map_err(|e| {
        if e.to_string().starts_with("recursion limit") {
            unparsed("json-depth", "The JSON is nested over 127 deep.")
        } else {
            unparsed(
                "bad-json",
                format!("The body is said to be JSON and is not: line {}, column {}.", e.line(), e.column()),
            )
        }
    })
}

fn text(raw: &str, odd: &mut Oddities) -> String {
    let text = clean::text(raw, odd);
    if text.len() <= MAX_TEXT_BYTES {
        return text;
    }
    odd.add(
        "text-capped",
        format!("The text is over {} KiB; the rest is in the raw body.", MAX_TEXT_BYTES / 1024),
    );
    clean::capped(&text, MAX_TEXT_BYTES).to_owned()
}

fn pairs<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>, odd: &mut Oddities) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for (name, value) in pairs {
        if out.len() == MAX_PAIRS {
            odd.add(
                "pairs-capped",
                format!("There are over {MAX_PAIRS} fields; the rest is in the raw body."),
            );
            break;
        }
        out.push((clean::line(name, odd), text(value, odd)));
    }
    out
}

/// The headers that may be kept: no secret, no signature, no session.
fn kept_headers(headers: &[(String, String)], odd: &mut Oddities) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for (name, value) in headers {
        let name = clean::line(name, odd).to_ascii_lowercase();
        if is_secret_header(&name) {
            continue;
        }
        if out.len() == MAX_KEPT_HEADERS {
            odd.add(
                "headers-capped",
                format!("There are over {MAX_KEPT_HEADERS} headers; the rest was left out."),
            );
            break;
        }
        let value = clean::line(value, odd);
        out.push((name, clean::capped(&value, MAX_KEPT_HEADER_BYTES).to_owned()));
    }
    out
}

/// Whether a header, by its lower-case name, carries a secret, a signature or a session and must never be kept.
#[must_use]
pub fn is_secret_header(name: &str) -> bool {
    const WHOLE: [&str; 4] = ["authorization", "proxy-authorization", "cookie", "set-cookie"];
    const WITHIN: [&str; 6] = ["signature", "token", "secret", "password", "api-key", "apikey"];
    WHOLE.contains(&name) || name.starts_with("x-hub-") || WITHIN.iter().any(|word| name.contains(word))
}
