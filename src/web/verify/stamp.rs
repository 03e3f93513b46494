//! The time at which a sender says it signed. May import config and its peers in verify. What is too old is refused, and so is what lies ahead.

use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};

use super::{Problem, SIGNATURE, only};
use crate::config::{StampFormat, StampHeader};

/// The most octets of a stamp.
const MAX_STAMP_BYTES: usize = 40;

/// The stamp in a header, as it was sent.
///
/// # Errors
/// 401 when it is missing, doubled or no time, or further from `now` than the tolerance.
pub fn fresh<'a>(headers: &'a HeaderMap, stamp: &StampHeader, now: Timestamp) -> Result<&'a [u8], Problem> {
    let sent = only(headers, &stamp.header, SIGNATURE)?;
    judge(sent, &stamp.header, stamp.format, stamp.tolerance, now)?;
    Ok(sent)
}

/// Judges a stamp that stood in the header `name`.
///
/// # Errors
/// 401.
pub fn judge(sent: &[u8], name: &str, format: StampFormat, tolerance: SignedDuration, now: Timestamp) -> Result<(), Problem> {
    let Some(at) = read(sent, format) else {
        let form = match format {
            StampFormat::Seconds => "seconds since 1970",
            StampFormat::Milliseconds => "milliseconds since 1970",
            StampFormat::Rfc3339 => "an RFC 3339 time",
        };
        return Err(Problem::unauthorized(
            SIGNATURE,
            format!("Send in the header {name} when you signed: {form}."),
        ));
    };
    let apart = now.duration_since(at);
    if apart.abs() <= tolerance {
        return Ok(());
    }
    let (seconds, side) = (tolerance.as_secs(), if apart.is_negative() { "after" } else { "before" });
    Err(Problem::stale(
        SIGNATURE,
        format!("It was signed over {seconds} seconds {side} it came. Set both clocks right, and sign anew what you send again."),
    ))
}

/// An instant as a sender writes it.
pub fn written(at: Timestamp, format: StampFormat) -> String {
    match format {
        StampFormat::Seconds => at.as_second().to_string(),
        StampFormat::Milliseconds => at.as_millisecond().to_string(),
        StampFormat::Rfc3339 => at.to_string(),
    }
}

fn read(sent: &[u8], format: StampFormat) -> Option<Timestamp> {
    let text = std::str::from_utf8(sent).ok().filter(|text| text.len() <= MAX_STAMP_BYTES)?;
    // Digits only: `+5` and `-5` are numbers elsewhere, and no stamps.
    let number = || text.parse::<i64>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
    match format {
        StampFormat::Seconds => Timestamp::from_second(number()?).ok(),
        StampFormat::Milliseconds => Timestamp::from_millisecond(number()?).ok(),
        StampFormat::Rfc3339 => text.parse().ok(),
    }
}
