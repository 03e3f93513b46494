//! A request's body, read under limits of size, time and memory. May import its peers in web. The bytes are what was sent, nothing decoded.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_LENGTH;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::Problem;
use super::limits::{BODY_POOL_BYTES, POOL_UNIT_BYTES};

/// What all bodies being read may hold together.
#[derive(Debug, Clone)]
pub struct BodyPool(Arc<Semaphore>);

/// A whole body, and its share of the pool until it is dropped.
#[derive(Debug)]
pub struct WholeBody {
    /// As sent.
    pub bytes: Bytes,
    _share: OwnedSemaphorePermit,
}

impl BodyPool {
    /// Of [`BODY_POOL_BYTES`].
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Semaphore::new(BODY_POOL_BYTES / POOL_UNIT_BYTES)))
    }

    /// Reads a body of at most `max_bytes` within `wait`.
    ///
    /// # Errors
    /// 413, 408, 503 when too much is being read at once, 400 when the connection broke or the framing is wrong.
    pub async fn read(&self, headers: &HeaderMap, body: Body, max_bytes: usize, wait: Duration) -> Result<WholeBody, Problem> {
        let expected = declared(headers).unwrap_or(max_bytes);
        if expected > max_bytes {
            return Err(Problem::too_large(max_bytes));
        }
        let share = self.share(expected)?;
        match timeout(wait, Limited::new(body, max_bytes).collect()).await {
            Ok(Ok(whole)) => Ok(WholeBody {
                bytes: whole.to_bytes(),
                _share: share,
            }),
            Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Problem::too_large(max_bytes)),
            Ok(Err(_)) => Err(Problem::bad_request("The body ended before its length, or its chunks are broken.")),
            Err(_) => Err(Problem::timeout(format!("Send the whole body within {} seconds.", wait.as_secs()))),
        }
    }

    /// A share of the pool. Never waits: senders that wait for each other's memory would hold it.
    ///
    /// # Errors
    /// 503.
    pub fn share(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Problem> {
        let units = bytes.div_ceil(POOL_UNIT_BYTES).min(BODY_POOL_BYTES / POOL_UNIT_BYTES);
        u32::try_from(units)
            .ok()
            .and_then(|units| Arc::clone(&self.0).try_acquire_many_owned(units).ok())
            .ok_or_else(|| Problem::unavailable(2, "Too much is coming in at once. Send it again in 2 seconds."))
    }
}

fn declared(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
