//! What `trait Store` promises, of every back end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use batond::engine::{
    AggregateId, Cause, Change, Correlation, DeliveryEvent, ExpectationEvent, ItemEvent, MuteEvent, Past, Record, ShiftEvent, Step, project,
};
use batond::model::{DeliveryState, Expectation, ExpectationName, ItemId, ItemList, MuteName, Muting, Party, RawRef, RotationName, State};
use batond::store::{Begun, EmbeddedStore, Entry, MemoryStore, Options, Pace, Store, StoreError};
use bytes::Bytes;

use super::sample::{self, Dice, Walk};
use super::{assert_same, everything, open, small, walk_both};

/// Runs a check on every back end.
pub fn each_back_end(check: impl Fn(&mut dyn Store)) {
    check(&mut MemoryStore::new());
    let dir = tempfile::tempdir().unwrap();
    let (mut store, report) = EmbeddedStore::open(dir.path(), small(), sample::project).unwrap();
    assert!(report.rebuilt.is_none() && report.damages.is_empty(), "{report:?}");
    check(&mut store);
}

fn mail(store: &dyn Store, number: u64, raw: &Bytes) -> Entry {
    let record = sample::new_mail(store.next_seq(), number, raw);
    let changes = sample::project(&record, store).unwrap();
    Entry {
        record,
        raw: Some(raw.clone()),
        changes,
    }
}

#[test]
fn an_empty_store_answers_with_nothing() {
    each_back_end(|store| {
        assert_eq!(store.next_seq(), 1);
        assert_eq!(store.next_due().unwrap(), None);
        assert_eq!(store.outbox_next().unwrap(), None);
        assert!(store.items(true).unwrap().is_empty());
        assert_eq!(store.last_number("SUP").unwrap(), 0);
        assert!(store.history(&ItemId::new("SUP", 1)).unwrap().is_empty());
        assert_eq!(store.raw(&sample::raw_ref(b"x")).unwrap(), None);
        store.commit(Vec::new()).unwrap();
        assert_eq!(store.next_seq(), 1);
    });
}

#[test]
fn reads_see_what_was_committed() {
    each_back_end(|store| {
        for (number, size) in [(1, 100), (2, 4 << 10), (3, (4 << 10) + 1), (4, 300_000), (5, 8)] {
            let raw = sample::message(number, size);
            store.commit(vec![mail(store, number, &raw)]).unwrap();
            let history = store.history(&ItemId::new("RIG", number)).unwrap();
            assert_eq!(history.len(), 1);
            assert_eq!(store.raw(history[0].raw.as_ref().unwrap()).unwrap(), Some(raw));
        }
        assert_eq!(store.last_number("RIG").unwrap(), 5);
        assert_eq!(store.next_seq(), 6);
    });
}

#[test]
fn what_is_begun_is_seen_once_it_is_settled() {
    each_back_end(|store| {
        let raw = sample::message(1, 100);
        let (tell, told) = std::sync::mpsc::channel();
        let begun = store
            .begin(vec![mail(store, 1, &raw)], Box::new(move || tell.send(()).unwrap()))
            .unwrap();
        if let Begun::UnderWay = begun {
            assert_eq!(store.next_seq(), 1, "it is not there yet");
            assert!(store.item(&ItemId::new("RIG", 1)).unwrap().is_none());
            told.recv_timeout(Duration::from_secs(30)).expect("it is said when it is over");
            assert!(store.item(&ItemId::new("RIG", 1)).unwrap().is_none(), "only settling shows it");
            let group = store.settle().unwrap();
            assert_eq!(group.len(), 1);
        }
        assert_eq!(store.next_seq(), 2);
        let history = store.history(&ItemId::new("RIG", 1)).unwrap();
        assert_eq!(store.raw(history[0].raw.as_ref().unwrap()).unwrap(), Some(raw));
        assert!(store.settle().unwrap().is_empty(), "nothing is under way");
        assert!(matches!(store.begin(Vec::new(), Box::new(|| {})).unwrap(), Begun::Committed(group) if group.is_empty()));
    });
}

