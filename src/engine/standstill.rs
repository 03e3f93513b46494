//! Clocks whose calendar has too few working hours ahead: they stand still, are looked at every day, and go on when there are hours again. May import model.

use jiff::{SignedDuration, Timestamp};

use super::clocks::{Start, store_sum};
use super::work::{Say, Work};
use super::{ItemEvent, facts};
use crate::calendar::Sum;
use crate::model::{ClockKind, ItemClock, PausedAt, Reason, SetDue, Span, State};

/// After how long a clock that came to a stand is looked at first.
const FIRST_LOOK: SignedDuration = SignedDuration::from_hours(1);
/// How often it is looked at from then on; each time the owner is told.
const NEXT_LOOK: SignedDuration = SignedDuration::from_hours(24);
/// What a working day is taken for where there is none to look at, in seconds.
const SOME_DAY_SECONDS: i64 = 8 * 3_600;

impl Work<'_> {
    /// Starts a clock that has nothing to count.
    pub(super) fn stand_still(&mut self, start: &Start<'_>, due: Option<SetDue>) {
        let look = self.look_in(FIRST_LOOK);
        let nothing = Sum {
            deadline: look,
            intervals: Vec::new(),
            holidays: Vec::new(),
        };
        let left_seconds = match start.span {
            Span::Elapsed(seconds) | Span::Working(seconds) => seconds,
            Span::WorkingDays(days) => i64::from(days) * SOME_DAY_SECONDS,
        };
        let paused = PausedAt {
            since: self.cx.now,
            left_seconds,
            warn_left_seconds: start.warns.then_some(left_seconds / 4 * 3),
            look_again: Some(look),
        };
        let clock = ItemClock {
            warn: None,
            paused: Some(paused),
            ..self.clock(start, nothing, due)
        };
        self.emit(ItemEvent::ClockStarted(Box::new(clock)));
    }

    /// A clock that was to go on has nothing to count any more.
    pub(super) fn stand_on(&mut self, clock: &ItemClock, paused: PausedAt) {
        if paused.look_again.is_some() {
            return;
        }
        let look = self.look_in(FIRST_LOOK);
        self.set_standing(clock, paused, look);
    }

    /// While somebody is waited for, respond and resolve stand still anyway and need no look.
    pub(super) fn rest_clocks(&mut self) {
        for clock in self.item.clocks.clone() {
            let Some(paused) = clock.paused.clone().filter(|paused| paused.look_again.is_some()) else {
                continue;
            };
            if matches!(clock.kind, ClockKind::Respond | ClockKind::Resolve) {
                self.emit(ItemEvent::ClockSet(Box::new(ItemClock {
                    paused: Some(PausedAt {
                        look_again: None,
                        ..paused
                    }),
                    ..clock
                })));
            }
        }
    }

    fn set_standing(&mut self, clock: &ItemClock, paused: PausedAt, look: Timestamp) {
        let paused = PausedAt {
            look_again: Some(look),
            ..paused
        };
        self.emit(ItemEvent::ClockSet(Box::new(ItemClock {
            paused: Some(paused),
            warn: None,
            deadline: look,
            ..clock.clone()
        })));
    }

    fn look_in(&self, length: SignedDuration) -> Timestamp {
        self.cx.now.saturating_add(length).unwrap_or(Timestamp::MAX)
    }
}

/// Counts every clock again that stands still for want of hours: the configuration may have given it some.
pub(super) fn count_again(work: &mut Work<'_>) {
    for clock in work.item.clocks.clone() {
        go_on(work, &clock);
    }
}

/// The time of a look has come: the clock goes on, or the owner hears that it cannot.
pub(super) fn look(work: &mut Work<'_>, clock: &ItemClock) {
    if go_on(work, clock) {
        return;
    }
    let Some(paused) = clock.paused.clone() else { return };
    let look = work.look_in(NEXT_LOOK);
    work.set_standing(clock, paused, look);
    let calendar = clock.calendar.as_ref().map_or_else(String::new, ToString::to_string);
    let say = Say {
        ask: "please give the calendar hours, or see to the item yourself".to_owned(),
        why_you: format!(
            "you answer for {}, and its {} clock stands still: calendar {calendar} has too few working hours ahead",
            work.item.queue, clock.kind
        ),
        facts: facts::of_item(&work.item),
        answers: ["accept", "pass PERSON", "done NOTE", "why"].map(str::to_owned).to_vec(),
        ..Say::default()
    };
    let owner = work.queue.owner.clone();
    work.tell(&owner, Reason::Reminder, say);
}

/// Lets one clock go on, if there are hours for it now.
fn go_on(work: &mut Work<'_>, clock: &ItemClock) -> bool {
    let Some(paused) = clock.paused.as_ref().filter(|paused| paused.look_again.is_some()) else {
        return false;
    };
    let waits = matches!(work.item.state, State::Waiting | State::Muted) && matches!(clock.kind, ClockKind::Respond | ClockKind::Resolve);
    let Some(sum) = work.forward(clock, paused.left_seconds).filter(|_| !waits) else {
        return false;
    };
    let warn = paused.warn_left_seconds.map(|_| sum.at_percent(75));
    let mut counted = clock.sum.clone();
    counted.extend(sum.intervals);
    let mut holidays = clock.holidays.clone();
    holidays.extend(sum.holidays.into_iter().filter(|day| !clock.holidays.contains(day)));
    let (stored, omitted) = store_sum(&counted);
    work.emit(ItemEvent::ClockSet(Box::new(ItemClock {
        paused: None,
        deadline: sum.deadline,
        warn: warn.filter(|at| *at > work.cx.now && *at < sum.deadline),
        sum: stored,
        sum_omitted: clock.sum_omitted + omitted,
        holidays,
        policy: work.cx.policy.revision.clone(),
        ..clock.clone()
    })));
    true
}
