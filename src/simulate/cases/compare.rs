//! What was expected against what is there. May import model, config, rules. What is not named is not compared.

use super::scene::Scene;
use super::{Difference, deadlines, notices, routing};
use crate::config::{Expect, Pattern, Want, Wanted};
use crate::model::{Item, ItemId};

/// Everything in which the scene is not as expected.
pub(super) fn compare(expect: &Expect, scene: &Scene<'_>) -> Vec<Difference> {
    let ids = expect.item.as_ref().map_or_else(|| scene.items.clone(), |id| vec![id.clone()]);
    let mut found = Vec::new();
    for want in &expect.wants {
        match &want.what {
            Wanted::Items(each) => found.extend(each_item(want, each, &ids, scene)),
            Wanted::Notices(wanted) => found.extend(notices::compare(want, wanted, expect.item.as_ref(), scene)),
            _ => found.extend(one(want, &ids, scene)),
        }
    }
    found
}

/// `items: [ … ]`: so many, each as it says.
fn each_item(want: &Want, each: &[Expect], ids: &[ItemId], scene: &Scene<'_>) -> Vec<Difference> {
    if each.len() != ids.len() {
        return vec![difference(
            want,
            "items",
            each.len().to_string(),
            counted(ids),
            routing::notes(scene, &want.what),
        )];
    }
    let pairs = each.iter().zip(ids);
    pairs
        .flat_map(|(expect, id)| {
            let of_item = Expect {
                item: Some(id.clone()),
                ..expect.clone()
            };
            compare(&of_item, scene)
        })
        .collect()
}

fn one(want: &Want, ids: &[ItemId], scene: &Scene<'_>) -> Vec<Difference> {
    let routed = |what: &str, expected: String, got: String| vec![difference(want, what, expected, got, routing::notes(scene, &want.what))];
    let matches = |pattern: &Pattern, all: &[String]| all.iter().any(|text| pattern.matches(text));
    let deciders = scene.deciders();
    let rules: Vec<String> = deciders.iter().map(|decider| decider.rule.clone()).collect();
    match &want.what {
        Wanted::Rule(name) if matches(name, &rules) => Vec::new(),
        Wanted::Rule(name) => routed("rule", name.to_string(), listed(&rules, "no rule")),
        Wanted::Unmatched(wanted) => {
            let unmatched = rules.iter().any(|rule| rule == "unmatched");
            same(*wanted, unmatched, || {
                routed("unmatched", wanted.to_string(), unmatched.to_string())
            })
        }
        Wanted::Failure(why) => {
            let failure = scene.last.and_then(|(reading, _)| reading.verdict.failure.as_ref());
            match failure {
                Some(failure) if why.matches(&failure.why) => Vec::new(),
                Some(failure) => routed("failure", why.to_string(), failure.why.clone()),
                None => routed("failure", why.to_string(), "no rule failed".to_owned()),
            }
        }
        Wanted::Drop(why) => {
            let dropped: Vec<String> = deciders.into_iter().filter_map(|decider| decider.dropped).collect();
            if matches(why, &dropped) {
                return Vec::new();
            }
            let got = if ids.is_empty() {
                "it was not dropped".to_owned()
            } else {
                counted(ids)
            };
            routed("drop", why.to_string(), if dropped.is_empty() { got } else { listed(&dropped, "") })
        }
        Wanted::Count(count) => same(*count, ids.len(), || routed("items", count.to_string(), counted(ids))),
        Wanted::Joins(wanted) => {
            let joined = scene.joined();
            same(*wanted, joined, || routed("joins", wanted.to_string(), joined.to_string()))
        }
        Wanted::Repeat(wanted) => {
            let repeated = scene.repeated();
            same(*wanted, repeated, || routed("repeat", wanted.to_string(), repeated.to_string()))
        }
        _ => of_items(want, ids, scene),
    }
}

/// What is asked of an item is asked of each.
fn of_items(want: &Want, ids: &[ItemId], scene: &Scene<'_>) -> Vec<Difference> {
    let mut found = Vec::new();
    if ids.is_empty() {
        let (what, expected) = asked(&want.what);
        found.push(difference(
            want,
            &what,
            expected,
            "there is no item".to_owned(),
            routing::notes(scene, &want.what),
        ));
    }
    for id in ids {
        let (what, expected) = asked(&want.what);
        let Some(item) = scene.item(id) else {
            found.push(difference(want, &what, expected, format!("there is no {id}"), Vec::new()));
            continue;
        };
        let Err(got) = holds(&want.what, &item, scene) else { continue };
        let got = if ids.len() > 1 { format!("{got} ({id})") } else { got };
        let notes = match &want.what {
            Wanted::Queue(_) => routing::notes(scene, &want.what),
            _ => Vec::new(),
        };
        found.push(difference(want, &what, expected, got, notes));
    }
    found
}

