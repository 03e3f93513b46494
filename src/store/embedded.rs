//! The store in a folder: the journal is the truth, sled is the index. May import model, engine. `commit` returns after the sync, and what it returned for survives a power cut.

use std::collections::HashSet;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use super::contract::{check, letters, touched};
use super::disk::{Disk, RealDisk};
use super::frame::MAX_RECORD_BYTES;
use super::index::{Applied, Batch, Index, RawPlace};
use super::indexer::Pace;
use super::journal::{Journal, Line, Location, Part};
use super::marker::{self, Marker};
use super::raw::{Digest, RawFiles, digest_of};
use super::report::OpenReport;
use super::syncer::{Done, Syncer};
use super::{Begun, Entry, StoreError};

/// A message that was kept before is not kept again from this size on; a smaller one is written anew, which costs less than to look.
const LOOK_FROM_BYTES: usize = 4 << 10;

/// Sizes and surroundings of an embedded store.
#[derive(Clone)]
pub struct Options {
    /// How long a journal segment is made.
    pub segment_bytes: u64,
    /// Raw messages up to this size stand in the journal, larger ones in files of their own.
    pub inline_raw_bytes: usize,
    /// What sled may keep in memory.
    pub index_cache_bytes: u64,
    /// How much of the index may wait in memory to be written to sled together; up to twice that while it is being written.
    pub index_wait_bytes: usize,
    /// Called before the index is written, on the thread that does it: tests slow it down here.
    pub index_pace: Option<Pace>,
    /// How many of the newest segments are read through at every start, even after a clean stop. All are when the index is built anew.
    pub check_segments: usize,
    /// The longest record taken, as JSON; no more than [`MAX_RECORD_BYTES`].
    pub max_record_bytes: usize,
    /// This boot's id; without one an unclean stop counts as a power cut.
    pub boot_id: Option<String>,
    /// Where journal and raw files are written.
    pub disk: Arc<dyn Disk>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            segment_bytes: 64 << 20,
            inline_raw_bytes: 256 << 10,
            index_cache_bytes: 32 << 20,
            index_wait_bytes: 8 << 20,
            index_pace: None,
            check_segments: 4,
            max_record_bytes: MAX_RECORD_BYTES,
            boot_id: marker::boot_id(),
            disk: Arc::new(RealDisk),
        }
    }
}

/// A store in a folder. One process at a time.
pub struct EmbeddedStore {
    pub(super) dir: PathBuf,
    pub(super) options: Options,
    pub(super) journal: Journal,
    pub(super) raw_files: RawFiles,
    /// `None` once it is closed.
    pub(super) index: Option<Index>,
    pub(super) applied: Applied,
    pub(super) report: OpenReport,
    /// Why nothing is accepted any more.
    pub(super) refusing: Option<String>,
    /// Started with the first group that is not waited for.
    pub(super) syncer: Option<Syncer>,
    /// A group that is being synced.
    pub(super) under_way: Option<Written>,
    /// Held until the store is closed or dropped.
    pub(super) lock: Option<File>,
}

/// A group in the journal, not in the index yet.
pub(super) struct Written {
    group: Vec<Entry>,
    /// The records as they were written.
    records: Vec<Vec<u8>>,
    locations: Vec<Location>,
    /// Messages that are kept for the first time: the place of their entry, and whether in a file of their own.
    fresh: Vec<(usize, Digest, bool)>,
    /// How far the index is with it.
    applied: Applied,
}

impl EmbeddedStore {
    /// What was found and done when it was opened.
    #[must_use]
    pub fn report(&self) -> &OpenReport {
        &self.report
    }

    pub(super) fn max_record_bytes(&self) -> usize {
        self.options.max_record_bytes.min(MAX_RECORD_BYTES)
    }

    /// Commits, or fails for good.
    pub(super) fn commit_group(&mut self, group: Vec<Entry>) -> Result<Vec<Entry>, StoreError> {
        self.ready()?;
        if group.is_empty() {
            return Ok(group);
        }
        let done = self
            .write(group)
            .and_then(|written| Ok((self.journal.newest()?.sync_data()?, written)))
            .and_then(|((), written)| self.land(written));
        self.or_refuse(done)
    }

    /// Writes a group and has it synced beside this thread.
    pub(super) fn begin_group(&mut self, group: Vec<Entry>, done: Done) -> Result<Begun, StoreError> {
        self.ready()?;
        if group.is_empty() {
            return Ok(Begun::Committed(group));
        }
        let begun = self.write(group).and_then(|written| {
            let syncer = match self.syncer.take() {
                Some(syncer) => syncer,
                None => Syncer::start()?,
            };
            self.syncer.insert(syncer).begin(self.journal.newest()?, done)?;
            self.under_way = Some(written);
            Ok(Begun::UnderWay)
        });
        self.or_refuse(begun)
    }

