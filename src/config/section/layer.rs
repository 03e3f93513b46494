//! Turns of a rotation: its own, those of a shift, those of a layer. May import the rest of config.

use jiff::tz::TimeZone;

use super::super::check::Check;
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::texts::Spot;
use super::super::yaml::{Node, Value};
use super::hours::{hours, time_zone};
use super::party::person;
use super::period;
use crate::calendar::{Member, RotationError, Turns};

/// When turns change where there is one person only: it never matters.
const ONE_PERSON: &str = "mon 00:00";
const KNOWN: [&str; 6] = ["name", "people", "changes", "time_zone", "starts", "hours"];

/// `shifts` or `layers`: a list of turns. Shifts say their hours.
pub(crate) fn layers(cx: &mut Check<'_>, node: &Node, what: &str, zone: Option<&(TimeZone, String)>, shifts: bool) -> Vec<Turns> {
    let Value::List(nodes) = &node.value else {
        cx.wrong_type(node, "a list of shifts, each with `people`");
        return Vec::new();
    };
    if nodes.is_empty() {
        cx.error(Code::EmptyRotation, node.spot, "this list is empty")
            .hint("add one, or remove the key");
    }
    let kind = if shifts { "a shift" } else { "a layer" };
    let what = format!("{kind} of {what}");
    nodes.iter().filter_map(|node| layer(cx, node, &what, zone, shifts)).collect()
}

fn layer(cx: &mut Check<'_>, node: &Node, what: &str, zone: Option<&(TimeZone, String)>, shift: bool) -> Option<Turns> {
    let fields = Fields::open(cx, node.spot, node, what, &KNOWN, &[])?;
    let name = fields.get("name").and_then(|node| cx.full_text(node)).map(str::to_owned);
    let own = fields.get("time_zone").map_or_else(|| zone.cloned(), |node| time_zone(cx, node));
    if shift {
        fields.require(cx, "hours", "when this shift works, such as `{ mon-fri: \"08:00-16:00\" }`");
    }
    turns(cx, &fields, what, name, own.as_ref())
}

/// `people`, `changes`, `starts` and `hours` of a mapping.
pub(crate) fn turns(
    cx: &mut Check<'_>,
    fields: &Fields<'_>,
    what: &str,
    name: Option<String>,
    zone: Option<&(TimeZone, String)>,
) -> Option<Turns> {
    let members = members(cx, fields, what);
    let starts = fields.get("starts").map_or(Some(None), |node| period::from(cx, node).map(Some));
    let week = fields.get("hours").map_or(Some(None), |node| hours(cx, node).map(Some));
    let written = fields.get("changes");
    let hint = "when duty changes: `mon 09:00`, `daily 09:00`, or a crontab line of five fields";
    if written.is_none() && members.as_ref().is_some_and(|members| members.len() > 1) {
        fields.require(cx, "changes", hint);
        return None;
    }
    let changes = written.map_or(Some(ONE_PERSON), |node| cx.full_text(node))?;
    // The changes are read even if the people or the zone are wrong, so that all mistakes show at once.
    let good = members.is_some() && zone.is_some();
    let anybody = members.unwrap_or_else(|| vec![Member::from("nobody")]);
    let fallback = (TimeZone::UTC, "UTC".to_owned());
    let (zone, zone_name) = zone.unwrap_or(&fallback);
    let made = Turns::new(name, anybody, changes, (zone, zone_name), starts.flatten(), week.clone().flatten());
    match made {
        Ok(turns) => (good && starts.is_some() && week.is_some()).then_some(turns),
        Err(error) => {
            refuse(cx, written.map_or(fields.head, |node| node.spot), &error);
            None
        }
    }
}

fn refuse(cx: &mut Check<'_>, spot: Spot, error: &RotationError) {
    let code = if matches!(error, RotationError::Zone(_)) {
        Code::BadZone
    } else {
        Code::BadChanges
    };
    let text = error.to_string();
    let (text, hint) = text
        .split_once("; ")
        .unwrap_or((&text, "write `mon 09:00`, `daily 09:00`, or a crontab line of five fields"));
    cx.error(code, spot, text).hint(hint);
}

/// `people`: names, or `{ person, from, until }`.
fn members(cx: &mut Check<'_>, fields: &Fields<'_>, what: &str) -> Option<Vec<Member>> {
    let node = fields.require(cx, "people", "who takes turns, in order")?;
    let nodes = match &node.value {
        Value::List(nodes) if !nodes.is_empty() => nodes.as_slice(),
        Value::List(_) => {
            let spot = fields.entry("people").map_or(node.spot, |entry| entry.spot);
            cx.error(Code::EmptyRotation, spot, format!("{what} is empty"))
                .hint("name at least one person");
            return None;
        }
        _ => std::slice::from_ref(node),
    };
    let found: Vec<Option<Member>> = nodes.iter().map(|node| member(cx, node, what)).collect();
    found.into_iter().collect()
}

fn member(cx: &mut Check<'_>, node: &Node, what: &str) -> Option<Member> {
    if !matches!(node.value, Value::Map(_)) {
        return person(cx, node).map(Member::from);
    }
    let what = format!("a person of {what}");
    let fields = Fields::open(cx, node.spot, node, &what, &["person", "from", "until"], &[])?;
    let who = fields.require(cx, "person", "who takes turns from then on");
    let who = who.and_then(|node| person(cx, node));
    let (from, until) = period::period(cx, &fields, false)?;
    Some(Member { person: who?, from, until })
}
