//! `rotations`. May import the rest of config.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::super::check::Check;
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::sections::Sections;
use super::super::yaml::{Entry, Node, Value};
use super::hours::time_zone;
use super::people::People;
use super::{feed, layer, party, period};
use crate::calendar::{Rotation, Stretch, Turns, instant};
use crate::model::RotationName;

/// Rotations by name.
pub(crate) type Rotations = BTreeMap<RotationName, Rotation>;

const KNOWN: [&str; 8] = ["people", "changes", "time_zone", "starts", "shifts", "layers", "overrides", "ics"];

/// All rotations.
pub(crate) fn rotations(cx: &mut Check<'_>, sections: &Sections<'_>, people: &People) -> Rotations {
    let entries = sections.named("rotations").iter();
    let found = entries.filter_map(|entry| rotation(cx, entry, people));
    found.map(|rotation| (rotation.name.clone(), rotation)).collect()
}

fn rotation(cx: &mut Check<'_>, entry: &Entry, people: &People) -> Option<Rotation> {
    let name = RotationName::from(entry.key.as_deref()?);
    let what = format!("rotation `{name}`");
    let fields = Fields::open(cx, entry.spot, &entry.value, &what, &KNOWN, &[])?;
    let zone = fields.require(cx, "time_zone", "the zone its times are read in, such as Europe/Berlin");
    let zone = zone.and_then(|node| time_zone(cx, node));
    let mistakes = cx.found.len();
    let layers = layers(cx, &fields, &what, zone.as_ref());
    let overrides = fields
        .get("overrides")
        .map(|node| overrides(cx, node, &what, zone.as_ref()))
        .unwrap_or_default();
    let (zone, zone_name) = zone?;
    let feed = fields
        .get("ics")
        .map(|node| feed::feed(cx, node, &zone, people))
        .unwrap_or_default();
    let wrong = cx
        .found
        .get(mistakes..)
        .is_some_and(|found| found.iter().any(|one| one.severity == super::super::diagnostic::Severity::Error));
    (!wrong).then_some(Rotation {
        feed,
        overrides,
        ..Rotation::of(name, zone, zone_name, layers)
    })
}

/// The rotation's own turns or its shifts, and the layers over them.
fn layers(cx: &mut Check<'_>, fields: &Fields<'_>, what: &str, zone: Option<&(TimeZone, String)>) -> Vec<Turns> {
    let mut found = Vec::new();
    let shifts = fields.entry("shifts");
    if let Some(shifts) = shifts {
        for own in ["people", "changes", "starts"] {
            if let Some(entry) = fields.entry(own) {
                let text = format!("`{own}` has no effect beside `shifts`");
                cx.error(Code::NoEffect, entry.spot, text).hint("say it in each shift");
            }
        }
        found.extend(layer::layers(cx, &shifts.value, what, zone, true));
    } else if fields.get("people").is_some() || fields.reported("people") || (fields.get("ics").is_none() && fields.get("layers").is_none())
    {
        fields.require(
            cx,
            "changes",
            "when duty changes: `mon 09:00`, `daily 09:00`, or a crontab line of five fields",
        );
        found.extend(layer::turns(cx, fields, what, None, zone));
    } else {
        for own in ["changes", "starts"] {
            if let Some(entry) = fields.entry(own) {
                cx.error(Code::NoEffect, entry.spot, format!("`{own}` has no effect without `people`"))
                    .hint("name the people, or remove it");
            }
        }
    }
    if let Some(node) = fields.get("layers") {
        found.extend(layer::layers(cx, node, what, zone, false));
    }
    found
}

/// `overrides: [{ from, until, person, why }]`
fn overrides(cx: &mut Check<'_>, node: &Node, what: &str, zone: Option<&(TimeZone, String)>) -> Vec<Stretch> {
    let Value::List(nodes) = &node.value else {
        cx.wrong_type(node, "a list of `{ from, until, person, why }`");
        return Vec::new();
    };
    let what = format!("an override of {what}");
    nodes.iter().filter_map(|node| agreed(cx, node, &what, zone)).collect()
}

fn agreed(cx: &mut Check<'_>, node: &Node, what: &str, zone: Option<&(TimeZone, String)>) -> Option<Stretch> {
    let fields = Fields::open(cx, node.spot, node, what, &["from", "until", "person", "why"], &[])?;
    let person = fields.require(cx, "person", "who has it then");
    let person = person.and_then(|node| party::person(cx, node));
    let why = fields.get("why").map_or(Some(""), |node| cx.full_text(node))?;
    let (from, until) = period::period(cx, &fields, true)?;
    let (zone, _) = zone?;
    Some(Stretch {
        from: instant(from?, zone),
        until: instant(until?, zone),
        person: person?,
        why: why.to_owned(),
    })
}
