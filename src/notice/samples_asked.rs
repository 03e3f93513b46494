//! Samples of what is sent because somebody asked for it. Only built for tests. May import model.

use super::sample_digest::digest;
use super::samples::{fact, plain};
use crate::model::{Notice, Reason, Section};

/// What is with ana, as she asked: what can wait is in it.
pub(super) fn list() -> Notice {
    let morning = digest();
    let mut sections: Vec<Section> = morning.sections.into_iter().filter(|section| section.title != "Overdue").collect();
    for section in &mut sections {
        section.more = 0;
        if section.title == "Due today" {
            section.title = "With you, not due today".to_owned();
            for entry in &mut section.entries {
                entry.deadline = Some(fact("Finish by", "", Some("2026-11-26T14:00:00Z")));
            }
        }
    }
    let numbered = sections.iter_mut().flat_map(|section| &mut section.entries);
    for (number, entry) in (1..).zip(numbered) {
        entry.number = number;
    }
    Notice {
        reason: Reason::List,
        item: morning.item,
        first: true,
        title: "2 to accept, 1 not due today, 1 waiting for others".to_owned(),
        at: morning.at,
        ask: String::new(),
        by: None,
        why_you: "you asked for it".to_owned(),
        facts: Vec::new(),
        sections,
        text: String::new(),
        answers: morning.answers,
        urgent: true,
        in_reply_to: Some("ask-1@ops.example".to_owned()),
        ..plain(Reason::List)
    }
}
