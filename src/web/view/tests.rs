//! What the views say of made-up items.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::*;
use crate::calendar::Calendar;
use crate::engine::{Actor, Cause, Evidence, Incoming, ItemEvent, PersonEvent, Record, Step};
use crate::model::{
    ClockKind, Escalation, EscalationStep, HeldFor, Item, ItemClock, ItemId, Mailbox, Notice, NoticeId, Party, PausedAt, PersonKey,
    Priority, RawRef, Reader, Reason, Span, State, SumInterval,
};
use crate::policy::{Desk, Person, Policy, Queue, TellRequester};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn policy() -> Policy {
    let person = |key: &str| Person {
        key: key.into(),
        name: key.to_uppercase(),
        mail: vec![format!("{key}@ops.example").parse().unwrap()],
        calendar: "always".into(),
        cover: None,
        budget: None,
        digest: None,
        away: Vec::new(),
        reach_me: Default::default(),
    };
    let queue = Queue {
        name: "support".into(),
        prefix: "SUP".into(),
        purpose: "Help.".into(),
        owner: "cat".into(),
        urgent_when: "Somebody cannot work.".into(),
        handover: "Who waits.".into(),
        assign: Party::Team("desk".into()),
        pick: None,
        fallback: None,
        calendar: "always".into(),
        accept_within: None,
        respond_within: None,
        resolve_within: None,
        update_every: Span::WorkingDays(5),
        follow_up: None,
        escalation: Some("ladder".into()),
        tell_requester: TellRequester::default(),
        reopen_within: Span::Elapsed(86_400),
        address: None,
        place: None,
    };
    let calendar = Calendar {
        name: "always".into(),
        zone: jiff::tz::TimeZone::UTC,
        zone_name: "UTC".into(),
        week: Default::default(),
        holidays: BTreeMap::new(),
        exceptions: BTreeMap::new(),
    };
    Policy {
        revision: "r1".into(),
        desk: Desk {
            address: "desk@ops.example".parse().unwrap(),
            name: "Desk".into(),
            budget: crate::policy::Budget::default(),
            digest: Default::default(),
            coverage: true,
        },
        calendars: [("always".into(), calendar)].into(),
        people: ["ana", "ben", "cat"].map(|key| (key.into(), person(key))).into(),
        teams: [("desk".into(), vec!["ana".into(), "ben".into()])].into(),
        rotations: BTreeMap::new(),
        queues: [("support".into(), queue)].into(),
        ladders: BTreeMap::new(),
        trust: std::collections::BTreeMap::new(),
        swaps: Vec::new(),
        rules: Default::default(),
        expected: Default::default(),
        webhooks: Default::default(),
        silences: Default::default(),
        mutes: Default::default(),
        rounds: Default::default(),
        unmatched: "support".into(),
        quarantine: "support".into(),
    }
}

pub(crate) fn item() -> Item {
    let accept = ItemClock {
        kind: ClockKind::Accept,
        started: at("2026-11-23T08:00:00Z"),
        span: Span::Working(7_200),
        calendar: Some("always".into()),
        time_zone: "Europe/Berlin".into(),
        deadline: at("2026-11-23T10:00:00Z"),
        warn: Some(at("2026-11-23T09:30:00Z")),
        paused: None,
        overdue: false,
        sum: vec![SumInterval {
            from: at("2026-11-23T08:00:00Z"),
            to: at("2026-11-23T10:00:00Z"),
        }],
        sum_omitted: 0,
        holidays: vec![],
        policy: "r1".into(),
        due: None,
    };
    // Read as it is stored, so that a further field with a default needs no change here.
    let mut item: Item = serde_json::from_value(serde_json::json!({
        "id": "SUP-1", "queue": "support", "title": "Printer on fire", "priority": "high", "labels": ["print"], "key": "printer",
        "state": "offered", "holder": "ana", "accountable": "cat", "offered_to": { "team": "desk" }, "source": "inbox",
        "rule": { "name": "printers", "place": { "file": "batond.yaml", "line": 40, "column": 5 } },
        "policy": "r1", "created": "2026-11-23T08:00:00Z", "updated": "2026-11-23T08:00:00Z", "messages": 1,
    }))
    .unwrap();
    item.clocks.push(accept);
    item
}