#[test]
fn one_group_is_under_way_at_a_time_and_a_stop_waits_for_it() {
    let dir = tempfile::tempdir().unwrap();
    {
        let (mut store, _) = EmbeddedStore::open(dir.path(), small(), sample::project).unwrap();
        let (first, second) = (sample::message(1, 100), sample::message(2, 100));
        let (first, second) = (mail(&store, 1, &first), mail(&store, 2, &second));
        let begun = store.begin(vec![first], Box::new(|| {})).unwrap();
        assert!(matches!(begun, Begun::UnderWay));
        assert!(matches!(store.commit(vec![second]), Err(StoreError::Refused(_))));
        store.close().unwrap();
    }
    let (store, report) = open(dir.path());
    assert!(report.rebuilt.is_none() && report.damages.is_empty(), "{report:?}");
    assert!(store.item(&ItemId::new("RIG", 1)).unwrap().is_some());
    assert_eq!(store.next_seq(), 2);
}

#[test]
fn an_empty_raw_message_is_kept_too() {
    each_back_end(|store| {
        let raw = Bytes::new();
        store.commit(vec![mail(store, 1, &raw)]).unwrap();
        assert_eq!(store.raw(&sample::raw_ref(&raw)).unwrap(), Some(raw));
    });
}

#[test]
fn a_timer_moves_and_goes() {
    each_back_end(|store| {
        store.commit(vec![mail(store, 1, &sample::message(1, 100))]).unwrap();
        let first = store.next_due().unwrap().unwrap();
        let id = AggregateId::Item(ItemId::new("RIG", 1));
        assert_eq!(store.due(first, 9).unwrap(), [(first, id.clone())]);
        let just_before = first - jiff::SignedDuration::from_nanos(1);
        assert!(store.due(just_before, 9).unwrap().is_empty());

        let mut item = store.item(&ItemId::new("RIG", 1)).unwrap().unwrap();
        item.clocks.retain(|clock| clock.next_due() != Some(first));
        let later = item.next_due().unwrap();
        put(store, Change::Item(Arc::new(item.clone())));
        assert_eq!(store.due(later, 9).unwrap(), [(later, id)]);

        item.clocks.clear();
        put(store, Change::Item(Arc::new(item.clone())));
        assert_eq!(store.next_due().unwrap(), None);
        assert_eq!(store.items(false).unwrap().len(), 1, "open, though nothing is armed");

        item.state = State::Done;
        put(store, Change::Item(Arc::new(item)));
        assert!(store.items(false).unwrap().is_empty());
        assert_eq!(store.items(true).unwrap().len(), 1);
    });
}

fn put(store: &mut dyn Store, change: Change) {
    let record = sample::record(store.next_seq(), sample::at(0), Vec::new());
    let entry = Entry {
        record,
        raw: None,
        changes: vec![change],
    };
    store.commit(vec![entry]).unwrap();
}

#[test]
fn a_group_may_write_the_same_thing_twice() {
    each_back_end(|store| {
        let first = mail(store, 1, &sample::message(1, 100));
        let mut item = sample::item(&ItemId::new("RIG", 1), sample::at(1), "second");
        item.messages = 2;
        let second = Entry {
            record: sample::record(2, sample::at(1), Vec::new()),
            raw: None,
            changes: vec![Change::Item(Arc::new(item.clone()))],
        };
        store.commit(vec![first, second]).unwrap();
        assert_eq!(store.item(&item.id).unwrap(), Some(item.clone()));
        assert_eq!(store.due(jiff::Timestamp::MAX, 9).unwrap().len(), 1);
    });
}

