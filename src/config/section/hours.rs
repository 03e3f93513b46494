//! `time_zone` and `hours`: a week of working hours. May import the rest of config.

use jiff::tz::TimeZone;

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::key;
use super::super::nearest::nearest;
use super::super::texts::Spot;
use super::super::yaml::{Entry, Node, Value};
use crate::calendar::{DaySpan, HoursError, add_hours, parse_days, zone};

/// Monday first.
pub(crate) type Week = [Vec<DaySpan>; 7];

/// A time zone by its IANA name.
pub(crate) fn time_zone(cx: &mut Check<'_>, node: &Node) -> Option<(TimeZone, String)> {
    let text = cx.text(node)?;
    if let Ok(zone) = zone(text) {
        let name = zone.iana_name().unwrap_or(text).to_owned();
        return Some((zone, name));
    }
    let names: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
    let near = nearest(text, names.iter().map(String::as_str));
    cx.error(Code::BadZone, node.spot, format!("`{}` is not a time zone", shown(text)))
        .hint("write a name of the IANA database, such as Europe/Berlin or UTC")
        .did_you_mean(near);
    None
}

/// `hours: { mon-thu: "09:00-17:30", fri: ["08:30-12:00", "13:00-17:00"] }`
pub(crate) fn hours(cx: &mut Check<'_>, node: &Node) -> Option<Week> {
    let Value::Map(entries) = &node.value else {
        cx.wrong_type(node, "a mapping from days to hours")
            .hint("write `{ mon-fri: \"09:00-17:00\" }`");
        return None;
    };
    let mut week = Week::default();
    let mut given: [Option<Spot>; 7] = [None; 7];
    let mut good = true;
    for entry in entries {
        good &= day(cx, entry, &mut week, &mut given).is_some();
    }
    good.then_some(week)
}

fn day(cx: &mut Check<'_>, entry: &Entry, week: &mut Week, given: &mut [Option<Spot>; 7]) -> Option<()> {
    let written = key(cx, entry)?;
    let days = match written.to_ascii_lowercase().as_str() {
        "daily" => "mon-sun".to_owned(),
        "weekdays" => "mon-fri".to_owned(),
        other => other.to_owned(),
    };
    let Ok(which) = parse_days(&days) else {
        let text = format!("`{}` is neither a day nor a range of days", shown(written));
        cx.error(Code::BadHours, entry.spot, text)
            .hint("write mon, mon-fri, sat,sun, weekdays or daily");
        return None;
    };
    for day in which {
        let slot = given.get_mut(usize::try_from(day.to_monday_zero_offset()).unwrap_or(0))?;
        if let Some(first) = *slot {
            let place = cx.place(first);
            let text = format!("the hours of {} are given twice", format!("{day:?}").to_lowercase());
            cx.error(Code::BadHours, entry.spot, text)
                .related(place, "first here")
                .hint("put all spans of a day into one list");
            return None;
        }
        *slot = Some(entry.spot);
    }
    let mut spans = Vec::new();
    for node in entry.value.one_or_many() {
        span(cx, node)?;
        spans.push(cx.text(node)?);
    }
    add_hours(week, &days, &spans)
        .map_err(|error| refuse(cx, entry.value.spot, &error))
        .ok()
}

/// One span of hours.
pub(crate) fn span(cx: &mut Check<'_>, node: &Node) -> Option<DaySpan> {
    let text = cx.text(node)?;
    DaySpan::parse(text).map_err(|error| refuse(cx, node.spot, &error)).ok()
}

fn refuse(cx: &mut Check<'_>, spot: Spot, error: &HoursError) {
    let text = error.to_string();
    // The sentence and what to do stand in one; the part after the semicolon is the hint.
    let (text, hint) = text
        .split_once("; ")
        .map_or((text.as_str(), None), |(text, hint)| (text, Some(hint)));
    let said = cx.error(Code::BadHours, spot, text);
    if let Some(hint) = hint {
        said.hint(hint);
    }
}
