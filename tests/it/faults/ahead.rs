//! A disk that takes its time: while one group is being synced the next is decided, nobody hears before the disk has answered, and when it fails nobody hears yes.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use arc_swap::ArcSwap;
use batond::clock::SystemClock;
use batond::driver::{Arrival, ArrivalKind, Core, Handle, Receipt, Refusal, writer};
use batond::engine::project;
use batond::model::{Envelope, SourceName};
use batond::reply::KeyRing;
use batond::store::{Disk, EmbeddedStore, JournalFile, Options, RealDisk};
use jiff::Timestamp;
use secrecy::SecretSlice;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(30);

/// How many syncs go through, and how many have been asked for.
#[derive(Default)]
struct Gate {
    /// `None` lets all through.
    open_for: Mutex<Option<usize>>,
    moved: Condvar,
    asked: AtomicUsize,
    fails: AtomicBool,
}

impl Gate {
    fn open_for(&self, syncs: Option<usize>) {
        *self.open_for.lock().unwrap() = syncs;
        self.moved.notify_all();
    }

    fn pass(&self) -> io::Result<()> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let open_for = self.open_for.lock().unwrap();
        let mut open_for = self.moved.wait_while(open_for, |left| *left == Some(0)).unwrap();
        if let Some(left) = &mut *open_for {
            *left -= 1;
        }
        drop(open_for);
        if self.fails.load(Ordering::SeqCst) {
            return Err(io::Error::other("injected"));
        }
        Ok(())
    }
}

struct SlowDisk(Arc<Gate>);
struct SlowFile(Box<dyn JournalFile>, Arc<Gate>);

impl Disk for SlowDisk {
    fn open(&self, path: &Path, write: bool) -> io::Result<Box<dyn JournalFile>> {
        Ok(Box::new(SlowFile(RealDisk.open(path, write)?, Arc::clone(&self.0))))
    }
    fn create(&self, path: &Path) -> io::Result<Box<dyn JournalFile>> {
        Ok(Box::new(SlowFile(RealDisk.create(path)?, Arc::clone(&self.0))))
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        RealDisk.rename(from, to)
    }
    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        RealDisk.sync_dir(path)
    }
}

impl JournalFile for SlowFile {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        self.0.read_at(bytes, offset)
    }
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.0.write_all_at(bytes, offset)
    }
    fn sync_data(&self) -> io::Result<()> {
        self.1.pass()?;
        self.0.sync_data()
    }
    fn size_bytes(&self) -> io::Result<u64> {
        self.0.size_bytes()
    }
    fn set_size(&self, bytes: u64) -> io::Result<()> {
        self.0.set_size(bytes)
    }
    fn reserve(&self, bytes: u64) -> io::Result<()> {
        self.0.reserve(bytes)
    }
}

struct Rig {
    gate: Arc<Gate>,
    handle: Handle,
    thread: std::thread::JoinHandle<bool>,
    _folder: tempfile::TempDir,
}

fn rig() -> Rig {
    let folder = tempfile::tempdir().unwrap();
    let gate = Arc::new(Gate::default());
    let options = Options {
        disk: Arc::new(SlowDisk(Arc::clone(&gate))),
        ..Options::default()
    };
    let (store, _) = EmbeddedStore::open(folder.path(), options, project).unwrap();
    let policy = crate::site::site(crate::site::ONE_QUEUE);
    let keys = KeyRing::new(&[SecretSlice::from(vec![7; 32])]).unwrap();
    let core = Core::new(Box::new(store), Arc::clone(&policy), keys);
    let (handle, requests) = Handle::new(Arc::new(ArcSwap::new(policy)), 4_096);
    let (outbox, runtime) = (handle.outbox_wake(), tokio::runtime::Handle::current());
    let thread = std::thread::spawn(move || writer::run(core, &SystemClock, requests, &outbox, &runtime).is_ok());
    Rig {
        gate,
        handle,
        thread,
        _folder: folder,
    }
}

type Sent = tokio::task::JoinHandle<Result<Receipt, Refusal>>;

/// A rig with one item, in which the sync of a second mail hangs and a third one has come meanwhile; and how many syncs were asked for with the second.
async fn held_up() -> (Rig, Sent, Sent, usize) {
    let rig = rig();
    rig.send(1, None).await.unwrap().unwrap();
    let syncs = rig.gate.asked.load(Ordering::SeqCst) + 1;
    rig.gate.open_for(Some(0));
    let second = rig.send(2, None);
    rig.asked(syncs).await;
    let third = rig.send(3, None);
    rig.with_it(2).await;
    (rig, second, third, syncs)
}

