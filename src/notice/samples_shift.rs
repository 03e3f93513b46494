//! A sample of a shift that is handed over. Only built for tests. May import model.

use super::samples::{fact, one_handed, sample, words};
use crate::model::{Handed, ItemId, Notice, Reason};

/// A shift that is handed over: two items, numbered.
pub(super) fn shift() -> Notice {
    let mut first = Handed { number: 1, ..one_handed() };
    first.urgent.retain(|fact| fact.label != "Why you");
    first.watch.retain(|fact| fact.at.is_some());
    let second = Handed {
        number: 2,
        item: ItemId::new("SUP", 150),
        title: "Invoice came twice".to_owned(),
        urgent: vec![
            fact("Priority", "normal", None),
            fact("Accept by", "", Some("2026-11-24T16:00:00Z")),
            fact("At rest", "it waits for the requester, until", Some("2026-11-26T09:00:00Z")),
        ],
        what: vec![
            fact("Asked by", "eve@customer.example", None),
            fact("Promised", "what we wrote last, below", None),
        ],
        said: vec![
            fact(
                "eve@customer.example wrote first",
                "Invoice 77 came twice, which do I pay?",
                Some("2026-11-23T08:12:00Z"),
            ),
            fact(
                "We answered, by Ana Ruiz",
                "Which of the two has your address?",
                Some("2026-11-23T09:10:00Z"),
            ),
        ],
        next: vec![fact("", "Ana Ruiz left no next step. Ask, if the words above do not say it.", None)],
        watch: Vec::new(),
    };
    Notice {
        item: ItemId::new("SHIFT", 7),
        title: "2 items of support-duty".to_owned(),
        why_you: "your shift in support-duty has begun".to_owned(),
        facts: vec![
            fact("From", "Ana Ruiz, who answers for them until you accept", None),
            fact("Urgent in support", "A customer cannot log in or cannot pay.", None),
            fact(
                "support owes you",
                "Say what the customer was promised, and what you would try next.",
                None,
            ),
        ],
        handed: vec![first, second],
        answers: words(&["accept", "accept, WHAT YOU WILL DO", "accept NUMBERS", "decline NUMBERS WHY"]),
        ..sample(Reason::Handoff)
    }
}
