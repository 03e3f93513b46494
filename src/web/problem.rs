//! What went wrong, as `application/problem+json` (RFC 9457). May import driver. `detail` says what to do; nothing of a request is echoed.

use std::fmt;

use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};

use crate::driver::Refusal;

/// A refusal that a program can tell by `type` and a person can act on by `detail`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    kind: &'static str,
    title: &'static str,
    detail: String,
    extra: Extra,
}

/// The header some refusals need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extra {
    None,
    /// `Allow`
    Allow(&'static str),
    /// `WWW-Authenticate`
    Challenge(&'static str),
    /// `Retry-After`, in seconds
    RetryAfter(u16),
}

impl Problem {
    /// `kind` becomes the last part of `type`, `urn:batond:problem:<kind>`.
    #[must_use]
    pub fn new(status: StatusCode, kind: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            kind,
            title,
            detail: detail.into(),
            extra: Extra::None,
        }
    }

    /// The last part of `type`: a fixed word.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    fn with(mut self, extra: Extra) -> Self {
        self.extra = extra;
        self
    }

    /// 400.
    #[must_use]
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", "The request cannot be read", detail)
    }

    /// 401, with the way to authenticate that RFC 9110 section 11.6.1 asks for.
    #[must_use]
    pub fn unauthorized(challenge: &'static str, detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "The delivery is not proven to be yours",
            detail,
        )
        .with(Extra::Challenge(challenge))
    }

    /// 401 for what was proven at the wrong time.
    #[must_use]
    pub fn stale(challenge: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "stale", "The delivery was signed at another time", detail).with(Extra::Challenge(challenge))
    }

    /// 403.
    #[must_use]
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Your network may not send here", detail)
    }

    /// 404.
    #[must_use]
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "There is nothing here", detail)
    }

    /// 405.
    #[must_use]
    pub fn method(allow: &'static str) -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method-not-allowed",
            "This method does nothing here",
            format!("Use {allow}."),
        )
        .with(Extra::Allow(allow))
    }

    /// 408.
    #[must_use]
    pub fn timeout(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "timeout", "The body did not come in time", detail)
    }

    /// 413.
    #[must_use]
    pub fn too_large(max_bytes: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            "The body is too large",
            format!("Send at most {max_bytes} octets, or raise `max_size` of this source."),
        )
    }

    /// 415.
    #[must_use]
    pub fn unreadable_type(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unreadable-type",
            "This kind of body cannot be read",
            detail,
        )
    }

    /// 429.
    #[must_use]
    pub fn too_many(retry_after_seconds: u16, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many", "Too many deliveries", detail).with(Extra::RetryAfter(retry_after_seconds))
    }

    /// 500.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something broke here",
            "Nothing was stored. Send it again; if it fails again, tell the people who run this service.",
        )
    }

    /// 503.
    #[must_use]
    pub fn unavailable(retry_after_seconds: u16, detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "The service cannot take this now",
            detail,
        )
        .with(Extra::RetryAfter(retry_after_seconds))
    }
}

impl fmt::Display for Problem {
    /// `415 This kind of body cannot be read. Send …`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}. {}", self.status.as_u16(), self.title, self.detail)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Busy => Self::unavailable(5, "Too much is waiting. Send it again in 5 seconds."),
            Refusal::Full => Self::unavailable(120, "The disk is nearly full. Send it again in 2 minutes."),
            Refusal::Clock => Self::unavailable(60, "The clock of this machine is not set yet. Send it again in a minute."),
            Refusal::Stopping => Self::unavailable(15, "The service is stopping. Send it again in 15 seconds."),
            Refusal::Store => Self::unavailable(30, "The store failed. Send it again in 30 seconds."),
        }
    }
}

/// The media type of RFC 9457.
const MEDIA_TYPE: &str = "application/problem+json";

impl Problem {
    fn body(&self) -> String {
        let body = serde_json::json!({
            "type": format!("urn:batond:problem:{}", self.kind),
            "title": self.title,
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        format!("{body}\n")
    }

    /// The whole answer, for a sender whose request is not read. It ends the connection.
    #[must_use]
    pub fn unasked(&self) -> Vec<u8> {
        let body = self.body();
        let after = match self.extra {
            Extra::RetryAfter(seconds) => format!("{RETRY_AFTER}: {seconds}\r\n"),
            Extra::None | Extra::Allow(_) | Extra::Challenge(_) => String::new(),
        };
        let (status, length) = (self.status, body.len());
        format!("HTTP/1.1 {status}\r\n{CONTENT_TYPE}: {MEDIA_TYPE}\r\n{CONTENT_LENGTH}: {length}\r\n{after}connection: close\r\n\r\n{body}")
            .into_bytes()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.body()).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        match self.extra {
            Extra::None => None,
            Extra::Allow(methods) => headers.insert(ALLOW, HeaderValue::from_static(methods)),
            Extra::Challenge(way) => headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(way)),
            Extra::RetryAfter(seconds) => headers.insert(RETRY_AFTER, HeaderValue::from(seconds)),
        };
        response
    }
}