#[test]
fn a_broken_contract_closes_the_store() {
    let breaches: [fn(&mut Entry); 4] = [
        |entry| entry.record.seq += 1,
        |entry| entry.record.raw = None,
        |entry| entry.raw = Some(Bytes::from_static(b"other")),
        |entry| {
            entry.record.raw = Some(RawRef {
                sha256: "../../../../etc/passwd".to_owned(),
                size_bytes: 100,
            });
        },
    ];
    for breach in breaches {
        each_back_end(|store| {
            let mut entry = mail(store, 1, &sample::message(1, 100));
            breach(&mut entry);
            assert!(matches!(store.commit(vec![entry]), Err(StoreError::Refused(_))));
            let good = mail(store, 1, &sample::message(1, 100));
            assert!(matches!(store.commit(vec![good]), Err(StoreError::Refused(_))), "it stays closed");
            assert!(store.items(true).unwrap().is_empty());
        });
    }
}

#[test]
fn a_closed_store_takes_nothing() {
    each_back_end(|store| {
        store.commit(vec![mail(store, 1, &sample::message(1, 100))]).unwrap();
        store.close().unwrap();
        let record = sample::record(2, sample::at(0), Vec::new());
        let entry = Entry {
            record,
            raw: None,
            changes: Vec::new(),
        };
        assert!(matches!(store.commit(vec![entry]), Err(StoreError::Refused(_))));
    });
}

/// What a store says after a random walk must not depend on the back end, nor on how the walk was cut into groups, nor on how far the index is written:
/// at once, late, or not at all.
#[test]
fn random_walks_agree() {
    for seed in 0..12 {
        let mut model = MemoryStore::new();
        let dir = tempfile::tempdir().unwrap();
        let mut dice = Dice::new(seed);
        let slow = Duration::from_millis(dice.below(4) * 5);
        let pace: Pace = Arc::new(move || std::thread::sleep(slow));
        let options = Options {
            index_wait_bytes: [0, 8 << 10, 64 << 10, 8 << 20][usize::try_from(seed % 4).unwrap()],
            index_pace: Some(pace),
            ..small()
        };
        let (mut store, _) = EmbeddedStore::open(dir.path(), options, sample::project).unwrap();
        let mut walk = Walk::new(seed);
        for steps in [50, 100, 150] {
            walk_both(&mut walk, &mut model, &mut store, 50);
            let when = format!("with seed {seed} after {steps} steps");
            assert_same(&everything(&model, 150), &everything(&store, 150), &when);
        }
        // What was not written is there again after a kill.
        drop(store);
        let (store, report) = open(dir.path());
        assert_eq!((report.last_seq, report.rebuilt), (150, None));
        assert_same(
            &everything(&model, 150),
            &everything(&store, 150),
            &format!("with seed {seed}, opened again"),
        );
    }
}

/// However slow the database is, the index takes no more memory for it than it may: then a commit waits.
#[test]
fn an_index_that_cannot_keep_up_holds_up_the_commits() {
    let dir = tempfile::tempdir().unwrap();
    let written = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&written);
    let pace: Pace = Arc::new(move || {
        std::thread::sleep(Duration::from_millis(20));
        counted.fetch_add(1, Ordering::SeqCst);
    });
    let options = Options {
        index_wait_bytes: 16 << 10,
        index_pace: Some(pace),
        ..small()
    };
    let (mut store, _) = EmbeddedStore::open(dir.path(), options, sample::project).unwrap();
    for number in 1..=100 {
        let entry = mail(&store, number, &sample::message(number, 100));
        store.commit(vec![entry]).unwrap();
    }
    // A mail weighs more than 4 KiB there, so at most 8 wait for the next writing, and so many again while it goes on.
    let written = written.load(Ordering::SeqCst);
    assert!(written >= 100 / 16 - 1, "written {written} times");
    assert_eq!(store.last_number("RIG").unwrap(), 100);
}

