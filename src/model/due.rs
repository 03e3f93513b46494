//! When an item is to be done, as a rule says it. May import only its peers in model. What stands without a zone is read in the queue's.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{PersonKey, RuleName, Span};

/// When an item is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// `4 working hours`: that long after the message came.
    Within(Span),
    /// `17:00`: the next time the clock says so on a working day.
    Clock(Time),
    /// `2026-12-01`: the end of that day's working hours.
    Day(Date),
    /// `2026-12-01 14:00`: that minute.
    Local(DateTime),
    /// `2026-12-01T14:00:00Z`, or with another offset: that instant.
    Instant(Timestamp),
}

/// Why a text says no such time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write `4 working hours`, `17:00`, `2026-12-01`, `2026-12-01 14:00`, or an instant with its offset such as `2026-12-01T14:00:00Z`")]
pub struct DueError;

/// Who set a deadline in place of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SetBy {
    /// A rule.
    Rule(RuleName),
    /// Somebody.
    Person(PersonKey),
}

impl fmt::Display for SetBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(rule) => write!(f, "rule {rule}"),
            Self::Person(person) => person.fmt(f),
        }
    }
}

/// What set a deadline in place of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetDue {
    /// Who.
    pub by: SetBy,
    /// What was said.
    pub due: Due,
}

impl Due {
    /// Whether it is a point in time, which does not move when the item waits; a length of time stands still then.
    #[must_use]
    pub fn is_fixed(self) -> bool {
        !matches!(self, Self::Within(_))
    }
}

impl FromStr for Due {
    type Err = DueError;

    fn from_str(text: &str) -> Result<Self, DueError> {
        let text = text.trim();
        if let Ok(span) = text.parse() {
            return Ok(Self::Within(span));
        }
        let digit_first = text.starts_with(|c: char| c.is_ascii_digit());
        if let Ok(time) = Time::strptime("%H:%M", text) {
            return Ok(Self::Clock(time));
        }
        if let Ok(instant) = text.parse::<Timestamp>() {
            return Ok(Self::Instant(instant));
        }
        // Mail and some webhooks write dates as mail does (RFC 5322).
        if let Ok(instant) = jiff::fmt::rfc2822::parse(text) {
            return Ok(Self::Instant(instant.timestamp()));
        }
        // A date may stand with a time; jiff reads one without as midnight.
        match text.parse::<DateTime>() {
            Ok(local) if digit_first && text.contains(':') => Ok(Self::Local(local)),
            Ok(local) if digit_first && text.len() == "2026-12-01".len() => Ok(Self::Day(local.date())),
            _ => Err(DueError),
        }
    }
}

impl fmt::Display for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Within(span) => write!(f, "{span}"),
            Self::Clock(time) => write!(f, "{}", time.strftime("%H:%M")),
            Self::Day(date) => write!(f, "{date}"),
            Self::Local(local) => write!(f, "{}", local.strftime("%Y-%m-%d %H:%M")),
            Self::Instant(instant) => write!(f, "{instant}"),
        }
    }
}

impl Serialize for Due {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Due {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
#[path = "due_tests.rs"]
mod tests;
