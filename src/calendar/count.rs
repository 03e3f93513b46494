//! Adding spans of time to an instant. May import model. The counted stretches come out with the deadline; the last one ends at it.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::{Calendar, NoTime, Sum};
use crate::model::SumInterval;

/// Time that passes, whatever the hours.
pub(super) fn elapsed(from: Timestamp, seconds: i64) -> Sum {
    let deadline = from
        .checked_add(SignedDuration::from_secs(seconds.max(0)))
        .unwrap_or(Timestamp::MAX);
    Sum {
        deadline,
        intervals: stretch(from, deadline).into_iter().collect(),
        holidays: Vec::new(),
    }
}

/// Open time: over when its last second is.
pub(super) fn working(calendar: &Calendar, from: Timestamp, seconds: i64) -> Result<Sum, NoTime> {
    let mut count = Count::new(calendar, from);
    let mut left = SignedDuration::from_secs(seconds.max(0));
    if left.is_zero() {
        return Ok(count.end_at(from));
    }
    for date in calendar.dates(from) {
        for open in count.day(date) {
            let length = open.from.duration_until(open.to);
            if left <= length {
                let end = open.from.checked_add(left).unwrap_or(open.to);
                count.take(open.from, end);
                return Ok(count.end_at(end));
            }
            left = left.saturating_sub(length);
            count.take(open.from, open.to);
        }
    }
    Err(NoTime(calendar.name.clone()))
}

/// Working days: as much of the last day as was gone of the first, or to a close. [`Calendar::add`] has the examples.
pub(super) fn working_days(calendar: &Calendar, from: Timestamp, days: u32) -> Result<Sum, NoTime> {
    let mut count = Count::new(calendar, from);
    if days == 0 {
        return Ok(count.end_at(from));
    }
    // Set when `from` lies inside a day: how much of its hours was gone.
    let mut gone = None;
    let mut left = days;
    for date in calendar.dates(from) {
        let before = count.gone_on(date);
        let ahead = count.day(date);
        if ahead.is_empty() {
            continue;
        }
        if before > SignedDuration::ZERO {
            gone = Some(before);
            count.take_all(&ahead);
            continue;
        }
        left -= 1;
        if left > 0 {
            count.take_all(&ahead);
            continue;
        }
        let end = gone
            .and_then(|gone| reached(&ahead, gone))
            .or_else(|| ahead.last().map(|open| open.to));
        let end = end.unwrap_or(from);
        for open in ahead.iter().take_while(|open| open.from < end) {
            count.take(open.from, open.to.min(end));
        }
        return Ok(count.end_at(end));
    }
    Err(NoTime(calendar.name.clone()))
}

/// The instant at which `length` of these stretches is over; `None` if they are shorter.
fn reached(stretches: &[SumInterval], length: SignedDuration) -> Option<Timestamp> {
    let mut left = length;
    for open in stretches {
        let here = open.from.duration_until(open.to);
        if left <= here {
            return open.from.checked_add(left).ok();
        }
        left = left.saturating_sub(here);
    }
    None
}

fn stretch(from: Timestamp, to: Timestamp) -> Option<SumInterval> {
    (from < to).then_some(SumInterval { from, to })
}

/// A sum while it is counted.
struct Count<'a> {
    calendar: &'a Calendar,
    from: Timestamp,
    intervals: Vec<SumInterval>,
    holidays: Vec<String>,
}

impl<'a> Count<'a> {
    fn new(calendar: &'a Calendar, from: Timestamp) -> Self {
        Self {
            calendar,
            from,
            intervals: Vec::new(),
            holidays: Vec::new(),
        }
    }

    /// What of a date's working time lies ahead. A day off that would have had some is noted and has none.
    fn day(&mut self, date: Date) -> Vec<SumInterval> {
        let ahead = |all: Vec<SumInterval>| all.into_iter().filter_map(|open| stretch(open.from.max(self.from), open.to));
        let Some(name) = self.calendar.day_off(date) else {
            return ahead(self.calendar.open_on(date)).collect();
        };
        let usual = self.calendar.stretches(date, self.calendar.usual_hours(date));
        if ahead(usual).next().is_some() {
            self.holidays.push(format!("{date} {name}").trim_end().to_owned());
        }
        Vec::new()
    }

    /// How much of a date's working time was over at the start.
    fn gone_on(&self, date: Date) -> SignedDuration {
        let over = |open: SumInterval| open.from.duration_until(open.to.min(self.from)).max(SignedDuration::ZERO);
        self.calendar
            .open_on(date)
            .into_iter()
            .map(over)
            .fold(SignedDuration::ZERO, SignedDuration::saturating_add)
    }

    fn take(&mut self, from: Timestamp, to: Timestamp) {
        self.intervals.extend(stretch(from, to));
    }

    fn take_all(&mut self, stretches: &[SumInterval]) {
        self.intervals.extend_from_slice(stretches);
    }

    fn end_at(self, deadline: Timestamp) -> Sum {
        Sum {
            deadline,
            intervals: self.intervals,
            holidays: self.holidays,
        }
    }
}
