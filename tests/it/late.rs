//! After downtime each overdue timer fires once, and its notice says how late it is.

use std::sync::Arc;

use batond::engine::{DeliveryEvent, Record, Step};
use batond::policy::Policy;
use batond::simulate::{Scenario, Table, World};

const SITE: &str = r#"
desk: { address: desk@ops.example, name: Ops desk }
store: { path: state }
sources:
  inbox: { smtp: { listen: "127.0.0.1:2525", for: ["*@ops.example"], trusted: true } }
send: { relay: "file:outbox" }
people:
  ana: { name: Ana Ruiz, mail: ana@ops.example, time_zone: UTC, hours: { daily: "00:00-24:00" } }
queues:
  support:
    prefix: SUP
    purpose: Questions of customers.
    owner: ana
    urgent_when: Never.
    handover: Nothing.
    accept_within: 1h
    update_every: 4h
    tell_requester: [received]
rules:
  - name: collected
    when: { to: "disks@*" }
    then: { queue: support, group: { by: disks, wait: 10m } }
  - name: everything
    when: { to: "*@ops.example" }
    then: { queue: support }
mute:
  works:
    match: { to: "works@*" }
    until: "2026-11-23 10:00"
    time_zone: UTC
    why: Everybody knows.
unmatched: { queue: support }
"#;

/// The letters of a scenario that went out after batond was up again, each with its subject on top.
fn after_downtime(steps: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("batond.yaml"), SITE).unwrap();
    let loaded = batond::config::load_without_secrets(folder.path());
    let policy: Arc<Policy> = Arc::new(loaded.config.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics)).policy);
    let scenario = Scenario::parse(&format!("start: 2026-11-23 08:00 UTC\n{steps}")).unwrap();
    let mut world = World::new(policy, scenario.start.timestamp());
    let mut table = Table::new(jiff::tz::TimeZone::UTC);
    let mut before = Vec::new();
    for (n, step) in scenario.steps.iter().enumerate() {
        world.advance(step.at, &mut table).unwrap();
        world.play(step, &mut table).unwrap();
        if n + 2 == scenario.steps.len() {
            before = world.take_records();
        }
    }
    assert!(!before.is_empty());
    world.take_records().iter().flat_map(letters).collect()
}

fn letters(record: &Record) -> Vec<String> {
    let events = record.steps.iter().filter_map(|step| match step {
        Step::Delivery(_, events) => Some(events),
        _ => None,
    });
    events
        .flatten()
        .filter_map(|event| match event {
            DeliveryEvent::Queued { delivery } => Some(format!("{}\n{}", delivery.letter.subject, delivery.letter.text)),
            _ => None,
        })
        .collect()
}

fn says_once(letters: &[String], subject: &str, late: &str) {
    let of: Vec<_> = letters.iter().filter(|letter| letter.contains(subject)).collect();
    assert_eq!(of.len(), 1, "{subject}: {letters:#?}");
    assert_eq!(of[0].matches(late).count(), 1, "{late}: {}", of[0]);
}

#[test]
fn what_a_group_collected_says_how_late_it_is_told() {
    let told = after_downtime(
        "Mon 09:00 mail kim@customer.example -> disks@ops.example: Disk 1\nMon 09:01 mail kim@customer.example -> disks@ops.example: Disk 2\nMon 09:05 down\nMon 12:15 wait\n",
    );
    says_once(&told, "Disk 1", "3 h 5 min late; batond was not running");
}

#[test]
fn in_time_nothing_is_said_of_it() {
    let told = after_downtime(
        "Mon 09:00 mail kim@customer.example -> disks@ops.example: Disk 1\nMon 09:01 mail kim@customer.example -> disks@ops.example: Disk 2\nMon 10:00 wait\n",
    );
    assert!(told.iter().any(|letter| letter.contains("Disk 1")), "{told:#?}");
    assert!(!told.iter().any(|letter| letter.contains("late")), "{told:#?}");
}

#[test]
fn a_mute_that_ended_meanwhile_says_so_in_its_summary_and_on_its_items() {
    let told = after_downtime("Mon 09:00 mail kim@customer.example -> works@ops.example: Works\nMon 09:05 down\nMon 12:00 wait\n");
    says_once(&told, "Mute works", "2 h late; batond was not running");
    says_once(&told, "SUP-1 Works: please accept", "2 h late; batond was not running");
}

#[test]
fn a_reminder_and_a_deadline_say_it_too_and_whoever_wrote_reads_nothing_of_it() {
    let told = after_downtime("Mon 09:00 mail kim@customer.example -> support@ops.example: Printer\nMon 09:05 down\nMon 11:00 wait\n");
    let late = told
        .iter()
        .filter(|letter| letter.contains("1 h late; batond was not running"))
        .count();
    assert_eq!(late, told.len(), "{told:#?}");
    let told = after_downtime(
        "Mon 09:00 mail kim@customer.example -> support@ops.example: Printer\nMon 09:02 ana: accept\nMon 09:05 ana: snooze 2h\nMon 09:06 down\nMon 14:05 wait\n",
    );
    says_once(&told, "Printer", "3 h late; batond was not running");
}
