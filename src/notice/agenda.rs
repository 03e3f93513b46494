//! A digest as it is read: sections of numbered items, answers by number, and below them what waited. May import model. Every text in here is clean and capped.

use super::answer::{Answer, numbered_answers};
use super::clean::one_line;
use super::handed::wrap;
use super::instant::Wall;
use super::page::Page;
use super::remarks::{self, Headed};
use crate::model::{Address, Entry, Fact, Item, Notice, Reason, Section};

/// The most characters of a state or a deadline.
const MAX_LINE_CHARS: usize = 160;

/// A digest.
pub(super) struct Agenda<'a> {
    /// The line above which people reply.
    pub marker: &'a str,
    /// The day and what it holds.
    pub headline: String,
    /// That it is late, and more of that kind.
    pub notes: Vec<String>,
    /// Its sections.
    pub sections: Vec<Part>,
    /// What it does not name, as a sentence.
    pub rest: String,
    /// What can be answered.
    pub answers: Vec<String>,
    /// What waited: how many, and since when. Empty where nothing did.
    pub waited: String,
    /// Why that comes together, where it is not the hour.
    pub held_back: String,
    /// What waited, in full.
    pub pages: Vec<Page>,
    /// What waited, with one line each.
    pub brief: Vec<Page>,
    /// What waited and is not named, as a sentence.
    pub more: String,
    /// Where it comes from.
    pub footer: String,
    /// Which zone the times are in.
    pub zone: String,
}

/// A section.
pub(super) struct Part {
    /// Its heading.
    pub title: String,
    /// Its items.
    pub lines: Vec<Row>,
    /// What it says that is no item.
    pub heads: Vec<Headed>,
    /// How many more there are, as a sentence.
    pub more: String,
}

/// An item.
pub(super) struct Row {
    /// Its number, as `1.`.
    pub number: String,
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Queue, state and deadline.
    pub about: String,
    /// The answers with its number.
    pub answers: Vec<Answer>,
}

impl Part {
    fn of(section: &Section, list: &str, wall: &Wall, answer_to: &Address) -> Self {
        Self {
            title: one_line(&section.title, MAX_LINE_CHARS),
            lines: section.entries.iter().map(|entry| Row::of(entry, list, wall, answer_to)).collect(),
            heads: remarks::heads(&section.remarks),
            more: match section.more {
                0 => String::new(),
                more => format!("and {more} more: reply `list` for all"),
            },
        }
    }

    /// Its items as plain text, wrapped.
    pub fn text(&self) -> Vec<String> {
        let mut out = Vec::new();
        for row in &self.lines {
            let indent = " ".repeat(row.number.chars().count() + 1);
            wrap(&mut out, &format!("{} ", row.number), &indent, &format!("{} {}", row.id, row.title));
            wrap(&mut out, &indent, &indent, &row.about);
        }
        out.extend(remarks::text(&self.heads));
        if !self.more.is_empty() {
            out.push(self.more.clone());
        }
        out
    }
}

impl Row {
    fn of(entry: &Entry, list: &str, wall: &Wall, answer_to: &Address) -> Self {
        let deadline = entry.deadline.as_ref().map(|fact| said(fact, wall));
        let about = [
            Some(entry.queue.to_string()),
            Some(one_line(&entry.state, MAX_LINE_CHARS)),
            deadline,
        ];
        Self {
            number: format!("{}.", entry.number),
            id: entry.item.to_string(),
            title: one_line(&entry.title, Item::MAX_TITLE_CHARS),
            about: about
                .into_iter()
                .flatten()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join("; "),
            answers: numbered_answers(&entry.answers, entry.number, list, answer_to),
        }
    }
}

/// `accept by Tue 24 Nov 14:00, in 3 h`.
fn said(fact: &Fact, wall: &Wall) -> String {
    let at = fact
        .at
        .map_or_else(String::new, |at| format!("{}, {}", wall.say_past(at), wall.distance(at)));
    let line = [fact.label.to_lowercase(), fact.text.clone(), at];
    one_line(
        &line.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" "),
        MAX_LINE_CHARS,
    )
}

/// What its headline and subject begin with: the day, or that it was asked for.
pub(super) fn begins(notice: &Notice, wall: &Wall) -> String {
    match notice.reason {
        Reason::List => "Your items".to_owned(),
        _ => wall.day(notice.at),
    }
}

/// What a digest says besides what waited.
pub(super) fn agenda<'a>(notice: &Notice, marker: &'a str, wall: &Wall, answer_to: &Address, desk: &str) -> Agenda<'a> {
    let list = notice.item.to_string();
    Agenda {
        marker,
        headline: format!("{}: {}.", begins(notice, wall), one_line(&notice.title, MAX_LINE_CHARS)),
        notes: notice
            .facts
            .iter()
            .map(|fact| {
                let at = fact.at.map_or_else(String::new, |at| format!(" {}", wall.say(at)));
                format!(
                    "{}: {}{at}.",
                    one_line(&fact.label, MAX_LINE_CHARS),
                    one_line(&fact.text, MAX_LINE_CHARS)
                )
            })
            .collect(),
        sections: notice
            .sections
            .iter()
            .filter(|section| !section.told_below)
            .map(|section| Part::of(section, &list, wall, answer_to))
            .collect(),
        rest: one_line(&notice.text, MAX_LINE_CHARS),
        answers: notice.answers.iter().map(|answer| one_line(answer, MAX_LINE_CHARS)).collect(),
        waited: String::new(),
        held_back: String::new(),
        pages: Vec::new(),
        brief: Vec::new(),
        more: String::new(),
        footer: match notice.reason {
            Reason::WelcomeBack => format!("{desk}: what happened while you were away, once, and your day."),
            Reason::List => format!("{desk}: your items, as you asked."),
            _ => format!("{desk}: your digest, once at the start of your day."),
        },
        zone: format!("Times are in {}.", wall.zone_name),
    }
}