impl Rig {
    /// A mail on its way; `answers` is the number of the mail it answers.
    fn send(&self, number: u64, answers: Option<u64>) -> Sent {
        let thread = answers.map_or_else(String::new, |other| format!("In-Reply-To: <n{other}@customer.example>\r\n"));
        let raw = format!(
            "From: <kim@customer.example>\r\nTo: <n@ops.example>\r\nSubject: {number}\r\nMessage-ID: <n{number}@customer.example>\r\n{thread}\r\n{number}\r\n"
        );
        let arrival = Arrival {
            source: SourceName::from("inbox"),
            received: Timestamp::now(),
            raw: raw.into_bytes().into(),
            kind: ArrivalKind::Mail(Envelope {
                to: vec!["n@ops.example".to_owned()],
                ..Envelope::default()
            }),
        };
        let handle = self.handle.clone();
        tokio::spawn(async move { handle.receive(arrival).await })
    }

    /// Until so many syncs have been asked for.
    async fn asked(&self, syncs: usize) {
        let asked = async {
            while self.gate.asked.load(Ordering::SeqCst) < syncs {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        timeout(PATIENCE, asked).await.expect("a sync is asked for");
    }

    /// Until so many mails are with the writer, which has had time for them.
    async fn with_it(&self, mails: usize) {
        let handed_over = async {
            while self.handle.unanswered() < mails {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        timeout(PATIENCE, handed_over).await.expect("the mails are handed over");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// While the sync of a mail hangs: another one, an answer to the first, and the first again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_while_the_disk_works_is_decided_and_waits() {
    let (rig, second, third, _) = held_up().await;
    let (answer, repeat) = (rig.send(4, Some(2)), rig.send(2, None));
    rig.with_it(4).await;
    let sent = [&second, &third, &answer, &repeat];
    assert!(
        sent.iter().all(|sent| !sent.is_finished()),
        "nobody hears before the disk has answered"
    );
    rig.gate.open_for(None);
    let second = second.await.unwrap().unwrap();
    let third = third.await.unwrap().unwrap();
    assert_ne!(second.items, third.items);
    assert_eq!(
        answer.await.unwrap().unwrap().items,
        second.items,
        "an answer finds what was under way"
    );
    let repeat = repeat.await.unwrap().unwrap();
    assert!(repeat.repeat && repeat.items == second.items, "so does a repeat: {repeat:?}");
    let items = rig.handle.read(|store| store.items(true)).await.unwrap().unwrap();
    assert_eq!(items.len(), 3);
    rig.handle.stop().await.unwrap();
    assert!(rig.thread.join().unwrap());
}

/// A look waits for the sync under way: as long as the disk hangs, the watchdog's look is not answered either. It does not wait for the next one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_waits_for_one_sync() {
    let (rig, second, third, _) = held_up().await;
    let handle = rig.handle.clone();
    let look = tokio::spawn(async move { handle.read(|store| store.items(true).map(|items| items.len())).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!look.is_finished() && !second.is_finished());
    rig.gate.open_for(Some(1));
    let seen = timeout(PATIENCE, look).await.expect("an answer after one sync").unwrap();
    assert_eq!(seen.unwrap().unwrap(), 2, "nothing that is not on disk");
    second.await.unwrap().unwrap();
    assert!(!third.is_finished());
    rig.gate.open_for(None);
    third.await.unwrap().unwrap();
    rig.handle.stop().await.unwrap();
    assert!(rig.thread.join().unwrap());
}

/// A reload waits for what was decided while the disk worked: an item that is offered to somebody who is gone is offered anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reload_sees_what_was_decided_meanwhile() {
    let (rig, second, third, _) = held_up().await;
    let handle = rig.handle.clone();
    let without_ana = crate::site::site(&crate::site::ONE_QUEUE.replace("ana", "ben").replace("Ana", "Ben"));
    let reload = tokio::spawn(async move { handle.reload(without_ana).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!reload.is_finished());
    rig.gate.open_for(None);
    second.await.unwrap().unwrap();
    third.await.unwrap().unwrap();
    reload.await.unwrap().unwrap();
    let items = rig.handle.read(|store| store.items(true)).await.unwrap().unwrap();
    assert_eq!(items.len(), 3);
    for item in items {
        assert_eq!(item.accountable.as_str(), "ben", "{}", item.id);
    }
    rig.handle.stop().await.unwrap();
    assert!(rig.thread.join().unwrap());
}

/// The sync under way fails: neither its group nor what was decided meanwhile is acknowledged, nor anything later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_disk_fails_nobody_hears_yes() {
    let (rig, second, third, syncs) = held_up().await;
    rig.gate.fails.store(true, Ordering::SeqCst);
    rig.gate.open_for(None);
    for sent in [second, third] {
        let refused = timeout(PATIENCE, sent).await.expect("an answer").unwrap();
        assert!(matches!(refused, Err(Refusal::Store | Refusal::Stopping)), "{refused:?}");
    }
    assert!(!rig.thread.join().unwrap(), "the writer ends");
    assert_eq!(rig.gate.asked.load(Ordering::SeqCst), syncs, "and syncs nothing any more");
}
