//! One POST, and its answer. May import tls, outbox. No redirect is followed, no proxy asked; what is read of an answer has a limit and a deadline.

use std::time::{Duration, Instant};

use http::StatusCode;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Response};
use url::Url;

use super::door::Door;
use super::sample::Sample;
use crate::daemon::{Exit, Failure};
use crate::outbox::calls::causes;
use crate::tls::pinned;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How long all of it may take: the daemon itself gives up on its store after 60 seconds.
const WHOLE: Duration = Duration::from_secs(75);
/// The most octets of an answer that are read.
const MAX_ANSWER_BYTES: usize = 64 * 1024;
/// What stands in `User-Agent` unless the sample has its own.
const AGENT: &str = concat!("batond/", env!("CARGO_PKG_VERSION"));

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its media type, without parameters.
    pub media_type: String,
    /// When to come again.
    pub retry_after: Option<String>,
    /// The beginning of its body.
    pub body: String,
    /// From the beginning of the connection to the end of the answer.
    pub took: Duration,
}

/// Posts a sample.
pub fn post(door: &Door, url: &Url, sample: Sample) -> Result<Answer, Failure> {
    let internal = |error: &dyn std::fmt::Display| Failure::new(Exit::Internal, format!("HTTP cannot be set up: {error}"));
    let mut builder = ClientBuilder::new()
        .user_agent(AGENT)
        .redirect(Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT)
        .timeout(WHOLE);
    if let Some(cert) = &door.own_cert {
        let pinned =
            pinned(cert).map_err(|error| Failure::new(Exit::Config, format!("the certificate of `web` cannot be used: {error}")))?;
        builder = builder.tls_backend_preconfigured(pinned);
    }
    let client = builder.build().map_err(|error| internal(&error))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime
        .map_err(|error| internal(&error))?
        .block_on(ask(&client, url, sample))
        .map_err(|error| unanswered(door, url, error))
}

#[expect(clippy::disallowed_methods, reason = "how long the answer took is part of what is shown")]
async fn ask(client: &Client, url: &Url, sample: Sample) -> Result<Answer, reqwest::Error> {
    let began = Instant::now();
    let request = client.post(url.clone()).headers(sample.headers).body(sample.body);
    let mut response = request.send().await?;
    let header = |response: &Response, name| {
        let value = response.headers().get(name)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let (status, retry_after) = (response.status(), header(&response, RETRY_AFTER));
    let media_type = header(&response, CONTENT_TYPE).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let mut body = Vec::new();
    while body.len() < MAX_ANSWER_BYTES
        && let Some(piece) = response.chunk().await?
    {
        body.extend(piece.iter().take(MAX_ANSWER_BYTES - body.len()));
    }
    Ok(Answer {
        status,
        media_type,
        retry_after,
        body: String::from_utf8_lossy(&body).into_owned(),
        took: began.elapsed(),
    })
}

/// Why there is no answer, and what to do.
fn unanswered(door: &Door, url: &Url, error: reqwest::Error) -> Failure {
    let at = url.origin().ascii_serialization();
    let why = causes(&error.without_url());
    let hint = match &door.own_cert {
        Some(cert) if why.contains("ertificate") => {
            format!(
                "the daemon shows another certificate than {}; `batond status` says which it uses",
                cert.display()
            )
        }
        _ if door.elsewhere => "is this the address, and can it be reached from here?".to_owned(),
        _ => "is the daemon running, and with the same --config?".to_owned(),
    };
    Failure::new(Exit::Unreachable, format!("there is no answer from {at}: {why}; {hint}"))
}
