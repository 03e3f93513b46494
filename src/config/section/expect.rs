//! `expect`: what should arrive by a time. May import the rest of config. What is raised when it does not is always said: `else`.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::civil::Weekday;

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::nearest::nearest;
use super::super::sections::Sections;
use super::super::texts::Spot;
use super::super::yaml::{Entry, Node, Value};
use super::calendar::{Calendars, has_hours, reference as calendar};
use super::desk::queue;
use super::escalation::{duration, priority};
use super::hours::time_zone;
use super::party::{ASSIGN, Targets, party};
use crate::calendar::{Calendar, Crontab, Schedule, parse_days, parse_time};
use crate::model::{ExpectationName, Otherwise, RuleName, Span};
use crate::policy::Expected;

/// Expectations by name.
pub(crate) type Expectations = BTreeMap<ExpectationName, Expected>;

/// All that is expected.
pub(crate) fn expected(cx: &mut Check<'_>, sections: &Sections<'_>, calendars: &Calendars) -> Expectations {
    let rules = rule_names(sections);
    let entries = sections.named("expect").iter();
    let found = entries.filter_map(|entry| one(cx, entry, &rules, calendars));
    found.map(|expected| (expected.name.clone(), expected)).collect()
}

/// The names of all rules, as they are written.
pub(crate) fn rule_names<'n>(sections: &Sections<'n>) -> Vec<&'n str> {
    let name = |node: &'n Node| match &node.value {
        Value::Map(entries) => entries
            .iter()
            .find(|entry| entry.key.as_deref() == Some("name"))
            .map(|entry| &entry.value),
        _ => None,
    };
    let text = |node: &'n Node| {
        if let Value::Text(text) = &node.value {
            Some(text.trim())
        } else {
            None
        }
    };
    sections.rules.iter().filter_map(|node| text(name(node)?)).collect()
}

fn one(cx: &mut Check<'_>, entry: &Entry, rules: &[&str], calendars: &Calendars) -> Option<Expected> {
    let name = ExpectationName::from(entry.key.as_deref()?);
    let what = format!("expectation `{name}`");
    let known = ["rule", "by", "days", "time_zone", "calendar", "early", "else"];
    let fields = Fields::open(cx, entry.spot, &entry.value, &what, &known, &[])?;
    let rule = fields.require(cx, "rule", "the name of the rule that takes what is expected");
    let rule = rule.and_then(|node| rule_name(cx, node, rules));
    let early = fields.get("early").map_or(Some(None), |node| early(cx, node).map(Some));
    let schedule = schedule(cx, &fields, &what, calendars);
    let otherwise = match fields.entry("else") {
        Some(entry) => otherwise(cx, entry, &what),
        None => {
            fields.require(cx, "else", "what is raised when it does not arrive: `else: { queue: NAME }`");
            None
        }
    };
    let (schedule, written) = schedule?;
    Some(Expected {
        rule: rule?,
        written,
        early: early?,
        otherwise: otherwise?,
        place: cx.place(entry.spot),
        name,
        schedule,
    })
}

/// The name of a rule that is defined.
pub(crate) fn rule_name(cx: &mut Check<'_>, node: &Node, rules: &[&str]) -> Option<RuleName> {
    let text = cx.full_text(node)?;
    if rules.contains(&text) {
        return Some(RuleName::from(text));
    }
    let near = nearest(text, rules.iter().copied());
    cx.error(Code::UnknownRule, node.spot, format!("unknown rule `{}`", shown(text)))
        .hint("write the `name` of a rule, as it stands there")
        .did_you_mean(near);
    None
}

/// What is said of a time by which nothing can be expected.
const BY: (Code, &str, &str) = (
    Code::BadBy,
    "a time by which something is expected",
    "write a time of day such as \"07:00\", or a crontab line of five fields",
);

/// When it is expected, and that in one form.
fn schedule(cx: &mut Check<'_>, fields: &Fields<'_>, what: &str, calendars: &Calendars) -> Option<(Schedule, String)> {
    let zone = fields.get("time_zone").map(|node| time_zone(cx, node));
    let working = fields.get("calendar").map(|node| working_days(cx, node, calendars));
    let by = fields.require(cx, "by", "a time of day such as \"07:00\", or a crontab line of five fields");
    let days = fields.entry("days").map(|entry| (entry.spot, days(cx, &entry.value)));
    if zone.is_none() && working.is_none() && !fields.reported("time_zone") && !fields.reported("calendar") {
        cx.error(
            Code::MissingKey,
            fields.head,
            format!("{what} has neither `time_zone` nor `calendar`"),
        )
        .hint("say where its times are read: `time_zone: Europe/Berlin`, or `calendar: NAME` to leave out days off");
        return None;
    }
    let (crontab, spot) = by.map(|node| (crontab(cx, node, days.as_ref(), BY), node.spot))?;
    let (crontab, written) = crontab?;
    let working = match working {
        Some(found) => Some(found?),
        None => None,
    };
    let (zone, zone_name) = match (zone, &working) {
        (Some(zone), _) => zone?,
        (None, Some(calendar)) => (calendar.zone.clone(), calendar.zone_name.clone()),
        (None, None) => return None,
    };
    let off = working
        .as_ref()
        .map_or_else(String::new, |calendar| format!(", working days of {}", calendar.name));
    let written = format!("{written} {zone_name}{off}");
    let schedule = Schedule {
        crontab,
        zone,
        zone_name,
        working_days: working,
    };
    never(cx, &schedule, spot).then_some((schedule, written))
}

