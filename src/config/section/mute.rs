//! `mute`: which messages nobody is told of, until when, and why. May import the rest of config. None lasts for ever, and each says why.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::sections::Sections;
use super::super::texts::Spot;
use super::super::yaml::{Entry, Node};
use super::calendar::{Calendars, reference};
use super::condition;
use super::hours::time_zone;
use super::rule;
use crate::calendar;
use crate::model::{Due, MuteName, MuteTarget, Muting, RuleName};
use crate::policy::Mutes;
use crate::rules::{Actions, Cond, RuleDef, RuleSet, Text};

/// All that is muted.
pub(crate) fn mutes(cx: &mut Check<'_>, sections: &Sections<'_>, calendars: &Calendars) -> Mutes {
    let entries = sections.named("mute");
    let mut mutes = Mutes::default();
    let mut defs = Vec::new();
    for entry in entries {
        if let Some((muting, when)) = one(cx, entry, calendars) {
            defs.push(def(&muting, when, cx, entry.spot));
            mutes.said.insert(muting.name.clone(), muting);
        }
    }
    let (rules, faults) = RuleSet::compile(defs);
    let nodes: Vec<&Node> = entries.iter().map(|entry| &entry.value).collect();
    rule::report_all(cx, faults, &nodes);
    mutes.rules = rules;
    mutes
}

/// The conditions as a rule that lets every message go on to the next.
fn def(muting: &Muting, when: Cond, cx: &Check<'_>, spot: Spot) -> RuleDef {
    let place = cx.place(spot);
    let reason = Text {
        text: "muted".to_owned(),
        place: place.clone(),
    };
    RuleDef {
        name: RuleName::from(muting.name.as_str()),
        place,
        when,
        each: None,
        extract: Vec::new(),
        then: Actions {
            drop: Some(reason),
            ..Actions::default()
        },
        continues: true,
    }
}

fn one(cx: &mut Check<'_>, entry: &Entry, calendars: &Calendars) -> Option<(Muting, Cond)> {
    let name = MuteName::from(entry.key.as_deref()?);
    let what = format!("mute `{name}`");
    let known = ["match", "until", "time_zone", "calendar", "why", "except"];
    let fields = Fields::open(cx, entry.spot, &entry.value, &what, &known, &[])?;
    let when = fields.require(cx, "match", "conditions as in `when` of a rule, such as `{ json.host: db3 }`");
    let when = when.and_then(|node| conditions(cx, node));
    let why = fields.require(cx, "why", "the reason, as those concerned read it at the end");
    let why = why.and_then(|node| cx.full_text(node)).map(str::to_owned);
    let except = fields.get("except").map_or(Some(false), |node| except(cx, node));
    let zone = zone(cx, &fields, calendars);
    let until = fields.require(
        cx,
        "until",
        "when it ends, such as `until: \"2026-12-01 06:00\"`; no mute lasts for ever",
    );
    let until = until.and_then(|node| end(cx, node, zone.as_ref().map(Option::as_ref)));
    let (until, spot, zone_name) = until?;
    if let Some(now) = cx.ahead.filter(|now| until <= *now) {
        let past = now.duration_since(until).as_secs() / 86_400;
        let ago = if past > 0 { format!(", {past} days ago") } else { String::new() };
        cx.warning(Code::MuteOver, spot, format!("{what} is over{ago}"))
            .hint("remove it, or write another time");
    }
    let muting = Muting {
        target: MuteTarget::Messages,
        until,
        time_zone: zone_name,
        why: why?,
        by: None,
        rule: None,
        place: Some(cx.place(entry.spot)),
        except_urgent: except?,
        name,
    };
    Some((muting, when?))
}

/// Conditions of one message: at least one, and none that counts others.
fn conditions(cx: &mut Check<'_>, node: &Node) -> Option<Cond> {
    let when = condition::all(cx, node)?;
    if matches!(&when, Cond::All(conds) if conds.is_empty()) {
        cx.error(
            Code::EmptyCondition,
            node.spot,
            "a mute without conditions would cover every message",
        )
        .hint("say which messages, such as `match: { json.host: db3 }`");
        return None;
    }
    if counts(&when) {
        cx.error(
            Code::NoEffect,
            node.spot,
            "`more_than` has no effect in a mute: it covers each message by itself",
        )
        .hint("put `more_than` into a rule, and give its items a key or labels");
        return None;
    }
    Some(when)
}

fn counts(cond: &Cond) -> bool {
    match cond {
        Cond::All(conds) | Cond::Any(conds) => conds.iter().any(counts),
        Cond::Not(cond) => counts(cond),
        Cond::More(_) => true,
        Cond::Field { .. } | Cond::Expr(_) => false,
    }
}

/// `except: urgent`
pub(super) fn except(cx: &mut Check<'_>, node: &Node) -> Option<bool> {
    let text = cx.full_text(node)?;
    if text == "urgent" {
        return Some(true);
    }
    cx.error(Code::BadWord, node.spot, format!("`{}` is nothing a mute can except", shown(text)))
        .hint("write `except: urgent`, or leave it out: then urgent items are muted too");
    None
}

/// Where a local time is read. `None` if nothing is said, or it is wrong and reported.
fn zone(cx: &mut Check<'_>, fields: &Fields<'_>, calendars: &Calendars) -> Option<Option<(TimeZone, String)>> {
    if let Some(node) = fields.get("time_zone") {
        return Some(time_zone(cx, node));
    }
    let node = fields.get("calendar")?;
    let found = reference(cx, node).and_then(|name| calendars.get(&name));
    Some(found.map(|calendar| (calendar.zone.clone(), calendar.zone_name.clone())))
}

/// The instant of `until`, where it stands, and the zone it is read in.
fn end(cx: &mut Check<'_>, node: &Node, zone: Option<Option<&(TimeZone, String)>>) -> Option<(Timestamp, Spot, String)> {
    let text = cx.full_text(node)?;
    let (local, spot) = match text.parse::<Due>() {
        Ok(Due::Instant(at)) => {
            let name = zone.flatten().map_or_else(|| "UTC".to_owned(), |(_, name)| name.clone());
            return Some((at, node.spot, name));
        }
        Ok(Due::Local(local)) => (local, node.spot),
        _ => {
            cx.error(Code::BadUntil, node.spot, format!("`{}` is not a time at which a mute ends", shown(text)))
                .hint("write a date with a time, \"2026-12-01 06:00\", or an instant with its offset, 2026-12-01T06:00:00Z; no mute lasts for ever");
            return None;
        }
    };
    let Some(zone) = zone else {
        cx.error(Code::MissingKey, spot, "this time stands without a zone")
            .hint("add `time_zone: Europe/Berlin` or `calendar: NAME`, or write an instant with its offset");
        return None;
    };
    let (zone, name) = zone?;
    Some((calendar::instant(local, zone), spot, name.clone()))
}
