//! Starting, pausing, resuming and ending the clocks of an item. May import model, calendar, policy. A deadline is computed once, when it is promised.

use jiff::{SignedDuration, Timestamp};

use super::ItemEvent;
use super::work::Work;
use crate::calendar::{Calendar, Sum};
use crate::model::{CalendarName, ClockKind, ItemClock, PausedAt, PersonKey, Reader, SetDue, Span, SumInterval};

/// How many counted intervals are stored on a clock; the middle of a longer sum is left out and counted.
pub(super) const MAX_STORED_INTERVALS: usize = 24;
/// What a clock is started with.
pub(super) struct Start<'c> {
    pub(super) kind: ClockKind,
    pub(super) span: Span,
    pub(super) calendar: &'c CalendarName,
    /// Whether a warning is given at 75 %.
    pub(super) warns: bool,
}

impl Work<'_> {
    /// The calendar a person's clocks count in; the queue's if they are not configured any more.
    pub(super) fn person_calendar(&self, person: Option<&PersonKey>) -> CalendarName {
        let own = person.and_then(|key| self.cx.policy.people.get(key)).map(|p| p.calendar.clone());
        own.unwrap_or_else(|| self.queue.calendar.clone())
    }

    /// The calendar of whoever asked, where they are one of the configured people: reminders reach them in their own hours. Else the queue's.
    pub(super) fn calendar_of_requester(&self) -> CalendarName {
        let reader = self.item.requester.as_ref().map(|requester| &requester.reader);
        let person = reader.and_then(|reader| match reader {
            Reader::Person(person) => Some(person.clone()),
            Reader::Address(address) => self.cx.policy.person_by_address(address).map(|person| person.key.clone()),
        });
        self.person_calendar(person.as_ref())
    }

    /// A calendar; for one that is no longer configured the queue's, so that a clock goes on in working time.
    fn hours(&self, name: &CalendarName) -> Option<&Calendar> {
        let calendars = &self.cx.policy.calendars;
        calendars.get(name).or_else(|| calendars.get(&self.queue.calendar))
    }

    /// Adds `span` to `from` in a calendar; `None` when it has too few hours ahead.
    pub(super) fn count(&self, calendar: &CalendarName, from: Timestamp, span: Span) -> Option<Sum> {
        match self.hours(calendar) {
            Some(hours) => hours.add(from, span).ok(),
            None => Some(elapsed_sum(from, span)),
        }
    }

    /// The same where something must happen all the same: without hours ahead the time that passes counts.
    pub(super) fn add(&self, calendar: &CalendarName, from: Timestamp, span: Span) -> Sum {
        self.count(calendar, from, span).unwrap_or_else(|| elapsed_sum(from, span))
    }

    /// Starts a clock now, in place of one of the same kind.
    pub(super) fn start_clock(&mut self, start: &Start<'_>) {
        let sum = self.count(start.calendar, self.cx.now, start.span);
        self.promise(start, sum, None);
    }

    /// Starts a clock whose deadline is known, or one that has nothing to count and stands still.
    pub(super) fn promise(&mut self, start: &Start<'_>, sum: Option<Sum>, due: Option<SetDue>) {
        let Some(sum) = sum.or_else(|| may_not_stand(start.kind).then(|| elapsed_sum(self.cx.now, start.span))) else {
            return self.stand_still(start, due);
        };
        let clock = self.clock(start, sum, due);
        self.emit(ItemEvent::ClockStarted(Box::new(clock)));
    }

    /// A clock that begins now.
    pub(super) fn clock(&self, start: &Start<'_>, sum: Sum, due: Option<SetDue>) -> ItemClock {
        let warn = start
            .warns
            .then(|| sum.at_percent(75))
            .filter(|w| *w > self.cx.now && *w < sum.deadline);
        let time_zone = self
            .cx
            .policy
            .calendars
            .get(start.calendar)
            .map_or("UTC", |c: &Calendar| &c.zone_name)
            .to_owned();
        let (stored, omitted) = store_sum(&sum.intervals);
        ItemClock {
            kind: start.kind,
            started: self.cx.now,
            span: start.span,
            calendar: start.span.is_working().then(|| start.calendar.clone()),
            time_zone,
            deadline: sum.deadline,
            warn,
            paused: None,
            overdue: false,
            sum: stored,
            sum_omitted: omitted,
            holidays: sum.holidays,
            policy: self.cx.policy.revision.clone(),
            due,
        }
    }

    /// Starts a clock that ends at a given instant.
    pub(super) fn start_clock_until(&mut self, kind: ClockKind, until: Timestamp) {
        let seconds = until.duration_since(self.cx.now).as_secs().max(1);
        let calendar = self.person_calendar(self.item.holder.clone().as_ref());
        self.start_clock(&Start {
            kind,
            span: Span::Elapsed(seconds),
            calendar: &calendar,
            warns: false,
        });
    }

    /// Ends a clock, and the escalation it caused.
    pub(super) fn stop_clock(&mut self, kind: ClockKind) {
        // A ladder that says what ends it outlives its cause.
        if self
            .item
            .escalations
            .iter()
            .any(|e| e.cause == kind && e.unless.is_none_or(|unless| unless.holds(&self.item)))
        {
            self.emit(ItemEvent::EscalationEnded { cause: kind });
        }
        if self.item.clock(kind).is_some() {
            self.emit(ItemEvent::ClockStopped { kind });
        }
    }

    /// Makes the response clocks stand still.
    pub(super) fn pause_response_clocks(&mut self) {
        self.rest_clocks();
        for kind in [ClockKind::Respond, ClockKind::Resolve] {
            // A point in time is not put off by waiting.
            let moves = |c: &&ItemClock| c.paused.is_none() && !c.overdue && !c.due.as_ref().is_some_and(|set| set.due.is_fixed());
            let Some(clock) = self.item.clock(kind).filter(moves).cloned() else {
                continue;
            };
            let left = |to: Timestamp| self.seconds_between(&clock, self.cx.now, to).max(1);
            let paused = PausedAt {
                since: self.cx.now,
                left_seconds: left(clock.deadline),
                warn_left_seconds: clock.warn.map(left),
                look_again: None,
            };
            self.emit(ItemEvent::ClockSet(Box::new(ItemClock {
                paused: Some(paused),
                ..clock
            })));
        }
    }

    /// Lets clocks that stand still go on with what was left.
    pub(super) fn resume_clocks(&mut self) {
        for clock in self.item.clocks.clone() {
            let Some(paused) = clock.paused.clone() else { continue };
            let Some(deadline) = self.forward(&clock, paused.left_seconds) else {
                self.stand_on(&clock, paused);
                continue;
            };
            let warn = paused.warn_left_seconds.and_then(|left| self.forward(&clock, left));
            let warn = warn.map(|sum| sum.deadline);
            // What was counted before the pause stays in the sum; what follows is added.
            let mut sum: Vec<SumInterval> = clock.sum.iter().filter(|i| i.from < paused.since).cloned().collect();
            if let Some(last) = sum.last_mut() {
                last.to = last.to.min(paused.since);
            }
            sum.extend(deadline.intervals);
            let (sum, omitted) = store_sum(&sum);
            self.emit(ItemEvent::ClockSet(Box::new(ItemClock {
                paused: None,
                deadline: deadline.deadline,
                warn,
                sum,
                sum_omitted: clock.sum_omitted + omitted,
                ..clock
            })));
        }
    }

    fn seconds_between(&self, clock: &ItemClock, from: Timestamp, to: Timestamp) -> i64 {
        match clock.calendar.as_ref().and_then(|name| self.hours(name)) {
            Some(calendar) => calendar.between(from, to),
            None => to.duration_since(from).as_secs(),
        }
    }

    /// What is left of a clock, counted from now.
    pub(super) fn forward(&self, clock: &ItemClock, seconds: i64) -> Option<Sum> {
        let paused = clock.paused.as_ref();
        match &clock.calendar {
            // Nothing of it was ever counted.
            Some(calendar) if paused.is_some_and(|paused| paused.since == clock.started && paused.left_seconds == seconds) => {
                self.count(calendar, self.cx.now, clock.span)
            }
            Some(calendar) => self.count(calendar, self.cx.now, Span::Working(seconds.max(1))),
            None => Some(elapsed_sum(self.cx.now, Span::Elapsed(seconds.max(1)))),
        }
    }
}

