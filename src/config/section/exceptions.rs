//! `exceptions`: dates with hours of their own. May import the rest of config.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::key;
use super::super::yaml::{Entry, Node, Value};
use super::hours::{Week, span};
use crate::calendar::{DaySpan, Exception, clash_across, clash_within};

/// The word for a day without hours.
const CLOSED: &str = "closed";

/// `exceptions: { 2026-12-24: "09:00-12:00", 2026-12-28: closed }`
pub(crate) fn exceptions(cx: &mut Check<'_>, node: &Node, week: &Week) -> BTreeMap<Date, Exception> {
    let mut days = BTreeMap::new();
    let Value::Map(entries) = &node.value else {
        cx.wrong_type(node, "a mapping from dates to hours")
            .hint("write `{ 2026-12-24: \"09:00-12:00\", 2026-12-28: closed }`");
        return days;
    };
    let mut read = Vec::new();
    for entry in entries {
        if let Some((date, spans)) = day(cx, entry) {
            let place = cx.place(entry.spot);
            days.insert(date, Exception { spans, place });
            read.push((date, entry));
        }
    }
    // Holidays are not looked at: a file of them that changes must not make hours wrong that were right.
    let hours = |date: Date| match days.get(&date) {
        Some(exception) => exception.spans.as_slice(),
        None => usual(week, date),
    };
    for (date, entry) in read {
        let (yesterday, tomorrow) = (date.saturating_sub(1.day()), date.saturating_add(1.day()));
        let before = clash_across(hours(yesterday), hours(date)).map(|(night, span)| (yesterday, night, date, span));
        let after = || clash_across(hours(date), hours(tomorrow)).map(|(night, span)| (date, night, tomorrow, span));
        if let Some((day, night, next, span)) = before.or_else(after) {
            let text = format!("{night} on {day} and {span} on {next} overlap");
            cx.error(Code::BadHours, entry.value.spot, text)
                .hint("give the other day an exception too, or other hours to this one");
        }
    }
    days
}

fn usual(week: &Week, date: Date) -> &[DaySpan] {
    let index = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
    week.get(index).map_or(&[], Vec::as_slice)
}

fn day(cx: &mut Check<'_>, entry: &Entry) -> Option<(Date, Vec<DaySpan>)> {
    let written = key(cx, entry)?;
    let Ok(date) = written.parse() else {
        cx.error(Code::BadDate, entry.spot, format!("`{}` is not a date", shown(written)))
            .hint("write 2026-12-24, and the hours of that day behind it");
        return None;
    };
    if matches!(&entry.value.value, Value::Text(text) if text.trim() == CLOSED) {
        return Some((date, Vec::new()));
    }
    let nodes = cx.one_or_many(&entry.value, Code::BadHours, "hours");
    let spans: Vec<Option<DaySpan>> = nodes.iter().map(|node| span(cx, node)).collect();
    let mut spans = spans.into_iter().collect::<Option<Vec<_>>>().filter(|spans| !spans.is_empty())?;
    spans.sort_by_key(|span| span.start);
    if let Some((a, b)) = clash_within(&spans) {
        cx.error(Code::BadHours, entry.value.spot, format!("{a} and {b} on {date} overlap"))
            .hint("spans of a day follow one another");
        return None;
    }
    Some((date, spans))
}
