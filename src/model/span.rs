//! Lengths of time as the configuration writes them. May import nothing of the crate. Working lengths need a calendar to become an instant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A length of time: elapsed, or counted in a calendar's working time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Span {
    /// `90s 15m 4h 2d 1w`: seconds that pass, a day being 24 h.
    Elapsed(i64),
    /// `4 working hours`, `4wh`, `30 working minutes`: seconds of working time.
    Working(i64),
    /// `2 working days`, `2wd`: a day is that day's working hours, not 24 h.
    WorkingDays(u32),
}

/// Why a text is not a length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpanError {
    /// No such form.
    #[error("not a duration; write 90s, 15m, 4h, 2d, 1w, `4 working hours` or `2 working days`")]
    Form,
    /// Zero, or more than ten years.
    #[error("a duration is more than nothing and at most ten years")]
    Range,
}

impl Span {
    /// The longest span: ten years.
    pub const MAX_SECONDS: i64 = 10 * 366 * 86_400;

    /// Whether a calendar is needed to add it.
    #[must_use]
    pub fn is_working(self) -> bool {
        !matches!(self, Self::Elapsed(_))
    }
}

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        let text = text.trim().to_ascii_lowercase();
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, unit) = text.split_at(digits);
        let unit = unit.split_whitespace().collect::<Vec<_>>().join(" ");
        // `1h30m` and `1h 30m` are sums of elapsed parts.
        if let Some(next) = unit.find(|c: char| c.is_ascii_digit()) {
            let head: Span = format!("{number}{}", &unit[..next]).parse()?;
            let tail: Span = unit[next..].parse()?;
            return match (head, tail) {
                (Self::Elapsed(a), Self::Elapsed(b)) => Self::Elapsed(a + b).checked(),
                (Self::Working(a), Self::Working(b)) => Self::Working(a + b).checked(),
                _ => Err(SpanError::Form),
            };
        }
        let count: i64 = number.parse().map_err(|_| SpanError::Form)?;
        let times = |seconds: i64| count.checked_mul(seconds).ok_or(SpanError::Range);
        match unit.as_str() {
            "s" | "sec" | "second" | "seconds" => Self::Elapsed(count),
            "m" | "min" | "minute" | "minutes" => Self::Elapsed(times(60)?),
            "h" | "hour" | "hours" => Self::Elapsed(times(3_600)?),
            "d" | "day" | "days" => Self::Elapsed(times(86_400)?),
            "w" | "week" | "weeks" => Self::Elapsed(times(604_800)?),
            "wm" | "working minute" | "working minutes" => Self::Working(times(60)?),
            "wh" | "working hour" | "working hours" => Self::Working(times(3_600)?),
            "wd" | "working day" | "working days" => Self::WorkingDays(u32::try_from(count).map_err(|_| SpanError::Range)?),
            _ => return Err(SpanError::Form),
        }
        .checked()
    }
}

impl Span {
    fn checked(self) -> Result<Self, SpanError> {
        let seconds = match self {
            Self::Elapsed(s) | Self::Working(s) => s,
            Self::WorkingDays(d) => i64::from(d) * 86_400,
        };
        if (1..=Self::MAX_SECONDS).contains(&seconds) {
            Ok(self)
        } else {
            Err(SpanError::Range)
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |n: i64| if n == 1 { "" } else { "s" };
        match *self {
            Self::Elapsed(s) => {
                for (unit, size) in [("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60)] {
                    if s % size == 0 {
                        return write!(f, "{}{unit}", s / size);
                    }
                }
                write!(f, "{s}s")
            }
            Self::Working(s) if s % 3_600 == 0 => write!(f, "{} working hour{}", s / 3_600, plural(s / 3_600)),
            Self::Working(s) => write!(f, "{} working minute{}", s / 60, plural(s / 60)),
            Self::WorkingDays(d) => write!(f, "{d} working day{}", plural(i64::from(d))),
        }
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
