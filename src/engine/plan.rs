//! The `next: …` and `watch: …` lines of notes. May import model. They are kept on the item for whoever has it next; the note itself stays whole.

use super::ItemEvent;
use super::work::Work;
use crate::model::{PersonKey, Plan};

/// What a line of a plan begins with, lower case, before the colon.
const NEXT: [&str; 3] = ["next", "next step", "next steps"];
const WATCH: [&str; 3] = ["watch", "watch for", "watch out"];

/// What a line is.
enum Kind<'a> {
    Next(&'a str),
    Watch(&'a str),
    Other,
}

fn kind(line: &str) -> Kind<'_> {
    let line = line.trim().trim_start_matches(['-', '*', '•', '·']).trim_start();
    let Some((head, tail)) = line.split_once(':') else {
        return Kind::Other;
    };
    let (head, tail) = (head.trim().to_lowercase(), tail.trim());
    match () {
        () if tail.is_empty() => Kind::Other,
        () if NEXT.contains(&head.as_str()) => Kind::Next(tail),
        () if WATCH.contains(&head.as_str()) => Kind::Watch(tail),
        () => Kind::Other,
    }
}

/// The `next` and the `watch` lines of a text, in order.
pub(super) fn lines(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut next, mut watch) = (Vec::new(), Vec::new());
    for line in text.lines() {
        match kind(line) {
            Kind::Next(said) if next.len() < Plan::MAX_LINES => next.push(said.to_owned()),
            Kind::Watch(said) if watch.len() < Plan::MAX_LINES => watch.push(said.to_owned()),
            _ => {}
        }
    }
    (next, watch)
}

/// What a text says besides.
pub(super) fn without(text: &str) -> String {
    let rest: Vec<&str> = text.lines().filter(|line| matches!(kind(line), Kind::Other)).collect();
    rest.join("\n").trim().to_owned()
}

impl Work<'_> {
    /// Keeps a note, and what it says to whoever has the item next. `who` stands on those lines where nobody of ours wrote it.
    pub(super) fn keep_note(&mut self, by: Option<&PersonKey>, who: &str, text: &str) {
        self.emit(ItemEvent::Noted {
            by: by.cloned(),
            text: text.to_owned(),
        });
        let (next, watch) = lines(text);
        if !next.is_empty() || !watch.is_empty() {
            let who = by.map_or_else(|| who.to_owned(), ToString::to_string);
            self.emit(ItemEvent::Planned { who, next, watch });
        }
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
