//! A sample of what somebody reads who was away. Only built for tests. May import model. The people are those of every example: ana, ben, cat.

use super::sample_digest::{entry, section};
use super::samples::{fact, plain, words};
use crate::model::{Notice, Reason, Remark, Section};

/// Ana is there again after a week.
pub(super) fn welcome_back() -> Notice {
    let back = ["accept", "note TEXT", "show"];
    let due = |by: &str| Some(fact("Answer by", "", Some(by)));
    Notice {
        item: crate::model::ItemId::new("DAY", 12),
        first: true,
        title: "welcome back, 3 taken over from you, 1 came for you, 1 due today".to_owned(),
        why_you: "you were away, and are there again".to_owned(),
        facts: vec![
            fact("You were away", "since", Some("2026-11-16T23:00:00Z")),
            fact("To take back", "reply `accept 1,4`; what you do not name stays where it is", None),
        ],
        sections: vec![
            section(
                "Taken over from you",
                vec![
                    entry(
                        1,
                        142,
                        "Cannot pay with order #9313",
                        "Ben Okafor has it; waits for the requester",
                        None,
                        &back,
                    ),
                    entry(
                        2,
                        150,
                        "Invoice came twice",
                        "you have it",
                        due("2026-11-25T13:00:00Z"),
                        &["done NOTE", "snooze WHEN", "show"],
                    ),
                    entry(3, 139, "Wrong address on the parcel", "done, with Ben Okafor", None, &["show"]),
                ],
                0,
            ),
            section(
                "Came for you meanwhile",
                vec![entry(
                    4,
                    161,
                    "Refund for order #771",
                    "Ben Okafor has it",
                    due("2026-11-24T15:00:00Z"),
                    &back,
                )],
                0,
            ),
            section(
                "Due today",
                vec![entry(
                    5,
                    120,
                    "Delivery to Bern",
                    "",
                    due("2026-11-24T16:00:00Z"),
                    &["done NOTE", "snooze WHEN", "show"],
                )],
                0,
            ),
            Section {
                remarks: vec![Remark {
                    head: "support-duty".to_owned(),
                    lines: vec!["Mon 30 Nov 2026 09:00 to Mon 7 Dec 09:00".to_owned()],
                }],
                ..section("Your duty", Vec::new(), 0)
            },
        ],
        text: String::new(),
        answers: words(&["accept NUMBERS", "NUMBER done NOTE", "NUMBER show", "NUMBER why"]),
        ..plain(Reason::WelcomeBack)
    }
}
