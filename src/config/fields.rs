//! The keys of one mapping. May import the rest of config. A key that is not known, stands twice or is not there yet is reported, never ignored.

use super::check::{Check, shown};
use super::code::Code;
use super::nearest::nearest;
use super::texts::Spot;
use super::yaml::{Entry, Node, Value};

#[cfg(test)]
thread_local! {
    /// The mappings that were opened on this thread and their keys, to be held against the schema.
    pub(crate) static OPENED: std::cell::RefCell<std::collections::BTreeSet<(String, Vec<String>)>> = const { std::cell::RefCell::new(std::collections::BTreeSet::new()) };
}

/// A mapping whose keys have been checked.
#[derive(Debug, Clone)]
pub(crate) struct Fields<'n> {
    /// Where it is named: what is missing is reported there.
    pub head: Spot,
    what: String,
    entries: Vec<&'n Entry>,
    /// Keys without a value: reported as that, and not as missing again.
    empty: Vec<&'n str>,
}

impl<'n> Fields<'n> {
    /// Opens a mapping. `what` names it in sentences, such as "queue `support`"; `known` are its keys, `later` those of later versions.
    pub(crate) fn open(cx: &mut Check<'_>, head: Spot, node: &'n Node, what: &str, known: &[&str], later: &[&str]) -> Option<Self> {
        let Value::Map(entries) = &node.value else {
            let spot = if node.is_null() { head } else { node.spot };
            let text = format!("{what} is a mapping with keys, not {}", node.kind());
            cx.error(Code::WrongType, spot, text)
                .hint(format!("its keys are {}", known.join(", ")));
            return None;
        };
        #[cfg(test)]
        OPENED.with_borrow_mut(|opened| opened.insert((what.to_owned(), known.iter().map(|key| (*key).to_owned()).collect())));
        let mut kept: Vec<&Entry> = Vec::new();
        let mut empty = Vec::new();
        for entry in entries {
            let Some(key) = key(cx, entry) else { continue };
            if let Some(first) = kept.iter().find(|other| other.key == entry.key) {
                let place = cx.place(first.spot);
                cx.error(
                    Code::DefinedTwice,
                    entry.spot,
                    format!("the key `{}` stands twice in {what}", shown(key)),
                )
                .related(place, "first here");
            } else if known.contains(&key) {
                if entry.value.is_null() {
                    empty.push(key);
                    cx.error(Code::WrongType, entry.spot, format!("`{key}` has no value"))
                        .hint("give it one, or remove the key");
                } else {
                    kept.push(entry);
                }
            } else if later.contains(&key) {
                not_yet(cx, entry.spot, &format!("`{key}` in {what}"));
            } else {
                let near = nearest(key, known.iter().copied());
                let hint = near.map_or_else(
                    || format!("its keys are {}", known.join(", ")),
                    |near| format!("did you mean `{near}`?"),
                );
                cx.error(Code::UnknownKey, entry.spot, format!("{what} has no key `{}`", shown(key)))
                    .hint(hint);
            }
        }
        Some(Self {
            head,
            what: what.to_owned(),
            entries: kept,
            empty,
        })
    }

    /// The value of a key, if it is there.
    pub(crate) fn get(&self, key: &str) -> Option<&'n Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of a key, if it is there.
    pub(crate) fn entry(&self, key: &str) -> Option<&'n Entry> {
        self.entries.iter().find(|entry| entry.key.as_deref() == Some(key)).copied()
    }

    /// The value of a key that must be there.
    pub(crate) fn require(&self, cx: &mut Check<'_>, key: &str, hint: &str) -> Option<&'n Node> {
        let found = self.get(key);
        if found.is_none() && !self.reported(key) {
            cx.error(Code::MissingKey, self.head, format!("{} has no `{key}`", self.what))
                .hint(hint);
        }
        found
    }

    /// Whether the key was given without a value, which has been reported.
    pub(crate) fn reported(&self, key: &str) -> bool {
        self.empty.contains(&key)
    }
}

/// The key of an entry, if it is a plain text.
pub(crate) fn key<'n>(cx: &mut Check<'_>, entry: &'n Entry) -> Option<&'n str> {
    if entry.key.is_none() {
        cx.error(Code::WrongType, entry.spot, "a key is a plain text, not a list or mapping")
            .hint("a template stands in quotes: \"{{ … }}\"");
    }
    entry.key.as_deref()
}

/// Reports something of a later version.
pub(crate) fn not_yet(cx: &mut Check<'_>, spot: Spot, what: &str) {
    cx.error(Code::NotYet, spot, format!("{what} is not available yet in this version"))
        .hint("remove it");
}
