//! When the mail on coverage comes, and to whom.

use jiff::Timestamp;

use crate::policy::{Policy, Standing, site};

fn policy() -> Policy {
    site::policy(
        r#"calendars:
  berlin: { time_zone: Europe/Berlin, hours: { mon-fri: "09:00-17:00" }, holidays: [{ 2026-11-30: Founding day }] }
people:
  ana: { name: Ana, mail: ana@ops.example, calendar: berlin }
  ben: { name: Ben, mail: ben@ops.example, calendar: berlin }
  cat: { name: Cat, mail: cat@ops.example, calendar: berlin }
queues:
  support: { prefix: SUP, purpose: P., owner: ana, urgent_when: U., handover: H., accept_within: 1h, assign: ben, calendar: berlin }
  desk: { prefix: DSK, purpose: P., owner: cat, urgent_when: U., handover: H., accept_within: 1h, assign: cat, calendar: berlin }
rules: [{ name: all, when: { to: "a*" }, then: { queue: support } }, { name: rest, when: { to: "b*" }, then: { queue: desk } }]
unmatched: { queue: support }
"#,
    )
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

#[test]
fn once_a_week_at_the_first_hours_of_the_week() {
    let policy = policy();
    let next = |now: &str, last: Option<&str>| policy.next_coverage(&"ana".into(), at(now), last.map(at));
    assert_eq!(next("2026-11-23T07:00:00Z", None), Some(at("2026-11-23T08:00:00Z")));
    // The holiday on Monday moves it to Tuesday.
    assert_eq!(
        next("2026-11-23T08:00:00Z", Some("2026-11-23T08:00:00Z")),
        Some(at("2026-12-01T08:00:00Z"))
    );
    assert_eq!(next("2026-11-25T12:00:00Z", None), Some(at("2026-12-01T08:00:00Z")));
    assert_eq!(
        policy.next_coverage(&"ben".into(), at("2026-11-23T07:00:00Z"), None),
        None,
        "ben owns nothing"
    );
}

#[test]
fn each_owner_hears_of_their_own() {
    let policy = policy();
    let queues = |owner: &str| -> Vec<String> {
        let found = policy.coverage_for(&Standing::default(), &owner.into(), at("2026-11-23T07:00:00Z"));
        found
            .iter()
            .filter_map(|finding| finding.queue.as_ref())
            .map(ToString::to_string)
            .collect()
    };
    assert_eq!(queues("cat"), ["desk"]);
    assert!(queues("ben").is_empty());
}
