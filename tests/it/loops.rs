//! Programs that answer programs, over 24 simulated hours: how many mails go between each pair, and which item says so (promise B9). Run with `--nocapture` for the figures.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use batond::driver::{Arrival, ArrivalKind, Reading};
use batond::engine::{DeliveryEvent, ItemEvent, Record, Step};
use batond::model::{Envelope, Item, Letter};
use batond::outbox::to_message;
use batond::policy::Policy;
use batond::simulate::{Table, World};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};

mod robots;
mod trials;

/// How long each trial lasts.
const HOURS: i64 = 24;
/// How far the clock goes at a time.
const STEP: SignedDuration = SignedDuration::from_secs(30);
/// What each pair may come to.
const MOST: usize = 3;

fn start() -> Timestamp {
    "2026-11-23T08:00:00Z".parse().unwrap()
}

/// The policy most timelines run under, at another domain.
fn policy(domain: &str) -> Arc<Policy> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/timeline/support.yaml");
    let text = std::fs::read_to_string(file).unwrap().replace("ops.example", domain);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("batond.yaml");
    std::fs::write(&file, text).unwrap();
    Arc::new(batond::config::load(&file).config.expect("it is in order").policy)
}

/// A mail on its way.
#[derive(Clone)]
struct Mail {
    at: Timestamp,
    /// The return path; `None` is the null path.
    from: Option<String>,
    to: String,
    raw: String,
}

/// A mail that batond sent.
struct Sent {
    at: Timestamp,
    letter: Letter,
    /// Whether it followed from a message of whoever gets it.
    caused: bool,
    from: Option<String>,
    raw: String,
}

/// One daemon on virtual time.
struct Side {
    domain: &'static str,
    world: World,
    table: Table,
    looked: usize,
}

impl Side {
    fn new(domain: &'static str) -> Self {
        Self {
            domain,
            world: World::new(policy(domain), start()),
            table: Table::new(jiff::tz::TimeZone::UTC),
            looked: 0,
        }
    }

    fn receive(&mut self, mail: &Mail) {
        let envelope = Envelope {
            from: mail.from.clone(),
            to: vec![mail.to.clone()],
            ..Envelope::default()
        };
        let arrival = Arrival {
            source: "inbox".into(),
            received: self.world.now(),
            raw: Bytes::from(mail.raw.clone().into_bytes()),
            kind: ArrivalKind::Mail(envelope),
        };
        let reading = Reading::read(arrival, self.world.policy());
        self.world.receive(&reading, &mut self.table).unwrap();
    }

    /// What was sent since this was last asked.
    fn sent(&mut self) -> Vec<Sent> {
        let mut found = Vec::new();
        let records = self.world.records();
        for record in &records[self.looked..] {
            let authors = authors(record);
            for step in &record.steps {
                let Step::Delivery(_, events) = step else { continue };
                for event in events {
                    let DeliveryEvent::Queued { delivery } = event else { continue };
                    let wire = to_message(&delivery.letter, None).unwrap();
                    found.push(Sent {
                        at: record.at,
                        letter: delivery.letter.clone(),
                        caused: authors.contains(delivery.letter.to.folded()),
                        from: wire.envelope.from().map(ToString::to_string),
                        raw: String::from_utf8(wire.bytes).unwrap(),
                    });
                }
            }
        }
        self.looked = records.len();
        found
    }

    fn items(&self) -> Vec<Item> {
        self.world.store().items(true).unwrap()
    }

    /// The items whose timeline says that something was stopped, withheld or came round, with what it says.
    fn sayings(&self) -> Vec<String> {
        let mut found = Vec::new();
        for record in self.world.records() {
            for step in &record.steps {
                let Step::Item(id, events) = step else { continue };
                for event in events {
                    match event {
                        ItemEvent::Opened { item, .. } if item.rule.name.as_str() == "batond" => found.push(format!("{id} {}", item.title)),
                        ItemEvent::Opened { message, .. } if message.automatic => {
                            found.push(format!("{id} began with an automatic mail: {}", message.subject))
                        }
                        ItemEvent::NotSent { to, why, .. } => found.push(format!("{id} not sent to {to}: {why}")),
                        ItemEvent::Joined { message, .. } if message.automatic => {
                            let odd = message.oddities.iter().find(|odd| odd.contains("our own mail"));
                            found.push(format!("{id} keeps an automatic mail: {}", odd.unwrap_or(&message.subject)));
                        }
                        ItemEvent::Joined { message, .. } if message.by_mail => {
                            found.push(format!("{id} keeps the answer: {}", message.subject))
                        }
                        _ => {}
                    }
                }
            }
        }
        found
    }

    /// The items that batond opened to say what is the matter.
    fn troubles(&self) -> Vec<Item> {
        self.items()
            .into_iter()
            .filter(|item| item.rule.name.as_str() == "batond")
            .collect()
    }
}

/// Who wrote what a record is about.
fn authors(record: &Record) -> BTreeSet<String> {
    let items = record.steps.iter().filter_map(|step| match step {
        Step::Item(_, events) => Some(events),
        _ => None,
    });
    let messages = items.flatten().filter_map(|event| match event {
        ItemEvent::Opened { message, .. } | ItemEvent::Joined { message, .. } => Some(message),
        _ => None,
    });
    messages
        .filter_map(|message| Some(message.author.as_ref()?.folded().to_owned()))
        .collect()
}

/// What answers mail.
type Robot = Box<dyn FnMut(&Sent) -> Vec<Mail>>;

/// What came of a trial.
#[derive(Default)]
struct Came {
    /// Mails of each side to each address.
    sent: BTreeMap<(String, String), usize>,
    /// Of those the ones that followed from a message.
    caused: BTreeMap<(String, String), usize>,
    /// Mails into each side, by author.
    got: BTreeMap<(String, String), usize>,
}

impl Came {
    fn of(map: &BTreeMap<(String, String), usize>, side: &str, address: &str) -> usize {
        map.get(&(side.to_owned(), address.to_owned())).copied().unwrap_or_default()
    }
}

/// Lets everybody answer everybody for a day. `post` says which mail of a side goes to which other side, and how it looks then.
fn play(sides: &mut [Side], first: Vec<(usize, Mail)>, robots: &mut [Robot], post: &mut dyn FnMut(&Sent) -> Vec<(usize, Mail)>) -> Came {
    let mut came = Came::default();
    let mut on_its_way = first;
    let end = start() + SignedDuration::from_hours(HOURS);
    let mut now = start();
    while now < end {
        now = (now + STEP).min(end);
        for side in sides.iter_mut() {
            side.world.advance(now, &mut side.table).unwrap();
        }
        let (due, later): (Vec<_>, Vec<_>) = on_its_way.into_iter().partition(|(_, mail)| mail.at <= now);
        on_its_way = later;
        for (number, mail) in due {
            let side = &mut sides[number];
            let author = robots::header(&mail.raw, "From").unwrap_or_default();
            *came.got.entry((side.domain.to_owned(), author)).or_default() += 1;
            side.receive(&mail);
        }
        for (number, side) in sides.iter_mut().enumerate() {
            for sent in side.sent() {
                let pair = (side.domain.to_owned(), sent.letter.to.folded().to_owned());
                *came.sent.entry(pair.clone()).or_default() += 1;
                *came.caused.entry(pair).or_default() += usize::from(sent.caused);
                on_its_way.extend(post(&sent));
                on_its_way.extend(robots.iter_mut().flat_map(|robot| robot(&sent)).map(|mail| (number, mail)));
            }
        }
        assert!(on_its_way.len() < 10_000, "mail leads to mail without end");
    }
    came
}
