//! So many messages can be expected at a time and no more: the limit is met, it is said, and nothing is lost.

use std::sync::Arc;

use batond::engine::{DeliveryEvent, Record, Step};
use batond::model::{Expectation, ItemId};
use batond::simulate::{Scenario, Table, World};
use jiff::tz::TimeZone;

const SITE: &str = r#"
desk: { address: desk@ops.example, name: Ops desk, budget: { mails: 1000, in: 1m, per_item: 100 } }
store: { path: state }
sources:
  inbox: { smtp: { listen: "127.0.0.1:2525", for: ["*@ops.example"], trusted: true } }
  shop: { webhook: { verify: none, allow_from: ["127.0.0.1/32"] } }
send: { relay: "file:outbox" }
web: { listen: "127.0.0.1:8025" }
people:
  ana: { name: Ana Ruiz, mail: ana@ops.example, time_zone: UTC, hours: { daily: "00:00-24:00" } }
  ben: { name: Ben Okafor, mail: ben@ops.example, time_zone: UTC, hours: { daily: "00:00-24:00" } }
queues:
  orders: { prefix: ORD, purpose: Orders., owner: ana, urgent_when: Never., handover: Nothing., accept_within: 30d }
  late: { prefix: LATE, purpose: What was not sent., owner: ben, urgent_when: Never., handover: Nothing., accept_within: 30d }
rules:
  - name: ordered
    when: { source: shop, json.status: ordered }
    each: json.orders
    then:
      queue: orders
      key: "order-{{ each }}"
      expect: { rule: sent, within: 20d, key: "sent-{{ each }}", else: { queue: late, title: "{{ each }} was not sent" } }
  - name: beat
    when: { source: shop, json.status: beat }
    then: { close: { key: nothing }, expect: { rule: beat, within: 20d, else: { queue: late } } }
  - name: sent
    when: { source: shop, json.status: sent }
    then: { close: { key: "sent-{{ json.order }}" } }
unmatched: { queue: late }
"#;

fn world() -> (World, Table) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("batond.yaml"), SITE).unwrap();
    let loaded = batond::config::load_without_secrets(folder.path());
    let config = loaded.config.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
    let start = "2026-11-23T08:00:00Z".parse().unwrap();
    (World::new(Arc::new(config.policy), start), Table::new(TimeZone::UTC))
}

/// Plays steps that all come on one Monday; answers what is printed of them.
fn play((world, table): &mut (World, Table), steps: &str) {
    let scenario = Scenario::parse(&format!("start: 2026-11-23 08:00 UTC\n{steps}")).unwrap();
    for step in &scenario.steps {
        world.advance(step.at, table).unwrap();
        world.play(step, table).unwrap();
    }
}

fn ordered(minute: usize, orders: std::ops::Range<usize>) -> String {
    let orders: Vec<String> = orders.map(|order| order.to_string()).collect();
    format!(
        "Mon 10:{minute:02} hook shop {{\"status\":\"ordered\",\"orders\":[{}]}}\n",
        orders.join(",")
    )
}

/// The texts of the mails a record queues, on one line each.
fn letters(record: &Record) -> Vec<String> {
    let events = record.steps.iter().filter_map(|step| match step {
        Step::Delivery(_, events) => Some(events),
        _ => None,
    });
    events
        .flatten()
        .filter_map(|event| match event {
            DeliveryEvent::Queued { delivery } => Some(delivery.letter.text.replace('\n', " ")),
            _ => None,
        })
        .collect()
}

fn standing(world: &World) -> usize {
    world.store().expectations().unwrap().len()
}

#[test]
fn the_limit_is_met_and_said_and_every_message_has_its_item() {
    let most = Expectation::MAX_STANDING;
    let mut at = world();
    play(&mut at, &ordered(0, 0..most - 2));
    assert_eq!(standing(&at.0), most - 2);
    at.0.take_records();

    // One delivery brings more than there is room for: exactly so many are watched.
    let mut table = Table::new(TimeZone::UTC);
    std::mem::swap(&mut at.1, &mut table);
    play(&mut at, &ordered(1, most..most + 5));
    let said = std::mem::replace(&mut at.1, table).print();
    assert_eq!(standing(&at.0), most);
    assert_eq!(at.0.store().items(false).unwrap().len(), most + 3, "every order has its item");
    let why = "1000 messages are expected already";
    let letters: Vec<String> = at.0.take_records().iter().flat_map(letters).collect();
    let told = letters.iter().filter(|letter| letter.contains(why)).count();
    assert_eq!(told, 1, "it is said once: {letters:#?}");
    let to_ben = said.matches("mail to ben: rule failed").count();
    assert_eq!(to_ben, 1, "to the owner of the queue of `else`: {said}");

    // What is expected already stays so, and a further one finds no room.
    play(&mut at, &ordered(2, 0..1));
    assert_eq!(standing(&at.0), most);
    // One arrives: there is room for one more.
    play(&mut at, "Mon 10:03 hook shop {\"status\":\"sent\",\"order\":7}\n");
    assert_eq!(standing(&at.0), most - 1);
    play(&mut at, &ordered(4, 5_000..5_001));
    assert_eq!(standing(&at.0), most);
    // Each of them is raised in its time: none was pushed out.
    let end = "2026-12-14T12:00:00Z".parse().unwrap();
    at.0.advance(end, &mut at.1).unwrap();
    let late = at.0.store().items(false).unwrap();
    let late = late.iter().filter(|item| &*item.id.prefix == "LATE").count();
    assert_eq!(late, most, "all that did not arrive");
    assert!(
        at.0.store()
            .items(true)
            .unwrap()
            .iter()
            .any(|item| item.title == "5000 was not sent")
    );
}

#[test]
fn a_message_that_led_to_no_item_says_it_on_one_of_its_own() {
    let most = Expectation::MAX_STANDING;
    let mut at = world();
    play(&mut at, &ordered(0, 0..most));
    play(
        &mut at,
        "Mon 10:05 hook shop {\"status\":\"beat\",\"n\":1}\nMon 10:06 hook shop {\"status\":\"beat\",\"n\":2}\n",
    );
    assert_eq!(standing(&at.0), most);
    let item = at.0.store().item(&ItemId::new("LATE", 1)).unwrap().expect("an item that says so");
    assert_eq!(item.messages, 1);
    assert!(at.0.store().item(&ItemId::new("LATE", 2)).unwrap().is_none(), "once");
}
