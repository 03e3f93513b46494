//! All files merged by their top-level keys. May import the rest of config. Keeps file order; a name that is defined twice is reported with both places.

use std::collections::{BTreeMap, HashMap};

use super::check::{Check, shown};
use super::code::Code;
use super::fields::key;
use super::names::NameSet;
use super::nearest::nearest;
use super::texts::Spot;
use super::yaml::{Entry, Node, Value};

/// Keys that stand once in a configuration.
const SINGLE: [&str; 5] = ["desk", "store", "send", "web", "unmatched"];
/// Keys whose entries are merged by name.
const NAMED: [&str; 10] = [
    "sources",
    "calendars",
    "people",
    "teams",
    "rotations",
    "queues",
    "escalations",
    "expect",
    "mute",
    "rounds",
];
/// The list whose elements are joined in file order.
const RULES: &str = "rules";
/// The list of cases for `batond test`: no part of the policy.
pub(crate) const TESTS: &str = "tests";

/// All keys of a file, for the schema's test.
#[cfg(test)]
pub(crate) fn keys() -> Vec<&'static str> {
    SINGLE.into_iter().chain(NAMED).chain([RULES, TESTS]).collect()
}

/// The longest name, in characters.
const MAX_NAME_CHARS: usize = 64;

/// The merged configuration.
#[derive(Debug, Default)]
pub(crate) struct Sections<'n> {
    single: BTreeMap<&'static str, &'n Entry>,
    named: BTreeMap<&'static str, Vec<&'n Entry>>,
    /// All rules, in order.
    pub rules: Vec<&'n Node>,
    /// All cases, in order.
    pub tests: Vec<&'n Node>,
}

impl<'n> Sections<'n> {
    /// Merges the files in order.
    pub(crate) fn merge(cx: &mut Check<'_>, files: &'n [Node]) -> Self {
        let mut sections = Self::default();
        for file in files {
            let Value::Map(entries) = &file.value else {
                cx.wrong_type(file, "a mapping of keys such as `desk` and `queues`");
                continue;
            };
            for entry in entries {
                sections.add(cx, entry);
            }
        }
        sections
    }

    /// Adds the files that hold cases and nothing else.
    pub(crate) fn add_cases(&mut self, cx: &mut Check<'_>, files: &'n [Node]) {
        for file in files {
            let Value::Map(entries) = &file.value else {
                cx.wrong_type(file, "a mapping with the key `tests`");
                continue;
            };
            for entry in entries {
                let Some(name) = key(cx, entry) else { continue };
                if name == TESTS {
                    extend(cx, &mut self.tests, entry, "case");
                } else {
                    let text = format!("`{}` is not a key of a file of cases", shown(name));
                    cx.error(Code::UnknownKey, entry.spot, text)
                        .hint("a `*.test.yaml` file holds `tests:` and nothing else, as it is no part of the policy");
                }
            }
        }
    }

