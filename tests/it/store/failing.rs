//! Disks that fail: after the first error nothing more is accepted, and what was acknowledged is there after a restart.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use batond::engine::Past;
use batond::model::ItemId;
use batond::store::{Disk, EmbeddedStore, Entry, JournalFile, Options, RealDisk, Store, StoreError};

use super::{keep, open, sample, small};

/// Which call fails, counted over the whole disk from 1; 0 is none.
#[derive(Default)]
struct Plan {
    calls: AtomicU64,
    fails_at: AtomicU64,
    syncs_after: AtomicU64,
}

impl Plan {
    fn call(&self) -> io::Result<()> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        if call == self.fails_at.load(Ordering::SeqCst) {
            return Err(io::Error::other("injected"));
        }
        Ok(())
    }
}

struct FailingDisk(Arc<Plan>);
struct FailingFile(Box<dyn JournalFile>, Arc<Plan>);

impl Disk for FailingDisk {
    fn open(&self, path: &Path, write: bool) -> io::Result<Box<dyn JournalFile>> {
        Ok(Box::new(FailingFile(RealDisk.open(path, write)?, self.0.clone())))
    }
    fn create(&self, path: &Path) -> io::Result<Box<dyn JournalFile>> {
        self.0.call()?;
        Ok(Box::new(FailingFile(RealDisk.create(path)?, self.0.clone())))
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.0.call()?;
        RealDisk.rename(from, to)
    }
    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.0.call()?;
        RealDisk.sync_dir(path)
    }
}

impl JournalFile for FailingFile {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        self.0.read_at(bytes, offset)
    }
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        if let Err(error) = self.1.call() {
            // A write that fails may have written a part.
            self.0.write_all_at(&bytes[..bytes.len() / 2], offset)?;
            return Err(error);
        }
        self.0.write_all_at(bytes, offset)
    }
    fn sync_data(&self) -> io::Result<()> {
        let fails_at = self.1.fails_at.load(Ordering::SeqCst);
        if fails_at > 0 && self.1.calls.load(Ordering::SeqCst) >= fails_at {
            self.1.syncs_after.fetch_add(1, Ordering::SeqCst);
        }
        self.1.call()?;
        self.0.sync_data()
    }
    fn size_bytes(&self) -> io::Result<u64> {
        self.0.size_bytes()
    }
    fn set_size(&self, bytes: u64) -> io::Result<()> {
        self.1.call()?;
        self.0.set_size(bytes)
    }
    fn reserve(&self, bytes: u64) -> io::Result<()> {
        self.1.call()?;
        self.0.reserve(bytes)
    }
}

fn mail(store: &EmbeddedStore) -> Entry {
    let seq = store.next_seq();
    // Every fourth is large enough for a file of its own; a few records fill a segment.
    let raw = sample::message(seq, if seq.is_multiple_of(4) { 6_000 } else { 3_000 });
    let record = sample::new_mail(seq, seq, &raw);
    let changes = sample::project(&record, store).unwrap();
    Entry {
        record,
        raw: Some(raw),
        changes,
    }
}

/// Lets the `nth` call on the disk after the opening fail; says whether it was reached within twenty records, which are committed in one step or in `two`.
fn fail_at(nth: u64, in_two: bool) -> bool {
    let dir = tempfile::tempdir().unwrap();
    let plan = Arc::new(Plan::default());
    let options = Options {
        disk: Arc::new(FailingDisk(plan.clone())),
        ..small()
    };
    let (mut store, _) = EmbeddedStore::open(dir.path(), options, sample::project).unwrap();
    plan.fails_at.store(plan.calls.load(Ordering::SeqCst) + nth, Ordering::SeqCst);
    let mut acknowledged = 0;
    let mut failed = false;
    for _ in 0..20 {
        let entry = mail(&store);
        match keep(&mut store, vec![entry], in_two) {
            Ok(_) => acknowledged += 1,
            Err(error) => {
                assert!(matches!(error, StoreError::Io(_)), "{error}");
                failed = true;
                break;
            }
        }
    }
    if failed {
        for _ in 0..3 {
            let entry = mail(&store);
            assert!(matches!(keep(&mut store, vec![entry], in_two), Err(StoreError::Refused(_))));
        }
        assert!(store.close().is_err(), "no clean stop after a failure");
        assert_eq!(plan.syncs_after.load(Ordering::SeqCst), 0, "no sync after the failed call {nth}");
    }
    drop(store);
    let (store, report) = open(dir.path());
    assert!(report.damages.is_empty(), "call {nth}: {report:?}");
    for number in 1..=acknowledged {
        let id = ItemId::new("RIG", number);
        assert!(store.item(&id).unwrap().is_some(), "call {nth}: {id} was acknowledged");
        let raw = store.history(&id).unwrap()[0].raw.clone().unwrap();
        assert_eq!(store.raw(&raw).unwrap().map(|bytes| sample::raw_ref(&bytes)), Some(raw));
    }
    assert!(store.last_number("RIG").unwrap() <= acknowledged + 1);
    failed
}