/// The name of what is asked of an item, and what it should be.
fn asked(wanted: &Wanted) -> (String, String) {
    let (what, expected) = match wanted {
        Wanted::Queue(text) => ("queue", text.to_string()),
        Wanted::Title(text) => ("title", text.to_string()),
        Wanted::Priority(priority) => ("priority", priority.to_string()),
        Wanted::Labels(labels) => {
            let labels: Vec<String> = labels.iter().map(ToString::to_string).collect();
            ("labels", listed(&labels, "no labels"))
        }
        Wanted::Field(name, value) => {
            let value = value.as_ref().map_or_else(|| "no such field".to_owned(), ToString::to_string);
            return (format!("fields.{name}"), value);
        }
        Wanted::Key(key) => ("key", key.as_ref().map_or_else(|| "no key".to_owned(), ToString::to_string)),
        Wanted::State(state) => ("state", state.to_string()),
        Wanted::Holder(holder) => ("holder", holder.as_ref().map_or_else(|| "nobody".to_owned(), ToString::to_string)),
        Wanted::Accountable(person) => ("accountable", person.to_string()),
        Wanted::Requester(address) => ("requester", address.to_string()),
        Wanted::Deadline(clock, want) => return (format!("deadlines.{clock}"), deadlines::described(want)),
        Wanted::Notices(wanted) => ("notices", wanted.len().to_string()),
        Wanted::Rule(text) | Wanted::Failure(text) | Wanted::Drop(text) => ("rule", text.to_string()),
        Wanted::Unmatched(b) | Wanted::Joins(b) | Wanted::Repeat(b) => ("message", b.to_string()),
        Wanted::Count(count) => ("items", count.to_string()),
        Wanted::Items(each) => ("items", each.len().to_string()),
    };
    (what.to_owned(), expected)
}

/// Whether the item is so; if not, what it is.
fn holds(wanted: &Wanted, item: &Item, scene: &Scene<'_>) -> Result<(), String> {
    let text = |pattern: &Pattern, got: &str| if pattern.matches(got) { Ok(()) } else { Err(got.to_owned()) };
    let optional = |wanted: &Option<Pattern>, got: Option<&str>, none: &str| match (wanted, got) {
        (None, None) => Ok(()),
        (Some(pattern), Some(got)) => text(pattern, got),
        (_, got) => Err(got.unwrap_or(none).to_owned()),
    };
    match wanted {
        Wanted::Queue(name) => text(name, item.queue.as_str()),
        Wanted::Title(title) => text(title, &item.title),
        Wanted::Priority(priority) if *priority == item.priority => Ok(()),
        Wanted::Priority(_) => Err(item.priority.to_string()),
        Wanted::Labels(labels) => {
            let each = labels.iter().all(|label| item.labels.iter().any(|got| label.matches(got)));
            let all = item.labels.iter().all(|got| labels.iter().any(|label| label.matches(got)));
            let got: Vec<String> = item.labels.iter().cloned().collect();
            if each && all { Ok(()) } else { Err(listed(&got, "no labels")) }
        }
        Wanted::Field(name, value) => {
            let got = item
                .fields
                .get(name)
                .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            optional(value, got.as_deref(), "no such field")
        }
        Wanted::Key(key) => optional(key, item.key.as_deref(), "no key"),
        Wanted::State(state) if *state == item.state => Ok(()),
        Wanted::State(_) => Err(item.state.to_string()),
        Wanted::Holder(holder) => optional(holder, item.holder.as_ref().map(|holder| holder.as_str()), "nobody"),
        Wanted::Accountable(person) => text(person, item.accountable.as_str()),
        Wanted::Requester(address) => {
            let got = item.requester.as_ref().map(|requester| requester.reader.to_string());
            text(address, got.as_deref().unwrap_or("no requester"))
        }
        Wanted::Deadline(clock, want) => deadlines::holds(*clock, want, item, scene),
        _ => Ok(()),
    }
}

fn same<T: PartialEq>(wanted: T, got: T, differ: impl FnOnce() -> Vec<Difference>) -> Vec<Difference> {
    if wanted == got { Vec::new() } else { differ() }
}

fn difference(want: &Want, what: &str, expected: String, got: String, notes: Vec<String>) -> Difference {
    Difference {
        place: want.place.clone(),
        what: what.to_owned(),
        expected,
        got,
        notes,
    }
}

fn listed(texts: &[String], none: &str) -> String {
    if texts.is_empty() { none.to_owned() } else { texts.join(", ") }
}

fn counted(ids: &[ItemId]) -> String {
    let names: Vec<String> = ids.iter().map(ToString::to_string).collect();
    match names.len() {
        0 => "0".to_owned(),
        n => format!("{n} ({})", names.join(", ")),
    }
}
