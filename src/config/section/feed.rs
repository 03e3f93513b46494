//! `ics` of a rotation: calendars that say who is on duty. May import the rest of config.

use jiff::tz::TimeZone;

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::files;
use super::super::yaml::Node;
use super::people::People;
use crate::calendar::{FeedEvent, Stretch, duty_from_ics};
use crate::model::PersonKey;

/// A path, or a list of paths, from the configuration folder.
pub(crate) fn feed(cx: &mut Check<'_>, node: &Node, zone: &TimeZone, people: &People) -> Vec<Stretch> {
    let nodes = cx.one_or_many(node, Code::BadFeed, "calendars");
    nodes.iter().flat_map(|node| file(cx, node, zone, people)).collect()
}

fn file(cx: &mut Check<'_>, node: &Node, zone: &TimeZone, people: &People) -> Vec<Stretch> {
    let Some(path) = cx.full_text(node) else { return Vec::new() };
    match read(cx, path, zone) {
        Ok((events, bytes)) => {
            cx.files.push((path.to_owned(), bytes));
            named(cx, node, path, events, people)
        }
        Err(why) => {
            cx.error(Code::BadFeed, node.spot, format!("the calendar of duty {} {why}", shown(path)))
                .hint("its path starts at the configuration folder");
            Vec::new()
        }
    }
}

fn read(cx: &Check<'_>, path: &str, zone: &TimeZone) -> Result<(Vec<FeedEvent>, Vec<u8>), String> {
    let full = cx.root().join(path);
    let bytes = files::read(&full, files::MAX_FILE_BYTES).map_err(|(code, why)| match code {
        Code::FileTooLarge => format!("is {why}"),
        _ => why,
    })?;
    let text = std::str::from_utf8(&bytes).map_err(|_| "is not UTF-8".to_owned())?;
    let events = duty_from_ics(text.trim_start_matches('\u{feff}'), zone).map_err(|why| format!("cannot be used: {why}"))?;
    Ok((events, bytes))
}

/// The events as stretches of people; those that name nobody are reported, once for the file.
fn named(cx: &mut Check<'_>, node: &Node, path: &str, events: Vec<FeedEvent>, people: &People) -> Vec<Stretch> {
    let mut stretches = Vec::new();
    let mut nobody: Vec<String> = Vec::new();
    for event in events {
        match who(&event, people) {
            Some(person) => stretches.push(Stretch {
                from: event.from,
                until: event.until,
                person,
                why: event.summary,
            }),
            None => nobody.push(event.summary),
        }
    }
    if let Some(first) = nobody.first() {
        let text = format!(
            "{} {} names nobody who is configured, such as `{}`",
            match nobody.len() {
                1 => "1 event of".to_owned(),
                n => format!("{n} events of"),
            },
            shown(path),
            shown(first)
        );
        cx.warning(Code::FeedNamesNobody, node.spot, text)
            .hint("an event names a person by the address of an attendee, or by their name or key in its summary; these are left out");
    }
    stretches
}

/// By an attendee's address, by the whole summary, by the one name that stands in it.
fn who(event: &FeedEvent, people: &People) -> Option<PersonKey> {
    let has = |key: &&PersonKey, address: &str| {
        let mail = people.get(*key).map(|somebody| &somebody.person.mail);
        mail.is_some_and(|mail| mail.iter().any(|own| own.as_str().eq_ignore_ascii_case(address)))
    };
    let by_address = event
        .addresses
        .iter()
        .find_map(|address| people.keys().find(|key| has(key, address)));
    let summary = event.summary.trim().to_lowercase();
    let is = |(key, somebody): &(&PersonKey, &super::people::Somebody)| {
        key.as_str().to_lowercase() == summary || somebody.person.name.to_lowercase() == summary
    };
    let by_summary = || people.iter().find(is).map(|(key, _)| key);
    let within = || {
        let mut named = people
            .iter()
            .filter(|(_, somebody)| summary.contains(&somebody.person.name.to_lowercase()));
        named.next().filter(|_| named.next().is_none()).map(|(key, _)| key)
    };
    by_address.or_else(by_summary).or_else(within).cloned()
}
