//! Samples of what is sent because somebody asked for it. Only built for tests. May import model.

use super::sample_digest::digest;
use super::samples::{address, fact, person, plain, requester, words};
use crate::model::{Notice, Reader, Reason, Section};

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

/// What a verb of somebody else brings.
pub(super) fn of(reason: Reason) -> Notice {
    let base = plain(reason);
    match reason {
        Reason::Watched => Notice {
            to: person("ben"),
            ask: String::new(),
            by: None,
            why_you: "you watch it".to_owned(),
            facts: vec![
                fact("Now", "accepted, held by Ana Ruiz", None),
                fact("Finish by", "", Some("2026-11-25T15:00:00Z")),
            ],
            text: "Ana Ruiz has accepted it: I look at the proxy first\nAna Ruiz noted: next: call the customer".to_owned(),
            answers: words(&["note TEXT", "show", "unwatch"]),
            ..base
        },
        Reason::TakenBack => Notice {
            to: person("ben"),
            ask: String::new(),
            by: None,
            why_you: "you were told of it".to_owned(),
            facts: vec![fact("Now", "accepted, held by Ana Ruiz", None)],
            text: "`done, fixed the proxy` was taken back. It stands as before.".to_owned(),
            urgent: true,
            ..base
        },
        Reason::HelpOver => Notice {
            to: Reader::Address(address("lee@partner.example")),
            ask: String::new(),
            by: None,
            why_you: "you were asked for help with it".to_owned(),
            facts: Vec::new(),
            text: String::new(),
            urgent: true,
            ..base
        },
        Reason::Files => Notice {
            ask: String::new(),
            by: None,
            why_you: "you asked for it".to_owned(),
            facts: vec![fact("From", "Dora Klein <dora@customer.example>", None)],
            text: String::new(),
            urgent: true,
            ..base
        },
        Reason::Merged => Notice {
            to: requester(),
            ask: String::new(),
            by: None,
            why_you: "you wrote to us".to_owned(),
            facts: Vec::new(),
            text: "We work on it together with another request that is about the same, under the number SUP-150. You need do nothing: our answer comes to \
                   you, and you can reply to any mail of ours as before."
                .to_owned(),
            urgent: true,
            in_reply_to: Some("dora-1@customer.example".to_owned()),
            ..base
        },
        _ => Notice {
            to: Reader::Address(address("lee@partner.example")),
            first: true,
            ask: String::new(),
            by: None,
            why_you: "Ana Ruiz asks for your help and named your address".to_owned(),
            facts: vec![
                fact("Who asks you", "Ana Ruiz", None),
                fact(
                    "What this is",
                    "Ops desk keeps its work in order with a program that writes and reads mail. You need no account and no password.",
                    None,
                ),
                fact(
                    "What you can do",
                    "Just reply. What you write, and what you attach, reaches whoever works on it. Nothing you write changes what others do.",
                    None,
                ),
                fact(
                    "No more mail",
                    "Reply with the word stop, and you hear no more of this.",
                    None,
                ),
            ],
            subject: Some("Ana Ruiz asks for your help: Cannot pay with order #9313".to_owned()),
            text: "Could you look at your side of the proxy?\n\nWhat it is about:\nI cannot pay with order #9313.".to_owned(),
            urgent: true,
            ..base
        },
    }
}
