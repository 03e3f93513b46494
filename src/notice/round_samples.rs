//! Sample notices of rounds. Only built for tests. May import model. The people are those of every example: ana, ben, cat.

use super::samples::{at, fact, plain, words};
use crate::model::{ItemId, Notice, Reason, Voice};

/// A notice of a round with nothing particular in it.
fn of_round(reason: Reason) -> Notice {
    Notice {
        item: ItemId::new("ROUND", 12),
        first: true,
        opened: at("2026-11-24T08:00:00Z"),
        title: "Freeze before the holidays".to_owned(),
        text: "No releases from 18 December until 4 January.\nWhat cannot wait goes out with two approvals.".to_owned(),
        facts: Vec::new(),
        ..plain(reason)
    }
}

/// The sample of one of the reasons of rounds.
pub(super) fn sample(reason: Reason) -> Notice {
    let base = of_round(reason);
    match reason {
        Reason::RoundReminder => Notice {
            first: false,
            title: "Release 1.4".to_owned(),
            ask: "please approve or reject".to_owned(),
            by: Some(at("2026-11-24T15:00:00Z")),
            why_you: "you are asked in the sign-off release".to_owned(),
            facts: vec![
                fact("Needs", "2 of 3 to approve", None),
                fact("Silence", "counts as neither, and somebody has to look into it", None),
                fact("Asked", "Ana Ruiz, Ben Okafor, Cat Lim", None),
                fact("Result to", "all of them", None),
                fact("Started by", "ben, by mail", None),
            ],
            text: "The importer and the new login page. The notes are in the wiki.".to_owned(),
            answers: words(&["approve", "reject WHY"]),
            ..base
        },
        Reason::RoundResult => Notice {
            first: false,
            subject: Some("freeze, by 2 of 3".to_owned()),
            why_you: "you were asked in it".to_owned(),
            facts: vec![
                fact("Option 1", "freeze: 2", None),
                fact("Option 2", "no freeze: 1", None),
                fact("Began", "", Some("2026-11-24T08:00:00Z")),
            ],
            voices: vec![
                voice("Ana Ruiz", "1. freeze", Some("2026-11-24T08:12:00Z"), ""),
                voice(
                    "Ben Okafor",
                    "1. freeze (before that 2. no freeze)",
                    Some("2026-11-24T14:40:00Z"),
                    "Cat is right about the importer.\nNext year we should plan for it.",
                ),
                voice(
                    "Cat Lim",
                    "2. no freeze",
                    Some("2026-11-24T08:30:00Z"),
                    "The importer is due on the 20th.",
                ),
                voice("Dan Novak", "said nothing: the mail to them came back (550 no such user)", None, ""),
                voice("Eva Sand", "is away", None, ""),
            ],
            ..base
        },
        _ => Notice {
            ask: "please choose".to_owned(),
            by: Some(at("2026-11-26T15:00:00Z")),
            why_you: "you are asked in the decision freeze".to_owned(),
            facts: vec![
                fact("Option 1", "freeze", None),
                fact("Option 2", "no freeze", None),
                fact("Asked", "Ana Ruiz, Ben Okafor, Cat Lim", None),
                fact("Result to", "all of them", None),
            ],
            answers: words(&["1 freeze", "2 no freeze"]),
            ..base
        },
    }
}

/// A check-in, which is answered in words.
pub(super) fn check_in() -> Notice {
    Notice {
        title: "How it goes".to_owned(),
        ask: "please answer".to_owned(),
        by: Some(at("2026-11-24T17:30:00Z")),
        why_you: "you are asked in the check-in standup".to_owned(),
        facts: vec![
            fact("Question 1", "What did you finish?", None),
            fact("Question 2", "What is next?", None),
            fact("Held up", "a line `roadblock: WHAT` becomes an item in support", None),
            fact("Asked", "Ana Ruiz, Ben Okafor, Cat Lim", None),
            fact("Result to", "Olga Berg", None),
        ],
        text: String::new(),
        ..of_round(Reason::RoundQuestion)
    }
}

/// What came of a check-in.
pub(super) fn gathered() -> Notice {
    Notice {
        title: "How it goes".to_owned(),
        first: true,
        subject: Some("2 of 3 answered".to_owned()),
        why_you: "the result goes to you".to_owned(),
        facts: vec![fact("Began", "", Some("2026-11-24T01:00:00Z")), fact("Items", "SUP-151", None)],
        text: String::new(),
        voices: vec![
            voice(
                "Ana Ruiz",
                "answered",
                Some("2026-11-24T08:12:00Z"),
                "Finished the importer.\nNext: the report.",
            ),
            voice(
                "Ben Okafor",
                "answered",
                Some("2026-11-24T14:02:00Z"),
                "The login page.\nroadblock: no test accounts",
            ),
            voice("Cat Lim", "said nothing", None, ""),
        ],
        ..of_round(Reason::RoundResult)
    }
}

fn voice(who: &str, how: &str, when: Option<&str>, text: &str) -> Voice {
    Voice {
        who: who.to_owned(),
        how: how.to_owned(),
        at: when.map(at),
        text: text.to_owned(),
    }
}
