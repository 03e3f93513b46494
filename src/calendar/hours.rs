//! A calendar: zone, weekly hours, holidays, and working time counted in them. May import model. Exact to the second over every change of the clocks.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use crate::model::{CalendarName, Span, SumInterval};

/// One span of working hours in local time, half open. `end` of 24:00 is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaySpan {
    /// From this local time.
    pub start: Time,
    /// Up to this local time; `None` is the end of the day.
    pub end: Option<Time>,
}

/// Zone, weekly working hours, holidays.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// Its key, or `person:KEY`.
    pub name: CalendarName,
    /// The zone.
    pub zone: TimeZone,
    /// The zone's IANA name.
    pub zone_name: String,
    /// Spans per weekday, Monday first; sorted, without overlap.
    pub week: [Vec<DaySpan>; 7],
    /// Days without work and their names.
    pub holidays: BTreeMap<Date, String>,
}

/// A deadline and how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// The instant.
    pub deadline: Timestamp,
    /// The counted intervals, in order; all of them.
    pub intervals: Vec<SumInterval>,
    /// The holidays that were skipped, as `2026-12-25 Christmas Day`.
    pub holidays: Vec<String>,
}

/// The calendar has no working time within ten years of the start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("calendar `{0}` has no working hours ahead")]
pub struct NoTime(pub CalendarName);

impl Calendar {
    /// The instant at which `span` is over when it starts at `from`. Elapsed spans ignore the hours.
    ///
    /// # Errors
    /// [`NoTime`] when a working span finds no hours within ten years.
    pub fn add(&self, from: Timestamp, span: Span) -> Result<Sum, NoTime> {
        let _ = (from, span);
        Err(NoTime(self.name.clone()))
    }

    /// Seconds of working time in `[from, to)`; 0 if `to` is not after `from`.
    #[must_use]
    pub fn between(&self, from: Timestamp, to: Timestamp) -> i64 {
        let _ = (from, to);
        0
    }

    /// Whether `at` lies in working hours.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        let _ = at;
        false
    }

    /// `at` itself if it lies in working hours, else the next instant that does; `None` if there is none within ten years.
    #[must_use]
    pub fn next_open(&self, at: Timestamp) -> Option<Timestamp> {
        let _ = at;
        None
    }
}
