//! A calendar: zone, weekly hours, holidays, and working time counted in them. May import model. Exact to the second over every change of the clocks.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use super::local::{date_of, instant, midnight};
use super::{DayOff, DaySpan, Exception, Sum};
use crate::model::{CalendarName, Span, SumInterval};

/// How far ahead hours are looked for, in days: ten years.
pub const SEARCH_DAYS: u32 = 3_653;

/// Zone, weekly working hours, holidays, exceptions. No two of its spans overlap, those of a night and of the day after included.
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
    /// Days without work.
    pub holidays: BTreeMap<Date, DayOff>,
    /// Days with hours of their own in place of the week's, holiday or not.
    pub exceptions: BTreeMap<Date, Exception>,
}

/// The calendar has no working time within ten years of the start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("calendar `{0}` has no working hours ahead")]
pub struct NoTime(pub CalendarName);

impl Calendar {
    /// The instant at which `span` is over when it starts at `from`. With Mon-Fri 09:00-17:30:
    ///
    /// - `Elapsed` ignores the hours: 2 h from Friday 17:00 is Friday 19:00.
    /// - `Working` counts open time, and is over when its last second is: 30 min from Friday 17:00 is Friday 17:30, not Monday 09:00.
    /// - `WorkingDays` counts in days, each being that day's own hours. From within a day it ends so many working days later, when as much of
    ///   that day is gone, or at its close if it is shorter: 1 from Monday 11:00 is Tuesday 11:00; 1 from Friday 11:00 is Monday 11:00; from
    ///   16:00 it is the close of a day that closes at 15:00. A lunch break is within the day. From outside, or from the opening on the second,
    ///   it ends at the close of the n-th day: 1 from Monday 09:00, or from Sunday, is Monday 17:30; 1 from Friday 18:00 is Monday 17:30.
    ///
    /// A night belongs to the day on which it begins, and so does a holiday. A day whose hours are all skipped by the clocks is no working day. Nothing, or less, is over at once.
    ///
    /// # Errors
    /// [`NoTime`] when a working span finds too few hours within ten years.
    pub fn add(&self, from: Timestamp, span: Span) -> Result<Sum, NoTime> {
        match span {
            Span::Elapsed(seconds) => Ok(super::count::elapsed(from, seconds)),
            Span::Working(seconds) => super::count::working(self, from, seconds),
            Span::WorkingDays(days) => super::count::working_days(self, from, days),
        }
    }

    /// Seconds of working time in `[from, to)`; 0 if `to` is not after `from`. Costs a little for each day between.
    #[must_use]
    pub fn between(&self, from: Timestamp, to: Timestamp) -> i64 {
        let inside = self.open_since(from).take_while(|open| open.from < to);
        let nanos: i128 = inside.map(|open| open.from.duration_until(open.to.min(to)).as_nanos()).sum();
        i64::try_from(nanos / 1_000_000_000).unwrap_or(i64::MAX)
    }

    /// Whether `at` lies in working hours.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        let today = date_of(at, &self.zone);
        // Yesterday's hours reach into today by night, and where the clocks go back over midnight.
        let days = [today.yesterday().ok(), Some(today)];
        days.into_iter()
            .flatten()
            .any(|date| self.open_on(date).iter().any(|open| open.from <= at && at < open.to))
    }

    /// `at` itself if it lies in working hours, else the next instant that does; `None` if there is none within ten years.
    #[must_use]
    pub fn next_open(&self, at: Timestamp) -> Option<Timestamp> {
        let last = date_of(at, &self.zone).saturating_add(jiff::Span::new().days(i64::from(SEARCH_DAYS)));
        let end = midnight(last, &self.zone);
        self.open_since(at).next().map(|open| open.from).filter(|from| *from <= end)
    }

    /// When a working day begins and ends, by the clock on the wall: the start of its first span and the end of its last, 24:00 and the end of
    /// a night as 23:59:59. `None` on holidays and on days without hours.
    #[must_use]
    pub fn day_bounds(&self, date: Date) -> Option<(Time, Time)> {
        let spans = self.hours_on(date);
        Some((spans.first()?.start, spans.last()?.last()))
    }

    /// The working hours that begin on a date, by the clock on the wall: those of its exception; else none on a holiday; else the weekday's.
    #[must_use]
    pub fn hours_on(&self, date: Date) -> &[DaySpan] {
        match (self.exceptions.get(&date), self.holidays.contains_key(&date)) {
            (Some(exception), _) => &exception.spans,
            (None, true) => &[],
            (None, false) => self.usual_hours(date),
        }
    }

    /// The hours of a date's weekday, whatever day it is.
    #[must_use]
    pub fn usual_hours(&self, date: Date) -> &[DaySpan] {
        let index = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
        self.week.get(index).map_or(&[], Vec::as_slice)
    }

    /// Why there is no work on a date: the name of its holiday, or that it is closed. `None` where there is some, and where there never is on that
    /// weekday.
    #[must_use]
    pub fn day_off(&self, date: Date) -> Option<&str> {
        match (self.exceptions.get(&date), self.holidays.get(&date)) {
            (Some(exception), _) => exception.spans.is_empty().then_some("closed"),
            (None, Some(holiday)) => Some(&holiday.name),
            (None, None) => None,
        }
    }

    /// The stretches of working time that begin on a date as instants, in order.
    #[must_use]
    pub fn open_on(&self, date: Date) -> Vec<SumInterval> {
        self.stretches(date, self.hours_on(date))
    }

    /// Spans of a date as instants, in order.
    pub(super) fn stretches(&self, date: Date, spans: &[DaySpan]) -> Vec<SumInterval> {
        let tomorrow = date.tomorrow().ok();
        let next_day = |time: Time| tomorrow.map_or(Timestamp::MAX, |next| instant(next.to_datetime(time), &self.zone));
        let stretch = |span: &DaySpan| SumInterval {
            from: instant(date.to_datetime(span.start), &self.zone),
            to: match span.end {
                Some(end) if !span.is_night() => instant(date.to_datetime(end), &self.zone),
                Some(end) => next_day(end),
                None => next_day(Time::midnight()),
            },
        };
        // The clocks can skip a whole span, and in Apia they skipped a day.
        spans.iter().map(stretch).filter(|open| open.from < open.to).collect()
    }

    /// Whether any day has working hours, ever.
    #[must_use]
    pub fn has_hours(&self) -> bool {
        self.week.iter().any(|day| !day.is_empty()) || self.exceptions.values().any(|exception| !exception.spans.is_empty())
    }

    /// The dates on which time at or after `from` can lie, in order, at most ten years of them; none if there are never hours.
    pub(super) fn dates(&self, from: Timestamp) -> impl Iterator<Item = Date> {
        let first = date_of(from, &self.zone);
        let first = first.yesterday().unwrap_or(first);
        let days = if self.has_hours() { SEARCH_DAYS as usize + 2 } else { 0 };
        first.series(jiff::Span::new().days(1)).take(days)
    }

    /// Working time from `from` on, the first stretch cut at `from`; ends after ten years.
    fn open_since(&self, from: Timestamp) -> impl Iterator<Item = SumInterval> {
        let cut = move |open: SumInterval| SumInterval {
            from: open.from.max(from),
            to: open.to,
        };
        self.dates(from)
            .flat_map(|date| self.open_on(date))
            .map(cut)
            .filter(|open| open.from < open.to)
    }
}

#[cfg(test)]
#[path = "hours_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "oracle_tests.rs"]
mod oracle_tests;