#[test]
fn dropped_messages_are_listed_in_pages_and_from_a_time_on() {
    each_back_end(|store| {
        for seq in 1..=5 {
            let entry = if seq == 3 {
                mail(store, 3, &sample::message(3, 100))
            } else {
                let raw = sample::message(seq, 100);
                let record = sample::dropped(seq, sample::at(i64::try_from(seq).unwrap() * 60), &raw);
                let changes = sample::project(&record, store).unwrap();
                Entry {
                    record,
                    raw: Some(raw),
                    changes,
                }
            };
            store.commit(vec![entry]).unwrap();
        }
        let seqs = |after, limit| {
            let page = store.dropped_page(after, limit).unwrap();
            page.iter().map(|record| record.seq).collect::<Vec<_>>()
        };
        assert_eq!(seqs(0, 9), [1, 2, 4, 5]);
        assert_eq!((seqs(0, 2), seqs(2, 2), seqs(5, 2)), (vec![1, 2], vec![4, 5], vec![]));
        let record = &store.dropped_page(3, 1).unwrap()[0];
        assert_eq!(record.dropped(), Some(("reports", "as expected")));
        assert_eq!(store.raw(record.raw.as_ref().unwrap()).unwrap(), Some(sample::message(4, 100)));
        let before = |seconds| store.dropped_before(sample::at(seconds)).unwrap();
        assert_eq!((before(0), before(60), before(61), before(240), before(9_999)), (0, 0, 1, 2, 5));
    });
}

#[test]
fn items_are_found_by_how_their_keys_begin_open_and_closed() {
    each_back_end(|store| {
        for number in 1..=3 {
            let raw = sample::message(number, 100);
            let mut record = sample::new_mail(store.next_seq(), number, &raw);
            let long = format!("batond:{}", "x".repeat(90));
            let keys = [format!("batond:{}", 9 - number), format!("baton:{number}"), long];
            let id = ItemId::new("RIG", number);
            record.correlations.extend(keys.map(|key| (Correlation::Key(key), id.clone())));
            let changes = sample::project(&record, &*store).unwrap();
            let raw = Some(raw);
            store.commit(vec![Entry { record, raw, changes }]).unwrap();
        }
        decided(
            store,
            Step::Item(ItemId::new("RIG", 2), vec![ItemEvent::Done { note: None, rule: None }]),
        );
        let found = |prefix: &str, limit| {
            let items = store.keyed(prefix, limit).unwrap();
            items.iter().map(|item| item.id.number).collect::<Vec<_>>()
        };
        assert_eq!(found("batond:", 9), [3, 2, 1]);
        assert_eq!(found("batond:", 2), [3, 2]);
        assert_eq!((found("batond:7", 9), found("batond:5", 9)), (vec![2], vec![]));
    });
}

#[test]
fn a_delivery_read_to_be_sent_and_changed_since_is_read_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = open(dir.path());
    store.commit(vec![mail(&store, 1, &sample::message(1, 100))]).unwrap();
    store.close().unwrap();
    // Now all of it is in the database.
    drop(store);
    let (mut store, _) = open(dir.path());
    let due = |store: &EmbeddedStore| store.outbox_due_beside(sample::at(1_000_000), 9, &|_| false, &|_| false).unwrap();
    let [first] = due(&store).try_into().unwrap();
    let at = sample::at(60);
    let failed = DeliveryEvent::Deferred {
        error: "451 later".to_owned(),
        next: at,
    };
    decided(&mut store, Step::Delivery(first.id, vec![failed]));
    let kept = store.delivery(&first.id).unwrap().unwrap();
    assert_eq!((kept.attempts, &kept.state), (1, &DeliveryState::Due(at)));
    let [again] = due(&store).try_into().unwrap();
    assert_eq!((again.attempts, again.letter), (1, first.letter));
}

/// Commits what was decided on an expectation, projected as live.
fn expect(store: &mut dyn Store, event: ExpectationEvent) {
    decided(store, Step::Expectation("nightly-backup".into(), vec![event]));
}

