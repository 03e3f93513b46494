//! `POST /hooks/<source>`: verified over the raw bytes, stored, then answered. May import model, config, driver, observe, and its peers in web.

use axum::extract::rejection::PathRejection;
use axum::extract::{Extension, Path, Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode, Uri};
use serde::de::IgnoredAny;
use serde_json::Value;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use super::body::WholeBody;
use super::inflate::{inflated, is_compressed};
use super::limits::MAX_ID_BYTES;
use super::router::Shared;
use super::serve::Client;
use super::verify::{Scheme, scheme};
use super::{HookTable, Problem, proxies};
use crate::config::{HookDoor, Verify};
use crate::driver::{Arrival, ArrivalKind, HookParts, Receipt};
use crate::model::SourceName;
use crate::observe::Report;

/// The handler.
pub async fn receive(
    State(shared): State<Shared>,
    Extension(client): Extension<Client>,
    source: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Response, Problem> {
    let Path(source) = source.map_err(|_| Problem::bad_request("The name in the path is not UTF-8."))?;
    let hooks = shared.web.hooks.load_full();
    let (source, door) = find(&hooks, &source)?;
    // What the driver refuses it counts itself.
    let counted = |why: &'static str| shared.web.accept.tell(source, Report::Refused(why), shared.web.clock.now());
    let scheme = scheme(&door.verify);
    let come = read(&shared, client, source, door, scheme.as_ref(), request)
        .await
        .inspect_err(|problem| counted(problem.kind()))?;
    let Come { arrival, headers, .. } = match come {
        Asked::Something(answer) => return Ok(plain(answer)),
        Asked::Take(come) => *come,
    };
    match timeout(shared.web.limits.accept, shared.web.accept.accept(arrival)).await {
        Ok(Ok(receipt)) => Ok(scheme.told(&headers, &receipt).map_or_else(|| accepted(&receipt), plain)),
        Ok(Err(refusal)) => Err(refusal.into()),
        Err(_) => {
            counted("slow");
            let detail = "The delivery could not be stored in time. Send it again in 30 seconds.";
            Err(Problem::unavailable(30, detail))
        }
    }
}

/// A proven request.
enum Asked {
    /// It is no delivery, and is answered with this.
    Something(String),
    /// It is a delivery.
    Take(Box<Come>),
}

/// A delivery that may come in.
struct Come {
    arrival: Arrival,
    headers: HeaderMap,
    /// Its share of the memory until it is dropped, as sent and as it was before it was compressed.
    _shares: (WholeBody, Option<OwnedSemaphorePermit>),
}

/// Verifies and reads one delivery for a source that is there.
async fn read(
    shared: &Shared,
    client: Client,
    source: &SourceName,
    door: &HookDoor,
    scheme: &(dyn Scheme + '_),
    request: Request,
) -> Result<Asked, Problem> {
    let (parts, body) = request.into_parts();
    // Whoever can be told from the head alone is turned away before a body is read.
    let received = shared.web.clock.now();
    from_here(door, client, &parts.headers)?;
    scheme.gate(&parts.headers, received)?;
    let limits = &shared.web.limits;
    let body = shared.pool.read(&parts.headers, body, door.max_body_bytes, limits.body).await?;
    scheme.seal(&parts.headers, &body.bytes)?;
    if let Some(answer) = scheme.question(&body.bytes) {
        return Ok(Asked::Something(answer));
    }
    // Only what is proven counts: strangers cannot use up what a sender may send.
    if let Some(rate) = door.rate {
        shared.rates.take(source, rate, received)?;
    }
    let larger = is_compressed(&parts.headers).then(|| shared.pool.share(door.max_body_bytes));
    let larger = larger.transpose()?;
    let whole = inflated(&parts.headers, &body.bytes, door.max_body_bytes)?;
    readable(&parts.headers, &whole)?;
    let identity = scheme.identity(&parts.headers, &body.bytes);
    let arrival = Arrival {
        source: source.clone(),
        received: shared.web.clock.now(),
        kind: ArrivalKind::Hook(HookParts {
            identity,
            ..hook_parts(door, scheme, &parts.headers, &parts.uri, &whole)?
        }),
        raw: whole,
    };
    Ok(Asked::Take(Box::new(Come {
        arrival,
        headers: parts.headers,
        _shares: (body, larger),
    })))
}

/// Whether this source is open to the sender's network.
fn from_here(door: &HookDoor, client: Client, headers: &HeaderMap) -> Result<(), Problem> {
    // Should a configuration prove nothing and name no network, then nobody may send, not everybody.
    if door.allow_from.is_empty() && !matches!(door.verify, Verify::None) {
        return Ok(());
    }
    let sender = proxies::client(client.address, headers, &door.proxies);
    if sender.is_some_and(|sender| door.allow_from.iter().any(|network| network.contains(&sender))) {
        return Ok(());
    }
    Err(Problem::forbidden(
        "Send from a network that stands in `allow_from` of this source, or have yours added.",
    ))
}

/// What a door makes of a delivery that it lets in, its proof not looked at: for the commands that try a configuration.
///
/// # Errors
/// The problem a sender would be told.
pub fn unverified(door: &HookDoor, headers: &HeaderMap, uri: &Uri, body: &Bytes) -> Result<HookParts, Problem> {
    if body.len() > door.max_body_bytes {
        return Err(Problem::too_large(door.max_body_bytes));
    }
    let body = inflated(headers, body, door.max_body_bytes)?;
    readable(headers, &body)?;
    hook_parts(door, scheme(&door.verify).as_ref(), headers, uri, &body)
}

fn find<'a>(hooks: &'a HookTable, source: &str) -> Result<(&'a SourceName, &'a HookDoor), Problem> {
    hooks
        .get_key_value(source)
        .ok_or_else(|| Problem::not_found("No webhook source has this name. Compare the path with `sources:` in the configuration."))
}

/// 202 for something new, 200 for a repeat.
fn accepted(receipt: &Receipt) -> Response {
    let status = if receipt.repeat { StatusCode::OK } else { StatusCode::ACCEPTED };
    let items: Vec<String> = receipt.items.iter().map(ToString::to_string).collect();
    let body = serde_json::json!({ "items": items, "repeat": receipt.repeat });
    (status, [(CONTENT_TYPE, "application/json")], format!("{body}\n")).into_response()
}

/// 200 with a line of text: an answer that is given back as it is, or read by a person.
fn plain(text: String) -> Response {
    (StatusCode::OK, [(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// Whether the body is of a kind that rules can look into. A body that calls itself JSON and is not is the sender's fault, and told.
fn readable(headers: &HeaderMap, body: &Bytes) -> Result<(), Problem> {
    let unknown = || Problem::unreadable_type("Send application/json, application/x-www-form-urlencoded or text/plain, in UTF-8.");
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (first, second) = (types.next(), types.next());
    if second.is_some() {
        return Err(Problem::unreadable_type("Send one Content-Type header."));
    }
    let declared = first.map_or(Ok(""), |value| value.to_str().map_err(|_| unknown()))?;
    let media_type = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let json = media_type == "application/json" || (media_type.starts_with("application/") && media_type.ends_with("+json"));
    if json {
        // RFC 8259 section 8.1 lets a reader ignore a byte order mark; some senders write one.
        let text = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
        // `IgnoredAny` passes over strings without looking, so UTF-8 (RFC 8259 section 8.1) is checked first.
        let text = std::str::from_utf8(text).map_err(|_| not_json("it is not UTF-8"))?;
        return serde_json::from_str::<IgnoredAny>(text)
            .map(drop)
            .map_err(|error| not_json(&format!("see line {}, column {}", error.line(), error.column())));
    }
    let text = media_type.is_empty() || media_type.starts_with("text/") || media_type == "application/x-www-form-urlencoded";
    if text && std::str::from_utf8(body).is_ok() {
        Ok(())
    } else {
        Err(unknown())
    }
}

fn not_json(why: &str) -> Problem {
    Problem::bad_request(format!("The body says it is JSON and is not: {why}. Correct it and send it again."))
}

fn hook_parts(door: &HookDoor, scheme: &(dyn Scheme + '_), headers: &HeaderMap, uri: &Uri, body: &Bytes) -> Result<HookParts, Problem> {
    let text = |name: &str| {
        headers
            .get(name)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned())
    };
    let marks = door.verify.marks();
    let json: Option<Value> = (marks.id_in.is_some() || !marks.event_in.is_empty())
        .then(|| serde_json::from_slice(body).ok())
        .flatten();
    let within = |pointer: &str| json.as_ref()?.pointer(pointer)?.as_str().map(str::to_owned);
    let by_header = marks.id_headers.into_iter().flatten().find_map(text);
    let delivery_id = by_header.or_else(|| within(marks.id_in?)).filter(|id| !id.is_empty());
    if delivery_id.as_ref().is_some_and(|id| id.len() > MAX_ID_BYTES) {
        return Err(Problem::bad_request(format!(
            "Send a delivery id of at most {MAX_ID_BYTES} octets."
        )));
    }
    let event = marks.event_header.and_then(text);
    Ok(HookParts {
        delivery_id,
        identity: None,
        event: event.or_else(|| marks.event_in.iter().find_map(|pointer| within(pointer))),
        content_type: text(CONTENT_TYPE.as_str()),
        headers: headers
            .iter()
            .filter(|(name, _)| !is_secret(name.as_str()) && scheme.proof_header() != Some(name.as_str()))
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect(),
        query: url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
            .filter(|(name, _)| !is_secret(name))
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect(),
    })
}

/// Whether something of this name may be a secret; if in doubt it is not kept. What is kept can be read on pages and in mails.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [
        "authorization",
        "cookie",
        "signature",
        "secret",
        "token",
        "password",
        "api-key",
        "api_key",
        "apikey",
    ]
    .iter()
    .any(|word| name.contains(word))
}
