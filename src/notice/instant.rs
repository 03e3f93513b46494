//! Instants as a reader says them: in their own zone, and how long that is from now. May import model, policy. English, 24 hours.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::model::{QueueName, Reader};
use crate::policy::Policy;

/// Within this many seconds from now a weekday alone says which day is meant.
const WEEKDAY_ALONE_SECONDS: i64 = 6 * 86_400;

/// The zone a reader's times are printed in, and now.
#[derive(Debug, Clone)]
pub(super) struct Wall {
    zone: TimeZone,
    /// The zone's IANA name.
    pub zone_name: String,
    now: Timestamp,
}

impl Wall {
    /// The reader's own zone; for an outside address that of the queue's calendar; UTC where neither is known.
    pub fn of(reader: &Reader, queue: Option<&QueueName>, policy: &Policy, now: Timestamp) -> Self {
        let calendar = match reader {
            Reader::Person(key) => policy.calendar_of(key),
            Reader::Address(_) => queue
                .and_then(|name| policy.queues.get(name))
                .and_then(|queue| policy.calendars.get(&queue.calendar)),
        };
        let (zone, zone_name) = calendar.map_or_else(|| (TimeZone::UTC, "UTC".to_owned()), |c| (c.zone.clone(), c.zone_name.clone()));
        Self { zone, zone_name, now }
    }

    /// `Tue 24 Nov 14:00`, with the year if it is not this one.
    pub fn say(&self, at: Timestamp) -> String {
        let (then, now) = (at.to_zoned(self.zone.clone()), self.now.to_zoned(self.zone.clone()));
        let form = if then.year() == now.year() {
            "%a %-d %b %H:%M"
        } else {
            "%a %-d %b %Y %H:%M"
        };
        then.strftime(form).to_string()
    }

    /// `Tue 24 Nov`.
    pub fn day(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%a %-d %b").to_string()
    }

    /// `Tue 24 Nov 14:00 (Europe/Berlin), in 3 h 20 min`.
    pub fn say_fully(&self, at: Timestamp) -> String {
        format!("{} ({}), {}", self.say(at), self.zone_name, self.distance(at))
    }

    /// `Tue 14:00` while that can only mean one day, else `24 Nov 14:00`: for subjects.
    pub fn say_briefly(&self, at: Timestamp) -> String {
        let near = (0..=WEEKDAY_ALONE_SECONDS).contains(&(at.as_second() - self.now.as_second()));
        let form = if near { "%a %H:%M" } else { "%-d %b %H:%M" };
        at.to_zoned(self.zone.clone()).strftime(form).to_string()
    }

    /// `10:02` today, else `Mon 23 Nov 10:02`.
    pub fn say_past(&self, at: Timestamp) -> String {
        let (then, now) = (at.to_zoned(self.zone.clone()), self.now.to_zoned(self.zone.clone()));
        if then.date() == now.date() {
            return then.strftime("%H:%M").to_string();
        }
        self.say(at)
    }

    /// `in 3 h 20 min`, `20 min ago`, `in 8 s`, `now`.
    pub fn distance(&self, at: Timestamp) -> String {
        let seconds = at.as_second() - self.now.as_second();
        let length = length(seconds.unsigned_abs());
        match (length.as_str(), seconds > 0) {
            ("", _) => "now".to_owned(),
            (length, true) => format!("in {length}"),
            (length, false) => format!("{length} ago"),
        }
    }

    /// Whether `at` is over.
    pub fn is_past(&self, at: Timestamp) -> bool {
        at < self.now
    }
}

/// Elapsed time in its two largest units, such as `3 h 20 min`; seconds below a minute, empty for none.
fn length(seconds: u64) -> String {
    let minutes = seconds / 60;
    let (large, small) = match minutes {
        0 if seconds == 0 => return String::new(),
        0 => return format!("{seconds} s"),
        1..60 => return format!("{minutes} min"),
        // Up to two days people count hours.
        60..2_880 => ((minutes / 60, "h"), (minutes % 60, "min")),
        _ => ((minutes / 1_440, "d"), (minutes % 1_440 / 60, "h")),
    };
    if small.0 == 0 {
        return format!("{} {}", large.0, large.1);
    }
    format!("{} {} {} {}", large.0, large.1, small.0, small.1)
}

#[cfg(test)]
#[path = "instant_tests.rs"]
mod tests;