    /// The section of a key that stands once.
    pub(crate) fn single(&self, key: &str) -> Option<&'n Entry> {
        self.single.get(key).copied()
    }

    /// The entries of a named section, in file order, names checked.
    pub(crate) fn named(&self, key: &str) -> &[&'n Entry] {
        self.named.get(key).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, cx: &mut Check<'_>, entry: &'n Entry) {
        let Some(name) = key(cx, entry) else { return };
        if let Some(single) = SINGLE.into_iter().find(|known| *known == name) {
            if let Some(first) = self.single.get(single) {
                twice(cx, single, entry.spot, first.spot);
            } else {
                self.single.insert(single, entry);
            }
        } else if let Some(named) = NAMED.into_iter().find(|known| *known == name) {
            self.add_named(cx, named, entry);
        } else if name == RULES {
            extend(cx, &mut self.rules, entry, "rule");
        } else if name == TESTS {
            extend(cx, &mut self.tests, entry, "case");
        } else {
            let known = SINGLE.into_iter().chain(NAMED).chain([RULES, TESTS]);
            let near = nearest(name, known.clone());
            let hint = near.map_or_else(
                || format!("the keys of a configuration are {}", known.collect::<Vec<_>>().join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            cx.error(
                Code::UnknownKey,
                entry.spot,
                format!("`{}` is not a key of a configuration", shown(name)),
            )
            .hint(hint);
        }
    }

    fn add_named(&mut self, cx: &mut Check<'_>, section: &'static str, entry: &'n Entry) {
        let entries = match &entry.value.value {
            Value::Map(entries) => entries,
            Value::Null => return,
            _ => {
                let said = cx.wrong_type(&entry.value, &format!("a mapping from names to {section}"));
                said.hint(format!("write `{section}:`, and below it a name and a colon for each"));
                return;
            }
        };
        for entry in entries {
            let Some(name) = key(cx, entry) else { continue };
            check_name(cx, section, name, entry.spot);
            if let Some(first) = set(cx, section).and_then(|set| set.add(name, entry.spot)) {
                twice(cx, name, entry.spot, first);
            } else {
                self.named.entry(section).or_default().push(entry);
            }
        }
    }
}

/// Joins a list to those before it.
fn extend<'n>(cx: &mut Check<'_>, all: &mut Vec<&'n Node>, entry: &'n Entry, one: &str) {
    match &entry.value.value {
        Value::List(nodes) => all.extend(nodes),
        Value::Null => {}
        _ => {
            cx.wrong_type(&entry.value, &format!("a list of {one}s"))
                .hint(format!("each {one} starts with a dash: `- name: …`"));
        }
    }
}

fn set<'c>(cx: &'c mut Check<'_>, section: &str) -> Option<&'c mut NameSet> {
    let names = &mut cx.names;
    Some(match section {
        "sources" => &mut names.sources,
        "calendars" => &mut names.calendars,
        "people" => &mut names.people,
        "teams" => &mut names.teams,
        "rotations" => &mut names.rotations,
        "queues" => &mut names.queues,
        "escalations" => &mut names.escalations,
        "expect" => &mut names.expectations,
        "mute" => &mut names.mutes,
        "rounds" => &mut names.rounds,
        _ => return None,
    })
}

/// Reports a name that is defined again.
pub(crate) fn twice(cx: &mut Check<'_>, name: &str, again: Spot, first: Spot) {
    let place = cx.place(first);
    cx.error(Code::DefinedTwice, again, format!("`{}` is defined twice", shown(name)))
        .related(place, "first here")
        .hint("rename or remove one of the two");
}

/// The name of a rule or a case (`what`): a line of any characters, at most `max_chars` of them, that no other in `names` has.
pub(crate) fn one_line_name<'n>(
    cx: &mut Check<'_>,
    node: &'n Node,
    names: &mut HashMap<&'n str, Spot>,
    what: &str,
    max_chars: usize,
) -> Option<&'n str> {
    let name = cx.full_text(node)?;
    if name.chars().count() > max_chars || name.chars().any(char::is_control) {
        let text = format!("a {what}'s name is one line of at most {max_chars} characters");
        cx.error(Code::BadName, node.spot, text)
            .hint("shorten it; comments in the file can say the rest");
        return None;
    }
    if let Some(first) = names.get(name) {
        twice(cx, name, node.spot, *first);
        return None;
    }
    names.insert(name, node.spot);
    Some(name)
}

fn check_name(cx: &mut Check<'_>, section: &str, name: &str, spot: Spot) {
    let good = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    let starts = name.chars().next().is_some_and(char::is_alphanumeric);
    if !starts || !name.chars().all(good) || name.chars().count() > MAX_NAME_CHARS {
        let hint = format!("names are letters, digits, `-`, `_` and `.`, at most {MAX_NAME_CHARS}, starting with a letter or digit");
        cx.error(Code::BadName, spot, format!("`{}` cannot be a name", shown(name)))
            .hint(hint);
    } else if section == "people" && ["holder", "owner"].contains(&name) {
        let text = format!("a person cannot be named `{name}`: in an escalation the word means the item's {name}");
        cx.error(Code::BadName, spot, text).hint("choose another name");
    }
}