pub(crate) fn records() -> Vec<Record> {
    let message = Incoming {
        author: None,
        by_mail: true,
        source: "inbox".into(),
        at: at("2026-11-23T08:00:00Z"),
        from: Some(Mailbox {
            name: None,
            address: "joe@home.example".into(),
        }),
        message_id: None,
        subject: "Printer on fire".into(),
        text: "It burns.\nHelp.".into(),
        in_summary: false,
        attachments: vec![],
        files: Vec::new(),
        raw: RawRef {
            sha256: "ab".into(),
            size_bytes: 99,
        },
        automatic: false,
        oddities: vec![],
        around: None,
    };
    let record = |seq, at: Timestamp, cause, events| Record {
        seq,
        at,
        policy: "r1".into(),
        cause,
        steps: vec![Step::Dropped("x".into(), "y".into()), Step::Item(ItemId::new("SUP", 1), events)],
        correlations: vec![],
        seen: vec![],
        raw: None,
        let_go: None,
    };
    let actor = Actor {
        reader: Reader::Person("ben".into()),
        evidence: Evidence::KeyAndFrom,
        proof: None,
        address: None,
    };
    vec![
        record(
            1,
            at("2026-11-23T08:00:00Z"),
            Cause::Message,
            vec![
                ItemEvent::Opened {
                    item: Box::new(item()),
                    message: Box::new(message),
                },
                ItemEvent::Offered {
                    giver: None,
                    to: Party::Team("desk".into()),
                    holder: None,
                    why: "the queue says so".into(),
                    meant: None,
                    way: None,
                },
                ItemEvent::ClockStarted(Box::new(item().clocks.remove(0))),
            ],
        ),
        record(
            2,
            at("2026-11-23T08:20:00Z"),
            Cause::Message,
            vec![
                ItemEvent::Acted {
                    actor,
                    said: "accept".into(),
                },
                ItemEvent::Accepted {
                    by: PersonKey::from("ben"),
                    words: Some("on it".into()),
                },
                ItemEvent::Noted {
                    by: None,
                    text: "bring water".into(),
                },
            ],
        ),
    ]
}

#[test]
fn names_of_an_item_are_stable() {
    let json = serde_json::to_value(ItemView::from(&item())).unwrap();
    let keys: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    let stable = [
        "id",
        "queue",
        "state",
        "priority",
        "title",
        "holder",
        "labels",
        "created",
        "deadlines",
        "timers",
    ];
    assert!(stable.iter().all(|name| keys.contains(name)), "{keys:?}");
    assert_eq!(json["id"], "SUP-1");
    assert_eq!(json["state"], "offered");
    assert_eq!(json["offered_to"], "team:desk");
    assert_eq!(json["deadlines"]["accept"], "2026-11-23T10:00:00Z");
    assert_eq!(json["timers"][0]["state"], "running");
    assert_eq!(json["rule"]["place"], "batond.yaml:40:5");
    let back: ItemView = serde_json::from_value(json).unwrap();
    assert_eq!(back, ItemView::from(&item()));
}

#[test]
fn a_paused_clock_has_no_deadline() {
    let mut item = item();
    item.clocks[0].paused = Some(PausedAt {
        look_again: None,
        since: at("2026-11-23T09:00:00Z"),
        left_seconds: 3_600,
        warn_left_seconds: None,
    });
    let view = ItemView::from(&item);
    assert!(view.deadlines.is_empty());
    assert_eq!(
        (view.timers[0].state, view.timers[0].left_seconds),
        (TimerState::Paused, Some(3_600))
    );
}

#[test]
fn the_timeline_says_who() {
    let lines: Vec<_> = history(&ItemId::new("SUP", 1), &records())
        .into_iter()
        .map(|e| (e.event, e.who, e.words))
        .collect();
    let line = |event: &str, who: &str, words: Option<&str>| (event.to_owned(), who.to_owned(), words.map(str::to_owned));
    let expected = [
        line("opened", "joe@home.example", Some("It burns.\nHelp.")),
        line("offered", "batond", None),
        line("clock_started", "batond", None),
        line("acted", "ben", Some("accept")),
        line("accepted", "ben", Some("on it")),
        line("noted", "ben", Some("bring water")),
    ];
    assert_eq!(lines, expected);
    assert!(history(&ItemId::new("SUP", 2), &records()).is_empty());
}

/// What was written first stands in the summary only, or nowhere: an excerpt that a rule made is nobody's words.
#[test]
fn the_first_words_are_the_summary_only_where_they_stand_there() {
    for (in_summary, words) in [(true, Some("It smokes.")), (false, None)] {
        let mut records = records();
        let Step::Item(_, events) = &mut records[0].steps[1] else {
            panic!("an item's")
        };
        let ItemEvent::Opened { item, message } = &mut events[0] else {
            panic!("its first")
        };
        item.summary = "It smokes.".to_owned();
        (message.text, message.in_summary) = (String::new(), in_summary);
        let first = history(&ItemId::new("SUP", 1), &records).remove(0);
        assert_eq!(first.words.as_deref().filter(|words| !words.is_empty()), words, "{in_summary}");
    }
}

