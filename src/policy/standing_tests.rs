//! Who stands in: chains, loops, stretches that meet, coming back early.

use jiff::Timestamp;

use super::Standing;
use crate::model::{Away, PersonKey, Said};
use crate::policy::{Policy, site};

fn policy() -> Policy {
    site::policy(
        r#"calendars: { utc: { time_zone: UTC, hours: { mon-fri: "09:00-17:00" } } }
people:
  ana: { name: Ana, mail: ana@ops.example, calendar: utc, cover: ben, away: { from: 2026-12-21, until: 2026-12-24 } }
  ben: { name: Ben, mail: ben@ops.example, calendar: utc }
  cat: { name: Cat, mail: cat@ops.example, calendar: utc }
queues:
  support: { prefix: SUP, purpose: P., owner: cat, urgent_when: U., handover: H., accept_within: 1h }
rules: [{ name: all, when: { to: "*" }, then: { queue: support } }]
unmatched: { queue: support }
"#,
    )
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn away(from: &str, until: &str, cover: Option<&str>) -> Away {
    Away {
        from: at(from),
        until: at(until),
        cover: cover.map(PersonKey::from),
        why: String::new(),
    }
}

fn said(person: &str, away: Vec<Away>) -> (PersonKey, Said) {
    let said = Said { away, ..Said::default() };
    (person.into(), said)
}

#[test]
fn covers_are_followed_to_whoever_is_there() {
    let policy = policy();
    let (ana, noon) = (PersonKey::from("ana"), at("2026-12-22T12:00:00Z"));
    let nobody = Standing::default();
    assert_eq!(policy.stands_in(&nobody, &ana, at("2026-12-20T12:00:00Z")), Some(ana.clone()));
    assert_eq!(policy.stands_in(&nobody, &ana, noon), Some("ben".into()));
    let ben_too = Standing([said("ben", vec![away("2026-12-22T00:00:00Z", "2026-12-23T00:00:00Z", Some("cat"))])].into());
    assert_eq!(policy.stands_in(&ben_too, &ana, noon), Some("cat".into()));
    let round = Standing([said("ben", vec![away("2026-12-22T00:00:00Z", "2026-12-23T00:00:00Z", Some("ana"))])].into());
    assert_eq!(
        policy.chain(&round, &ana, noon),
        Err(vec!["ana".into(), "ben".into(), "ana".into()])
    );
    let uncovered = Standing([said("ben", vec![away("2026-12-22T00:00:00Z", "2026-12-23T00:00:00Z", None)])].into());
    assert_eq!(policy.stands_in(&uncovered, &ana, noon), None);
}

#[test]
fn stretches_that_meet_are_one_and_coming_back_ends_what_began() {
    let policy = policy();
    let ana = PersonKey::from("ana");
    // The 24th is the last day of what the configuration says.
    let mut standing = Standing([said("ana", vec![away("2026-12-25T00:00:00Z", "2027-01-02T00:00:00Z", None)])].into());
    let noon = at("2026-12-22T12:00:00Z");
    assert_eq!(policy.back_at(&standing, &ana, noon), Some(at("2027-01-02T00:00:00Z")));
    assert_eq!(policy.next_leave(&standing, &ana, noon), Some(at("2026-12-25T00:00:00Z")));
    standing.0.entry(ana.clone()).or_default().back = Some(at("2026-12-22T10:00:00Z"));
    assert_eq!(policy.away(&standing, &ana, noon), None);
    assert!(
        policy.away(&standing, &ana, at("2026-12-22T09:00:00Z")).is_some(),
        "before they said so they were away"
    );
    assert!(
        policy.away(&standing, &ana, at("2026-12-26T12:00:00Z")).is_some(),
        "what had not begun still comes"
    );
}
