//! `away` of a person: when they are away, and who covers. May import the rest of config.

use jiff::tz::TimeZone;

use super::super::check::Check;
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::texts::Spot;
use super::super::yaml::Node;
use super::{party, period};
use crate::calendar::instant;
use crate::model::{Away, PersonKey};

/// A stretch, and where it is written: at its `cover`, if it has one.
pub(crate) type Written = (Away, Spot);

/// `away: [{ from, until, cover, why }]`, read in the person's own zone.
pub(crate) fn away(cx: &mut Check<'_>, node: &Node, key: &PersonKey, zone: Option<&TimeZone>) -> Vec<Written> {
    let what = format!("an away of person `{key}`");
    let nodes = cx.one_or_many(node, Code::BadPeriod, "stretches");
    nodes.iter().filter_map(|node| one(cx, node, &what, key, zone)).collect()
}

fn one(cx: &mut Check<'_>, node: &Node, what: &str, key: &PersonKey, zone: Option<&TimeZone>) -> Option<Written> {
    let fields = Fields::open(cx, node.spot, node, what, &["from", "until", "cover", "why"], &[])?;
    let cover = fields.get("cover");
    let covered = cover.map_or(Some(None), |node| party::person(cx, node).map(Some));
    if let Some(node) = cover.filter(|_| covered.as_ref().is_some_and(|cover| cover.as_ref() == Some(key))) {
        cx.error(Code::CoverSelf, node.spot, format!("{key} covers for themselves"))
            .hint("name somebody else, or remove `cover`");
    }
    let why = fields.get("why").map_or(Some(""), |node| cx.full_text(node));
    let (from, until) = period::period(cx, &fields, true)?;
    let zone = zone?;
    let away = Away {
        from: instant(from?, zone),
        until: instant(until?, zone),
        cover: covered?,
        why: why?.to_owned(),
    };
    Some((away, cover.map_or(node.spot, |node| node.spot)))
}
