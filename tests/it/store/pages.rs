//! Long lists and long records: read in pages that together are the whole, and a letter at the price of a letter.

use std::time::{Duration, Instant};

use batond::engine::{DeliveryEvent, ItemEvent, Past, Step};
use batond::model::{Delivery, DeliveryId, ItemId};
use batond::store::{DeliveryFilter, EmbeddedStore, Entry, HISTORY_PAGE_BYTES, MemoryStore, Newest, Options, Store, StoreError};
use jiff::Timestamp;

use super::conformance::each_back_end;
use super::sample::{self, Walk};
use super::{open, small, walk_both};

/// Deliveries in the wide record, as one webhook with that many alerts queues.
const WIDE: u32 = 1_000;

/// A record that queues many letters of about 11 KB in all but the first.
fn wide(store: &dyn Store) -> Entry {
    let (seq, id) = (store.next_seq(), ItemId::new("RIG", 1));
    let mut record = sample::new_mail(seq, 1, &sample::message(1, 500));
    record.raw = None;
    for index in 1..WIDE {
        let delivery_id = DeliveryId { seq, index };
        let mut delivery = sample::delivery(delivery_id, &id, sample::at(0));
        delivery.letter.text = format!("Alert \"{index}\" \u{1}, ümlaut.\n").repeat(400);
        let queued = DeliveryEvent::Queued {
            delivery: std::sync::Arc::new(delivery),
        };
        record.steps.push(Step::Delivery(delivery_id, vec![queued]));
    }
    let changes = sample::project(&record, store).unwrap();
    Entry {
        record,
        raw: None,
        changes,
    }
}

fn letters(store: &dyn Store, limit: usize) -> Vec<Delivery> {
    store.outbox_due(Timestamp::MAX, limit).unwrap()
}

#[test]
fn every_letter_of_a_long_record_comes_back_at_its_own_price() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = open(dir.path());
    let mut model = MemoryStore::new();
    let entry = wide(&store);
    model.commit(vec![entry.clone()]).unwrap();
    store.commit(vec![entry]).unwrap();
    assert_eq!(letters(&store, usize::MAX), letters(&model, usize::MAX));
    // A retry keeps the place, and is decided without the letter.
    let id = DeliveryId { seq: 1, index: 7 };
    assert!(store.delivery(&id).unwrap().unwrap().letter.text.is_empty());
    for store in [&mut store as &mut dyn Store, &mut model] {
        let event = DeliveryEvent::Deferred {
            error: "451 later".to_owned(),
            next: sample::at(9_000),
        };
        let record = sample::record(2, sample::at(1), vec![Step::Delivery(id, vec![event])]);
        let changes = sample::project(&record, store).unwrap();
        store
            .commit(vec![Entry {
                record,
                raw: None,
                changes,
            }])
            .unwrap();
    }
    assert_eq!(letters(&store, usize::MAX), letters(&model, usize::MAX));

    let whole = Instant::now();
    assert_eq!(store.history(&ItemId::new("RIG", 1)).unwrap().len(), 1);
    let (whole, batch) = (whole.elapsed(), Instant::now());
    assert_eq!(letters(&store, 64).len(), 64);
    let (batch, decided) = (batch.elapsed(), Instant::now());
    for index in 0..64 {
        store.delivery(&DeliveryId { seq: 1, index }).unwrap();
    }
    let decided = decided.elapsed();
    println!("the whole record: {whole:?}; 64 letters of it: {batch:?}; 64 deliveries to decide on: {decided:?}");
    // Each letter used to cost the whole record.
    assert!(batch < whole * 8 && decided < whole * 8, "{whole:?}, {batch:?}, {decided:?}");
    drop(store);

    // The same once the index is built anew.
    std::fs::remove_dir_all(dir.path().join("index")).unwrap();
    let (store, report) = open(dir.path());
    assert!(report.rebuilt.is_some());
    assert_eq!(letters(&store, usize::MAX), letters(&model, usize::MAX));
}

#[test]
fn a_letter_that_is_damaged_in_the_journal_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = open(dir.path());
    let entry = wide(&store);
    store.commit(vec![entry]).unwrap();
    drop(store);
    // What is opened again has no letter in memory.
    let (store, _) = open(dir.path());
    let mut paths = std::fs::read_dir(dir.path().join("journal")).unwrap().map(|e| e.unwrap().path());
    let path = paths.find(|path| path.extension().is_some_and(|e| e == "seg")).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let text = b"Alert \\\"500\\\"";
    let at = bytes.windows(text.len()).position(|window| window == text).unwrap();
    bytes[at] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let damaged: Vec<u32> = letters(&store, usize::MAX)
        .iter()
        .filter(|delivery| delivery.letter.text.contains("was damaged in the store"))
        .map(|delivery| delivery.id.index)
        .collect();
    assert_eq!(damaged, [500]);
}

