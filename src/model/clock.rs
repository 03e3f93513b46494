//! A clock that runs on an item: accept, respond, resolve, update, wait, snooze. May import only its peers in model. A deadline is a stored instant, never a formula.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{CalendarName, Revision, SetDue, Span};

/// What a clock measures. `LIFECYCLE.md` beside the engine says when each starts, pauses and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClockKind {
    /// From the offer to the acceptance.
    Accept,
    /// From the opening to the first answer to the requester.
    Respond,
    /// From the opening to done.
    Resolve,
    /// From one word of the holder to the next.
    Update,
    /// From waiting for somebody outside to the next reminder to them.
    Wait,
    /// From snoozed to awake.
    Snooze,
    /// From parked to the next look for somebody.
    Parked,
    /// From the first message that was not told to the word about it and all that came with it.
    Collect,
    /// From muted to told again.
    Mute,
}

impl ClockKind {
    /// The word used in configuration, mail, tables and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Respond => "respond",
            Self::Resolve => "resolve",
            Self::Update => "update",
            Self::Wait => "wait",
            Self::Snooze => "snooze",
            Self::Parked => "parked",
            Self::Collect => "collect",
            Self::Mute => "mute",
        }
    }
}

impl fmt::Display for ClockKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One counted stretch of working time, for `why`: half open, in instants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SumInterval {
    /// Counted from here.
    pub from: Timestamp,
    /// Up to here.
    pub to: Timestamp,
}

/// A clock that stands still: what was left when it paused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PausedAt {
    /// When it paused.
    pub since: Timestamp,
    /// Seconds left: of working time if the clock counts working time, else elapsed.
    pub left_seconds: i64,
    /// Seconds left until the warning, if it was still to come.
    pub warn_left_seconds: Option<i64>,
    /// Set where it stands still because its calendar has too few working hours ahead: when it is looked at again.
    #[serde(default)]
    pub look_again: Option<Timestamp>,
}

/// A running or paused clock on an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemClock {
    /// What it measures.
    pub kind: ClockKind,
    /// When it started.
    pub started: Timestamp,
    /// The length that was promised.
    pub span: Span,
    /// The calendar it counts in; `None` for elapsed time.
    pub calendar: Option<CalendarName>,
    /// The zone the deadline is best read in, an IANA name.
    pub time_zone: String,
    /// The promised instant.
    pub deadline: Timestamp,
    /// When the warning (75 %) is due; `None` once it was given or where there is none.
    pub warn: Option<Timestamp>,
    /// Set while it stands still.
    pub paused: Option<PausedAt>,
    /// Set once the deadline passed unmet; the clock stays, for tables and `why`.
    pub overdue: bool,
    /// The intervals counted, first ones and the last; for `why`.
    pub sum: Vec<SumInterval>,
    /// How many counted intervals `sum` leaves out in the middle.
    pub sum_omitted: u32,
    /// Holidays met on the way, as `2026-12-25 Christmas Day`.
    pub holidays: Vec<String>,
    /// The policy revision that promised it.
    pub policy: Revision,
    /// What set it in place of the queue; `None` where the queue did.
    #[serde(default)]
    pub due: Option<SetDue>,
}

impl ItemClock {
    /// What was promised, in the words of the configuration.
    #[must_use]
    pub fn promised(&self) -> String {
        match &self.due {
            Some(set) => format!("{} by {}", set.due, set.by),
            None => self.span.to_string(),
        }
    }

    /// Whether it stands still because its calendar has too few working hours ahead.
    #[must_use]
    pub fn stands_still(&self) -> bool {
        self.paused.as_ref().is_some_and(|paused| paused.look_again.is_some())
    }

    /// The next instant at which this clock wants to be looked at; `None` while it waits for somebody, and when it is done.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        if self.overdue {
            return None;
        }
        if let Some(paused) = &self.paused {
            return paused.look_again;
        }
        Some(self.warn.map_or(self.deadline, |warn| warn.min(self.deadline)))
    }
}
