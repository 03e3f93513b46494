//! Where decisions are kept. May import model, engine. `commit` is the only way in, in one step or in two; what it returned for survives a power cut.

mod contract;
mod disk;
mod dropped;
mod embedded;
mod frame;
mod index;
mod indexer;
mod journal;
mod keys;
mod layers;
mod marker;
mod memory;
mod open;
mod overlay;
mod packed;
mod past;
mod raw;
mod reads;
mod recent;
mod recover;
mod report;
mod scan;
mod syncer;
mod tree;
mod values;

use bytes::Bytes;
use jiff::Timestamp;

use crate::engine::{AggregateId, Change, Past, Read, Record};
use crate::model::{Correspondent, Delivery, DeliveryId, Expectation, Item, ItemId, Mute, RawRef, Round};

pub use contract::Project;
pub use disk::{Disk, JournalFile, RealDisk};
pub use embedded::{EmbeddedStore, Options};
pub use frame::MAX_RECORD_BYTES;
pub use indexer::Pace;
pub use memory::MemoryStore;
pub use report::{Damage, DamageKind, OpenError, OpenReport};
pub use syncer::Done;

/// A page of history ends once its records have this many bytes as JSON.
pub const HISTORY_PAGE_BYTES: usize = 4 << 20;

/// One record with what belongs to it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The record; sequence numbers follow each other without a gap.
    pub record: Record,
    /// The raw message the record accepted, when it is not stored yet.
    pub raw: Option<Bytes>,
    /// What the record changes in the index, computed by `engine::project`.
    pub changes: Vec<Change>,
}

/// Why a commit failed. After any of these but [`StoreError::TooLarge`] the store accepts nothing more: the process ends with 74 and a restart recovers.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Writing or syncing failed.
    #[error("the store cannot be written: {0}")]
    Io(#[from] std::io::Error),
    /// A caller broke the contract, or the store is closed after an earlier failure.
    #[error("the store refuses: {0}")]
    Refused(String),
    /// A record is longer than the store takes. Nothing of its group was written, and the store goes on: ask [`Store::fits`] first.
    #[error("record {seq} is longer than the {limit_bytes} bytes a record can have")]
    TooLarge {
        /// Its sequence number.
        seq: u64,
        /// The most bytes a record can have as JSON.
        limit_bytes: usize,
    },
}

/// What [`Store::begin`] came to.
#[derive(Debug)]
pub enum Begun {
    /// The group is committed already.
    Committed(Vec<Entry>),
    /// [`Store::settle`] ends it.
    UnderWay,
}

/// Where the newest records of an item begin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Newest {
    /// They are those with a higher sequence number.
    pub after: u64,
    /// How many older ones there are.
    pub earlier: u64,
}

/// Which deliveries to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryFilter {
    /// To be sent, soonest first.
    Due,
    /// Given up, or waiting for an address to work again.
    Dead,
    /// All, oldest first.
    All,
}

/// What a store says of itself, for metrics and `/readyz`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoreHealth {
    /// The last committed sequence number.
    pub seq: u64,
    /// Bytes of journal and raw files.
    pub journal_bytes: u64,
    /// Bytes of damaged journal set aside when the store was opened.
    pub set_aside_bytes: u64,
    /// Whether the index was rebuilt when the store was opened, and why.
    pub rebuilt: Option<String>,
    /// Bytes free on the file system, where there is one.
    pub free_bytes: Option<u64>,
}

/// A back end. One conformance suite holds for all of them. Reads see every commit that has returned.
pub trait Store: Past + Send {
    /// Makes a group durable, all of it before it returns: one write and one sync for the group, and one file more for each large raw message.
    /// Gives the group back, for whoever tells of it.
    ///
    /// # Errors
    /// Any failure of writing or syncing. What was not acknowledged may or may not be found after a restart; the store takes no further commit.
    fn commit(&mut self, group: Vec<Entry>) -> Result<Vec<Entry>, StoreError>;

    /// Begins to make a group durable, and does not wait for it where it can: then `done` is called, on any thread, once [`Store::settle`] would not wait any more.
    /// Until that has returned, reads see nothing of the group, and no other may be begun or committed.
    ///
    /// # Errors
    /// As [`Store::commit`]; `done` is not called then.
    fn begin(&mut self, group: Vec<Entry>, done: Done) -> Result<Begun, StoreError> {
        drop(done);
        self.commit(group).map(Begun::Committed)
    }

    /// Ends what [`Store::begin`] has begun, and gives the group back: it is committed.
    ///
    /// # Errors
    /// As [`Store::commit`].
    fn settle(&mut self) -> Result<Vec<Entry>, StoreError> {
        Ok(Vec::new())
    }

    /// The next sequence number to use, when nothing is under way.
    fn next_seq(&self) -> u64;

    /// Aggregates with something due at or before `now`, soonest first, at most `limit`. Costs a scan of the result.
    ///
    /// # Errors
    /// When the store cannot be read; so for every read here.
    fn due(&self, now: Timestamp, limit: usize) -> Read<Vec<(Timestamp, AggregateId)>>;

