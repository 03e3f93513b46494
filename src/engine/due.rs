//! `due` of a rule: the resolve deadline it sets in place of the queue's. May import model, calendar, policy. Later words make it sooner, never later.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::clocks::Start;
use super::work::Work;
use crate::calendar::{self, Calendar, Sum};
use crate::model::{ClockKind, Due, ItemClock, SetDue, Span, State, SumInterval};

/// How many days ahead a working day is looked for.
const SEARCH_DAYS: i64 = 366;

impl Work<'_> {
    /// Starts the resolve clock as a rule says.
    pub(super) fn start_due(&mut self, set: &SetDue) {
        let calendar = self.queue.calendar.clone();
        let sum = self.due_sum(set.due);
        let deadline = sum.as_ref().map_or(self.cx.now, |sum| sum.deadline);
        let seconds = deadline.duration_since(self.cx.now).as_secs().max(1);
        let span = match set.due {
            Due::Within(span) => span,
            _ => Span::Elapsed(seconds.min(Span::MAX_SECONDS)),
        };
        let start = Start {
            kind: ClockKind::Resolve,
            span,
            calendar: &calendar,
            warns: true,
        };
        self.promise(&start, sum, Some(set.clone()));
    }

    /// A further message says when it is due: only a sooner time counts, or a message that comes again and again would put it off for ever.
    pub(super) fn start_due_if_sooner(&mut self, set: &SetDue) {
        let asked = self.due_sum(set.due).map(|sum| sum.deadline);
        let stands = self.item.clock(ClockKind::Resolve);
        let sooner = |clock: &ItemClock| !clock.overdue && asked.is_some_and(|asked| asked < clock.deadline || clock.stands_still());
        if stands.is_some_and(|clock| !sooner(clock)) {
            return;
        }
        self.start_due(set);
        if self.item.state == State::Waiting {
            self.pause_response_clocks();
        }
    }

    /// When that is, by the queue's calendar. `None` for working time in a calendar that has none ahead.
    pub(super) fn due_sum(&self, due: Due) -> Option<Sum> {
        let now = self.cx.now;
        if let Due::Within(span) = due {
            return self.count(&self.queue.calendar, now, span);
        }
        let hours = self.cx.policy.calendars.get(&self.queue.calendar);
        let zone = hours.map_or(TimeZone::UTC, |hours| hours.zone.clone());
        let local = |at: DateTime| calendar::instant(at, &zone);
        let deadline = match due {
            Due::Clock(time) => next_clock(hours, &zone, now, time),
            Due::Day(date) => local(end_of(hours, date)),
            Due::Local(at) => local(at),
            Due::Instant(at) => at,
            Due::Within(_) => now,
        };
        Some(Sum {
            deadline,
            intervals: (deadline > now)
                .then_some(SumInterval { from: now, to: deadline })
                .into_iter()
                .collect(),
            holidays: Vec::new(),
        })
    }
}

/// The end of a day's working hours; of a day without any, its last minute.
fn end_of(hours: Option<&Calendar>, date: Date) -> DateTime {
    let last = hours.and_then(|hours| hours.day_bounds(date)).map(|(_, last)| last);
    date.to_datetime(last.unwrap_or_else(|| Time::constant(23, 59, 0, 0)))
}

/// The next time the clock on the wall says so on a working day; on any day where there are none ahead.
fn next_clock(hours: Option<&Calendar>, zone: &TimeZone, now: Timestamp, time: Time) -> Timestamp {
    let today = zone.to_datetime(now).date();
    let days = || (0..SEARCH_DAYS).filter_map(|n| today.checked_add(n.days()).ok());
    let at = |day: Date| calendar::instant(day.to_datetime(time), zone);
    let works = |day: &Date| hours.is_some_and(|hours| hours.day_bounds(*day).is_some());
    let ahead = |at: &Timestamp| *at > now;
    let found = days().filter(works).map(at).find(ahead);
    found.or_else(|| days().map(at).find(ahead)).unwrap_or(now)
}