/// Commits what was decided on one aggregate, projected as live.
fn decided(store: &mut dyn Store, step: Step) {
    let record = Record {
        seq: store.next_seq(),
        at: sample::at(0),
        policy: "p".into(),
        cause: Cause::Timer,
        steps: vec![step],
        correlations: Vec::new(),
        seen: Vec::new(),
        raw: None,
        let_go: None,
    };
    let changes = project(&record, store).unwrap();
    store
        .commit(vec![Entry {
            record,
            raw: None,
            changes,
        }])
        .unwrap();
}

#[test]
fn an_expectation_is_kept_is_due_and_is_withdrawn() {
    each_back_end(|store| {
        let name = ExpectationName::from("nightly-backup");
        let expectation: Expectation = serde_json::from_value(serde_json::json!({
            "name": "nightly-backup", "rule": "backup ok", "written": "07:00 UTC", "time_zone": "UTC", "due": sample::at(3_600), "opens": sample::at(0),
            "met": false, "since": sample::at(0), "policy": "p"
        }))
        .unwrap();
        let id = AggregateId::Expectation(name.clone());
        let promised = ExpectationEvent::Promised {
            expectation: Box::new(expectation.clone()),
        };
        expect(store, promised);
        assert_eq!(store.expectation(&name).unwrap(), Some(expectation.clone()));
        assert_eq!(store.expectations().unwrap(), vec![expectation.clone()]);
        assert_eq!(store.due(sample::at(3_600), 9).unwrap(), vec![(sample::at(3_600), id.clone())]);
        assert!(store.items(false).unwrap().is_empty(), "an expectation is no item");
        let due = ExpectationEvent::Due {
            missed: Some(sample::at(3_600)),
            met: false,
            late_seconds: 0,
            next: sample::at(7_200),
            opens: sample::at(5_400),
        };
        expect(store, due);
        assert_eq!(store.due(sample::at(7_200), 9).unwrap(), vec![(sample::at(7_200), id)]);
        assert_eq!(
            store.expectations().unwrap()[0].missed,
            Some(sample::at(3_600)),
            "what was missed is kept"
        );
        expect(store, ExpectationEvent::Withdrawn);
        assert_eq!(store.expectation(&name).unwrap(), None);
        assert_eq!(store.expectations().unwrap(), Vec::new());
        assert_eq!(store.next_due().unwrap(), None, "nothing is armed any more");
    });
}

#[test]
fn a_mute_is_kept_is_due_and_is_forgotten() {
    each_back_end(|store| {
        let name = MuteName::from("key:a key/of any kind, as long as it likes ".repeat(9));
        let muting: Muting = serde_json::from_value(serde_json::json!({
            "name": name, "target": { "queue": "support" }, "until": sample::at(3_600), "time_zone": "UTC", "why": "It is known."
        }))
        .unwrap();
        let id = AggregateId::Mute(name.clone());
        let begun = MuteEvent::Begun {
            muting: Box::new(muting),
            at: sample::at(0),
            policy: "p".into(),
        };
        decided(store, Step::Mute(name.clone(), vec![begun]));
        let covered = MuteEvent::Covered {
            item: ItemId::new("SUP", 1),
            queue: "support".into(),
            messages: 1,
        };
        decided(store, Step::Mute(name.clone(), vec![covered, MuteEvent::Counted]));
        let mute = store.mute(&name).unwrap().expect("it is kept");
        assert_eq!((mute.items, mute.messages, mute.open.len()), (1, 2, 1));
        assert_eq!(store.mutes().unwrap(), vec![mute]);
        assert_eq!(store.due(sample::at(3_600), 9).unwrap(), vec![(sample::at(3_600), id)]);
        let ended = |kept| MuteEvent::Ended {
            at: sample::at(60),
            by: None,
            kept,
        };
        decided(store, Step::Mute(name.clone(), vec![ended(true)]));
        assert_eq!(store.next_due().unwrap(), None, "what has ended is not due");
        assert_eq!(store.mutes().unwrap()[0].ended, Some(sample::at(60)), "its end is remembered");
        decided(store, Step::Mute(name.clone(), vec![ended(false)]));
        assert_eq!(store.mute(&name).unwrap(), None);
    });
}

