//! Sample notices about duty: swaps and changes. Only built for tests. May import model. The people are those of every example: ana, ben, cat.

use super::samples::{at, fact, person, words};
use crate::model::{ItemId, Notice, Reason};

/// A notice of a swap between ana and ben: `base` with what it says.
pub(super) fn of(reason: Reason, base: Notice) -> Notice {
    let swap = Notice {
        item: ItemId::new("SWAP", 3),
        text: String::new(),
        ask: String::new(),
        by: None,
        ..base
    };
    match reason {
        Reason::SwapAsked => Notice {
            to: person("ben"),
            title: "Thu 24 Dec with Ana Ruiz".to_owned(),
            first: true,
            ask: "please accept or decline".to_owned(),
            by: Some(at("2026-12-01T09:40:00Z")),
            why_you: "Ana Ruiz asks you to take over duty of theirs in support-duty".to_owned(),
            facts: vec![
                fact("Rotation", "support-duty", None),
                fact(
                    "Thu 24 Dec 2026 03:00 to 11:00",
                    "Ben Okafor instead of Ana Ruiz, once it is accepted",
                    None,
                ),
                fact(
                    "Thu 31 Dec 2026 03:00 to 11:00",
                    "Ana Ruiz instead of Ben Okafor, once it is accepted",
                    None,
                ),
            ],
            answers: words(&["accept", "decline WHY"]),
            ..swap
        },
        Reason::SwapAnswered => Notice {
            first: true,
            title: "Thu 24 Dec with Ben Okafor, accepted".to_owned(),
            why_you: "Ben Okafor accepted: from now on this is agreed".to_owned(),
            facts: vec![
                fact("Rotation", "support-duty", None),
                fact("Thu 24 Dec 2026 09:00 to 17:00", "now Ben Okafor, before Ana Ruiz", None),
                fact("Thu 31 Dec 2026 09:00 to 17:00", "now Ana Ruiz, before Ben Okafor", None),
            ],
            text: "Merry Christmas!".to_owned(),
            answers: Vec::new(),
            ..swap
        },
        Reason::AwayProposed => Notice {
            item: ItemId::new("DUTY", 57),
            first: true,
            title: "away until Sat 2 Jan 2027".to_owned(),
            ask: "please confirm that you are away".to_owned(),
            why_you: "an automatic answer of yours says that you are away until Sat 2 Jan 2027".to_owned(),
            facts: vec![
                fact("Until you confirm", "nothing changes: work and duty still come to you", None),
                fact("Covers", "Ben Okafor, as configured; `… cover NAME` names somebody else", None),
            ],
            answers: words(&["away until 2027-01-02", "away until 2027-01-02 cover PERSON"]),
            ..swap
        },
        _ => Notice {
            first: true,
            title: "Thu 24 Dec, Ben Okafor for Ana Ruiz, accepted".to_owned(),
            why_you: "you answer for what support-duty serves".to_owned(),
            facts: vec![
                fact("Rotation", "support-duty", None),
                fact("Thu 24 Dec 2026 09:00 to 17:00", "now Ben Okafor, before Ana Ruiz", None),
            ],
            answers: Vec::new(),
            ..swap
        },
    }
}
