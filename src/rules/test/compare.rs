//! `gt`, `gte`, `lt`, `lte`: numbers, sizes in bytes, instants. May import def. What cannot be read as the bound's kind lies on no side of it.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;

use super::TestKey;
use crate::rules::{Bound, Order};

/// The longest text that is read as a number or an instant, in bytes: more is neither.
const MAX_VALUE_BYTES: usize = 64;

/// Bytes in the units of sizes.
const UNITS: [(&str, f64); 13] = [
    ("b", 1.0),
    ("bytes", 1.0),
    ("k", 1024.0),
    ("kib", 1024.0),
    ("kb", 1e3),
    ("m", 1_048_576.0),
    ("mib", 1_048_576.0),
    ("mb", 1e6),
    ("g", 1_073_741_824.0),
    ("gib", 1_073_741_824.0),
    ("gb", 1e9),
    ("tib", 1_099_511_627_776.0),
    ("tb", 1e12),
];

impl Bound {
    /// Reads a number, a size such as `5 MiB`, a date (`2026-12-01`, its midnight in UTC), or an instant with its offset (RFC 3339).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        measure(text).map(Self::Number).or_else(|| instant(text).map(Self::Instant))
    }
}

impl Order {
    /// Whether a value that compares with the bound like this lies on this side of it.
    pub(in crate::rules) fn takes(self, found: std::cmp::Ordering) -> bool {
        match self {
            Self::Above => found.is_gt(),
            Self::AtLeast => found.is_ge(),
            Self::Below => found.is_lt(),
            Self::AtMost => found.is_le(),
        }
    }
}

/// A number, with or without a unit of size.
pub(in crate::rules) fn measure(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.len() > MAX_VALUE_BYTES {
        return None;
    }
    if let Ok(number) = text.parse::<f64>() {
        return number.is_finite().then_some(number);
    }
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at_checked(digits)?;
    let (_, bytes) = UNITS.iter().find(|(name, _)| unit.trim().eq_ignore_ascii_case(name))?;
    number.parse::<f64>().ok().map(|number| number * bytes)
}

/// An instant as JSON, headers and people write it.
pub(in crate::rules) fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.len() > MAX_VALUE_BYTES || !text.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let written = text.parse::<Timestamp>().ok();
    let mailed = || rfc2822::parse(text).ok().map(|zoned| zoned.timestamp());
    // What names no offset is read in UTC, so that it means the same everywhere.
    let in_utc = |local: DateTime| local.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    let local = || text.parse::<DateTime>().ok().and_then(in_utc);
    let day = || text.parse::<Date>().ok().and_then(|date| in_utc(date.at(0, 0, 0, 0)));
    written.or_else(mailed).or_else(local).or_else(day)
}

/// Whether a value lies on the wanted side.
pub(super) fn holds(order: Order, bound: Bound, value: &str) -> bool {
    let found = match bound {
        Bound::Number(bound) => measure(value).and_then(|value| value.partial_cmp(&bound)),
        Bound::Instant(bound) => instant(value).map(|value| value.cmp(&bound)),
    };
    found.is_some_and(|found| order.takes(found))
}

/// The order's name and the bound.
pub(super) fn key(order: Order, bound: Bound) -> TestKey {
    (order.as_str(), shown(bound))
}

/// A bound for sentences.
pub(super) fn shown(bound: Bound) -> String {
    match bound {
        Bound::Number(number) => number.to_string(),
        Bound::Instant(at) => at.to_string(),
    }
}
