//! All calendars in a table. May import calendar, policy. In the order of their names, those of single people last.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use super::super::screen::plain;
use super::super::table::table;
use crate::calendar::{Calendar, week_text};
use crate::model::CalendarName;
use crate::policy::Policy;

/// What is listed of a calendar.
pub(super) struct Listed {
    name: CalendarName,
    zone: String,
    hours: String,
    /// Days off in the year ahead that would be worked otherwise.
    off: Vec<(Date, String)>,
    /// Days in the year ahead with hours of their own.
    exceptions: usize,
    /// Who counts in it: people and queues.
    used_by: Vec<String>,
}

/// The calendars of a policy as of an instant.
pub(super) fn list(policy: &Policy, now: Timestamp) -> Vec<Listed> {
    let mut users: BTreeMap<&CalendarName, Vec<String>> = BTreeMap::new();
    for person in policy.people.values() {
        users.entry(&person.calendar).or_default().push(person.key.to_string());
    }
    for queue in policy.queues.values().filter(|queue| queue.place.is_some()) {
        users.entry(&queue.calendar).or_default().push(format!("queue {}", queue.name));
    }
    let mut listed: Vec<Listed> = policy
        .calendars
        .values()
        .map(|calendar| {
            let used_by = users.get(&calendar.name).cloned().unwrap_or_default();
            of(calendar, now, used_by)
        })
        .collect();
    listed.sort_by_key(|one| (one.name.as_str().starts_with("person:"), one.name.clone()));
    listed
}

fn of(calendar: &Calendar, now: Timestamp, used_by: Vec<String>) -> Listed {
    let today = now.to_zoned(calendar.zone.clone()).date();
    let year = today..today.saturating_add(1.year());
    let worked = |date: &Date| !calendar.usual_hours(*date).is_empty();
    let ahead = calendar.holidays.range(year.clone()).map(|(date, _)| *date);
    let ahead = ahead.chain(calendar.exceptions.range(year.clone()).map(|(date, _)| *date));
    let mut off: Vec<(Date, String)> = ahead
        .filter(worked)
        .filter_map(|date| calendar.day_off(date).map(|name| (date, name.to_owned())))
        .collect();
    off.sort();
    off.dedup();
    Listed {
        name: calendar.name.clone(),
        zone: calendar.zone_name.clone(),
        hours: week_text(&calendar.week),
        off,
        exceptions: calendar.exceptions.range(year).filter(|(_, day)| !day.spans.is_empty()).count(),
        used_by,
    }
}

pub(super) fn json(listed: &[Listed]) -> Value {
    let off = |(date, name): &(Date, String)| json!({ "date": date, "name": name });
    let one = |one: &Listed| {
        json!({
            "name": one.name, "time_zone": one.zone, "hours": one.hours, "days_off": one.off.iter().map(off).collect::<Vec<_>>(),
            "exceptions": one.exceptions, "used_by": one.used_by,
        })
    };
    json!({ "calendars": listed.iter().map(one).collect::<Vec<_>>() })
}

pub(super) fn human(listed: &[Listed]) -> String {
    let row = |one: &Listed| {
        let next = one.off.first();
        [
            one.name.to_string(),
            one.zone.clone(),
            if one.hours.is_empty() {
                "none".to_owned()
            } else {
                one.hours.clone()
            },
            one.off.len().to_string(),
            next.map_or_else(String::new, |(date, name)| {
                format!("{} {}", date.strftime("%a %-d %b %Y"), plain(name))
            }),
            one.used_by.join(", "),
        ]
    };
    let rows: Vec<[String; 6]> = listed.iter().map(row).collect();
    let head = ["NAME", "ZONE", "HOURS", "OFF", "NEXT DAY OFF", "USED BY"];
    let mut text = table(head, &rows, None);
    text.push_str("\nOFF: working days off in the year ahead. `batond calendar NAME` shows the days.\n");
    text
}
