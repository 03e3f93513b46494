//! Sample notices of every reason, for tests, snapshots and `docs/notices.md`. Only built for tests. May import model, policy, config. The people are those of every example: ana, ben, cat.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::time;
use jiff::tz::TimeZone;

use crate::calendar::{Calendar, DaySpan};
use crate::model::{
    Address, Attached, CalendarName, Fact, Handed, ItemId, Notice, NoticeId, Party, PersonKey, Priority, QueueName, RawRef, Reader, Reason,
    RotationName, Span,
};
use crate::policy::{Desk, Person, Policy, Queue, TellRequester};

/// Tuesday morning in Berlin.
pub(super) fn now() -> Timestamp {
    at("2026-11-24T09:40:00Z")
}

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

pub(super) fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

pub(super) fn person(key: &str) -> Reader {
    Reader::Person(PersonKey::from(key))
}

pub(super) fn requester() -> Reader {
    Reader::Address(address("dora@customer.example"))
}

fn calendar(name: &str, zone: &str, start: i8, end: i8) -> (CalendarName, Calendar) {
    let day = vec![DaySpan {
        start: time(start, 0, 0, 0),
        end: Some(time(end, 0, 0, 0)),
    }];
    let calendar = Calendar {
        name: name.into(),
        zone: TimeZone::get(zone).expect("a zone"),
        zone_name: zone.to_owned(),
        week: [day.clone(), day.clone(), day.clone(), day.clone(), day, vec![], vec![]],
        holidays: BTreeMap::new(),
        exceptions: BTreeMap::new(),
    };
    (name.into(), calendar)
}

fn somebody(key: &str, name: &str, mail: &str, calendar: &str) -> (PersonKey, Person) {
    let person = Person {
        key: key.into(),
        name: name.to_owned(),
        mail: vec![address(mail)],
        calendar: calendar.into(),
        cover: None,
        budget: None,
        digest: None,
        away: Vec::new(),
        reach_me: Default::default(),
    };
    (key.into(), person)
}

/// A desk with one queue and three people on three continents.
pub(super) fn policy() -> Policy {
    let queue = Queue {
        name: "support".into(),
        prefix: "SUP".to_owned(),
        purpose: "Questions and faults reported by customers.".to_owned(),
        owner: "ana".into(),
        urgent_when: "A customer cannot log in or cannot pay.".to_owned(),
        handover: "Say what the customer was promised, and what you would try next.".to_owned(),
        assign: Party::Rotation(RotationName::from("support-duty")),
        pick: None,
        fallback: None,
        calendar: "berlin".into(),
        accept_within: Some(Span::Working(7_200)),
        respond_within: Some(Span::Working(14_400)),
        resolve_within: Some(Span::WorkingDays(3)),
        update_every: Span::WorkingDays(1),
        follow_up: None,
        escalation: None,
        tell_requester: TellRequester {
            received: true,
            done: true,
        },
        reopen_within: Span::Elapsed(14 * 86_400),
        address: Some(address("support@ops.example")),
        place: None,
    };
    Policy {
        revision: "r1".into(),
        desk: Desk {
            address: address("desk@ops.example"),
            name: "Ops desk".to_owned(),
            budget: crate::policy::Budget::default(),
            digest: Default::default(),
            coverage: true,
        },
        calendars: BTreeMap::from([
            calendar("berlin", "Europe/Berlin", 9, 17),
            calendar("new-york", "America/New_York", 9, 17),
            calendar("person:cat", "Asia/Singapore", 9, 18),
        ]),
        people: BTreeMap::from([
            somebody("ana", "Ana Ruiz", "ana@ops.example", "berlin"),
            somebody("ben", "Ben Okafor", "ben@ops.example", "new-york"),
            somebody("cat", "Cat Lim", "cat@supplier.example", "person:cat"),
        ]),
        teams: BTreeMap::new(),
        rotations: BTreeMap::new(),
        queues: BTreeMap::from([(QueueName::from("support"), queue)]),
        ladders: BTreeMap::new(),
        trust: std::collections::BTreeMap::new(),
        swaps: Vec::new(),
        rules: Default::default(),
        expected: Default::default(),
        silences: Default::default(),
        webhooks: Default::default(),
        mutes: Default::default(),
        rounds: Default::default(),
        unmatched: "support".into(),
        quarantine: "support".into(),
    }
}

