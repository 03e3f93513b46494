//! Which promised deadlines other calendars would have set otherwise, and which they would not.

use std::sync::Arc;

use jiff::Timestamp;

use batond::driver::{Moved, moved};
use batond::model::{ClockKind, Item};
use batond::policy::Policy;
use batond::simulate::{Scenario, Table, World};

/// A desk whose calendar has these hours, days off and exceptions.
fn policy(hours: &str, rest: &str) -> Arc<Policy> {
    let text = format!(
        "calendars:
  office: {{ time_zone: Europe/Berlin, hours: {hours}, {rest} }}
people:
  ana: {{ name: Ana Ruiz, mail: ana@ops.example, time_zone: UTC, hours: {{ daily: \"00:00-24:00\" }} }}
queues:
  support:
    prefix: SUP
    purpose: Questions of customers.
    owner: ana
    urgent_when: Never.
    handover: Nothing.
    calendar: office
    accept_within: 1h
    respond_within: 4 working hours
    resolve_within: 2 working days
    tell_requester: [received]
    follow_up: {{ first: 30d, again: 30d, times: 1, then: close }}
rules:
  - name: support
    when: {{ to: \"support@*\" }}
    then: {{ queue: support }}
unmatched: {{ queue: support }}
"
    );
    crate::site::site(&text)
}

/// The item after these steps.
fn item(policy: &Arc<Policy>, steps: &str) -> (Item, Timestamp) {
    let scenario = Scenario::parse(steps).unwrap();
    let mut world = World::new(Arc::clone(policy), scenario.start.timestamp());
    let mut table = Table::new(jiff::tz::TimeZone::UTC);
    for step in &scenario.steps {
        world.advance(step.at, &mut table).unwrap();
        world.play(step, &mut table).unwrap();
    }
    (world.store().items(false).unwrap().remove(0), world.now())
}

const ASKED: &str = "start: 2026-12-23 08:00 Europe/Berlin
Wed 15:00 mail kim@customer.example -> support@ops.example: Printer
| It burns.
Wed 15:30 wait
";
const OFFICE: &str = "{ mon-fri: \"09:00-17:00\" }";

fn told(moved: &[Moved]) -> Vec<String> {
    let line = |one: &Moved| {
        let (promised, would) = one.told();
        format!("{} {promised}: {would}", one.clock)
    };
    moved.iter().map(line).collect()
}

#[test]
fn a_holiday_that_comes_up_would_have_moved_what_runs_over_it() {
    let old = policy(OFFICE, "holidays: [2026-12-25]");
    let (item, now) = item(&old, ASKED);
    assert_eq!(moved(&item, &old, &policy(OFFICE, "holidays: [2026-12-25, 2027-01-01]"), now), []);
    let new = policy(OFFICE, "holidays: [2026-12-24, 2026-12-25]");
    assert_eq!(
        told(&moved(&item, &old, &new, now)),
        [
            "respond Thu 24 Dec 2026 11:00 (Europe/Berlin): Mon 28 Dec 2026 11:00",
            "resolve Mon 28 Dec 2026 15:00 (Europe/Berlin): Tue 29 Dec 2026 15:00",
        ]
    );
    // What is over is over.
    let later = "2026-12-24T12:00:00Z".parse().unwrap();
    assert_eq!(moved(&item, &old, &new, later).len(), 1);
}

#[test]
fn what_has_no_hours_any_more_is_said() {
    let old = policy(OFFICE, "holidays: [2026-12-25]");
    let (item, now) = item(&old, ASKED);
    let new = policy("{}", "exceptions: { 2026-12-23: \"09:00-17:00\" }");
    assert_eq!(
        told(&moved(&item, &old, &new, now)),
        [
            "respond Thu 24 Dec 2026 11:00 (Europe/Berlin): no hours ahead",
            "resolve Mon 28 Dec 2026 15:00 (Europe/Berlin): no hours ahead",
        ]
    );
}

#[test]
fn what_stood_still_meanwhile_is_counted_from_now() {
    let old = policy(OFFICE, "holidays: [2026-12-25]");
    let steps = format!("{ASKED}Wed 15:40 ana: wait\nWed 16:40 requester: Which one?\n");
    let (item, now) = item(&old, &steps);
    let respond = item.clock(ClockKind::Respond).unwrap();
    assert_eq!(respond.deadline, "2026-12-24T11:00:00Z".parse().unwrap());
    assert_eq!(moved(&item, &old, &old, now), []);
    let new = policy(OFFICE, "exceptions: { 2026-12-24: \"12:00-17:00\" }");
    assert_eq!(
        told(&moved(&item, &old, &new, now)).first().map(String::as_str),
        Some("respond Thu 24 Dec 2026 12:00 (Europe/Berlin): Thu 24 Dec 2026 15:00")
    );
}

#[test]
fn what_stands_still_or_was_promised_by_the_new_one_is_left_out() {
    let old = policy(OFFICE, "holidays: [2026-12-25]");
    let new = policy(OFFICE, "holidays: [2026-12-24, 2026-12-25]");
    let (waiting, now) = item(&old, &format!("{ASKED}Wed 15:40 ana: wait\n"));
    let clocks: Vec<ClockKind> = moved(&waiting, &old, &new, now).iter().map(|one| one.clock).collect();
    assert!(
        !clocks.contains(&ClockKind::Respond) && !clocks.contains(&ClockKind::Resolve),
        "{clocks:?}"
    );
    let (fresh, now) = item(&new, ASKED);
    assert_eq!(moved(&fresh, &old, &new, now), []);
}
