//! Syncs the journal on a thread of its own, so that whoever commits can decide what comes next meanwhile. May import its peers in store. One sync at a time; its result is asked for once.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::disk::JournalFile;

/// Called once a sync is over, well or not, on another thread.
pub type Done = Box<dyn FnOnce() + Send>;

/// The thread. It ends when this is dropped, after what it has begun.
pub struct Syncer {
    jobs: Option<SyncSender<(Arc<dyn JournalFile>, Done)>>,
    results: Receiver<io::Result<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Syncer {
    /// Starts it.
    ///
    /// # Errors
    /// When the machine gives no thread.
    pub fn start() -> io::Result<Self> {
        let (jobs, work) = sync_channel::<(Arc<dyn JournalFile>, Done)>(1);
        let (tell, results) = sync_channel(1);
        let run = move || {
            for (file, done) in work {
                let synced = file.sync_data();
                let told = tell.send(synced);
                done();
                if told.is_err() {
                    break;
                }
            }
        };
        let thread = std::thread::Builder::new().name("sync".into()).spawn(run)?;
        Ok(Self {
            jobs: Some(jobs),
            results,
            thread: Some(thread),
        })
    }

    /// Begins to sync a file. It takes one at a time: ask for the last one's result first.
    ///
    /// # Errors
    /// When the thread is gone.
    pub fn begin(&self, file: Arc<dyn JournalFile>, done: Done) -> io::Result<()> {
        let sent = self.jobs.as_ref().and_then(|jobs| jobs.send((file, done)).ok());
        sent.ok_or_else(gone)
    }

    /// What came of the sync that was begun; waits for it.
    ///
    /// # Errors
    /// That of the sync.
    pub fn result(&self) -> io::Result<()> {
        self.results.recv().map_err(|_| gone())?
    }
}

impl Drop for Syncer {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            // A sync that was begun is over before the file is let go.
            let _ = thread.join();
        }
    }
}

fn gone() -> io::Error {
    io::Error::other("the thread that syncs is gone")
}
