//! Counts by the hour of the day and by the hour of the calendar, in one zone. May import nothing of the crate. A clock hour that comes twice is two hours.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};
use serde::Serialize;

/// The first hour of the night and the first that is none: a mail from 22:00 to 05:59 comes at night.
pub const NIGHT: (i8, i8) = (22, 6);

/// How much happened when.
#[derive(Debug, Clone)]
pub struct Hours {
    zone: TimeZone,
    by_hour: [u64; 24],
    by_day_and_hour: BTreeMap<Timestamp, u64>,
}

/// The hour in which most happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Busiest {
    /// When it began.
    pub from: Timestamp,
    /// How much happened.
    pub count: u64,
}

impl Hours {
    /// Nothing yet, in this zone.
    #[must_use]
    pub fn new(zone: TimeZone) -> Self {
        Self {
            zone,
            by_hour: [0; 24],
            by_day_and_hour: BTreeMap::new(),
        }
    }

    /// Counts one.
    pub fn add(&mut self, at: Timestamp) {
        let local = at.to_zoned(self.zone.clone());
        if let Some(count) = usize::try_from(local.hour()).ok().and_then(|hour| self.by_hour.get_mut(hour)) {
            *count += 1;
        }
        // Rounded in local time: not every zone is whole hours from UTC.
        let from = local.round(jiff::ZonedRound::new().smallest(Unit::Hour).mode(jiff::RoundMode::Trunc));
        *self.by_day_and_hour.entry(from.map_or(at, |from| from.timestamp())).or_default() += 1;
    }

    /// The zone.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// How many in each hour of the day, from 0.
    #[must_use]
    pub fn of_day(&self) -> &[u64; 24] {
        &self.by_hour
    }

    /// How many in each hour in which something happened, and when it began, in order.
    pub fn of_time(&self) -> impl Iterator<Item = (Timestamp, u64)> {
        self.by_day_and_hour.iter().map(|(from, count)| (*from, *count))
    }

    /// How many at night.
    #[must_use]
    pub fn at_night(&self) -> u64 {
        let hours = (0_i8..).zip(self.by_hour);
        hours
            .filter(|(hour, _)| *hour >= NIGHT.0 || *hour < NIGHT.1)
            .map(|(_, count)| count)
            .sum()
    }

    /// The first of the hours in which most happened.
    #[must_use]
    pub fn busiest(&self) -> Option<Busiest> {
        let first_most = |best: Option<Busiest>, (from, count): (&Timestamp, &u64)| match best {
            Some(best) if best.count >= *count => Some(best),
            _ => Some(Busiest {
                from: *from,
                count: *count,
            }),
        };
        self.by_day_and_hour.iter().fold(None, first_most)
    }
}

/// Whether an instant lies in the night of a zone.
#[must_use]
pub fn is_night(at: Timestamp, zone: &TimeZone) -> bool {
    let hour = at.to_zoned(zone.clone()).hour();
    hour >= NIGHT.0 || hour < NIGHT.1
}