pub(super) fn fact(label: &str, text: &str, instant: Option<&str>) -> Fact {
    Fact {
        label: label.to_owned(),
        text: text.to_owned(),
        at: instant.map(at),
    }
}

/// A notice to ana with nothing particular in it.
pub(super) fn plain(reason: Reason) -> Notice {
    Notice {
        id: NoticeId { seq: 57, index: 0 },
        reason,
        to: person("ana"),
        item: ItemId::new("SUP", 142),
        number: 3,
        first: false,
        queue: "support".into(),
        title: "Cannot pay with order #9313".to_owned(),
        priority: Priority::High,
        at: at("2026-11-24T09:39:00Z"),
        opened: at("2026-11-24T08:12:00Z"),
        ask: String::new(),
        by: None,
        why_you: String::new(),
        facts: vec![
            fact("Asked by", "Dora Klein <dora@customer.example>", Some("2026-11-24T08:12:00Z")),
            fact("Priority", "high", None),
        ],
        text:
            "Hello,\n\nI tried to pay for order #9313 twice, and both times the page said \"refused\".\nMy bank sees nothing.\n\nDora Klein"
                .to_owned(),
        answers: Vec::new(),
        handed: Vec::new(),
        sections: Vec::new(),
        voices: Vec::new(),
        urgent: false,
        in_reply_to: None,
        subject: None,
        attached: None,
    }
}

pub(super) fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

/// What is handed on, as the engine fills it.
pub(super) fn one_handed() -> Handed {
    Handed {
        number: 0,
        item: ItemId::new("SUP", 142),
        title: "Cannot pay with order #9313".to_owned(),
        urgent: vec![
            fact("Priority", "high", None),
            fact("Answer by", "", Some("2026-11-24T13:12:00Z")),
            fact("Finish by", "", Some("2026-11-26T16:00:00Z")),
            fact("Why you", "Ana Ruiz passes it to you", None),
        ],
        what: vec![
            fact("Asked by", "Dora Klein, dora@customer.example", None),
            fact("Promised", "an answer by", Some("2026-11-24T13:12:00Z")),
            fact("Labels", "payments", None),
        ],
        said: vec![
            fact(
                "Dora Klein wrote first",
                "Hello,\n\nI tried to pay for order #9313 twice, and both times the page said \"refused\".\nMy bank sees nothing.\n\nDora Klein",
                Some("2026-11-24T08:12:00Z"),
            ),
            fact("Dora Klein wrote last", "It fails with both cards.", Some("2026-11-24T09:02:00Z")),
            fact(
                "We answered, by Ana Ruiz",
                "Hello Dora, we have asked the card company and will tell you today what they say.",
                Some("2026-11-24T09:10:00Z"),
            ),
        ],
        next: vec![
            fact(
                "Ana Ruiz",
                "ask the card processor again at 16:00, ticket 4711",
                Some("2026-11-24T09:38:00Z"),
            ),
            fact(
                "Ana Ruiz",
                "if they are silent by then, offer Dora an invoice",
                Some("2026-11-24T09:38:00Z"),
            ),
        ],
        watch: vec![
            fact(
                "Ana Ruiz",
                "the order is cancelled by itself at midnight",
                Some("2026-11-24T09:38:00Z"),
            ),
            fact("", "Urgent in support: A customer cannot log in or cannot pay.", None),
            fact(
                "",
                "A handoff here owes you: Say what the customer was promised, and what you would try next.",
                None,
            ),
        ],
    }
}

