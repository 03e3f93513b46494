//! A webhook delivery in a file: its body, or an object with its headers and its body, or a body with its headers in a file beside it. May import its peers in messages.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use bytes::Bytes;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::walk::HEADERS_ENDING;
use super::{FileMessage, Reader, open, unreadable};
use crate::driver::{Arrival, ArrivalKind, HookParts};

/// The most bytes of a file of headers.
const MAX_HEADERS_BYTES: u64 = 1 << 20;

/// A delivery with what stood around its body. An object with other keys is a body.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrapped {
    headers: BTreeMap<String, Words>,
    body: Value,
    #[serde(default)]
    query: BTreeMap<String, Words>,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    at: Option<Timestamp>,
}

/// One value, or several under one name.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Words {
    One(String),
    Several(Vec<String>),
}

/// A delivery as it was found.
#[derive(Debug, Default)]
pub struct HookSample {
    /// Its headers, as they are written.
    pub headers: Vec<(String, String)>,
    /// The pairs of its query.
    pub query: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
    source: Option<String>,
    at: Option<Timestamp>,
}

impl HookSample {
    /// The delivery in a file with these bytes; `path` is where its headers may lie beside it.
    ///
    /// # Errors
    /// The file beside it cannot be read, in words.
    pub fn read(path: &Path, bytes: Vec<u8>) -> Result<Self, String> {
        if let Some(delivery) = unwrapped(&bytes) {
            return Ok(delivery);
        }
        let (headers, query) = beside(path)?;
        Ok(Self {
            headers,
            query,
            body: bytes,
            ..Self::default()
        })
    }
}

/// The delivery in a file.
pub(super) fn message(reader: &Reader, name: &str, path: &Path, bytes: Vec<u8>) -> FileMessage {
    let delivery = match HookSample::read(path, bytes) {
        Ok(delivery) => delivery,
        Err(why) => return unreadable(name, &why),
    };
    let source = reader.sources.of_hook(delivery.source.as_deref(), path, &delivery.headers);
    let header = |wanted: &str| {
        let found = delivery.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.trim().to_owned())
    };
    let json: Option<Value> = serde_json::from_slice(&delivery.body).ok();
    let marks = source.verify.marks();
    let within = |pointer: &str| json.as_ref()?.pointer(pointer)?.as_str().map(str::to_owned);
    let by_header = marks.id_headers.into_iter().flatten().find_map(header);
    let by_event_header = marks.event_header.and_then(header);
    let parts = HookParts {
        delivery_id: by_header.or_else(|| within(marks.id_in?)).filter(|id| !id.is_empty()),
        identity: None,
        event: by_event_header.or_else(|| marks.event_in.iter().find_map(|pointer| within(pointer))),
        content_type: header("content-type").or_else(|| json.is_some().then(|| "application/json".to_owned())),
        headers: delivery
            .headers
            .iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
            .collect(),
        query: delivery.query,
    };
    FileMessage {
        name: name.to_owned(),
        own_time: delivery.at,
        arrival: Ok(Arrival {
            source: source.name,
            received: reader.at.or(delivery.at).unwrap_or(reader.now),
            raw: Bytes::from(delivery.body),
            kind: ArrivalKind::Hook(parts),
        }),
    }
}

/// An object that holds a delivery. A body that is a text stands for its own bytes, any other for its JSON.
fn unwrapped(bytes: &[u8]) -> Option<HookSample> {
    let wrapped: Wrapped = serde_json::from_slice(bytes).ok()?;
    let body = match wrapped.body {
        Value::String(text) => text.into_bytes(),
        other => serde_json::to_vec(&other).ok()?,
    };
    Some(HookSample {
        headers: flat(wrapped.headers),
        query: flat(wrapped.query),
        body,
        source: wrapped.source,
        at: wrapped.at,
    })
}

fn flat(words: BTreeMap<String, Words>) -> Vec<(String, String)> {
    let each = |(name, words): (String, Words)| {
        let values = match words {
            Words::One(value) => vec![value],
            Words::Several(values) => values,
        };
        values.into_iter().map(move |value| (name.clone(), value)).collect::<Vec<_>>()
    };
    words.into_iter().flat_map(each).collect()
}

type Pairs = Vec<(String, String)>;

/// The headers in `FILE.headers`, a line each, and the query string of a request line before them.
fn beside(path: &Path) -> Result<(Pairs, Pairs), String> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{HEADERS_ENDING}"));
    let path = Path::new(&name);
    if path.as_os_str().len() == HEADERS_ENDING.len() + 1 || !path.exists() {
        return Ok((Pairs::new(), Pairs::new()));
    }
    let mut text = String::new();
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let input = open(path).map_err(failed)?;
    input.take(MAX_HEADERS_BYTES).read_to_string(&mut text).map_err(failed)?;
    let mut query = Pairs::new();
    let mut headers = Pairs::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let request = line.rsplit_once(" HTTP/").and_then(|(target, _)| target.rsplit_once('?'));
        match (request, line.split_once(':')) {
            (Some((_, pairs)), _) => query.extend(url::form_urlencoded::parse(pairs.as_bytes()).into_owned()),
            (None, Some((name, value))) => headers.push((name.trim().to_owned(), value.trim().to_owned())),
            (None, None) if line.contains(" HTTP/") => {}
            (None, None) => return Err(format!("{}: `{line}` is not a header", path.display())),
        }
    }
    Ok((headers, query))
}
