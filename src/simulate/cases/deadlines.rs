//! How the clocks of an item stand, against how they should. May import model, calendar, config.

use super::clock::{resolve, shown};
use super::scene::Scene;
use crate::config::{DeadlineWant, Moment};
use crate::model::{ClockKind, Item, ItemClock, Span};

/// Whether a clock stands as it should; if not, how it stands.
pub(super) fn holds(kind: ClockKind, want: &DeadlineWant, item: &Item, scene: &Scene<'_>) -> Result<(), String> {
    let Some(clock) = item.clock(kind).filter(|_| item.state.is_open()) else {
        return match want {
            DeadlineWant::None => Ok(()),
            _ => Err("it does not run".to_owned()),
        };
    };
    let good = match want {
        DeadlineWant::None => false,
        DeadlineWant::Paused => clock.paused.is_some(),
        DeadlineWant::Overdue => clock.overdue,
        DeadlineWant::At(moment) => ends_at(moment, clock, scene),
        DeadlineWant::In(span) => ends_in(*span, clock, item, scene),
    };
    if good { Ok(()) } else { Err(stands(clock, scene)) }
}

/// How it should stand, as it is written.
pub(super) fn described(want: &DeadlineWant) -> String {
    match want {
        DeadlineWant::None => "it does not run".to_owned(),
        DeadlineWant::Paused => "paused".to_owned(),
        DeadlineWant::Overdue => "overdue".to_owned(),
        DeadlineWant::At(moment) => moment.to_string(),
        DeadlineWant::In(span) => format!("{span} from its start"),
    }
}

fn ends_at(moment: &Moment, clock: &ItemClock, scene: &Scene<'_>) -> bool {
    let meant = resolve(moment, clock.started, scene.zone, scene.calendar);
    meant.is_ok_and(|meant| same_minute(meant, clock.deadline))
}

fn ends_in(span: Span, clock: &ItemClock, item: &Item, scene: &Scene<'_>) -> bool {
    let calendar = clock.calendar.as_ref().unwrap_or(&scene.policy.queue(&item.queue).calendar);
    let sum = scene
        .policy
        .calendars
        .get(calendar)
        .map(|calendar| calendar.add(clock.started, span));
    sum.is_some_and(|sum| sum.is_ok_and(|sum| same_minute(sum.deadline, clock.deadline)))
}

fn same_minute(a: jiff::Timestamp, b: jiff::Timestamp) -> bool {
    a.as_second().div_euclid(60) == b.as_second().div_euclid(60)
}

/// `Mon 22 Jun 13:00 (4 working hours from Mon 22 Jun 09:00, in calendar office)`
fn stands(clock: &ItemClock, scene: &Scene<'_>) -> String {
    let at = |at| shown(at, scene.zone);
    let calendar = clock
        .calendar
        .as_ref()
        .map_or_else(String::new, |name| format!(", in calendar {name}"));
    let state = match (&clock.paused, clock.overdue) {
        (Some(paused), _) => format!(", paused since {}", at(paused.since)),
        (None, true) => ", overdue".to_owned(),
        (None, false) => String::new(),
    };
    format!(
        "{} ({} from {}{calendar}){state}",
        at(clock.deadline),
        clock.span,
        at(clock.started)
    )
}