/// Whether it has a time at all.
fn never(cx: &mut Check<'_>, schedule: &Schedule, spot: Spot) -> bool {
    let some = schedule.next_after(jiff::Timestamp::UNIX_EPOCH).is_some();
    if !some {
        cx.error(Code::BadBy, spot, "this time never comes on a working day of the calendar")
            .hint("change `days` or the crontab line, or leave out `calendar`");
    }
    some
}

/// A calendar that has days to work on.
fn working_days(cx: &mut Check<'_>, node: &Node, calendars: &Calendars) -> Option<Calendar> {
    let name = calendar(cx, node)?;
    let found = calendars.get(&name)?;
    if !has_hours(found) {
        cx.error(
            Code::NoHours,
            node.spot,
            format!("calendar `{name}` has no hours, so it has no working days"),
        )
        .hint("give the calendar `hours`, or write `time_zone` instead");
        return None;
    }
    Some(found.clone())
}

/// `mon-fri`, or a list.
pub(super) fn days(cx: &mut Check<'_>, node: &Node) -> Option<Vec<Weekday>> {
    let mut found = Vec::new();
    for node in cx.one_or_many(node, Code::BadHours, "days") {
        let text = cx.full_text(node)?;
        let Ok(days) = parse_days(text) else {
            cx.error(
                Code::BadHours,
                node.spot,
                format!("`{}` is neither a day nor a range of days", shown(text)),
            )
            .hint("write mon, mon-fri or sat,sun");
            return None;
        };
        found.extend(days);
    }
    (!found.is_empty()).then_some(found)
}

/// `07:00`, on some days, or a crontab line. `wanted` says what else it is called: its code, what it is, and what to write.
pub(super) fn crontab(
    cx: &mut Check<'_>,
    node: &Node,
    days: Option<&(Spot, Option<Vec<Weekday>>)>,
    wanted: (Code, &str, &str),
) -> Option<(Crontab, String)> {
    let text = cx.full_text(node)?;
    if let Some(time) = parse_time(text) {
        let days = match days {
            Some((_, days)) => Some(days.as_ref()?),
            None => None,
        };
        let mut numbers: Vec<i8> = days.into_iter().flatten().map(|day| day.to_sunday_zero_offset()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
        let weekdays = if numbers.is_empty() { "*".to_owned() } else { numbers.join(",") };
        let line = format!("{} {} * * {weekdays}", time.minute(), time.hour());
        let named = days.map(|days| days_written(days)).unwrap_or_default();
        return Some((line.parse().ok()?, format!("{text}{named}")));
    }
    match text.parse::<Crontab>() {
        Ok(crontab) => {
            if let Some((spot, _)) = days {
                cx.error(Code::NoEffect, *spot, "`days` has no effect beside a crontab line")
                    .hint("write the days into the line's fifth field");
            }
            let written = crontab.as_str().to_owned();
            Some((crontab, written))
        }
        Err(error) => {
            let several = text.split_whitespace().count() > 1;
            let why = if several { format!(": {error}") } else { String::new() };
            let (code, what, hint) = wanted;
            cx.error(code, node.spot, format!("`{}` is not {what}{why}", shown(text)))
                .hint(hint);
            None
        }
    }
}

/// ` mon-fri` as short names, each once, Monday first.
fn days_written(days: &[Weekday]) -> String {
    const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let has = |n: usize| {
        days.iter()
            .any(|day| usize::try_from(day.to_monday_zero_offset()).is_ok_and(|at| at == n))
    };
    let named: Vec<&str> = NAMES.iter().enumerate().filter(|(n, _)| has(*n)).map(|(_, name)| *name).collect();
    format!(" {}", named.join(","))
}

/// How long before its time a message counts.
fn early(cx: &mut Check<'_>, node: &Node) -> Option<SignedDuration> {
    match duration(cx, node)? {
        Span::Elapsed(seconds) => Some(SignedDuration::from_secs(seconds)),
        _ => {
            cx.error(Code::BadDuration, node.spot, "`early` is elapsed time")
                .hint("write `6h` or `90m`");
            None
        }
    }
}

/// `else: { queue, title, priority, labels, assign, note }`
fn otherwise(cx: &mut Check<'_>, entry: &Entry, what: &str) -> Option<Otherwise> {
    let (otherwise, title, note) = otherwise_of(cx, entry, what, |cx, node| cx.full_text(node).map(str::to_owned))?;
    Some(Otherwise { title, note, ..otherwise })
}

/// The same where title and note are read in another way: they are given beside it.
pub(super) fn otherwise_of<T>(
    cx: &mut Check<'_>,
    entry: &Entry,
    what: &str,
    line: impl Fn(&mut Check<'_>, &Node) -> Option<T>,
) -> Option<(Otherwise, Option<T>, Option<T>)> {
    let known = ["queue", "title", "priority", "labels", "assign", "note"];
    let fields = Fields::open(cx, entry.spot, &entry.value, &format!("`else` of {what}"), &known, &[])?;
    let target = fields.require(cx, "queue", "the queue it goes to");
    let target = target.and_then(|node| queue(cx, node));
    let title = fields.get("title").and_then(|node| line(cx, node));
    let note = fields.get("note").and_then(|node| line(cx, node));
    let priority = fields.get("priority").map(|node| priority(cx, node));
    let assign = fields.get("assign").map(|node| party(cx, node, ASSIGN, &mut Targets::new()));
    let labels = fields.get("labels").map(Node::one_or_many).unwrap_or_default();
    let labels = labels.iter().filter_map(|node| cx.full_text(node)).map(str::to_owned).collect();
    let otherwise = Otherwise {
        queue: target?,
        title: None,
        priority: priority.flatten(),
        labels,
        assign: assign.flatten(),
        note: None,
    };
    Some((otherwise, title, note))
}