#[test]
fn pages_are_the_whole_in_pieces() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = EmbeddedStore::open(dir.path(), small(), sample::project).unwrap();
    let mut model = MemoryStore::new();
    walk_both(&mut Walk::new(5), &mut model, &mut store, 300);
    for store in [&store as &dyn Store, &model] {
        for limit in [1, 3, 7, 1_000] {
            for all in [false, true] {
                let mut items = Vec::new();
                loop {
                    let after: Option<ItemId> = items.last().map(|item: &batond::model::Item| item.id.clone());
                    let page = store.items_page(all, after.as_ref(), limit).unwrap();
                    assert!(page.len() <= limit);
                    items.extend(page.iter().cloned());
                    if page.len() < limit {
                        break;
                    }
                }
                assert!(!items.is_empty() && items == store.items(all).unwrap(), "{limit} {all}");
            }
            for filter in [DeliveryFilter::Due, DeliveryFilter::Dead, DeliveryFilter::All] {
                let mut deliveries: Vec<Delivery> = Vec::new();
                loop {
                    let page = store.deliveries_page(filter, deliveries.last(), limit).unwrap();
                    deliveries.extend(page.iter().cloned());
                    if page.len() < limit {
                        break;
                    }
                }
                assert!(!deliveries.is_empty() && deliveries.iter().all(|delivery| delivery.letter.text.is_empty()));
                assert_eq!(deliveries, store.deliveries(filter).unwrap(), "{limit} {filter:?}");
            }
        }
    }
}

/// A record that notes `text` on RIG-1.
fn note(seq: u64, text: String) -> Entry {
    let id = ItemId::new("RIG", 1);
    Entry {
        record: sample::record(seq, sample::at(1), vec![Step::Item(id, vec![ItemEvent::Noted { by: None, text }])]),
        raw: None,
        changes: Vec::new(),
    }
}

#[test]
fn a_history_is_read_from_where_its_newest_begin() {
    each_back_end(|store| {
        let id = ItemId::new("RIG", 1);
        assert_eq!(store.history_newest(&id, 5).unwrap(), Newest::default());
        let group = (1..=40).map(|seq| note(seq, format!("note {seq}"))).collect();
        store.commit(group).unwrap();
        assert_eq!(store.history_newest(&id, 40).unwrap(), Newest { after: 0, earlier: 0 });
        assert_eq!(store.history_newest(&id, 7).unwrap(), Newest { after: 33, earlier: 33 });
        let seqs = |after, limit| -> Vec<u64> {
            let page = store.history_page(&id, after, limit).unwrap();
            page.iter().map(|record| record.seq).collect()
        };
        assert_eq!(seqs(33, 3), [34, 35, 36]);
        assert_eq!(seqs(38, 100), [39, 40]);
        assert!(seqs(40, 100).is_empty() && store.history_page(&ItemId::new("RIG", 11), 0, 9).unwrap().is_empty());
        assert_eq!(store.history(&id).unwrap().len(), 40);
    });
}

#[test]
fn a_page_of_long_records_is_short() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = open(dir.path());
    for seq in 1..=3 {
        store.commit(vec![note(seq, "x".repeat(HISTORY_PAGE_BYTES / 2))]).unwrap();
    }
    let id = ItemId::new("RIG", 1);
    assert_eq!(store.history_page(&id, 0, 100).unwrap().len(), 2);
    assert_eq!(store.history(&id).unwrap().len(), 3);
}

#[test]
fn a_record_that_is_too_long_is_refused_and_the_store_goes_on() {
    let limit = 10_000;
    let dir = tempfile::tempdir().unwrap();
    let options = Options {
        max_record_bytes: limit,
        ..small()
    };
    let (mut embedded, _) = EmbeddedStore::open(dir.path(), options, sample::project).unwrap();
    let mut memory = MemoryStore::with_max_record_bytes(limit);
    for store in [&mut embedded as &mut dyn Store, &mut memory] {
        let bytes = |entry: &Entry| serde_json::to_vec(&entry.record).unwrap().len();
        let room = limit - bytes(&note(2, String::new()));
        let (fits, long) = (note(2, "x".repeat(room)), note(2, "x".repeat(room + 1)));
        assert!(bytes(&fits) == limit && store.fits(&fits.record) && !store.fits(&long.record));
        let refused = store.commit(vec![note(1, "first".to_owned()), long]);
        assert!(
            matches!(
                refused,
                Err(StoreError::TooLarge {
                    seq: 2,
                    limit_bytes: 10_000
                })
            ),
            "{refused:?}"
        );
        assert_eq!((store.next_seq(), store.history(&ItemId::new("RIG", 1)).unwrap().len()), (1, 0));
        store.commit(vec![note(1, "first".to_owned()), fits]).unwrap();
        assert_eq!(store.next_seq(), 3);
    }
}

/// What a noisy item costs whoever waits behind `show`.
#[test]
fn a_noisy_item_is_not_read_whole() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = open(dir.path());
    for first in (1..20_000).step_by(1_000) {
        store
            .commit((first..first + 1_000).map(|seq| note(seq, "again".to_owned())).collect())
            .unwrap();
    }
    let id = ItemId::new("RIG", 1);
    let (mut longest, mut count, began) = (Duration::ZERO, 0, Instant::now());
    let newest = store.history_newest(&id, 1_000).unwrap();
    let keys = began.elapsed();
    let mut after = newest.after;
    loop {
        let began = Instant::now();
        let page = store.history_page(&id, after, 100).unwrap();
        longest = longest.max(began.elapsed());
        let Some(last) = page.last() else { break };
        (after, count) = (last.seq, count + page.len());
    }
    println!("20000 records: {keys:?} for the keys, {longest:?} for the longest page");
    assert_eq!((newest.earlier, count), (19_000, 1_000));
}
