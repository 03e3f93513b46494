//! A store on disk, opened again: after a clean stop, a kill, a power cut, with the index gone or broken.

use std::fs;
use std::path::Path;

use batond::store::{EmbeddedStore, MemoryStore, OpenError, Options, Store};

use super::sample::{self, Walk};
use super::{assert_same, everything, open, small, walk_both};

const STEPS: usize = 120;

/// How a store is left.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Left {
    Closed,
    Killed,
    PowerCut,
    NoBootId,
    IndexGone,
    IndexBroken,
    IndexCut,
    MarkerGone,
    IndexOfAnother,
}

/// Leaves a walked store in some way, opens it again, and compares; then goes on walking.
fn check(left: Left, seed: u64) -> Option<String> {
    let dir = tempfile::tempdir().unwrap();
    let mut model = MemoryStore::new();
    let mut walk = Walk::new(seed);
    let (mut store, _) = open(dir.path());
    walk_both(&mut walk, &mut model, &mut store, STEPS);
    if left == Left::Closed || left == Left::IndexBroken || left == Left::IndexCut {
        store.close().unwrap();
    }
    drop(store);
    let mut options = small();
    match left {
        Left::Closed | Left::Killed => {}
        Left::PowerCut => options.boot_id = Some("another".to_owned()),
        Left::NoBootId => options.boot_id = None,
        Left::IndexGone => fs::remove_dir_all(dir.path().join("index")).unwrap(),
        Left::IndexBroken => {
            let path = dir.path().join("index/db");
            let mut bytes = fs::read(&path).unwrap();
            bytes.iter_mut().for_each(|byte| *byte ^= 0x55);
            fs::write(path, bytes).unwrap();
        }
        Left::IndexCut => fs::write(dir.path().join("index/conf"), b"nonsense").unwrap(),
        Left::MarkerGone => fs::remove_file(dir.path().join("marker")).unwrap(),
        Left::IndexOfAnother => {
            let other = tempfile::tempdir().unwrap();
            let (mut store, _) = open(other.path());
            walk_both(&mut Walk::new(99), &mut MemoryStore::new(), &mut store, 20);
            store.close().unwrap();
            fs::remove_dir_all(dir.path().join("index")).unwrap();
            fs::rename(other.path().join("index"), dir.path().join("index")).unwrap();
        }
    }
    let (mut store, report) = EmbeddedStore::open(dir.path(), options, sample::project).unwrap();
    assert!(report.damages.is_empty() && report.cut_bytes == 0, "{left:?}: {report:?}");
    assert_eq!(report.last_seq, STEPS as u64);
    let when = format!("{left:?} with seed {seed}");
    assert_same(&everything(&model, 150), &everything(&store, 150), &when);
    walk_both(&mut walk, &mut model, &mut store, 30);
    assert_same(&everything(&model, 150), &everything(&store, 150), &format!("{when}, later"));
    report.rebuilt
}

#[test]
fn a_clean_stop_or_a_kill_keeps_the_index() {
    for seed in 0..3 {
        assert_eq!(check(Left::Closed, seed), None);
        assert_eq!(check(Left::Killed, seed), None);
    }
}

#[test]
fn whatever_else_happened_the_index_is_built_anew() {
    let ways = [
        (Left::PowerCut, "the machine was started again"),
        (Left::NoBootId, "no boot id"),
        (Left::IndexGone, "there was no index"),
        (Left::MarkerGone, "no marker"),
        (Left::IndexOfAnother, "another journal"),
        (Left::IndexBroken, "changed since the last stop"),
        (Left::IndexCut, "changed since the last stop"),
    ];
    for (left, why) in ways {
        let rebuilt = check(left, 7).unwrap_or_else(|| panic!("{left:?}: the index was trusted"));
        assert!(rebuilt.contains(why), "{left:?}: {rebuilt}");
    }
}

/// A kill can leave the index anywhere between two records. Records applied to it already must not count twice.
/// sled lets go of its lock from a thread of its own, a moment after the store that held it is dropped.
fn reopened(index: &std::path::Path) -> sled::Db {
    for _ in 0..200 {
        match sled::open(index) {
            Err(sled::Error::Io(error)) if error.to_string().contains("lock") => std::thread::sleep(std::time::Duration::from_millis(25)),
            other => return other.unwrap(),
        }
    }
    panic!("sled held its lock for five seconds");
}

#[test]
fn records_applied_before_a_kill_are_not_applied_twice() {
    let dir = tempfile::tempdir().unwrap();
    let mut model = MemoryStore::new();
    let mut walk = Walk::new(5);
    let (mut store, _) = open(dir.path());
    walk_both(&mut walk, &mut model, &mut store, 60);
    drop(store);
    // The applied number goes back as if the last forty records had been cut off while they were applied.
    let db = reopened(&dir.path().join("index"));
    let applied = db.get(b"a").unwrap().unwrap();
    let back = [20_u64.to_be_bytes().to_vec(), applied[8..].to_vec()].concat();
    db.insert(b"a", back).unwrap();
    db.flush().unwrap();
    drop(db);
    let (store, report) = open(dir.path());
    assert_eq!((report.replayed, report.rebuilt.clone()), (40, None));
    assert_same(
        &everything(&model, 60),
        &everything(&store, 60),
        "after forty records were applied again",
    );
}

#[test]
fn a_second_process_is_told_that_the_store_is_in_use() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path());
    let error = EmbeddedStore::open(dir.path(), small(), sample::project).err().unwrap();
    assert!(matches!(error, OpenError::Locked(_)));
    assert!(error.to_string().contains("another batond uses the store"), "{error}");
    drop(store);
    open(dir.path());
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let error = EmbeddedStore::open(Path::new("/proc/none/store"), small(), sample::project)
        .err()
        .unwrap();
    assert!(error.to_string().contains("/proc/none/store"), "{error}");
}

#[test]
fn broken_indexes_are_kept_but_not_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    for _ in 0..4 {
        let (mut store, _) = open(dir.path());
        store.close().unwrap();
        drop(store);
        fs::write(dir.path().join("index/conf"), b"nonsense").unwrap();
    }
    let (store, report) = open(dir.path());
    assert!(report.rebuilt.is_some());
    drop(store);
    let names = fs::read_dir(dir.path())
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap());
    let mut broken: Vec<String> = names.filter(|name| name.starts_with("index.")).collect();
    broken.sort();
    assert_eq!(broken, ["index.broken-1", "index.broken-2"]);
}

#[test]
fn bytes_stored_under_the_same_name_are_stored_once() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = open(dir.path());
    for (seq, large) in [(1, false), (2, true)] {
        let raw = sample::message(9, if large { 50_000 } else { 3_000 });
        for again in 0..5 {
            let record = sample::new_mail(store.next_seq(), seq * 10 + again, &raw);
            let changes = sample::project(&record, &store).unwrap();
            let raw = Some(raw.clone());
            store.commit(vec![batond::store::Entry { record, raw, changes }]).unwrap();
        }
    }
    let bytes = store.health().journal_bytes;
    assert!(
        bytes < 10 * 10_000 + 3_000 + 50_000,
        "{bytes} bytes for ten records, one small and one large message"
    );
    assert!(store.health().free_bytes.is_some_and(|free| free > 0));
    assert_eq!(Options::default().inline_raw_bytes, 256 << 10);
}
