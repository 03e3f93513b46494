//! Storms on virtual time: many items for one person in a minute, and what that person gets. `BATOND_STORM=50000` plays a larger one.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use batond::engine::{DeliveryEvent, ItemEvent, PersonEvent, Step as RecordStep};
use batond::model::{Delivery, ItemId, Reader};
use batond::policy::Policy;
use batond::simulate::{Step, Table, What, World};
use jiff::{SignedDuration, Timestamp};

/// How many messages a plain run sends in a minute.
const STORM: usize = 3_000;

fn policy() -> Arc<Policy> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/timeline/storm.yaml");
    Arc::new(batond::config::load(&file).config.expect("it is in order").policy)
}

fn size() -> usize {
    std::env::var("BATOND_STORM")
        .ok()
        .map_or(STORM, |text| text.parse().expect("BATOND_STORM is a number"))
}

/// What was queued for ana, and when.
fn mails(world: &World) -> Vec<(Timestamp, Arc<Delivery>)> {
    let mut found = Vec::new();
    for record in world.records() {
        for step in &record.steps {
            let RecordStep::Delivery(_, events) = step else { continue };
            for event in events {
                if let DeliveryEvent::Queued { delivery } = event
                    && delivery.reader == Reader::Person("ana".into())
                {
                    found.push((record.at, Arc::clone(delivery)));
                }
            }
        }
    }
    found
}

#[test]
fn a_storm_for_one_person_is_a_handful_of_mails() {
    let size = size();
    let start: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
    let mut world = World::new(policy(), start);
    let mut table = Table::new(jiff::tz::TimeZone::UTC);
    for number in 0..size {
        let at = start + SignedDuration::from_micros(i64::try_from(60_000_000 * number / size).unwrap());
        world.advance(at, &mut table).unwrap();
        let what = What::Hook {
            source: "alertmanager".to_owned(),
            json: format!(r#"{{"name":"Disk{number}","severity":"low"}}"#),
        };
        world.play(&Step { line: 0, at, what }, &mut table).unwrap();
    }
    let end = start + SignedDuration::from_mins(10);
    world.advance(end, &mut table).unwrap();

    let items = world.store().items(true).unwrap();
    assert_eq!(items.len(), size, "each message is an item");
    assert!(items.iter().all(|item| item.notices == 1), "each item told somebody");
    let sent = mails(&world);
    assert!(sent.len() <= 5, "{} mails in ten minutes", sent.len());
    let (_, joint) = sent.last().expect("a mail");
    let named: usize = sent.iter().map(|(_, delivery)| delivery.notices.len()).sum();
    let mut left: BTreeMap<&str, u32> = BTreeMap::new();
    for record in world.records() {
        for step in &record.steps {
            let RecordStep::Person(_, events) = step else { continue };
            for event in events {
                match event {
                    PersonEvent::Counted { .. } => *left.entry("counted").or_default() += 1,
                    PersonEvent::Released { more, .. } => *left.entry("told").or_default() += more,
                    _ => {}
                }
            }
        }
    }
    let told = left.get("told").copied().unwrap_or_default();
    assert_eq!(left.get("counted").copied().unwrap_or_default(), told, "what is counted is told");
    assert_eq!(named + told as usize, size, "every notice is named or counted");
    assert!(joint.letter.text.contains(&format!("And {told} more")), "{}", joint.letter.subject);
    assert!(
        world.store().held(&"ana".into()).unwrap().is_empty(),
        "nothing waits past the promised time"
    );
    println!(
        "{size} items in a minute: {} mails, the last names {} and counts {told} more, {} KB",
        sent.len(),
        joint.notices.len(),
        (joint.letter.text.len() + joint.letter.html.len()) / 1024
    );
}

#[test]
fn a_storm_while_batond_was_down_is_a_handful_of_mails() {
    let size = size().min(10_000);
    let start: Timestamp = "2026-11-20T09:00:00Z".parse().unwrap();
    let mut world = World::new(policy(), start);
    let mut table = Table::new(jiff::tz::TimeZone::UTC);
    for number in 0..size {
        let what = What::Hook {
            source: "alertmanager".to_owned(),
            json: format!(r#"{{"name":"Disk{number}","severity":"low"}}"#),
        };
        world.advance(start, &mut table).unwrap();
        world.play(&Step { line: 0, at: start, what }, &mut table).unwrap();
    }
    // The clocks to accept run out while nothing runs.
    let down = Step {
        line: 0,
        at: start,
        what: What::Down,
    };
    world.play(&down, &mut table).unwrap();
    drop(world.take_records());
    let up = start + SignedDuration::from_hours(72);
    world.advance(up, &mut table).unwrap();
    let behind = world.next_due().unwrap().is_some_and(|due| due <= up);
    assert!(!behind, "everything overdue was dealt with");
    let before = mails(&world);
    assert!(before.len() <= 5, "{} mails when it is up again", before.len());
    world.advance(up + SignedDuration::from_mins(10), &mut table).unwrap();
    let mut told: BTreeMap<(ItemId, Reader), usize> = BTreeMap::new();
    for record in world.records() {
        for step in &record.steps {
            let RecordStep::Item(id, events) = step else { continue };
            for event in events {
                if let ItemEvent::Told { to, .. } = event {
                    *told.entry((id.clone(), to.clone())).or_default() += 1;
                }
            }
        }
    }
    let items = world.store().items(false).unwrap();
    assert_eq!(told.len(), 2 * items.len(), "ana and olga are told of each item");
    assert!(told.values().all(|times| *times == 1), "nobody is told twice of an item");
    for item in items {
        assert!(
            item.clocks.iter().any(|clock| clock.overdue),
            "{} is not known to be overdue",
            item.id
        );
    }
    let sent = mails(&world);
    println!(
        "{size} overdue after three days: {} mails to ana when it is up again, {} within ten minutes more",
        before.len(),
        sent.len() - before.len()
    );
    assert!(sent.len() <= 7, "{} mails", sent.len());
}
