//! `calendars`. May import the rest of config.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::nearest::nearest;
use super::super::sections::Sections;
use super::super::yaml::Node;
use super::exceptions::exceptions;
use super::holidays::holidays;
use super::hours::{Week, hours, time_zone};
use crate::calendar::Calendar;
use crate::model::CalendarName;

/// Calendars by name.
pub(crate) type Calendars = BTreeMap<CalendarName, Calendar>;

/// All calendars.
pub(crate) fn calendars(cx: &mut Check<'_>, sections: &Sections<'_>) -> Calendars {
    let mut calendars = Calendars::new();
    for entry in sections.named("calendars") {
        let Some(name) = entry.key.as_deref() else { continue };
        let what = format!("calendar `{name}`");
        let known = ["time_zone", "hours", "holidays", "exceptions"];
        let Some(fields) = Fields::open(cx, entry.spot, &entry.value, &what, &known, &[]) else {
            continue;
        };
        if let Some(calendar) = calendar(cx, &fields, CalendarName::from(name)) {
            if !has_hours(&calendar) {
                cx.names.without_hours.insert(name.to_owned());
            }
            calendars.insert(calendar.name.clone(), calendar);
        }
    }
    calendars
}

/// `time_zone`, `hours`, `holidays` and `exceptions` of a calendar or a person.
pub(crate) fn calendar(cx: &mut Check<'_>, fields: &Fields<'_>, name: CalendarName) -> Option<Calendar> {
    let zone = fields.require(cx, "time_zone", "the zone its hours are read in, such as Europe/Berlin");
    let zone = zone.and_then(|node| time_zone(cx, node));
    let week = fields.get("hours").map_or(Some(Week::default()), |node| hours(cx, node));
    let holidays = fields.get("holidays").map(|node| holidays(cx, node)).unwrap_or_default();
    let usual = week.clone().unwrap_or_default();
    let exceptions = fields
        .get("exceptions")
        .map(|node| exceptions(cx, node, &usual))
        .unwrap_or_default();
    let (zone, zone_name) = zone?;
    let calendar = Calendar {
        name,
        zone,
        zone_name,
        week: week?,
        holidays,
        exceptions,
    };
    if let Some(now) = cx.ahead.filter(|_| calendar.has_hours()) {
        ahead(cx, fields, &calendar, now);
    }
    Some(calendar)
}

/// Hours that are all over, or lie on holidays only, are as good as none: whatever is counted in them would stand still.
fn ahead(cx: &mut Check<'_>, fields: &Fields<'_>, calendar: &Calendar, now: Timestamp) {
    if calendar.next_open(now).is_some() {
        return;
    }
    let spot = fields.get("hours").map_or(fields.head, |hours| hours.spot);
    let what = calendar.name.as_str();
    let what = what.strip_prefix("person:").unwrap_or(what);
    let text = format!("`{what}` has no working hours in the ten years ahead");
    cx.error(Code::NoHours, spot, text).hint(format!(
        "give it `hours`, or take a day off out; `batond calendar {what}` shows where each is written"
    ));
}

/// Whether a calendar has any working hours.
pub(crate) fn has_hours(calendar: &Calendar) -> bool {
    calendar.has_hours()
}

/// The name of a calendar that is defined.
pub(crate) fn reference(cx: &mut Check<'_>, node: &Node) -> Option<CalendarName> {
    let text = cx.text(node)?;
    if cx.names.calendars.has(text) {
        return Some(CalendarName::from(text));
    }
    let near = nearest(text, cx.names.calendars.iter()).map(str::to_owned);
    let text = format!("unknown calendar `{}`", shown(text));
    cx.error(Code::UnknownCalendar, node.spot, text)
        .hint("define it under `calendars`")
        .did_you_mean(near.as_deref());
    None
}
