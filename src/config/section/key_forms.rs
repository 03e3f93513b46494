//! Keys that two rules write the same way for different queues. May import the rest of config. Keys are one space over all queues: whichever rule comes first has the item.

use std::collections::HashMap;

use super::super::code::Code;
use super::super::diagnostic::{Diagnostic, Severity};
use crate::model::Place;
use crate::rules::{RuleDef, Text};

/// One warning for each rule whose key an earlier rule uses for another queue. `end` gives the end of what begins at a place.
pub(crate) fn fights(rules: &[RuleDef], end: impl Fn(&Place) -> (u32, u32)) -> Vec<Diagnostic> {
    let mut first: HashMap<String, &RuleDef> = HashMap::new();
    let mut found = Vec::new();
    for rule in rules {
        let (Some(key), Some(queue)) = (&rule.then.key, &rule.then.queue) else {
            continue;
        };
        let form = form(key);
        // Without anything of the message in it, a key is meant to be one for all.
        if !form.contains("{{") {
            continue;
        }
        match first.get(&form) {
            Some(other) if other.then.queue.as_ref() != Some(queue) => {
                let theirs = other.then.queue.as_ref().map(ToString::to_string).unwrap_or_default();
                found.push(Diagnostic {
                    severity: Severity::Warning,
                    code: Code::KeysFight,
                    place: key.place.clone(),
                    end: end(&key.place),
                    text: format!(
                        "`{}` and `{}` make the same keys for different queues: while an item is open in `{theirs}`, nothing with its key comes to `{queue}`",
                        rule.name, other.name
                    ),
                    hint: Some(format!("begin one of the keys with a word of its own: `{queue}/…`")),
                    related: other.then.key.iter().map(|key| (key.place.clone(), "the same key".to_owned())).collect(),
                });
            }
            Some(_) => {}
            None => {
                first.insert(form, rule);
            }
        }
    }
    found
}

/// A template without the spaces that make no difference.
fn form(key: &Text) -> String {
    let mut form = String::with_capacity(key.text.len());
    let mut inside = false;
    let mut quote: Option<char> = None;
    let mut before = ' ';
    for c in key.text.trim().chars() {
        match (before, c) {
            ('{', '{') => inside = true,
            ('}', '}') => inside = false,
            _ => {}
        }
        if inside && matches!(c, '"' | '\'') {
            quote = match quote {
                None => Some(c),
                Some(open) if open == c => None,
                open => open,
            };
        }
        before = c;
        if !(inside && quote.is_none() && c.is_whitespace()) {
            form.push(c);
        }
    }
    form
}
