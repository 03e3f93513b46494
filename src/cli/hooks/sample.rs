//! The sample that is posted: its body, and the headers a sender would send with it. May import config, simulate's samples. Bytes of a body are never changed.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use url::Url;

use super::fresh_id;
use crate::config::Verify;
use crate::daemon::{Exit, Failure};
use crate::simulate::messages::{HookSample, MAX_MESSAGE_BYTES};

/// The name of standard input.
const STDIN: &str = "-";
/// Headers of a recorded delivery that belong to its connection, or to how its body was packed then.
const OF_THE_CONNECTION: [&str; 13] = [
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What is posted.
#[derive(Debug)]
pub struct Sample {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
    query: Vec<(String, String)>,
}

/// Reads a file, or standard input.
pub fn read(file: &Path) -> Result<Sample, Failure> {
    let failed = |why: String| Failure::new(Exit::Io, format!("{} cannot be read: {why}", file.display()));
    let bytes = if file == Path::new(STDIN) {
        whole(io::stdin().lock())
    } else {
        File::open(file).and_then(whole)
    };
    let bytes = bytes.map_err(|error| failed(error.to_string()))?;
    let beside = if file == Path::new(STDIN) { Path::new("") } else { file };
    let found = HookSample::read(beside, bytes).map_err(failed)?;
    let mut headers = HeaderMap::new();
    for (name, value) in &found.headers {
        let name: HeaderName = name.parse().map_err(|_| failed(format!("`{name}` is not the name of a header")))?;
        let value: HeaderValue = value.parse().map_err(|_| failed(format!("the header {name} cannot be sent")))?;
        if !OF_THE_CONNECTION.contains(&name.as_str()) {
            headers.append(name, value);
        }
    }
    Ok(Sample {
        headers,
        body: found.body,
        query: found.query,
    })
}

fn whole(input: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(MAX_MESSAGE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_MESSAGE_BYTES {
        return Err(io::Error::other(format!("it is over {} MiB", MAX_MESSAGE_BYTES >> 20)));
    }
    Ok(bytes)
}

impl Sample {
    /// Adds what a sender would: the headers that were named, what kind of body it is, an id of its own.
    pub fn settle(&mut self, verify: &Verify, named: &[(HeaderName, HeaderValue)], now: Timestamp) {
        self.overwrite(named);
        if !self.headers.contains_key(CONTENT_TYPE) {
            let kind = if serde_json::from_slice::<serde::de::IgnoredAny>(&self.body).is_ok() {
                "application/json"
            } else {
                "text/plain; charset=utf-8"
            };
            self.headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        let ids: Vec<&str> = verify.marks().id_headers.into_iter().flatten().collect();
        if ids.iter().any(|id| self.headers.contains_key(*id)) {
            return;
        }
        let name = ids.first().and_then(|id| HeaderName::from_bytes(id.as_bytes()).ok());
        if let (Some(name), Ok(id)) = (name, fresh_id(now).parse()) {
            self.headers.insert(name, id);
        }
    }

    /// Puts the headers that were named in the place of others of their name.
    pub fn overwrite(&mut self, named: &[(HeaderName, HeaderValue)]) {
        named.iter().for_each(|(name, _)| {
            self.headers.remove(name);
        });
        for (name, value) in named {
            self.headers.append(name.clone(), value.clone());
        }
    }

    /// An address with the query of the sample.
    pub fn asked(&self, url: &Url) -> Url {
        let mut url = url.clone();
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        url
    }
}
