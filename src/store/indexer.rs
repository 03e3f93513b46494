//! Writes overlays to the database, on a thread beside the writer's. May import engine, model. Whatever a kill leaves behind, applying the records after the applied number mends it.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::contract::stripped;
use super::index::Applied;
use super::keys;
use super::overlay::{Aggregate, Of, Overlay, Slot};
use super::packed::pack;
use super::tree::{Guarded, Tree, TreeError};
use super::values::{DeliveryEntry, json, unreadable, written_keys};

/// Called before each overlay is written; tests slow it down here.
pub type Pace = Arc<dyn Fn() + Send + Sync>;

/// The thread. It ends when this is dropped, after what it has begun.
pub struct Indexer {
    jobs: Option<SyncSender<Arc<Overlay>>>,
    done: Receiver<Tree<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Indexer {
    /// Starts it.
    ///
    /// # Errors
    /// When the machine gives no thread.
    pub fn start(tree: Guarded, pace: Option<Pace>) -> Tree<Self> {
        let (jobs, work) = sync_channel::<Arc<Overlay>>(1);
        let (tell, done) = sync_channel(1);
        let run = move || {
            for overlay in work {
                if let Some(pace) = &pace {
                    pace();
                }
                let written = write(&overlay, &tree);
                drop(overlay);
                if tell.send(written).is_err() {
                    break;
                }
            }
        };
        let thread = std::thread::Builder::new().name("index".into()).spawn(run);
        Ok(Self {
            jobs: Some(jobs),
            done,
            thread: Some(thread.map_err(|error| TreeError(format!("no thread for it: {error}")))?),
        })
    }

    /// Gives it an overlay to write. It takes one at a time: wait for the end of the last one first.
    ///
    /// # Errors
    /// When the thread is gone.
    pub fn begin(&self, overlay: Arc<Overlay>) -> Tree<()> {
        let sent = self.jobs.as_ref().and_then(|jobs| jobs.send(overlay).ok());
        sent.ok_or_else(gone)
    }

    /// Whether the overlay it was given is written; with `wait`, not before it is.
    ///
    /// # Errors
    /// When it could not be written.
    pub fn finished(&self, wait: bool) -> Tree<bool> {
        use std::sync::mpsc::TryRecvError::{Disconnected, Empty};
        if wait {
            return self.done.recv().map_err(|_| gone())?.map(|()| true);
        }
        match self.done.try_recv() {
            Ok(written) => written.map(|()| true),
            Err(Empty) => Ok(false),
            Err(Disconnected) => Err(gone()),
        }
    }
}

impl Drop for Indexer {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            // It writes what it has begun, and lets go of the database.
            let _ = thread.join();
        }
    }
}

fn gone() -> TreeError {
    TreeError("its thread is gone".to_owned())
}

/// Writes an overlay: first the keys that stand for aggregates, with whatever else there is; then people; then the other aggregates; the applied number
/// last. People come before items because what they carry follows from the moves of items: an item that is ahead of its records gives wrong moves, and
/// those must meet people who are not behind theirs.
///
/// # Errors
/// When the index failed; it can be written again.
pub fn write(overlay: &Overlay, tree: &Guarded) -> Tree<()> {
    for (key, slot) in overlay.iter() {
        match slot {
            _ if keys::is_aggregate(key) => {}
            Slot::Aggregate(_) => return Err(unreadable(key)),
            Slot::Held(notice) => tree.put(key, &json(notice)?)?,
            Slot::Plain(value) => tree.put(key, value)?,
            Slot::Gone => tree.remove(key)?,
        }
    }
    for people in [true, false] {
        let aggregates = overlay.iter().filter(|(key, _)| keys::is_aggregate(key));
        for (key, slot) in aggregates.filter(|(key, _)| key.starts_with(&[keys::PERSON]) == people) {
            match slot {
                Slot::Aggregate(aggregate) => tree.put(key, &encoded(key, aggregate)?)?,
                Slot::Gone => tree.remove(key)?,
                Slot::Held(_) | Slot::Plain(_) => return Err(unreadable(key)),
            }
        }
    }
    match overlay.applied {
        Some(applied) => set_applied(tree, applied),
        None => Ok(()),
    }
}

fn set_applied(tree: &Guarded, applied: Applied) -> Tree<()> {
    let value = [applied.seq, applied.segment, applied.raw_bytes].map(u64::to_be_bytes).concat();
    tree.put(keys::APPLIED, &value)
}

/// Number, derived keys, value, the last packed.
fn encoded(key: &[u8], aggregate: &Aggregate) -> Tree<Vec<u8>> {
    let derived = written_keys(key, &aggregate.derived)?;
    let mut out = Vec::with_capacity(1024);
    out.extend_from_slice(&aggregate.seq.to_be_bytes());
    out.extend_from_slice(&u16::try_from(derived.len()).map_err(|_| unreadable(key))?.to_be_bytes());
    out.extend_from_slice(&derived);
    let json = match &aggregate.of {
        Of::Item(item) => json(item),
        Of::Person(person) => json(person),
        Of::Shift(shift) => json(shift),
        Of::Round(round) => json(round),
        Of::Correspondent(state) => json(state),
        Of::Mute(mute) => json(mute),
        Of::Expectation(expectation) => json(expectation),
        Of::Delivery(entry) if entry.letter.is_some() => {
            // The journal has the rest of the letter. One letter is more than all else a mail puts here.
            let delivery = Arc::new(stripped(&entry.delivery));
            let letter = entry.letter;
            json(&DeliveryEntry { letter, delivery })
        }
        Of::Delivery(entry) => json(entry),
    }?;
    pack(&json, &mut out);
    Ok(out)
}
