//! The days of one calendar. May import calendar. Each day says what its hours are, how long they last, and where it is written when it is no usual day.

use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::super::screen::{length, plain};
use super::super::table::table;
use crate::calendar::{Calendar, DayOff, instant, week_text};
use crate::model::{Place, SumInterval};

/// A calendar from a day to a day, both included.
pub(super) struct Days<'c> {
    calendar: &'c Calendar,
    from: Date,
    to: Date,
    days: Vec<Day>,
}

/// One day.
struct Day {
    date: Date,
    /// The hours that begin on it, by the clock on the wall.
    hours: Vec<String>,
    /// The same as instants.
    open: Vec<SumInterval>,
    seconds: i64,
    /// `usual`, `free` (a weekday without hours), `holiday` or `exception`.
    kind: &'static str,
    /// Where its own hours are written.
    exception: Option<Place>,
    /// The holiday, whether it is one without work or not.
    holiday: Option<DayOff>,
    /// By how many seconds the clocks go forward on it, less than nothing if they go back.
    clocks: i64,
}

impl<'c> Days<'c> {
    pub(super) fn of(calendar: &'c Calendar, from: Date, to: Date) -> Self {
        let days = from.series(1.day()).take_while(|date| *date <= to);
        Self {
            calendar,
            from,
            to,
            days: days.map(|date| Day::of(calendar, date)).collect(),
        }
    }

    fn worked(&self) -> usize {
        self.days.iter().filter(|day| !day.open.is_empty()).count()
    }

    fn seconds(&self) -> i64 {
        self.days.iter().map(|day| day.seconds).sum()
    }

    pub(super) fn json(&self) -> Value {
        let day = |day: &Day| {
            let holiday = day.holiday.as_ref();
            let places = day
                .exception
                .iter()
                .chain(holiday.into_iter().flat_map(|holiday| &holiday.places))
                .map(place);
            let open = day.open.iter().map(|open| json!({ "from": open.from, "to": open.to }));
            json!({
                "date": day.date, "hours": day.hours, "open": open.collect::<Vec<_>>(), "seconds": day.seconds, "kind": day.kind,
                "name": holiday.map(|holiday| &holiday.name), "places": places.collect::<Vec<_>>(), "clocks_forward_seconds": day.clocks,
            })
        };
        json!({
            "calendar": self.calendar.name, "time_zone": self.calendar.zone_name, "from": self.from, "to": self.to,
            "days": self.days.iter().map(day).collect::<Vec<_>>(), "worked_days": self.worked(), "seconds": self.seconds(),
        })
    }

    pub(super) fn human(&self) -> String {
        let week = week_text(&self.calendar.week);
        let week = if week.is_empty() { "no weekly hours".to_owned() } else { week };
        let mut text = format!("{}, {}: {week}\n\n", self.calendar.name, self.calendar.zone_name);
        let row = |day: &Day| {
            let hours = if day.hours.is_empty() {
                "–".to_owned()
            } else {
                day.hours.join(" ")
            };
            let worked = if day.seconds == 0 { String::new() } else { length(day.seconds) };
            [day.date.strftime("%a %-d %b %Y").to_string(), hours, worked, day.why()]
        };
        let rows: Vec<[String; 4]> = self.days.iter().map(row).collect();
        text.push_str(&table(["DAY", "HOURS", "WORKED", "WHY"], &rows, None));
        let plural = if self.days.len() == 1 { "" } else { "s" };
        text.push_str(&format!(
            "\n{} day{plural}, {} worked, {} in all\n",
            self.days.len(),
            self.worked(),
            length(self.seconds())
        ));
        text
    }
}

impl Day {
    fn of(calendar: &Calendar, date: Date) -> Self {
        let (exception, holiday) = (calendar.exceptions.get(&date), calendar.holidays.get(&date));
        let hours = calendar.hours_on(date);
        let open = calendar.open_on(date);
        let kind = match (exception, holiday) {
            (Some(_), _) => "exception",
            (None, Some(_)) => "holiday",
            (None, None) if hours.is_empty() => "free",
            (None, None) => "usual",
        };
        let begin = |date: Date| instant(date.at(0, 0, 0, 0), &calendar.zone).as_second();
        let length = date.tomorrow().map_or(DAY_SECONDS, |next| begin(next) - begin(date));
        Self {
            date,
            hours: hours.iter().map(ToString::to_string).collect(),
            seconds: open.iter().map(|open| open.from.duration_until(open.to).as_secs()).sum(),
            open,
            kind,
            exception: exception.map(|exception| exception.place.clone()),
            holiday: holiday.cloned(),
            clocks: DAY_SECONDS - length,
        }
    }

    /// `Christmas Day (holidays/de.ics:12)`
    fn why(&self) -> String {
        let mut said = Vec::new();
        if let Some(at) = &self.exception {
            let what = if self.hours.is_empty() { "closed" } else { "exception" };
            said.push(format!("{what} ({})", place(at)));
        }
        if let Some(holiday) = &self.holiday {
            let places: Vec<String> = holiday.places.iter().map(place).collect();
            said.push(format!("{} ({})", plain(&holiday.name), places.join(", ")));
        }
        match self.clocks {
            0 => {}
            DAY_SECONDS => said.push("the clocks skip this day".to_owned()),
            seconds if seconds > 0 => said.push(format!("the clocks go forward {}", length(seconds))),
            seconds => said.push(format!("the clocks go back {}", length(-seconds))),
        }
        said.join(", ")
    }
}

/// `holidays/de.ics:12`; the column says something in the configuration only.
fn place(place: &Place) -> String {
    if place.file.to_ascii_lowercase().ends_with(".ics") {
        return format!("{}:{}", place.file, place.line);
    }
    place.to_string()
}

/// A day on which the clocks do not change.
const DAY_SECONDS: i64 = 86_400;