    /// Waits for the sync of what was begun, and notes it in the index.
    pub(super) fn settle_group(&mut self) -> Result<Vec<Entry>, StoreError> {
        let Some(written) = self.under_way.take() else {
            return Ok(Vec::new());
        };
        let synced = match &self.syncer {
            Some(syncer) => syncer.result().map_err(StoreError::from),
            None => Err(StoreError::Refused("nobody syncs what is under way".to_owned())),
        };
        let done = synced.and_then(|()| self.land(written));
        self.or_refuse(done)
    }

    fn ready(&self) -> Result<(), StoreError> {
        match &self.refusing {
            Some(why) => Err(StoreError::Refused(why.clone())),
            None if self.under_way.is_some() => Err(StoreError::Refused("a group is under way".to_owned())),
            None => Ok(()),
        }
    }

    /// Never a second sync: what the first left undone is not known, and a later success would hide it.
    fn or_refuse<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &result
            && !matches!(error, StoreError::TooLarge { .. })
        {
            self.refusing = Some(error.to_string());
        }
        result
    }

    /// Writes a group into the journal. It is not durable yet.
    fn write(&mut self, group: Vec<Entry>) -> Result<Written, StoreError> {
        check(&group, self.applied.seq + 1)?;
        let max_record_bytes = self.max_record_bytes();
        let index = self.index.as_mut().ok_or_else(|| StoreError::Refused("it is closed".to_owned()))?;
        let mut records = Vec::with_capacity(group.len());
        let mut inline: Vec<&[u8]> = Vec::with_capacity(group.len());
        let mut fresh: Vec<(usize, Digest, bool)> = Vec::new();
        let mut here = HashSet::new();
        let mut applied = self.applied;
        for entry in &group {
            let json = serde_json::to_vec(&entry.record).map_err(|error| StoreError::Refused(error.to_string()))?;
            // Before anything is written: the store stays as it is.
            if json.len() > max_record_bytes {
                return Err(StoreError::TooLarge {
                    seq: entry.record.seq,
                    limit_bytes: max_record_bytes,
                });
            }
            records.push(json);
        }
        for (place, entry) in group.iter().enumerate() {
            let mut in_frame: &[u8] = &[];
            if let Some((bytes, digest)) = entry.raw.as_ref().zip(entry.record.raw.as_ref().and_then(digest_of)) {
                let worth_it = bytes.len() >= LOOK_FROM_BYTES.min(self.options.inline_raw_bytes);
                let known = here.contains(&digest) || (worth_it && index.raw(&digest).map_err(index_failed)?.is_some());
                if !known {
                    here.insert(digest);
                    let large = bytes.len() > self.options.inline_raw_bytes;
                    if large {
                        self.raw_files.put(&digest, bytes)?;
                        applied.raw_bytes += bytes.len() as u64;
                    } else {
                        in_frame = bytes;
                    }
                    fresh.push((place, digest, large));
                }
            }
            inline.push(in_frame);
        }
        let lines: Vec<Line<'_>> = group
            .iter()
            .zip(records.iter().zip(&inline))
            .map(|(entry, (record, raw))| Line {
                seq: entry.record.seq,
                record,
                raw,
            })
            .collect();
        let locations = self.journal.append(&lines)?;
        applied.seq = group.last().map_or(applied.seq, |last| last.record.seq);
        applied.segment = locations.last().map_or(applied.segment, |last| last.segment);
        Ok(Written {
            group,
            records,
            locations,
            fresh,
            applied,
        })
    }

    /// Notes in the index what is durable.
    fn land(&mut self, written: Written) -> Result<Vec<Entry>, StoreError> {
        let Written {
            group,
            records,
            locations,
            fresh,
            applied,
        } = written;
        let index = self.index.as_mut().ok_or_else(|| StoreError::Refused("it is closed".to_owned()))?;
        let mut batch = Batch::default();
        for ((entry, location), json) in group.iter().zip(&locations).zip(&records) {
            let seq = entry.record.seq;
            batch.changes.extend(entry.changes.iter().map(|change| (seq, change)));
            batch
                .history
                .extend(touched(&entry.record).into_iter().map(|id| (id, seq, *location)));
            if entry.record.let_go.is_some() {
                batch.dropped.push((entry.record.at, seq, *location));
            }
            for (id, letter, range) in letters(&entry.record, json) {
                batch
                    .letters
                    .extend(Part::of(*location, json, range).map(|part| (id, (letter, part))));
            }
        }
        for (place, digest, large) in fresh {
            if let Some(location) = locations.get(place) {
                let place = if large { RawPlace::File } else { RawPlace::Frame(*location) };
                batch.raw.push((digest, place));
            }
        }
        if let Err(error) = index.apply(&batch, applied) {
            // The group is durable, the index is not to be trusted again. If even that cannot be noted, opening it will show.
            let noted = Marker::Distrust.write(&*self.options.disk, &self.dir.join(super::open::MARKER));
            let why = noted.map_or_else(|noted| format!("{error}; {noted}"), |()| error.to_string());
            return Err(StoreError::Io(std::io::Error::other(why)));
        }
        self.applied = applied;
        drop(batch);
        Ok(group)
    }
}

fn index_failed(error: super::tree::TreeError) -> StoreError {
    StoreError::Io(std::io::Error::other(error.to_string()))
}
