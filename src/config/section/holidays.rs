//! `holidays`: dates, and .ics files. May import the rest of config.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::key;
use super::super::files;
use super::super::texts::Spot;
use super::super::yaml::{Node, Value};
use crate::calendar::{DayOff, UNNAMED, holidays_from_ics};

/// Days off by their dates.
pub(crate) type DaysOff = BTreeMap<Date, DayOff>;

/// A date, a mapping from dates to names, a path to an .ics file, or a list of those.
pub(crate) fn holidays(cx: &mut Check<'_>, node: &Node) -> DaysOff {
    let mut days = DaysOff::new();
    for node in node.one_or_many() {
        match &node.value {
            Value::Map(entries) => {
                for entry in entries {
                    let Some(written) = key(cx, entry) else { continue };
                    let name = if entry.value.is_null() {
                        Some(UNNAMED)
                    } else {
                        cx.full_text(&entry.value)
                    };
                    match (written.parse(), name) {
                        (Ok(date), Some(name)) => add(&mut days, date, DayOff::new(name, cx.place(entry.spot))),
                        (Err(_), _) => not_a_date(cx, entry.spot, written),
                        _ => {}
                    }
                }
            }
            _ => one(cx, node, &mut days),
        }
    }
    days
}

fn add(days: &mut DaysOff, date: Date, day: DayOff) {
    match days.get_mut(&date) {
        Some(known) => known.join(day),
        None => {
            days.insert(date, day);
        }
    }
}

fn one(cx: &mut Check<'_>, node: &Node, days: &mut DaysOff) {
    let Some(text) = cx.full_text(node) else { return };
    if text.to_ascii_lowercase().ends_with(".ics") {
        file(cx, node, text, days);
    } else if let Ok(date) = text.parse() {
        add(days, date, DayOff::new(UNNAMED, cx.place(node.spot)));
    } else {
        not_a_date(cx, node.spot, text);
    }
}

fn not_a_date(cx: &mut Check<'_>, spot: Spot, text: &str) {
    cx.error(Code::BadDate, spot, format!("`{}` is not a date", shown(text)))
        .hint("write 2026-12-25, `2026-12-25: Christmas Day`, or the path of an .ics file");
}

fn file(cx: &mut Check<'_>, node: &Node, path: &str, days: &mut DaysOff) {
    let full = cx.root().join(path);
    let mut refuse = |why: &str| {
        let text = format!("the holiday calendar {} {why}", shown(path));
        cx.error(Code::BadHolidays, node.spot, text)
            .hint("its path starts at the configuration folder");
    };
    let bytes = match files::read(&full, files::MAX_FILE_BYTES) {
        Ok(bytes) => bytes,
        Err((Code::FileTooLarge, why)) => return refuse(&format!("is {why}")),
        Err((_, why)) => return refuse(&why),
    };
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return refuse("is not UTF-8");
    };
    match holidays_from_ics(text.trim_start_matches('\u{feff}'), &Arc::from(path)) {
        Ok(found) => {
            for (date, day) in found {
                add(days, date, day);
            }
            cx.files.push((path.to_owned(), bytes));
        }
        Err(why) => refuse(&format!("cannot be used: {why}")),
    }
}
