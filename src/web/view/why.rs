//! Why an item is where it is and what happens next. May import model, policy.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{MutedView, NextView, RuleView, TimerState};
use crate::model::{Item, ItemClock, ItemId, PersonKey, SumInterval};
use crate::policy::Policy;

/// The answer to `why`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhyView {
    /// The item.
    pub item: ItemId,
    /// The rule that opened it.
    pub rule: RuleView,
    /// Rules that matched after it and say of it too.
    #[serde(default)]
    pub also: Vec<RuleView>,
    /// Why one of a team was chosen for it when it was new.
    #[serde(default)]
    pub chosen: Option<String>,
    /// That nobody is told of it, until when and why; `null` if it is not muted.
    #[serde(default)]
    pub muted: Option<MutedView>,
    /// The sum behind each deadline.
    pub deadlines: Vec<DeadlineView>,
    /// What happens next by itself; `null` for a closed item.
    pub next: Option<NextView>,
    /// The one person who answers for it now.
    pub accountable: PersonKey,
    /// The policy revision it was opened under.
    pub policy: String,
}

/// One deadline and how it came about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadlineView {
    /// The clock.
    pub clock: String,
    /// The length that was promised, as the configuration writes it.
    pub promised: String,
    /// The calendar it counts in; `null` for elapsed time.
    pub calendar: Option<String>,
    /// The zone it is best read in.
    pub zone: String,
    /// When the clock started.
    pub started: Timestamp,
    /// The promised instant.
    pub deadline: Timestamp,
    /// Whether it runs.
    pub state: TimerState,
    /// The intervals counted, first ones and the last.
    pub counted: Vec<CountedView>,
    /// How many intervals `counted` leaves out in the middle.
    pub omitted: u32,
    /// Holidays met on the way.
    pub holidays: Vec<String>,
    /// Since when it stands still.
    pub paused: Option<Timestamp>,
    /// What is left while it stands still, in seconds of working time if it counts that.
    pub left_seconds: Option<i64>,
    /// When it is looked at again, if it stands still because its calendar has too few working hours ahead.
    #[serde(default)]
    pub look_again: Option<Timestamp>,
    /// The policy revision that promised it.
    pub policy: String,
}

/// One counted stretch, half open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountedView {
    /// From here.
    pub from: Timestamp,
    /// Up to here.
    pub to: Timestamp,
}

impl From<&SumInterval> for CountedView {
    fn from(interval: &SumInterval) -> Self {
        Self {
            from: interval.from,
            to: interval.to,
        }
    }
}

impl From<&ItemClock> for DeadlineView {
    fn from(clock: &ItemClock) -> Self {
        Self {
            clock: clock.kind.to_string(),
            promised: clock.promised(),
            calendar: clock.calendar.as_ref().map(ToString::to_string),
            zone: clock.time_zone.clone(),
            started: clock.started,
            deadline: clock.deadline,
            state: match (&clock.paused, clock.overdue) {
                (_, true) => TimerState::Overdue,
                (Some(_), false) => TimerState::Paused,
                (None, false) => TimerState::Running,
            },
            counted: clock.sum.iter().map(Into::into).collect(),
            omitted: clock.sum_omitted,
            holidays: clock.holidays.clone(),
            paused: clock.paused.as_ref().map(|paused| paused.since),
            left_seconds: clock.paused.as_ref().map(|paused| paused.left_seconds),
            look_again: clock.paused.as_ref().and_then(|paused| paused.look_again),
            policy: clock.policy.to_string(),
        }
    }
}

impl WhyView {
    /// From an item and the policy that decides now.
    #[must_use]
    pub fn of(item: &Item, policy: &Policy) -> Self {
        Self {
            item: item.id.clone(),
            rule: (&item.rule).into(),
            also: item.also.iter().map(Into::into).collect(),
            chosen: item.chosen.clone(),
            muted: item.muted.as_deref().map(Into::into),
            deadlines: item.clocks.iter().map(Into::into).collect(),
            next: NextView::of(item, policy),
            accountable: item.accountable.clone(),
            policy: item.policy.to_string(),
        }
    }
}
