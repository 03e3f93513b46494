//! When a digest comes: once a day at the first hours, in the reader's zone, and never twice for a day.

use jiff::Timestamp;

use super::DigestAt;
use crate::policy::Policy;

/// Ana works mon-fri 09:00-12:00 and 13:00-17:00 in Berlin.
fn policy(digest: &str) -> Policy {
    let text = format!(
        "desk: {{ address: desk@ops.example, name: Ops desk, digest: {digest} }}
store: {{ path: state }}
sources:
  inbox: {{ smtp: {{ listen: \"127.0.0.1:2525\", for: [\"*@ops.example\"], trusted: true }} }}
send: {{ relay: \"file:outbox\" }}
people:
  ana: {{ name: Ana Ruiz, mail: ana@ops.example, time_zone: Europe/Berlin, hours: {{ mon-fri: [\"09:00-12:00\", \"13:00-17:00\"] }} }}
queues:
  all: {{ prefix: ALL, purpose: All., owner: ana, urgent_when: Never., handover: Nothing. }}
rules:
  - {{ name: all, when: {{ source: \"*\" }}, then: {{ queue: all }} }}
unmatched: {{ queue: all }}
"
    );
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("batond.yaml"), text).expect("written");
    let loaded = crate::config::load_without_secrets(folder.path());
    loaded.config.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics)).policy
}

fn next(policy: &Policy, now: &str, last: Option<&str>) -> Option<String> {
    let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
    policy.next_digest(&"ana".into(), at(now), last.map(at)).map(|at| at.to_string())
}

#[test]
fn once_a_day_at_the_first_hours() {
    let policy = policy("start of day");
    assert_eq!(next(&policy, "2026-11-23T07:00:00Z", None).as_deref(), Some("2026-11-23T08:00:00Z"));
    // Not when the afternoon begins; and over the weekend.
    assert_eq!(next(&policy, "2026-11-23T08:00:00Z", None).as_deref(), Some("2026-11-24T08:00:00Z"));
    assert_eq!(next(&policy, "2026-11-27T08:00:00Z", None).as_deref(), Some("2026-11-30T08:00:00Z"));
}

#[test]
fn a_day_that_had_its_own_has_no_second() {
    let policy = policy("start of day");
    let had = Some("2026-11-23T06:00:00Z");
    assert_eq!(next(&policy, "2026-11-23T06:30:00Z", had).as_deref(), Some("2026-11-24T08:00:00Z"));
    // A last one in the time to come is of a clock that was wrong.
    let wrong = Some("2040-01-01T00:00:00Z");
    assert_eq!(
        next(&policy, "2026-11-23T06:30:00Z", wrong).as_deref(),
        Some("2026-11-23T08:00:00Z")
    );
}

#[test]
fn a_crontab_is_read_in_the_readers_zone() {
    let policy = policy("\"30 7 * * sat\"");
    assert!(matches!(policy.digest_of(&"ana".into()), Some(DigestAt::Crontab(_))));
    assert_eq!(next(&policy, "2026-11-23T07:00:00Z", None).as_deref(), Some("2026-11-28T06:30:00Z"));
}

#[test]
fn whoever_works_round_the_clock_reads_it_in_the_morning() {
    let mut policy = policy("start of day");
    let always = super::Calendar {
        week: std::array::from_fn(|_| {
            vec![crate::calendar::DaySpan {
                start: jiff::civil::Time::midnight(),
                end: None,
            }]
        }),
        ..policy.calendar_of(&"ana".into()).expect("hers").clone()
    };
    policy.calendars.insert(always.name.clone(), always);
    assert_eq!(next(&policy, "2026-11-28T07:00:00Z", None).as_deref(), Some("2026-11-28T08:00:00Z"));
}

#[test]
fn none_is_none() {
    assert_eq!(next(&policy("none"), "2026-11-23T07:00:00Z", None), None);
}