/// What looks for somebody, wakes somebody or speaks of what was collected happens, whatever the hours.
fn may_not_stand(kind: ClockKind) -> bool {
    matches!(kind, ClockKind::Snooze | ClockKind::Parked | ClockKind::Collect)
}

/// A sum of elapsed time, a working day being one of 24 h.
fn elapsed_sum(from: Timestamp, span: Span) -> Sum {
    let length = match span {
        Span::Elapsed(seconds) | Span::Working(seconds) => SignedDuration::from_secs(seconds),
        Span::WorkingDays(days) => SignedDuration::from_hours(24 * i64::from(days)),
    };
    let deadline = from.saturating_add(length).unwrap_or(Timestamp::MAX);
    Sum {
        deadline,
        intervals: vec![SumInterval { from, to: deadline }],
        holidays: Vec::new(),
    }
}

/// The first and last intervals, and how many were left out between them.
pub(super) fn store_sum(intervals: &[SumInterval]) -> (Vec<SumInterval>, u32) {
    if intervals.len() <= MAX_STORED_INTERVALS {
        return (intervals.to_vec(), 0);
    }
    let head = MAX_STORED_INTERVALS - 2;
    let mut stored = intervals[..head].to_vec();
    stored.extend_from_slice(&intervals[intervals.len() - 2..]);
    (stored, u32::try_from(intervals.len() - MAX_STORED_INTERVALS).unwrap_or(u32::MAX))
}