    /// When the next aggregate is due. Costs one seek.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn next_due(&self) -> Read<Option<Timestamp>>;

    /// Whether a record is short enough to be committed. Costs about what writing it would.
    fn fits(&self, record: &Record) -> bool {
        contract::fits(record, MAX_RECORD_BYTES)
    }

    /// Items in order of id, open ones only unless `all`: at most `limit` of those after `after`. An end is reached when there are fewer.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn items_page(&self, all: bool, after: Option<&ItemId>, limit: usize) -> Read<Vec<Item>>;

    /// All these items in one go: where nobody waits meanwhile.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn items(&self, all: bool) -> Read<Vec<Item>> {
        self.items_page(all, None, usize::MAX)
    }

    /// All that is expected, by name. There are as many as the configuration has.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn expectations(&self) -> Read<Vec<Expectation>>;

    /// All addresses with trouble, by address.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn correspondents(&self) -> Read<Vec<Correspondent>>;

    /// All mutes that hold or whose end is remembered, by name.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn mutes(&self) -> Read<Vec<Mute>>;

    /// Rounds, newest first, those that are planned or open only unless `all`: at most `limit` of those with a number below `before`.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn rounds_page(&self, all: bool, before: Option<u64>, limit: usize) -> Read<Vec<Round>>;

    /// Mails to be sent at or before `now`, with their whole letters, soonest first, at most `limit`. Costs what these letters cost.
    /// With them those that are further ahead than any attempt is put off ([`LONGEST_PAUSE`](crate::engine::LONGEST_PAUSE)): the clock was wrong when that was set.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn outbox_due(&self, now: Timestamp, limit: usize) -> Read<Vec<Delivery>>;

    /// The same beside those that are `taken`, which cost no more than their key, and those that are left alone, which cost no letter: `leave` sees a delivery without
    /// the text of its letter.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn outbox_due_beside(
        &self,
        now: Timestamp,
        limit: usize,
        taken: &dyn Fn(&DeliveryId) -> bool,
        leave: &dyn Fn(&Delivery) -> bool,
    ) -> Read<Vec<Delivery>> {
        let mut due = self.outbox_due(now, usize::MAX)?;
        due.retain(|delivery| !taken(&delivery.id) && !leave(delivery));
        due.truncate(limit);
        Ok(due)
    }

    /// When the next delivery is due.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn outbox_next(&self) -> Read<Option<Timestamp>>;

    /// Calls to be made at or before `now`, as [`Store::outbox_due`] gives mail: the two never wait for each other.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn calls_due(&self, now: Timestamp, limit: usize) -> Read<Vec<Delivery>>;

    /// When the next call is due.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn calls_next(&self) -> Read<Option<Timestamp>>;

    /// Deliveries without the text and further headers of their letters: at most `limit` of those after `after`, the last one of the page before.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn deliveries_page(&self, filter: DeliveryFilter, after: Option<&Delivery>, limit: usize) -> Read<Vec<Delivery>>;

    /// All these deliveries in one go: where nobody waits meanwhile.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn deliveries(&self, filter: DeliveryFilter) -> Read<Vec<Delivery>> {
        self.deliveries_page(filter, None, usize::MAX)
    }

    /// Where the newest `count` records that touched an item begin. Costs a scan of keys.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn history_newest(&self, id: &ItemId, count: usize) -> Read<Newest>;

    /// Records that touched an item and have a number above `after`, oldest first: at least one if there is one, at most `limit`, and fewer once they come
    /// to [`HISTORY_PAGE_BYTES`]. None means the end.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn history_page(&self, id: &ItemId, after: u64, limit: usize) -> Read<Vec<Record>>;

    /// Every record that touched an item, oldest first, in one go: where nobody waits meanwhile.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn history(&self, id: &ItemId) -> Read<Vec<Record>> {
        let mut records: Vec<Record> = Vec::new();
        loop {
            let page = self.history_page(id, records.last().map_or(0, |last| last.seq), usize::MAX)?;
            if page.is_empty() {
                return Ok(records);
            }
            records.extend(page);
        }
    }

    /// Records whose message a rule let go, with a number above `after`, oldest first: at least one if there is one, at most `limit`, and fewer once they
    /// come to [`HISTORY_PAGE_BYTES`]. None means the end.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn dropped_page(&self, after: u64, limit: usize) -> Read<Vec<Record>>;

    /// The last record of a dropped message before the first one that was at `since` or later; 0 if there is none. Costs a scan of the keys before it.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn dropped_before(&self, since: Timestamp) -> Read<u64>;

    /// The newest items with keys that start with `prefix`, open and closed, in order of key: at most `limit`. Keys past 96 bytes are not found so.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn keyed(&self, prefix: &str, limit: usize) -> Read<Vec<Item>>;

    /// The raw bytes of a message.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn raw(&self, raw: &RawRef) -> Read<Option<Bytes>>;

    /// What the store says of itself.
    fn health(&self) -> StoreHealth;

    /// Ends in good order: everything is synced and marked as a clean stop.
    ///
    /// # Errors
    /// When that could not be written.
    fn close(&mut self) -> Result<(), StoreError>;
}
