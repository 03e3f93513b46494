//! A sample digest, for tests, snapshots and `docs/notices.md`. Only built for tests. May import model.

use super::samples::{at, fact, plain, words};
use crate::model::{Entry, Fact, ItemId, Notice, Reason, Section};

pub(super) fn entry(number: u32, item: u64, title: &str, state: &str, deadline: Option<Fact>, answers: &[&str]) -> Entry {
    Entry {
        number,
        item: ItemId::new("SUP", item),
        title: title.to_owned(),
        queue: "support".into(),
        state: state.to_owned(),
        deadline,
        answers: words(answers),
    }
}

pub(super) fn section(title: &str, entries: Vec<Entry>, more: u32) -> Section {
    Section {
        title: title.to_owned(),
        entries,
        more,
        told_below: false,
        remarks: Vec::new(),
    }
}

/// Ana's morning, a quarter of an hour late.
pub(super) fn digest() -> Notice {
    let mine = ["done NOTE", "snooze WHEN", "show"];
    let sections = vec![
        section(
            "To accept",
            vec![
                entry(
                    1,
                    142,
                    "Printer on fire",
                    "offered to you",
                    Some(fact("Accept by", "", Some("2026-11-24T11:00:00Z"))),
                    &["accept", "decline WHY", "show"],
                ),
                entry(
                    2,
                    150,
                    "Invoice came twice",
                    "handed to you by Ben Okafor",
                    Some(fact("Accept by", "", Some("2026-11-24T12:30:00Z"))),
                    &["accept", "decline WHY", "show"],
                ),
            ],
            3,
        ),
        section(
            "Overdue",
            vec![entry(
                3,
                131,
                "Cannot log in since the update",
                "",
                Some(fact("was to be finished by", "", Some("2026-11-23T15:00:00Z"))),
                &mine,
            )],
            0,
        ),
        section(
            "Due today",
            vec![entry(
                4,
                138,
                "Export to CSV cuts the last column",
                "",
                Some(fact("Answer by", "", Some("2026-11-24T14:00:00Z"))),
                &mine,
            )],
            0,
        ),
        section(
            "Waiting for others",
            vec![entry(
                5,
                127,
                "Where is my order?",
                "waits for the requester",
                Some(fact("Waits until", "", Some("2026-11-26T08:00:00Z"))),
                &["note TEXT", "show"],
            )],
            0,
        ),
    ];
    Notice {
        item: ItemId::new("DAY", 12),
        title: "5 to accept, 1 overdue, 1 due today, 1 waiting for others".to_owned(),
        at: at("2026-11-24T09:40:00Z"),
        ask: String::new(),
        by: None,
        why_you: "your day begins".to_owned(),
        facts: vec![fact("Late", "it was to come", Some("2026-11-24T08:00:00Z"))],
        sections,
        text: "4 more are with you; nothing of them is due today.".to_owned(),
        answers: words(&["accept NUMBERS", "NUMBER done NOTE", "NUMBER show", "NUMBER why"]),
        ..plain(Reason::Digest)
    }
}