#[test]
fn the_first_error_is_the_last_word() {
    for in_two in [false, true] {
        let reached = (1..=75).filter(|nth| fail_at(*nth, in_two)).count();
        assert!(reached >= 70, "only {reached} calls were reached");
    }
}

/// A disk that notes which folders were synced.
#[derive(Default)]
struct NotingDisk(std::sync::Mutex<Vec<std::path::PathBuf>>);

impl Disk for NotingDisk {
    fn open(&self, path: &Path, write: bool) -> io::Result<Box<dyn JournalFile>> {
        RealDisk.open(path, write)
    }
    fn create(&self, path: &Path) -> io::Result<Box<dyn JournalFile>> {
        RealDisk.create(path)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        RealDisk.rename(from, to)
    }
    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.0.lock().unwrap().push(path.to_owned());
        RealDisk.sync_dir(path)
    }
}

/// The folders of raw files that a kill left are on no disk yet: the first file in each syncs what is above it, the next one does not again.
#[test]
fn folders_left_by_a_kill_are_synced() {
    let dir = tempfile::tempdir().unwrap();
    let raw = sample::message(1, 6_000);
    let parent = dir.path().join("raw").join(&sample::raw_ref(&raw).sha256[..2]);
    std::fs::create_dir_all(&parent).unwrap();
    let disk = Arc::new(NotingDisk::default());
    let options = Options {
        disk: disk.clone(),
        ..small()
    };
    let (mut store, _) = EmbeddedStore::open(dir.path(), options, sample::project).unwrap();
    disk.0.lock().unwrap().clear();
    let record = sample::new_mail(1, 1, &raw);
    let raw = Some(raw);
    store
        .commit(vec![Entry {
            record,
            raw,
            changes: Vec::new(),
        }])
        .unwrap();
    let synced = disk.0.lock().unwrap().clone();
    for folder in [dir.path(), &dir.path().join("raw"), &parent] {
        assert!(synced.iter().any(|path| path == folder), "{}: {synced:?}", folder.display());
    }
}

/// Once the index cannot be written the journal alone counts: the next commit fails, and the index is built anew.
#[test]
fn an_index_that_cannot_be_written_ends_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options {
        index_wait_bytes: 0,
        // Ends the thread that writes it, without a word.
        index_pace: Some(Arc::new(|| std::panic::resume_unwind(Box::new(())))),
        ..small()
    };
    let (mut store, _) = EmbeddedStore::open(dir.path(), options, sample::project).unwrap();
    let mut acknowledged = 0;
    let error = loop {
        let entry = mail(&store);
        match store.commit(vec![entry]) {
            Ok(_) => acknowledged += 1,
            Err(error) => break error,
        }
        assert!(acknowledged < 1_000, "nobody noticed");
    };
    assert!(matches!(error, StoreError::Io(_)), "{error}");
    let entry = mail(&store);
    assert!(matches!(store.commit(vec![entry]), Err(StoreError::Refused(_))));
    assert!(store.close().is_err());
    drop(store);
    let (store, report) = open(dir.path());
    assert_eq!(report.rebuilt.as_deref(), Some("the index failed"));
    assert!(report.last_seq > acknowledged, "{report:?}");
    for number in 1..=acknowledged {
        assert!(store.item(&ItemId::new("RIG", number)).unwrap().is_some());
    }
}