#[test]
fn what_concerns_somebody_is_listed_by_deadline() {
    each_back_end(|store| {
        let (ana, ben) = (Party::Person("ana".into()), Party::Person("ben".into()));
        let offered = |number: u64, to: &Party, deadline: i64| {
            let mut item = sample::item(&ItemId::new("RIG", number), sample::at(0), "text");
            (item.state, item.offered_to) = (State::Offered, Some(to.clone()));
            item.clocks.truncate(1);
            item.clocks[0].deadline = sample::at(deadline);
            item
        };
        let ids = |numbers: &[u64]| numbers.iter().map(|number| ItemId::new("RIG", *number)).collect::<Vec<_>>();
        for (number, deadline) in [(1, 300), (2, 100), (3, 200)] {
            put(store, Change::Item(Arc::new(offered(number, &ana, deadline))));
        }
        let mut undated = offered(4, &ana, 0);
        undated.clocks.clear();
        put(store, Change::Item(Arc::new(undated)));
        assert_eq!(store.concerning(&ana, 9).unwrap(), (ids(&[2, 3, 1, 4]), 0));
        assert_eq!(store.concerning(&ana, 2).unwrap(), (ids(&[2, 3]), 2), "what is left out is counted");
        assert_eq!(store.concerning(&ben, 9).unwrap(), (Vec::new(), 0));

        // A deadline moves, an item goes to somebody else, one is closed.
        put(store, Change::Item(Arc::new(offered(2, &ana, 400))));
        put(store, Change::Item(Arc::new(offered(3, &ben, 200))));
        let mut closed = offered(1, &ana, 300);
        closed.state = State::Done;
        put(store, Change::Item(Arc::new(closed)));
        assert_eq!(store.concerning(&ana, 9).unwrap(), (ids(&[2, 4]), 0));
        assert_eq!(store.concerning(&ben, 9).unwrap(), (ids(&[3]), 0));
    });
}

#[test]
fn a_shift_its_lists_and_both_its_alarms_are_kept() {
    each_back_end(|store| {
        let rotation = RotationName::from("support-duty");
        let id = AggregateId::Shift(rotation.clone());
        let shift = |event: ShiftEvent| Step::Shift(rotation.clone(), vec![event]);
        let watched = |change, ask| ShiftEvent::Watched {
            person: Some("ana".into()),
            since: sample::at(0),
            change,
            ask,
            policy: "p".into(),
        };
        decided(store, shift(watched(Some(sample::at(3_600)), Some(sample::at(1_800)))));
        assert_eq!(store.due(sample::at(3_600), 9).unwrap(), vec![(sample::at(1_800), id.clone())]);
        decided(store, shift(ShiftEvent::Asked));
        assert_eq!(store.due(sample::at(3_600), 9).unwrap(), vec![(sample::at(3_600), id)]);
        assert!(store.items(false).unwrap().is_empty(), "a shift is no item");
        let list: ItemList = serde_json::from_value(serde_json::json!({
            "id": "SHIFT-1", "notes": false, "at": sample::at(3_600), "giver": "ana", "reader": "ben", "items": ["SUP-1", "SUP-2"]
        }))
        .unwrap();
        decided(
            store,
            shift(ShiftEvent::Listed {
                list: Box::new(list.clone()),
            }),
        );
        decided(store, shift(ShiftEvent::Reminded { list: list.id.clone() }));
        let kept = store.shifts().unwrap().remove(0);
        assert_eq!(kept.person, Some("ana".into()));
        assert_eq!(kept.list(&list.id).map(|list| (list.items.len(), list.reminded)), Some((2, true)));
        decided(store, shift(watched(None, None)));
        assert_eq!(store.next_due().unwrap(), None, "nothing is armed any more");
        assert_eq!(store.shifts().unwrap()[0].lists.len(), 1, "its lists can still be answered");
    });
}
