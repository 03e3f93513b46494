//! `rotations`. May import the rest of config.

use std::collections::BTreeMap;

use jiff::civil::DateTime;

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::sections::Sections;
use super::super::yaml::{Entry, Node};
use super::hours::time_zone;
use super::team::members;
use crate::calendar::{Rotation, RotationError};
use crate::model::RotationName;

/// Rotations by name.
pub(crate) type Rotations = BTreeMap<RotationName, Rotation>;

/// All rotations.
pub(crate) fn rotations(cx: &mut Check<'_>, sections: &Sections<'_>) -> Rotations {
    let entries = sections.named("rotations").iter();
    let found = entries.filter_map(|entry| rotation(cx, entry));
    found.map(|rotation| (rotation.name.clone(), rotation)).collect()
}

fn rotation(cx: &mut Check<'_>, entry: &Entry) -> Option<Rotation> {
    let name = RotationName::from(entry.key.as_deref()?);
    let what = format!("rotation `{name}`");
    let known = ["people", "changes", "time_zone", "starts"];
    let fields = Fields::open(cx, entry.spot, &entry.value, &what, &known, &["shifts", "overrides", "ics"])?;
    let people = fields.entry("people");
    let people = match people {
        Some(people) => members(cx, people.spot, &people.value, &what, Code::EmptyRotation),
        None => {
            fields.require(cx, "people", "who takes turns, in order");
            Vec::new()
        }
    };
    let zone = fields.require(cx, "time_zone", "the zone its changes are read in, such as Europe/Berlin");
    let zone = zone.and_then(|node| time_zone(cx, node));
    let starts = fields.get("starts").map_or(Some(None), |node| starts(cx, node).map(Some));
    let node = fields.require(
        cx,
        "changes",
        "when duty changes: `mon 09:00`, `daily 09:00`, or a crontab line of five fields",
    )?;
    let changes = cx.full_text(node)?;
    let people = people.into_iter().map(|(person, _)| person).collect::<Vec<_>>();
    // The changes are read even if the people or the zone are wrong, so that all mistakes show at once.
    let anybody = if people.is_empty() { vec!["nobody".into()] } else { people.clone() };
    let zone_name = zone.as_ref().map_or("UTC", |(_, name)| name.as_str());
    match Rotation::new(name, anybody, changes, zone_name, starts.flatten()) {
        Ok(rotation) => (zone.is_some() && starts.is_some() && !people.is_empty()).then_some(rotation),
        Err(error) => {
            let code = if matches!(error, RotationError::Zone(_)) {
                Code::BadZone
            } else {
                Code::BadChanges
            };
            let text = error.to_string();
            let (text, hint) = text
                .split_once("; ")
                .unwrap_or((&text, "write `mon 09:00`, `daily 09:00`, or a crontab line of five fields"));
            cx.error(code, node.spot, text).hint(hint);
            None
        }
    }
}

/// A local time, or a date for its midnight.
fn starts(cx: &mut Check<'_>, node: &Node) -> Option<DateTime> {
    let text = cx.full_text(node)?;
    if let Ok(local) = text.parse() {
        return Some(local);
    }
    cx.error(
        Code::BadDate,
        node.spot,
        format!("`{}` is neither a date nor a local time", shown(text)),
    )
    .hint("write 2026-01-05 or \"2026-01-05 09:00\"");
    None
}