#[test]
fn a_held_notice_says_until_when() {
    let id = NoticeId { seq: 2, index: 0 };
    let notice = Notice {
        id,
        reason: Reason::Escalation,
        to: Reader::Person("cat".into()),
        item: ItemId::new("SUP", 1),
        number: 0,
        first: true,
        queue: "support".into(),
        title: "Smoke".into(),
        priority: Priority::Normal,
        at: at("2026-11-23T08:20:00Z"),
        opened: at("2026-11-23T08:00:00Z"),
        ask: String::new(),
        by: None,
        why_you: String::new(),
        facts: vec![],
        text: String::new(),
        answers: vec![],
        urgent: false,
        in_reply_to: None,
        subject: None,
        handed: Vec::new(),
        sections: Vec::new(),
        voices: Vec::new(),
        attached: None,
    };
    let told = |id| ItemEvent::Told {
        notice: id,
        to: Reader::Person("cat".into()),
        reason: Reason::Escalation,
    };
    let mut record = records().remove(1);
    record.steps = vec![
        Step::Item(ItemId::new("SUP", 1), vec![told(id), told(NoticeId { seq: 2, index: 1 })]),
        Step::Person(
            "cat".into(),
            vec![PersonEvent::Held {
                cause: HeldFor::WorkingHours,
                notice: Box::new(notice),
                release: at("2026-11-24T09:00:00Z"),
            }],
        ),
        Step::Person(
            "cat".into(),
            vec![PersonEvent::Counted {
                notice: NoticeId { seq: 2, index: 1 },
                item: ItemId::new("SUP", 1),
                reason: Reason::Escalation,
                urgent: true,
                release: at("2026-11-23T20:10:00Z"),
                cause: HeldFor::Budget,
            }],
        ),
    ];
    let said: Vec<_> = history(&ItemId::new("SUP", 1), &[record])
        .into_iter()
        .map(|e| (e.text, e.due))
        .collect();
    let expected = [
        (
            "notice to cat: escalation, held for their working hours".to_owned(),
            Some(at("2026-11-24T09:00:00Z")),
        ),
        (
            "notice to cat: escalation, counted among those held because their budget of mails is used up".to_owned(),
            Some(at("2026-11-23T20:10:00Z")),
        ),
    ];
    assert_eq!(said, expected);
}

#[test]
fn next_is_the_warning_and_then_the_deadline() {
    let (policy, mut item) = (policy(), item());
    let warning = NextView::of(&item, &policy).unwrap();
    assert_eq!(
        (warning.due, warning.tells),
        (at("2026-11-23T09:30:00Z"), vec!["ana".to_owned(), "ben".to_owned()])
    );
    assert!(warning.what.starts_with("warning"), "{}", warning.what);
    item.clocks[0].warn = None;
    let deadline = NextView::of(&item, &policy).unwrap();
    assert_eq!(
        (deadline.due, deadline.tells),
        (at("2026-11-23T10:00:00Z"), ["ana", "ben", "cat"].map(str::to_owned).to_vec())
    );
    assert!(deadline.what.contains("escalation ladder starts"), "{}", deadline.what);
    item.state = State::Done;
    assert_eq!(NextView::of(&item, &policy), None);
}

#[test]
fn next_is_the_step_of_a_ladder() {
    let (policy, mut item) = (policy(), item());
    item.clocks.clear();
    let due = at("2026-11-23T11:00:00Z");
    let step = EscalationStep {
        after: Span::Elapsed(3_600),
        due,
        tell: vec![Party::Owner, Party::Address("head@ops.example".parse().unwrap())],
        pass_to: Some(Party::Person("ben".into())),
        priority: Some(Priority::Urgent),
        from_step: false,
        unless: None,
        labels: std::collections::BTreeSet::new(),
        call: None,
    };
    item.escalations.push(Escalation {
        ladder: "ladder".into(),
        cause: ClockKind::Accept,
        started: at("2026-11-23T10:00:00Z"),
        steps: vec![step],
        next: 0,
        due,
        again: Span::WorkingDays(1),
        rounds: 0,
        unless: None,
        asked: None,
        policy: "r1".into(),
    });
    let next = NextView::of(&item, &policy).unwrap();
    assert_eq!(next.what, "step 1 of 1; it is offered to ben; priority becomes urgent");
    assert_eq!(next.tells, ["cat", "head@ops.example", "ben"]);
    item.escalations[0].next = 1;
    let again = NextView::of(&item, &policy).unwrap();
    assert_eq!(
        (again.what.as_str(), again.tells),
        ("the owner is told again, every 1 working day", vec!["cat".to_owned()])
    );
    assert_eq!(ItemView::from(&item).timers[0].clock, "escalation");
}
