//! What the weekly mail on coverage says, section by section.

use jiff::Timestamp;

use super::{gone, look};
use crate::engine::{Context, Effect, Event, PersonEvent};
use crate::model::{Notice, PersonState, Uncovered};
use crate::policy::{Policy, site};

fn policy(cover: &str) -> Policy {
    site::policy(&format!(
        r#"calendars:
  open: {{ time_zone: Europe/Berlin, hours: {{ mon-fri: "09:00-17:00" }} }}
  berlin: {{ time_zone: Europe/Berlin, hours: {{ mon-fri: "09:00-17:00" }}, holidays: [{{ 2026-12-25: Christmas Day }}] }}
people:
  ana: {{ name: Ana, mail: ana@ops.example, calendar: berlin }}
  ben: {{ name: Ben, mail: ben@ops.example, calendar: berlin{cover} }}
rotations:
  duty:
    time_zone: Europe/Berlin
    shifts: [{{ name: week, people: [ben], hours: {{ mon-thu: "09:00-17:00", fri: "09:00-12:00" }} }}]
queues:
  support: {{ prefix: SUP, purpose: P., owner: ana, urgent_when: U., handover: H., accept_within: 1h, assign: rotation:duty, calendar: open }}
rules: [{{ name: all, when: {{ to: "a*" }}, then: {{ queue: support }} }}]
unmatched: {{ queue: support }}
"#
    ))
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// What ana is told on a Monday at `now`, and what is remembered of it.
fn told(policy: &Policy, now: &str, before: &[Uncovered]) -> (Option<Notice>, Vec<Uncovered>) {
    let cx = Context::new(policy, at(now), 57);
    let state = PersonState {
        coverage: Some(at("2026-11-23T08:00:00Z")),
        uncovered: before.to_vec(),
        ..PersonState::new("ana".into())
    };
    let decision = look(&state, &cx);
    let remembered = decision.events.into_iter().find_map(|event| match event {
        Event::Person(PersonEvent::Coverage { uncovered, .. }) => Some(uncovered),
        _ => None,
    });
    let notice = decision.effects.into_iter().find_map(|effect| match effect {
        Effect::Notify(notice) => Some(*notice),
        _ => None,
    });
    (notice, remembered.expect("it was looked at"))
}

fn said(notice: &Notice) -> String {
    let mut out = format!("{}\n", notice.title);
    for fact in &notice.facts {
        out.push_str(&format!("{}: {} {:?}\n", fact.label, fact.text, fact.at));
    }
    for section in &notice.sections {
        out.push_str(&format!("{}\n", section.title));
        for remark in &section.remarks {
            out.push_str(&format!("- {}\n", remark.head));
            remark.lines.iter().for_each(|line| out.push_str(&format!("  {line}\n")));
        }
    }
    out
}

#[test]
fn each_kind_says_when_and_what_to_do() {
    let (notice, remembered) = told(&policy(""), "2026-11-23T08:00:00Z", &[]);
    let notice = notice.expect("there is something to say");
    insta::assert_snapshot!(said(&notice));
    assert_eq!(remembered.len(), 9, "{remembered:?}");
    assert_eq!((notice.item.to_string().as_str(), notice.urgent), ("DUTY-57", false));
}

#[test]
fn late_is_said_and_what_is_covered_now() {
    let one = |from: &str, until: &str| Uncovered {
        queue: "support".into(),
        from: at(from),
        until: at(until),
    };
    let before = [
        one("2026-11-20T08:00:00Z", "2026-11-20T16:00:00Z"),
        one("2026-12-02T08:00:00Z", "2026-12-02T16:00:00Z"),
        one("2026-11-27T11:00:00Z", "2026-11-30T08:00:00Z"),
    ];
    let (notice, _) = told(&policy(", cover: ana"), "2026-11-25T10:00:00Z", &before);
    let text = said(&notice.expect("there is something to say"));
    assert!(text.contains("Late: it was to come Some(2026-11-23T08:00:00Z)"), "{text}");
    assert!(!text.contains("All depends"), "ben has a cover now: {text}");
    // The first is over, the third stands still.
    assert!(
        text.ends_with("Told last week, covered now\n- support\n  Wed 2 Dec 2026 09:00 to 17:00\n"),
        "{text}"
    );
}

#[test]
fn what_was_told_and_stands_in_part_is_not_covered() {
    let one = |from: &str, until: &str| Uncovered {
        queue: "support".into(),
        from: at(from),
        until: at(until),
    };
    let told = [one("2026-12-02T08:00:00Z", "2026-12-02T16:00:00Z")];
    let now = at("2026-11-23T08:00:00Z");
    assert!(gone(&told, &[one("2026-12-02T12:00:00Z", "2026-12-02T16:00:00Z")], now).is_empty());
    assert_eq!(gone(&told, &[one("2026-12-02T16:00:00Z", "2026-12-03T16:00:00Z")], now).len(), 1);
}
