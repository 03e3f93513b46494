//! When a step happens. May import model, calendar, config, policy. Everything is read in the case's zone, never in the machine's.

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::calendar::{Calendar, instant, zone};
use crate::config::{Case, Day, Moment};
use crate::model::{Place, Span};
use crate::policy::Policy;

/// The Monday on which cases begin that do not say when: far from changes of the clocks and from the usual holidays.
const MONDAY: Date = date(2026, 6, 22);
/// The hour at which they begin, or at the next opening of the calendar after it.
const HOUR: i8 = 10;

/// The zone of a case and its first instant.
pub(super) struct Start {
    pub zone: TimeZone,
    pub now: Timestamp,
    /// What a first local time is read from: the Monday's midnight.
    pub week: Timestamp,
}

/// Where a case begins.
pub(super) fn begin(case: &Case, policy: &Policy) -> Result<Start, (Place, String)> {
    let home = calendar(policy, None);
    let named = case.time_zone.as_deref().map(zone).transpose();
    let zone = match named.map_err(|error| (case.place.clone(), error.to_string()))? {
        Some(zone) => zone,
        None => home.map_or(TimeZone::UTC, |calendar| calendar.zone.clone()),
    };
    let week = instant(MONDAY.at(0, 0, 0, 0), &zone);
    let morning = instant(MONDAY.at(HOUR, 0, 0, 0), &zone);
    let open = home
        .filter(|_| case.time_zone.is_none())
        .and_then(|calendar| calendar.next_open(morning));
    let mut start = Start {
        zone,
        now: open.unwrap_or(morning),
        week,
    };
    if let Some((moment, place)) = &case.start {
        let from = if matches!(moment, Moment::After(_)) {
            start.now
        } else {
            start.week
        };
        start.now = resolve(moment, from, &start.zone, home).map_err(|why| (place.clone(), why))?;
    }
    Ok(start)
}

/// The calendar of a queue, or of the queue for what no rule takes.
pub(super) fn calendar<'p>(policy: &'p Policy, queue: Option<&crate::model::QueueName>) -> Option<&'p Calendar> {
    let queue = policy.queue(queue.unwrap_or(&policy.unmatched));
    policy.calendars.get(&queue.calendar)
}

/// The instant a moment means, seen from `from`.
pub(super) fn resolve(moment: &Moment, from: Timestamp, case_zone: &TimeZone, calendar: Option<&Calendar>) -> Result<Timestamp, String> {
    match moment {
        Moment::After(span) => after(*span, from, calendar),
        Moment::Local { day, time, zone } => {
            let zone = zone.as_ref().unwrap_or(case_zone);
            let mut day_of = zone.to_datetime(from).date();
            match day {
                Some(Day::Date(date)) => return Ok(instant(date.to_datetime(*time), zone)),
                Some(Day::Weekday(_)) | None => {}
            }
            // Today, or a day of the week ahead: eight, as today's time may be over.
            for _ in 0..8 {
                let at = instant(day_of.to_datetime(*time), zone);
                let fits = match day {
                    Some(Day::Weekday(day)) => day_of.weekday() == *day,
                    _ => true,
                };
                if fits && at >= from {
                    return Ok(at);
                }
                day_of = day_of.checked_add(1.day()).map_err(|error| error.to_string())?;
            }
            Err(format!("`{moment}` is no time within a week"))
        }
    }
}

fn after(span: Span, from: Timestamp, calendar: Option<&Calendar>) -> Result<Timestamp, String> {
    match (span, calendar) {
        (_, Some(calendar)) => calendar.add(from, span).map(|sum| sum.deadline).map_err(|error| error.to_string()),
        (Span::Elapsed(seconds), None) => from
            .checked_add(jiff::SignedDuration::from_secs(seconds))
            .map_err(|error| error.to_string()),
        (_, None) => Err(format!("there is no calendar to count {span} in")),
    }
}

/// An instant for people: `Mon 22 Jun 10:00`, with the year where it is another than the case's.
pub(super) fn shown(at: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_zoned(zone.clone());
    let format = if local.year() == MONDAY.year() {
        "%a %-d %b %H:%M"
    } else {
        "%a %-d %b %Y %H:%M"
    };
    local.strftime(format).to_string()
}
