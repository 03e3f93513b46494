//! `people`. May import the rest of config.

use std::collections::BTreeMap;

use super::super::check::Check;
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::sections::Sections;
use super::super::texts::Spot;
use super::super::yaml::Entry;
use super::away;
use super::budget::budget;
use super::calendar::{Calendars, calendar, has_hours, reference};
use super::digest::digest;
use super::party;
use crate::model::{Address, CalendarName, PersonKey};
use crate::policy::{Budget, Person};

/// A person with where their parts stand.
#[derive(Debug)]
pub(crate) struct Somebody {
    pub person: Person,
    /// Each address and its spot.
    pub mail: Vec<(Address, Spot)>,
    /// Where `cover` stands.
    pub cover: Option<Spot>,
    /// Where each stretch of `away` stands.
    pub away: Vec<Spot>,
}

/// People by key.
pub(crate) type People = BTreeMap<PersonKey, Somebody>;

const KNOWN: [&str; 12] = [
    "name",
    "mail",
    "calendar",
    "time_zone",
    "hours",
    "holidays",
    "exceptions",
    "cover",
    "away",
    "reach_me",
    "budget",
    "digest",
];

/// All people; the calendars of those with hours of their own are added to `calendars`.
pub(crate) fn people(cx: &mut Check<'_>, sections: &Sections<'_>, top: Spot, calendars: &mut Calendars, base: Budget) -> People {
    let entries = sections.named("people");
    if entries.is_empty() {
        let hint = "name at least one: `people: { ana: { name: Ana Ruiz, mail: ana@ops.example, calendar: berlin } }`";
        cx.error(
            Code::MissingKey,
            top,
            "the configuration has no `people`: nobody could hold an item",
        )
        .hint(hint);
    }
    let found = entries.iter().filter_map(|entry| somebody(cx, entry, calendars, base));
    found.map(|somebody| (somebody.person.key.clone(), somebody)).collect()
}

fn somebody(cx: &mut Check<'_>, entry: &Entry, calendars: &mut Calendars, base: Budget) -> Option<Somebody> {
    let key = PersonKey::from(entry.key.as_deref()?);
    let what = format!("person `{key}`");
    let fields = Fields::open(cx, entry.spot, &entry.value, &what, &KNOWN, &[])?;
    let name = fields.require(cx, "name", "how they are called in mail, such as `Ana Ruiz`");
    let name = name.and_then(|node| cx.full_text(node)).map(str::to_owned);
    let mail = fields.require(
        cx,
        "mail",
        "their address, or a list: notices go to the first, answers may come from any",
    );
    let mail = mail.and_then(|node| {
        let nodes = cx.one_or_many(node, Code::BadAddress, "addresses");
        let found: Vec<_> = nodes
            .iter()
            .map(|node| super::desk::address(cx, node).map(|address| (address, node.spot)))
            .collect();
        found.into_iter().collect::<Option<Vec<_>>>().filter(|mail| !mail.is_empty())
    });
    let calendar = hours_of(cx, &fields, &what, &key, calendars);
    let cover = fields.get("cover");
    let covered_by = cover.map(|node| party::person(cx, node));
    let zone = calendar
        .as_ref()
        .and_then(|name| calendars.get(name))
        .map(|calendar| calendar.zone.clone());
    let away = fields
        .get("away")
        .map(|node| away::away(cx, node, &key, zone.as_ref()))
        .unwrap_or_default();
    let (away, spots) = away.into_iter().unzip();
    let reach_me = fields
        .get("reach_me")
        .map_or_else(|| Some(Default::default()), |node| super::reach::reach_me(cx, node, &what));
    let budget = budget(cx, &fields, &what, base);
    let digest = digest(cx, &fields);
    let mail = mail?;
    Some(Somebody {
        person: Person {
            key,
            name: name?,
            mail: mail.iter().map(|(address, _)| address.clone()).collect(),
            calendar: calendar?,
            cover: covered_by.flatten(),
            away,
            reach_me: reach_me?,
            budget,
            digest,
        },
        mail,
        cover: cover.map(|node| node.spot),
        away: spots,
    })
}

/// `calendar`, or `time_zone` with `hours`.
fn hours_of(cx: &mut Check<'_>, fields: &Fields<'_>, what: &str, key: &PersonKey, calendars: &mut Calendars) -> Option<CalendarName> {
    if let Some(node) = fields.get("calendar") {
        for own in ["time_zone", "hours", "holidays", "exceptions"] {
            if let Some(entry) = fields.entry(own) {
                let text = format!("`{own}` has no effect beside `calendar`");
                cx.error(Code::NoEffect, entry.spot, text).hint("keep one of the two");
            }
        }
        let name = reference(cx, node)?;
        if calendars.get(&name).is_some_and(|calendar| !has_hours(calendar)) {
            let text = format!("calendar `{name}` has no hours, so notices to {key} would wait for ever");
            cx.error(Code::NoHours, node.spot, text).hint("give the calendar `hours`");
        }
        return Some(name);
    }
    if fields.get("time_zone").is_none() && fields.get("hours").is_none() {
        if !["calendar", "time_zone", "hours"].iter().any(|key| fields.reported(key)) {
            cx.error(
                Code::MissingKey,
                fields.head,
                format!("{what} has neither `calendar` nor `time_zone` and `hours`"),
            )
            .hint("say when they work: `calendar: NAME`, or `time_zone: Europe/Berlin` and `hours: { mon-fri: \"09:00-17:00\" }`");
        }
        return None;
    }
    let node = fields.require(cx, "hours", "when they work, such as `{ mon-fri: \"09:00-17:00\" }`");
    let own = calendar(cx, fields, CalendarName::from(format!("person:{key}")))?;
    if !has_hours(&own) {
        if let Some(node) = node {
            let text = format!("{what} has no working hours, so notices to them would wait for ever");
            cx.error(Code::NoHours, node.spot, text)
                .hint("give them some, such as `{ mon-fri: \"09:00-17:00\" }`");
        }
        return None;
    }
    let name = own.name.clone();
    calendars.insert(name.clone(), own);
    Some(name)
}
