//! The store through its public face: one suite for every back end, then what only the one on disk can go through.

#[path = "../rig/sample.rs"]
mod sample;

#[path = "store/conformance.rs"]
mod conformance;
#[path = "store/correspondents.rs"]
mod correspondents;
#[path = "store/damage.rs"]
mod damage;
#[path = "store/failing.rs"]
mod failing;
#[path = "store/pages.rs"]
mod pages;
#[path = "store/reopen.rs"]
mod reopen;
#[path = "store/rounds.rs"]
mod rounds;
#[path = "store/too_large.rs"]
mod too_large;

use std::path::Path;
use std::time::{Duration, Instant};

use batond::engine::{Correlation, Past, SeenKey};
use batond::model::{Delivery, DeliveryId, ItemId, PersonKey};
use batond::store::{Begun, DeliveryFilter, EmbeddedStore, Entry, MemoryStore, OpenError, OpenReport, Options, Store, StoreError};
use jiff::Timestamp;
use sample::Walk;

/// Small segments, and little of the index in memory, so that a test goes through several of each.
fn small() -> Options {
    Options {
        segment_bytes: 64 << 10,
        inline_raw_bytes: 4 << 10,
        index_cache_bytes: 4 << 20,
        index_wait_bytes: 8 << 10,
        check_segments: usize::MAX,
        ..Options::default()
    }
}

/// How long another test's process may hold a store's lock: it has what this process had open until it runs its own program.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);

fn open(dir: &Path) -> (EmbeddedStore, OpenReport) {
    open_with(dir, &small())
}

fn open_with(dir: &Path, options: &Options) -> (EmbeddedStore, OpenReport) {
    let begin = Instant::now();
    loop {
        match EmbeddedStore::open(dir, options.clone(), sample::project) {
            Err(OpenError::Locked(_)) if begin.elapsed() < LOCK_PATIENCE => std::thread::sleep(Duration::from_millis(5)),
            opened => return opened.expect("the store opens"),
        }
    }
}

/// The next entry of a walk, decided on `past`.
fn entry(walk: &mut Walk, past: &dyn Past) -> Entry {
    let (record, raw) = walk.step();
    let changes = sample::project(&record, past).expect("projects");
    Entry { record, raw, changes }
}

/// Commits a group, in one step or in two.
fn keep(store: &mut dyn Store, group: Vec<Entry>, in_two: bool) -> Result<Vec<Entry>, StoreError> {
    if !in_two {
        return store.commit(group);
    }
    match store.begin(group, Box::new(|| {}))? {
        Begun::Committed(group) => Ok(group),
        Begun::UnderWay => store.settle(),
    }
}

/// Takes `count` steps of a walk into the model and, in groups of random size, into `store`.
fn walk_both(walk: &mut Walk, model: &mut MemoryStore, store: &mut dyn Store, count: usize) {
    let mut left = count;
    while left > 0 {
        let size = usize::try_from(walk.dice.below(9)).unwrap().clamp(1, left);
        let mut group = Vec::new();
        for _ in 0..size {
            let entry = entry(walk, model);
            model.commit(vec![entry.clone()]).expect("the model takes it");
            group.push(entry);
        }
        keep(store, group, left.is_multiple_of(2)).expect("the store takes it");
        // Asked after each, for it remembers where they begin.
        assert_eq!(store.next_due().unwrap(), model.next_due().unwrap());
        assert_eq!(store.outbox_next().unwrap(), model.outbox_next().unwrap());
        left -= size;
    }
}

/// Everything a store can be asked, as text: two stores that print the same are the same.
fn everything(store: &dyn Store, steps: u64) -> Vec<String> {
    let mut out = vec![format!("next {}", store.next_seq())];
    let all = store.items(true).unwrap();
    for item in &all {
        out.push(format!("{item:?}"));
        assert_eq!(store.item(&item.id).unwrap().as_ref(), Some(item));
        for record in store.history(&item.id).unwrap() {
            out.push(format!("{} {record:?}", item.id));
            if let Some(raw) = &record.raw {
                out.push(format!(
                    "{} {:?}",
                    raw.sha256,
                    store.raw(raw).unwrap().map(|bytes| sample::raw_ref(&bytes))
                ));
            }
        }
    }
    for record in store.dropped_page(0, usize::MAX).unwrap() {
        let raw = store
            .raw(record.raw.as_ref().unwrap())
            .unwrap()
            .map(|bytes| sample::raw_ref(&bytes));
        out.push(format!("dropped {record:?} {raw:?}"));
    }
    for minutes in [0, 30, 60, 100_000] {
        out.push(format!(
            "dropped before {}",
            store.dropped_before(sample::at(minutes * 60)).unwrap()
        ));
    }
    let keyed = store.keyed("", usize::MAX).unwrap();
    out.push(format!("keyed {:?}", keyed.iter().map(|item| &item.id).collect::<Vec<_>>()));
    let open: Vec<ItemId> = store.items(false).unwrap().into_iter().map(|item| item.id).collect();
    out.push(format!("open {open:?}"));
    let of_ana = batond::model::Party::Person("ana".into());
    for limit in [3, usize::MAX] {
        out.push(format!("{:?}", store.concerning(&of_ana, limit).unwrap()));
    }
    let ana = PersonKey::from("ana");
    out.push(format!("{:?} {:?}", store.person(&ana).unwrap(), store.held(&ana).unwrap()));
    out.push(format!("{:?}", store.person(&PersonKey::from("an")).unwrap()));
    for hours in [0, 1, 24, 100_000] {
        let now = sample::at(hours * 3_600);
        out.push(format!(
            "{:?} {:?}",
            store.due(now, usize::MAX).unwrap(),
            store.due(now, 3).unwrap()
        ));
        out.push(format!("{:?}", store.outbox_due(now, 5).unwrap()));
    }
    out.push(format!("{:?} {:?}", store.next_due().unwrap(), store.outbox_next().unwrap()));
    for filter in [DeliveryFilter::Due, DeliveryFilter::Dead, DeliveryFilter::All] {
        out.push(format!("{filter:?} {:?}", store.deliveries(filter).unwrap()));
    }
    for seq in 0..=steps {
        out.push(format!("{:?}", store.delivery(&DeliveryId { seq, index: 0 }).unwrap().map(bare)));
        let thread = Correlation::Thread("t".repeat(usize::try_from(seq % 200).unwrap()));
        let key = SeenKey::of_bytes(None, &sample::raw_ref(&sample::message(seq, 700)));
        out.push(format!("{:?} {:?}", store.correlated(&thread).unwrap(), store.seen(&key).unwrap()));
    }
    for key in 0..9 {
        out.push(format!("{:?}", store.correlated(&Correlation::Key(format!("k{key}"))).unwrap()));
    }
    for prefix in ["SUP", "INC", "SU", "S", "NONE", ""] {
        out.push(format!("{prefix} {}", store.last_number(prefix).unwrap()));
    }
    out.push(format!("{:?}", store.due(Timestamp::MAX, 1).unwrap()));
    out
}

/// What every back end has to know of a delivery that is asked for by its id.
fn bare(mut delivery: Delivery) -> Delivery {
    delivery.letter.text.clear();
    delivery.letter.html.clear();
    delivery.letter.headers.clear();
    delivery.letter.references.clear();
    delivery
}

/// Fails with the first line that differs, not with both whole stores.
#[track_caller]
fn assert_same(left: &[String], right: &[String], when: &str) {
    for (line, (a, b)) in left.iter().zip(right).enumerate() {
        assert_eq!(a, b, "line {line} differs {when}");
    }
    assert_eq!(left.len(), right.len(), "{when}");
}
