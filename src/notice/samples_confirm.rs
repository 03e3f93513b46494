//! Samples of what is asked back, and of what somebody says was not theirs. Only built for tests. May import model.

use super::samples::{at, fact, person, plain, words};
use crate::model::{Confirmation, ItemId, Notice, Reason};

/// Something came in ana's name, from her address, and nothing vouches for it.
pub(super) fn confirm() -> Notice {
    Notice {
        item: ItemId::new(Confirmation::PREFIX, 3),
        title: "`done, refunded twice` on SUP-142".to_owned(),
        first: true,
        number: 1,
        ask: "please answer `yes` if this was you".to_owned(),
        by: Some(at("2026-11-25T09:40:00Z")),
        why_you: "it came in your name, and nothing proves that it was you; nothing is done until you say so".to_owned(),
        facts: vec![
            fact("SUP-142", "done, refunded twice", None),
            fact("Came", "from ana@ops.example,", Some("2026-11-24T09:40:00Z")),
            fact(
                "Why you are asked",
                "it answers a mail to you and bears your address, but no signature (DKIM), network (SPF) or mail server of ours vouches for it",
                None,
            ),
            fact("If it was not you", "answer `no`: nothing is done, and the owner hears of it", None),
        ],
        text: String::new(),
        answers: words(&["yes", "no"]),
        urgent: true,
        ..plain(Reason::Confirm)
    }
}

/// It was not her: the owner hears.
pub(super) fn disowned() -> Notice {
    Notice {
        to: person("olga"),
        number: Confirmation::MAX_NOTICES + 1,
        first: false,
        ask: String::new(),
        by: None,
        why_you: "somebody wrote in the name of Ana Ruiz, who says that it was not them; nothing was done".to_owned(),
        facts: vec![
            fact("SUP-142", "done, refunded twice", None),
            fact("Came", "from mallory@elsewhere.example,", Some("2026-11-24T09:40:00Z")),
        ],
        answers: Vec::new(),
        urgent: false,
        reason: Reason::Disowned,
        ..confirm()
    }
}
