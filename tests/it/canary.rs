//! The canary leaves, comes back, stays away, comes late: by the writer itself, over memory and days. Figures are printed.

use std::sync::Arc;

use batond::driver::{Arrival, ArrivalKind, Core, Reading};
use batond::model::{Body, Envelope, Item, State};
use batond::outbox::to_message;
use batond::reply::KeyRing;
use batond::store::MemoryStore;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};

const SITE: &str = r#"
desk: { address: desk@ops.example, name: Ops desk }
store: { path: state }
sources:
  inbox: { smtp: { listen: "127.0.0.1:2525", for: ["*@ops.example"], trusted: true } }
send: { relay: "file:outbox", canary: { every: 15m, within: 5m } }
people:
  ana: { name: Ana Ruiz, mail: ana@ops.example, time_zone: Europe/Berlin, hours: { mon-fri: "09:00-17:00" } }
queues:
  ops:
    prefix: OPS
    purpose: What the machines need.
    owner: ana
    urgent_when: Customers notice.
    handover: What was tried.
unmatched: { queue: ops }
"#;

struct Desk {
    core: Core,
    now: Timestamp,
}

impl Desk {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("batond.yaml"), SITE).unwrap();
        let loaded = batond::config::load_without_secrets(folder.path());
        let policy = loaded.config.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics)).policy;
        let keys = KeyRing::new(&[vec![7; 32].into()]).unwrap();
        let mut core = Core::new(Box::new(MemoryStore::new()), Arc::new(policy), keys);
        let now: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
        core.begin(now).unwrap();
        core.commit().unwrap();
        Self { core, now }
    }

    /// Time passes, and what is due happens.
    fn wait(&mut self, minutes: i64) {
        for _ in 0..minutes * 6 {
            self.now += SignedDuration::from_secs(10);
            while self.core.wake(self.now).unwrap() > 0 {
                self.core.commit().unwrap();
            }
        }
    }

    /// A canary as it leaves now.
    fn leaves(&self) -> Vec<u8> {
        let delivery = self.core.canary(self.now).expect("there is one");
        assert!(delivery.letter.null_return_path && delivery.letter.to.as_str() == "desk@ops.example");
        to_message(&delivery.letter, None).unwrap().bytes
    }

    fn comes(&mut self, bytes: Vec<u8>) {
        let arrival = Arrival {
            source: "inbox".into(),
            received: self.now,
            raw: Bytes::from(bytes),
            kind: ArrivalKind::Mail(Envelope {
                to: vec!["desk@ops.example".to_owned()],
                ..Envelope::default()
            }),
        };
        let reading = Reading::read(arrival, self.core.policy());
        assert!(matches!(reading.message.body, Body::Mail(_)));
        self.core.receive(&reading, self.now).unwrap();
        self.core.commit().unwrap();
    }

    fn items(&self) -> Vec<Item> {
        self.core.store().items(true).unwrap()
    }
}

#[test]
fn one_that_comes_back_is_nobodys_business_and_one_that_does_not_is() {
    let mut desk = Desk::start();
    for _ in 0..96 {
        let mail = desk.leaves();
        desk.wait(1);
        desk.comes(mail.clone());
        // Mail servers repeat themselves.
        desk.comes(mail);
        desk.wait(14);
    }
    assert_eq!(desk.items(), [], "a day of canaries");

    let lost = desk.leaves();
    let left = desk.now;
    desk.wait(4);
    assert_eq!(desk.items(), [], "there is still time");
    desk.wait(3);
    let [item] = desk.items().try_into().expect("an item");
    println!(
        "canary: missing {} after the last was due back: {}",
        desk.now.duration_since(left),
        item.title
    );
    assert!(item.title.contains("The canary did not come back"), "{}", item.title);
    let told = desk.core.store().outbox_due(desk.now + SignedDuration::from_hours(24), 9).unwrap();
    let told = told
        .iter()
        .find(|mail| mail.letter.to.as_str() == "ana@ops.example")
        .expect("ana hears");
    println!("{}", told.letter.text);
    for word in ["What to do:", "`batond outbox list`", "`batond sources`"] {
        assert!(told.letter.text.contains(word), "{word}: where to look stands in the mail");
    }
    desk.wait(60);
    assert_eq!(desk.items().len(), 1, "said once");

    desk.comes(lost);
    let [item] = desk.items().try_into().expect("the same item");
    assert_eq!(item.state, State::Done);
    let said = desk.core.store().history_page(&item.id, 0, 99).unwrap();
    let said = serde_json::to_string(&said).unwrap();
    assert!(said.contains("The canary came back") && said.contains("after it was due"), "{said}");
}

#[test]
fn what_others_write_is_no_canary() {
    let mut desk = Desk::start();
    let real = String::from_utf8(desk.leaves()).unwrap();
    let mark = real
        .lines()
        .find_map(|line| line.strip_prefix("X-Batond-Canary: "))
        .unwrap()
        .to_owned();
    let forged = real.replace(&mark, &mark.replace(mark.chars().last().unwrap(), "z"));
    desk.comes(forged.into_bytes());
    assert_eq!(desk.items().len(), 1, "it is a message as any other");
    // A mark of a delivery is none of a canary.
    let other = real.replace("X-Batond-Canary: b", "X-Batond-Canary: b1-0-");
    desk.comes(other.into_bytes());
    desk.wait(30);
    let titles: Vec<String> = desk.items().into_iter().map(|item| item.title).collect();
    assert!(
        titles.iter().any(|title| title.contains("The canary did not come back")),
        "{titles:?}"
    );
}
