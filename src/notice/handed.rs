//! The parts of a handoff as they are read: short lines for a phone, sections for HTML. May import model. Every text in here is clean and capped.

use super::clean::{block, one_line};
use super::instant::Wall;
use crate::model::{Fact, Handed, Item};

/// The longest line of a part in plain text, in characters: two phones' worth at most, and short in a terminal.
const WIDTH: usize = 56;
/// The most characters of a label, sentence or bullet.
const MAX_LINE_CHARS: usize = 400;
/// The most characters and lines of what somebody said, where the item is alone, and where it is one of several.
const QUOTE: (usize, usize) = (900, 14);
const QUOTE_OF_SEVERAL: (usize, usize) = (280, 5);
/// The most words of each side and lines of a plan.
const MAX_LINES: usize = 24;

/// One item that is handed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HandedPage {
    /// `2. ` where it is one of several, else empty.
    pub number: String,
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// How urgent, what it is, to do, watch for; a part with nothing in it is left out.
    pub parts: Vec<Part>,
}

/// One of the parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Its heading.
    pub title: &'static str,
    /// Labelled lines and sentences.
    pub lines: Vec<Said>,
    /// What people said.
    pub quotes: Vec<Quote>,
    /// Steps and risks.
    pub bullets: Vec<Said>,
}

/// A line and what belongs to it: a label before it, or who wrote it after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    /// The label, or who wrote it and when; empty for none.
    pub label: String,
    /// The text.
    pub text: String,
}

/// What somebody said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Quote {
    /// Who, and when.
    pub label: String,
    /// Their lines.
    pub lines: Vec<String>,
}

impl HandedPage {
    /// The page of an item that is handed on.
    pub fn of(handed: &Handed, wall: &Wall) -> Self {
        let (max_chars, max_lines) = if handed.number == 0 { QUOTE } else { QUOTE_OF_SEVERAL };
        let labelled = |facts: &[Fact]| facts.iter().take(MAX_LINES).map(|fact| labelled(fact, wall)).collect();
        let quotes = handed.said.iter().take(MAX_LINES).map(|fact| {
            let block = block(&fact.text, max_chars, max_lines);
            let mut lines = block.lines;
            if block.omitted > 0 {
                lines.push("…".to_owned());
            }
            Quote {
                label: stamped(&fact.label, fact, wall),
                lines,
            }
        });
        let bullets = |facts: &[Fact]| {
            let bullet = |fact: &Fact| Said {
                label: stamped(&fact.label, fact, wall),
                text: one_line(&fact.text, MAX_LINE_CHARS),
            };
            facts.iter().take(MAX_LINES).map(bullet).collect()
        };
        let part = |title, lines: Vec<Said>, quotes: Vec<Quote>, bullets: Vec<Said>| Part {
            title,
            lines,
            quotes,
            bullets,
        };
        let parts = vec![
            part("How urgent", labelled(&handed.urgent), Vec::new(), Vec::new()),
            part("What it is", labelled(&handed.what), quotes.collect(), Vec::new()),
            part("To do", Vec::new(), Vec::new(), bullets(&handed.next)),
            part("Watch for", Vec::new(), Vec::new(), bullets(&handed.watch)),
        ];
        Self {
            number: if handed.number == 0 {
                String::new()
            } else {
                format!("{}. ", handed.number)
            },
            id: handed.item.to_string(),
            title: one_line(&handed.title, Item::MAX_TITLE_CHARS),
            parts: parts
                .into_iter()
                .filter(|part| !(part.lines.is_empty() && part.quotes.is_empty() && part.bullets.is_empty()))
                .collect(),
        }
    }

    /// The parts as plain text, wrapped.
    pub fn text(&self) -> Vec<String> {
        let mut out = Vec::new();
        for part in &self.parts {
            if !out.is_empty() {
                out.push(String::new());
            }
            out.push(part.title.to_uppercase());
            for line in &part.lines {
                let label = if line.label.is_empty() {
                    String::new()
                } else {
                    format!("{}: ", line.label)
                };
                wrap(&mut out, "", "  ", &format!("{label}{}", line.text));
            }
            for quote in &part.quotes {
                wrap(&mut out, "", "  ", &format!("{}:", quote.label));
                quote.lines.iter().for_each(|line| wrap(&mut out, "| ", "| ", line));
            }
            for bullet in &part.bullets {
                wrap(&mut out, "- ", "  ", &bullet.text);
                if !bullet.label.is_empty() {
                    wrap(&mut out, "  ", "  ", &format!("({})", bullet.label));
                }
            }
        }
        out
    }
}

/// `Accept by: Tue 24 Nov 14:00, in 3 h`.
fn labelled(fact: &Fact, wall: &Wall) -> Said {
    let text = one_line(&fact.text, MAX_LINE_CHARS);
    let at = fact.at.map(|at| match wall.is_past(at) {
        true => wall.say(at),
        false => format!("{}, {}", wall.say(at), wall.distance(at)),
    });
    Said {
        label: one_line(&fact.label, MAX_LINE_CHARS),
        text: format!("{text} {}", at.unwrap_or_default()).trim().to_owned(),
    }
}

/// `Ana Ruiz, Tue 24 Nov 14:00`.
fn stamped(label: &str, fact: &Fact, wall: &Wall) -> String {
    let label = one_line(label, MAX_LINE_CHARS);
    match fact.at {
        Some(at) if label.is_empty() => wall.say(at),
        Some(at) => format!("{label}, {}", wall.say(at)),
        None => label,
    }
}

/// Adds `text` in lines of at most `WIDTH` characters; a word that is longer stands alone.
pub(super) fn wrap(out: &mut Vec<String>, first: &str, rest: &str, text: &str) {
    let mut line = first.to_owned();
    let mut words = 0;
    for word in text.split(' ') {
        let long = line.chars().count() + usize::from(words > 0) + word.chars().count() > WIDTH;
        if words > 0 && long {
            out.push(std::mem::replace(&mut line, rest.to_owned()));
            words = 0;
        }
        if words > 0 {
            line.push(' ');
        }
        line.push_str(word);
        words += 1;
    }
    out.push(line.trim_end().to_owned());
}
