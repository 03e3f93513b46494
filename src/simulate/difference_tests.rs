//! What counts as a difference, and what does not.

use super::super::fate::Did;
use super::*;
use crate::model::Reader;

fn told(at: &str, to: &str, reason: Reason) -> Told {
    Told {
        at: at.parse().unwrap(),
        to: Reader::Person(to.into()),
        reason,
    }
}

fn fate(queue: &str) -> Fate {
    Fate {
        name: "week.mbox:1".to_owned(),
        at: "2026-11-23T22:05:00Z".parse().unwrap(),
        headline: "mail by dora@customer.example: The shop is down".to_owned(),
        did: vec![Did::Opened {
            queue: queue.into(),
            rule: "a rule".to_owned(),
            priority: Default::default(),
            labels: Default::default(),
        }],
        items: vec!["SUP-1".parse().unwrap()],
        deadlines: vec![(ClockKind::Accept, "2026-11-23T23:05:00Z".parse().unwrap())],
        told: vec![told("2026-11-23T22:05:00Z", "ana", Reason::Assigned)],
    }
}

#[test]
fn the_same_fate_with_another_number_and_further_receipts_is_no_difference() {
    let mut now = fate("support");
    now.items = vec!["SUP-9".parse().unwrap()];
    now.told.push(told("2026-11-23T22:30:00Z", "ana", Reason::Receipt));
    assert!(changed(&fate("support"), &now).is_none());
}

#[test]
fn another_queue_another_deadline_another_hour_are_told_apart() {
    let went = changed(&fate("support"), &fate("triage")).unwrap().went.unwrap();
    assert_eq!(went.0, "opened in support by `a rule`, normal");
    assert_eq!(went.1, "opened in triage by `a rule`, normal");

    let mut later = fate("support");
    later.deadlines[0].1 = "2026-11-24T09:00:00Z".parse().unwrap();
    later.deadlines.push((ClockKind::Respond, "2026-11-24T12:00:00Z".parse().unwrap()));
    let found = changed(&fate("support"), &later).unwrap();
    assert!(found.went.is_none() && found.fewer.is_empty());
    let kinds: Vec<_> = found
        .deadlines
        .iter()
        .map(|(kind, before, now)| (*kind, before.is_some(), now.is_some()))
        .collect();
    assert_eq!(kinds, [(ClockKind::Accept, true, true), (ClockKind::Respond, false, true)]);

    let mut morning = fate("support");
    morning.told = vec![told("2026-11-24T08:00:00Z", "ana", Reason::Assigned)];
    let found = changed(&fate("support"), &morning).unwrap();
    assert_eq!((found.fewer, found.more), (fate("support").told, morning.told));
}

#[test]
fn a_notice_that_comes_twice_is_one_more() {
    let mut twice = fate("support");
    twice.told.push(twice.told[0].clone());
    let found = changed(&fate("support"), &twice).unwrap();
    assert_eq!((found.fewer.len(), found.more.len()), (0, 1));
}
