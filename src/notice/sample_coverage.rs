//! A sample of the weekly mail on coverage. Only built for tests. May import model. The people are those of every example: ana, ben, cat.

use super::samples::words;
use crate::model::{ItemId, Notice, Remark, Section};

fn section(title: &str, remarks: &[(&str, &[&str])]) -> Section {
    let remark = |(head, lines): &(&str, &[&str])| Remark {
        head: (*head).to_owned(),
        lines: words(lines),
    };
    Section {
        title: title.to_owned(),
        entries: Vec::new(),
        more: 0,
        told_below: false,
        remarks: remarks.iter().map(remark).collect(),
    }
}

/// What ana reads on a Monday: `base` with what it says.
pub(super) fn coverage(base: Notice) -> Notice {
    Notice {
        item: ItemId::new("DUTY", 57),
        first: true,
        title: "1 gap, 1 holiday, 1 single point until Tue 19 Jan".to_owned(),
        ask: "please see to these".to_owned(),
        by: None,
        why_you: "you answer for support, billing".to_owned(),
        facts: Vec::new(),
        sections: vec![
            section(
                "Nobody is on duty",
                &[(
                    "support, by support-duty: nobody is on duty while the queue works",
                    &[
                        "Mon 7 Dec 2026 09:00 to 17:00",
                        "To do: write under `overrides` of support-duty, times of Europe/Berlin:",
                        "- { from: \"2026-12-07 09:00\", until: \"2026-12-07 17:00\", person: NAME }",
                    ],
                )],
            ),
            section(
                "On duty and off: holidays",
                &[(
                    "support, by support-duty: ben is on duty and off: Christmas Day",
                    &[
                        "Fri 25 Dec 2026 09:00 to 17:00",
                        "To do: ask ben to answer any mail from here with `swap 2026-12-25 with NAME`",
                        "or write under `overrides` of support-duty, times of Europe/Berlin:",
                        "- { from: \"2026-12-25 09:00\", until: \"2026-12-25 17:00\", person: NAME }",
                    ],
                )],
            ),
            section(
                "All depends on one person",
                &[(
                    "billing: all of it goes to ana, who owns it too, without a cover",
                    &["To do: write `cover: NAME` under `people: ana`, or put a second person under `assign` of billing"],
                )],
            ),
            section("Told last week, covered now", &[("support", &["Fri 18 Dec 2026 13:00 to 17:00"])]),
        ],
        text: String::new(),
        answers: words(&["swap WHEN with PERSON", "away until WHEN cover PERSON"]),
        ..base
    }
}
