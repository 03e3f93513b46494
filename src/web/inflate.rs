//! Compressed bodies, after their bytes as sent were verified. May import its peers in web. What comes out is never larger than the source takes.

use std::io::Read;

use bytes::Bytes;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use http::HeaderMap;
use http::header::CONTENT_ENCODING;

use super::Problem;

/// How a body is compressed (RFC 9110 section 8.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Gzip,
    /// The zlib format (RFC 1950), as the standard has it.
    Deflate,
}

/// The body as its sender wrote it: at most `max_bytes`.
///
/// # Errors
/// 415 for another coding or more than one, 413 when it is larger, 400 when it is broken.
pub fn inflated(headers: &HeaderMap, body: &Bytes, max_bytes: usize) -> Result<Bytes, Problem> {
    let reader: Box<dyn Read + '_> = match coding(headers)? {
        None => return Ok(body.clone()),
        Some(Coding::Gzip) => Box::new(MultiGzDecoder::new(body.as_ref())),
        Some(Coding::Deflate) => Box::new(ZlibDecoder::new(body.as_ref())),
    };
    let mut whole = Vec::new();
    // One octet more, so that a body of exactly the limit is told from a longer one.
    let most = u64::try_from(max_bytes).unwrap_or(u64::MAX).saturating_add(1);
    reader.take(most).read_to_end(&mut whole).map_err(|_| {
        Problem::bad_request("The body says it is compressed and is not, or it is cut off. Compress it again and send it again.")
    })?;
    if whole.len() > max_bytes {
        return Err(Problem::too_large(max_bytes));
    }
    Ok(whole.into())
}

/// Whether a body is compressed.
pub fn is_compressed(headers: &HeaderMap) -> bool {
    !matches!(coding(headers), Ok(None))
}

/// The one coding that is stated, if there is one.
fn coding(headers: &HeaderMap) -> Result<Option<Coding>, Problem> {
    let mut found = None;
    let values = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .flat_map(|value| value.as_bytes().split(|b| *b == b','));
    for value in values.map(<[u8]>::trim_ascii).filter(|value| !value.is_empty()) {
        let coding = match value.to_ascii_lowercase().as_slice() {
            b"identity" => continue,
            b"gzip" | b"x-gzip" => Coding::Gzip,
            b"deflate" => Coding::Deflate,
            _ => return Err(refused()),
        };
        if found.replace(coding).is_some() {
            return Err(refused());
        }
    }
    Ok(found)
}

fn refused() -> Problem {
    Problem::unreadable_type("Send the body as it is, or compressed once: Content-Encoding gzip or deflate.")
}
