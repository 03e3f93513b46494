//! Local times to instants. May import nothing of the crate. A skipped local time is the next instant that exists, a doubled one the first.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

/// The instant of a local time in a zone: a skipped local time is the instant at which the clocks jump, a doubled one is the first of the two.
///
/// Later local times never give earlier instants. Out of the range of instants the nearest one is given.
///
/// In Berlin, 2026-03-29 02:30 does not exist and gives 03:00 CEST; 2026-10-25 02:30 exists twice and gives 02:30 CEST.
#[must_use]
pub fn instant(local: DateTime, zone: &TimeZone) -> Timestamp {
    match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => at_offset(local, offset),
        AmbiguousOffset::Fold { before, .. } => at_offset(local, before),
        AmbiguousOffset::Gap { before, after } => {
            // Read with the later offset the time lies before the jump, with the earlier one at or after it.
            let ahead = at_offset(local, after);
            let behind = at_offset(local, before);
            zone.following(ahead)
                .map(|jump| jump.timestamp())
                .take_while(|jump| *jump <= behind)
                .last()
                .unwrap_or(behind)
        }
    }
}

/// The first instant of a date, or of the next one that exists.
#[must_use]
pub fn midnight(date: Date, zone: &TimeZone) -> Timestamp {
    instant(date.at(0, 0, 0, 0), zone)
}

/// The date an instant falls on.
#[must_use]
pub fn date_of(at: Timestamp, zone: &TimeZone) -> Date {
    zone.to_datetime(at).date()
}

fn at_offset(local: DateTime, offset: Offset) -> Timestamp {
    offset
        .to_timestamp(local)
        .unwrap_or(if local.year() < 0 { Timestamp::MIN } else { Timestamp::MAX })
}