/// One notice of each reason, filled as they are in use.
pub(super) fn sample(reason: Reason) -> Notice {
    let base = plain(reason);
    let by = |text: &str| Some(at(text));
    match reason {
        Reason::Assigned => Notice {
            first: true,
            ask: "please accept".to_owned(),
            by: by("2026-11-24T11:12:00Z"),
            why_you: "you are on duty in support-duty".to_owned(),
            answers: words(&["accept", "decline WHY", "pass PERSON", "why"]),
            ..base
        },
        Reason::Reminder => Notice {
            ask: "please answer the requester".to_owned(),
            by: by("2026-11-24T13:12:00Z"),
            why_you: "75 % of the time to answer is over".to_owned(),
            answers: words(&["reply TEXT", "wait [WHEN]", "pass PERSON", "why"]),
            ..base
        },
        Reason::UpdateWanted => Notice {
            ask: "please write one line on how it stands".to_owned(),
            by: by("2026-11-24T16:00:00Z"),
            why_you: "you hold it, and nothing was heard for a while".to_owned(),
            answers: words(&["done NOTE", "snooze WHEN", "wait [WHEN]", "block WHY"]),
            ..base
        },
        Reason::Escalation => Notice {
            to: person("ben"),
            ask: "please accept".to_owned(),
            by: by("2026-11-24T09:20:00Z"),
            why_you: "step 2 of support-ladder passes it to team:support".to_owned(),
            facts: vec![
                fact("Asked by", "Dora Klein <dora@customer.example>", Some("2026-11-24T08:12:00Z")),
                fact("Priority", "urgent", None),
                fact("Not met", "accept, due", Some("2026-11-24T09:12:00Z")),
                fact("Next", "the owner is told", Some("2026-11-25T09:12:00Z")),
            ],
            answers: words(&["accept", "decline WHY", "why"]),
            priority: Priority::Urgent,
            urgent: true,
            ..base
        },
        Reason::Handoff => Notice {
            to: person("ben"),
            first: true,
            ask: "please accept".to_owned(),
            by: by("2026-11-24T16:00:00Z"),
            why_you: "Ana Ruiz passes it to you".to_owned(),
            facts: vec![fact("From", "Ana Ruiz, who answers for it until you accept", None)],
            text: String::new(),
            handed: vec![one_handed()],
            answers: words(&["accept", "accept, WHAT YOU WILL DO", "decline WHY", "pass PERSON", "done NOTE", "why"]),
            ..base
        },
        Reason::Digest => super::sample_digest::digest(),
        Reason::List => super::samples_asked::list(),
        Reason::Confirm => super::samples_confirm::confirm(),
        Reason::Disowned => super::samples_confirm::disowned(),
        Reason::Watched | Reason::TakenBack | Reason::Files | Reason::Merged | Reason::Invited | Reason::HelpOver => super::samples_asked::of(reason),
        Reason::NotesWanted => Notice {
            item: ItemId::new("SHIFT", 7),
            first: true,
            title: "2 items of support-duty".to_owned(),
            ask: "please leave notes".to_owned(),
            by: by("2026-11-24T11:00:00Z"),
            why_you: "your shift in support-duty ends".to_owned(),
            facts: vec![
                fact("Your shift ends", "", Some("2026-11-24T11:00:00Z")),
                fact("Next", "Ben Okafor is handed what is open then", None),
                fact("1. SUP-142", "Cannot pay with order #9313; accepted, no next step; answer by", Some("2026-11-24T13:12:00Z")),
                fact("2. SUP-150", "Invoice came twice; waiting, has a next step", None),
                fact("support asks", "Say what the customer was promised, and what you would try next.", None),
            ],
            text: String::new(),
            answers: words(&["1 next: WHAT", "1 watch: WHAT", "1 done NOTE"]),
            ..base
        },
        Reason::HandoffAnswered => Notice {
            why_you: "you passed it to Ben Okafor, and Ben Okafor accepted: it is no longer yours".to_owned(),
            facts: vec![
                fact("Accepted by", "Ben Okafor", Some("2026-11-24T09:38:00Z")),
                fact("Accountable now", "Ben Okafor", None),
            ],
            text: "I will call the processor.".to_owned(),
            answers: words(&["show", "why"]),
            ..base
        },
        Reason::Returned => Notice {
            ask: "it is yours again; please go on, or pass it to somebody else".to_owned(),
            by: by("2026-11-24T13:12:00Z"),
            why_you: "ben did not answer your handoff in time".to_owned(),
            answers: words(&["pass PERSON", "done NOTE", "snooze WHEN"]),
            ..base
        },
        Reason::Parked => Notice {
            ask: "please take it, or pass it to somebody".to_owned(),
            why_you: "you answer for the queue support".to_owned(),
            facts: vec![fact("Why", "Everybody in team:support is away.", None)],
            answers: words(&["accept", "pass PERSON"]),
            ..base
        },
        Reason::Blocked => Notice {
            ask: "please see whether you can unblock it".to_owned(),
            why_you: "you answer for support, and Ben Okafor cannot go on".to_owned(),
            text: "The card processor does not answer the phone.".to_owned(),
            answers: words(&["unblock", "note TEXT", "pass PERSON", "why"]),
            ..base
        },
        Reason::Answer => Notice {
            why_you: "you hold it".to_owned(),
            facts: vec![fact("From", "Dora Klein <dora@customer.example>", Some("2026-11-24T09:39:00Z"))],
            text: "It worked with another card. Thank you!".to_owned(),
            answers: words(&["done NOTE", "reply TEXT", "snooze WHEN"]),
            ..base
        },
        Reason::Receipt => Notice {
            why_you: "you wrote it".to_owned(),
            facts: vec![
                fact("State", "accepted", None),
                fact("Answer due", "", Some("2026-11-24T13:12:00Z")),
            ],
            text: "> accept\n  You hold it now.\n> snoze 2h\n  Not understood; did you mean `snooze 2h`? Kept as a note.".to_owned(),
            in_reply_to: Some("reply-1@ops.example".to_owned()),
            ..base
        },
        Reason::Received => Notice {
            to: requester(),
            first: true,
            by: by("2026-11-24T13:12:00Z"),
            why_you: "you wrote to us".to_owned(),
            facts: Vec::new(),
            in_reply_to: Some("order-9313@customer.example".to_owned()),
            ..base
        },
        Reason::Reply => Notice {
            to: requester(),
            facts: Vec::new(),
            text: "Hello Dora,\n\nthe card company has a fault this morning. Another card works, or we can send an invoice.\nWhich do you prefer?\n\nAna".to_owned(),
            why_you: "you wrote to us".to_owned(),
            in_reply_to: Some("order-9313@customer.example".to_owned()),
            ..base
        },
        Reason::FollowUp => Notice {
            to: requester(),
            why_you: "you wrote to us, and we need your answer to go on".to_owned(),
            facts: Vec::new(),
            text: "Another card works, or we can send an invoice. Which do you prefer?".to_owned(),
            in_reply_to: Some("order-9313@customer.example".to_owned()),
            ..base
        },
        Reason::Done => Notice {
            to: requester(),
            why_you: "you wrote to us".to_owned(),
            facts: Vec::new(),
            text: "Paid with another card.".to_owned(),
            in_reply_to: Some("order-9313@customer.example".to_owned()),
            ..base
        },
        Reason::DeliveryFailed => Notice {
            ask: "please reach them another way, or correct the address".to_owned(),
            why_you: "you hold it".to_owned(),
            facts: vec![
                fact("To", "dora@customer.example", None),
                fact("What it was", "reply", None),
            ],
            text: "550 5.1.1 no such mailbox".to_owned(),
            answers: words(&["note TEXT", "done NOTE"]),
            ..base
        },
        Reason::RuleFailed => Notice {
            ask: "please correct the rule".to_owned(),
            why_you: "you answer for the queue support".to_owned(),
            facts: vec![fact("Rule", "payment trouble, at rules/payments.yaml:3:5", None)],
            text: "the template of `key` uses `order`, which is not there".to_owned(),
            answers: words(&["show"]),
            ..base
        },
        Reason::Grouped => Notice {
            title: "Disk full on db1".to_owned(),
            why_you: "it is with you, and more of the same came".to_owned(),
            facts: vec![
                fact("Collected", "14 more, 3 shown, since", Some("2026-11-24T09:30:00Z")),
                fact("Queue", "support", None),
                fact("Priority", "high", None),
            ],
            text: "- Disk full on db2\n- Disk full on db3\n- Disk full on db4\n… and 11 more".to_owned(),
            answers: words(&["done NOTE", "snooze WHEN", "pass PERSON", "why"]),
            ..base
        },
        Reason::RoundQuestion | Reason::RoundReminder | Reason::RoundResult => super::round_samples::sample(reason),
        Reason::WelcomeBack => super::sample_welcome::welcome_back(),
        Reason::Coverage => super::sample_coverage::coverage(base),
        Reason::SwapAsked | Reason::SwapAnswered | Reason::DutyChanged | Reason::AwayProposed => super::samples_duty::of(reason, base),
        Reason::MuteSummary => Notice {
            title: "Mute db-maintenance, 14 messages, 3 still open".to_owned(),
            first: true,
            why_you: "you answer for the queue support".to_owned(),
            facts: vec![
                fact("Mute", "db-maintenance, set by batond.yaml:41", None),
                fact("Why", "The disks of db1 to db4 are replaced.", None),
                fact("Since", "", Some("2026-11-21T20:00:00Z")),
                fact("Until", "", Some("2026-11-24T06:00:00Z")),
                fact("Came", "14 messages on 6 items", None),
                fact("Closed", "2 items", None),
                fact("Left it", "1 item, taken up or muted by another", None),
                fact("Still open", "3 items", None),
            ],
            text: "- SUP-142 Disk full on db2\n- SUP-143 Load on db1\n- SUP-147 Replication is late on db4".to_owned(),
            answers: words(&["why"]),
            ..base
        },
        Reason::Mentioned => Notice {
            to: person("ben"),
            first: true,
            why_you: "rule payment trouble says that you should hear of it".to_owned(),
            answers: words(&["note TEXT", "accept", "why"]),
            ..base
        },
        Reason::Forwarded => Notice {
            to: Reader::Address(address("books@partner.example")),
            first: true,
            why_you: "rule invoices sends it to you".to_owned(),
            facts: vec![
                fact("From", "Dora Klein <dora@customer.example>", Some("2026-11-24T08:12:00Z")),
                fact("Subject", "Cannot pay with order #9313", None),
                fact("Attached", "SUP-142.eml, as it came", None),
            ],
            text: "Please book it under 4711.".to_owned(),
            attached: Some(Attached {
                raw: RawRef {
                    sha256: "0".repeat(64),
                    size_bytes: 9,
                },
                name: "SUP-142.eml".to_owned(),
                media_type: "message/rfc822".to_owned(),
                files: Vec::new(),
            }),
            urgent: true,
            ..base
        },
        Reason::AutoReply => Notice {
            to: requester(),
            first: true,
            why_you: "you wrote to us, and this is answered automatically".to_owned(),
            facts: Vec::new(),
            text: "Hello,\n\nwe have your order #9313. Orders are answered within one working day.\nYour invoice comes with the parcel.".to_owned(),
            subject: Some("Your order #9313".to_owned()),
            in_reply_to: Some("order-9313@customer.example".to_owned()),
            ..base
        },
        Reason::ExpectationMissed => Notice {
            title: "nightly-backup did not arrive".to_owned(),
            first: true,
            ask: "please accept".to_owned(),
            by: by("2026-11-24T11:12:00Z"),
            why_you: "you are on duty in support-duty; nightly-backup did not arrive by its time".to_owned(),
            facts: vec![
                fact("Expected", "nightly-backup, by", Some("2026-11-24T06:00:00Z")),
                fact("From rule", "backup ok", None),
                fact("Last arrived", "", Some("2026-11-22T05:12:00Z")),
                fact("Missed", "2 times in a row", None),
                fact("Queue", "support", None),
                fact("Priority", "high", None),
            ],
            text: "Look at the disk of db1 first; the runbook is in the wiki.".to_owned(),
            answers: words(&["accept", "decline WHY", "pass PERSON", "done NOTE", "why"]),
            ..base
        },
    }
}

/// Three notices that waited for ben overnight.
pub(super) fn held() -> Vec<Notice> {
    let mut held = vec![sample(Reason::Handoff), sample(Reason::Answer), sample(Reason::HandoffAnswered)];
    for (notice, (seq, number, time)) in held.iter_mut().zip([(57, 142, "17:02"), (61, 150, "19:30"), (70, 151, "20:15")]) {
        notice.to = person("ben");
        notice.id.seq = seq;
        notice.item = ItemId::new("SUP", number);
        notice.at = at(&format!("2026-11-23T{time}:00Z"));
    }
    held
}
