//! Who may not act, and what may not leave: the same reply again and again, words that are nobody's command, robots with a key, links, races, notes that stay inside (promises C3, C7, C8, C10). Run with `--nocapture` for the figures.

use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use batond::clock::SystemClock;
use batond::driver::{Arrival, ArrivalKind, Core, Handle, Receipt, writer};
use batond::engine::project;
use batond::model::{Envelope, Item, ItemId, Letter, SourceName};
use batond::policy::Policy;
use batond::reply::KeyRing;
use batond::store::{EmbeddedStore, Options};
use jiff::Timestamp;
use secrecy::SecretSlice;

mod canary;
mod races;
mod same_reply;
mod words;

/// A number from the environment.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

const SITE: &str = "people:
  ana: { name: Ana Ruiz, mail: ana@ops.example, time_zone: UTC, hours: { daily: \"00:00-24:00\" } }
  ben: { name: Ben Okafor, mail: ben@ops.example, time_zone: UTC, hours: { daily: \"00:00-24:00\" } }
  cat: { name: Cat Lim, mail: cat@ops.example, time_zone: UTC, hours: { daily: \"00:00-24:00\" } }
teams: { desk: [ana, ben] }
queues:
  support:
    prefix: SUP
    purpose: Questions of customers.
    owner: cat
    assign: team:desk
    urgent_when: Never.
    handover: Nothing.
    accept_within: 1d
rules:
  - { name: all, when: { source: \"*\" }, then: { queue: support } }
unmatched: { queue: support }
";

fn policy() -> Arc<Policy> {
    crate::site::site(SITE)
}

/// A driver on a thread of its own over a store on disk.
struct Driver {
    handle: Handle,
    thread: std::thread::JoinHandle<()>,
}

impl Driver {
    fn start(folder: &Path) -> Self {
        let policy = policy();
        let (store, _) = EmbeddedStore::open(folder, Options::default(), project).unwrap();
        let keys = KeyRing::new(&[SecretSlice::from(vec![7; 32])]).unwrap();
        let core = Core::new(Box::new(store), Arc::clone(&policy), keys);
        let (handle, requests) = Handle::new(Arc::new(ArcSwap::new(policy)), 4_096);
        let (outbox, runtime) = (handle.outbox_wake(), tokio::runtime::Handle::current());
        let thread = std::thread::spawn(move || writer::run(core, &SystemClock, requests, &outbox, &runtime).unwrap());
        Self { handle, thread }
    }

    async fn stop(self) {
        self.handle.stop().await.unwrap();
        self.thread.join().unwrap();
    }

    async fn item(&self, id: &ItemId) -> Item {
        let id = id.clone();
        self.handle.read(move |store| store.item(&id)).await.unwrap().unwrap().unwrap()
    }

    /// The last letter to an address.
    async fn letter(&self, to: &'static str) -> Letter {
        let found = self
            .handle
            .read(move |store| store.outbox_due(Timestamp::MAX, usize::MAX))
            .await
            .unwrap()
            .unwrap();
        let to_them = found.into_iter().filter(|delivery| delivery.letter.to.folded() == to);
        to_them.max_by_key(|delivery| delivery.id).expect("a mail").letter
    }
}

fn arrival(to: &str, raw: String) -> Arrival {
    let from = raw
        .split("From: <")
        .nth(1)
        .and_then(|rest| rest.split('>').next())
        .map(str::to_owned);
    Arrival {
        source: SourceName::from("inbox"),
        received: Timestamp::now(),
        raw: raw.into_bytes().into(),
        kind: ArrivalKind::Mail(Envelope {
            from,
            to: vec![to.to_owned()],
            ..Envelope::default()
        }),
    }
}

fn mail(from: &str, to: &str, subject: &str, id: &str, more: &str, text: &str) -> String {
    format!("From: <{from}>\r\nTo: <{to}>\r\nSubject: {subject}\r\nMessage-ID: <{id}>\r\n{more}\r\n{text}\r\n")
}

/// An item that is offered to the desk.
async fn offered(handle: &Handle, number: u64) -> ItemId {
    let raw = mail(
        &format!("kim{number}@customer.example"),
        "all@ops.example",
        &format!("Question {number}"),
        &format!("q{number}@customer.example"),
        "",
        "It says no.",
    );
    let Receipt { mut items, .. } = handle.receive(arrival("all@ops.example", raw)).await.unwrap();
    items.remove(0)
}
