//! Opening an embedded store: lock, marker, index, journal, in that order. May import model, engine. Any prefix of it can be cut short by a kill or a power cut and done again.

use std::io;
use std::path::{Path, PathBuf};

use super::contract::{Project, letters, touched};
use super::disk::make_dir;
use super::embedded::{EmbeddedStore, Options};
use super::index::{Applied, Batch, Index, RawPlace};
use super::journal::{Journal, Part};
use super::marker::{self, Marker};
use super::raw::{RawFiles, digest_of};
use super::recover::{Met, Recovery};
use super::report::{Damage, DamageKind, OpenError, OpenReport};
use super::tree::{Guarded, Tree, TreeError};
use crate::engine::Record;

/// The marker's file name.
pub(super) const MARKER: &str = "marker";
/// The index's folder.
pub(super) const INDEX: &str = "index";
const LOCK: &str = "lock";
const JOURNAL: &str = "journal";
const RAW: &str = "raw";
const SET_ASIDE: &str = "set-aside";
/// So many broken indexes are kept for whoever wants to look; older ones make room.
const KEEP_BROKEN: u32 = 2;

impl EmbeddedStore {
    /// Opens the store in `dir`, or makes one there. `project` turns records back into changes.
    ///
    /// # Errors
    /// When another process has it, or the disk fails, or a later version wrote it. Damage is no error: it is in the report.
    pub fn open(dir: &Path, options: Options, project: Project) -> Result<(Self, OpenReport), OpenError> {
        let began = tokio::time::Instant::now();
        make_dir(dir).map_err(OpenError::at(dir))?;
        let lock_path = dir.join(LOCK);
        let lock = marker::lock(&lock_path).map_err(OpenError::at(&lock_path))?;
        let lock = lock.ok_or_else(|| OpenError::Locked(dir.to_owned()))?;

        let marker_path = dir.join(MARKER);
        let marker = Marker::read(&marker_path).map_err(OpenError::at(&marker_path))?;
        let journal_dir = dir.join(JOURNAL);
        let mut journal = Journal::open(&journal_dir, options.disk.clone(), options.segment_bytes).map_err(OpenError::at(&journal_dir))?;
        let mut report = OpenReport::default();
        let index = trusted_index(dir, &options, &journal, &marker, &mut report)?;
        // Only now: had the marker named this boot before the old index was gone, a kill in between would have made it trusted.
        Marker::Running(options.boot_id.clone())
            .write(&*options.disk, &marker_path)
            .map_err(OpenError::at(&marker_path))?;

        let (index, applied) = catch_up(dir, &options, &mut journal, index, project, &mut report)?;
        let mut store = Self {
            dir: dir.to_owned(),
            raw_files: RawFiles::new(&dir.join(RAW), options.disk.clone()),
            options,
            journal,
            index: Some(index),
            applied,
            report: OpenReport::default(),
            refusing: None,
            lock: Some(lock),
            syncer: None,
            under_way: None,
        };
        let known = match marker {
            Marker::Clean { seq, .. } => seq,
            _ => 0,
        };
        store.name_lost(known, &mut report)?;
        report.took = began.elapsed();
        store.report = report.clone();
        Ok((store, report))
    }

    /// Names records that were committed, as index or marker know, but that the journal lacks at its end; numbers go on after them.
    fn name_lost(&mut self, known: u64, report: &mut OpenReport) -> Result<(), OpenError> {
        let known = known.max(self.applied.seq);
        let last = report.last_seq;
        if known > last {
            let newest = self.journal.segments().last();
            let file = newest.map_or_else(|| self.dir.join(JOURNAL), |segment| segment.path.clone());
            report.damages.push(Damage {
                kind: DamageKind::Missing,
                file: file.clone(),
                offset: self.journal.used_bytes(),
                bytes: 0,
                lost: Some((last + 1, known)),
                kept: None,
            });
            self.journal.append_gap(last + 1, known - last).map_err(OpenError::at(&file))?;
        }
        report.last_seq = known.max(last);
        if self.applied.seq != report.last_seq {
            self.applied.seq = report.last_seq;
            if let Some(index) = &mut self.index {
                index.note(self.applied);
            }
        }
        Ok(())
    }
}

/// Reads the journal and applies what the index lacks. An index that fails meanwhile is moved aside and built anew, once.
fn catch_up(
    dir: &Path,
    options: &Options,
    journal: &mut Journal,
    mut index: Index,
    project: Project,
    report: &mut OpenReport,
) -> Result<(Index, Applied), OpenError> {
    let replayed = Replay::begin(&mut index, project).run(dir, options, journal, report);
    let why = match replayed {
        Ok(applied) => return Ok((index, applied)),
        Err(Failed::Index(error)) if report.rebuilt.is_none() => error.0,
        Err(Failed::Open(OpenError::Project(_, error))) if report.rebuilt.is_none() => error.0,
        Err(failed) => return Err(failed.into()),
    };
    drop(index);
    move_aside(dir).map_err(OpenError::at(dir.join(INDEX)))?;
    let mut index = fresh_index(dir, options, journal)?;
    // What was found damaged so far was seen to, and is not found again: that part of the report stays.
    report.rebuilt = Some(why);
    report.records = 0;
    let applied = Replay::begin(&mut index, project).run(dir, options, journal, report)?;
    Ok((index, applied))
}

/// Applies the journal to an index.
struct Replay<'a> {
    index: &'a mut Index,
    project: Project,
    applied: Applied,
    count: u64,
}

impl<'a> Replay<'a> {
    fn begin(index: &'a mut Index, project: Project) -> Self {
        let applied = index.applied();
        Self {
            index,
            project,
            applied,
            count: 0,
        }
    }

    /// Ends with another thread at work on the index.
    fn run(mut self, dir: &Path, options: &Options, journal: &mut Journal, report: &mut OpenReport) -> Result<Applied, Failed> {
        let from = first_segment(journal, self.applied, options.check_segments);
        let mut failed = None;
        let ran = Recovery::new(&*options.disk, dir.join(SET_ASIDE), report).run(journal, from, &mut |met| {
            let why = match self.met(&met) {
                Ok(()) => return Ok(()),
                Err(Failed::Open(error)) => return Err(error),
                Err(Failed::Index(error)) => error,
            };
            failed = Some(why.clone());
            Err(OpenError::Index(why.0))
        });
        report.replayed = self.count;
        if let Some(error) = failed {
            return Err(Failed::Index(error));
        }
        ran?;
        self.index.settle(options.index_pace.clone())?;
        Ok(self.applied)
    }

    /// Applies one record unless the index has it.
    fn met(&mut self, met: &Met<'_>) -> Result<(), Failed> {
        if met.seq <= self.applied.seq {
            return Ok(());
        }
        let record: Record = serde_json::from_slice(met.record).map_err(|error| OpenError::Unreadable {
            seq: met.seq,
            file: met.file.to_owned(),
            why: error.to_string(),
        })?;
        let changes = (self.project)(&record, &*self.index).map_err(|error| OpenError::Project(met.seq, error))?;
        let mut batch = Batch {
            changes: changes.iter().map(|change| (met.seq, change)).collect(),
            history: touched(&record).into_iter().map(|id| (id, met.seq, met.location)).collect(),
            letters: letters(&record, met.record)
                .into_iter()
                .filter_map(|(id, letter, range)| Some((id, (letter, Part::of(met.location, met.record, range)?))))
                .collect(),
            dropped: record.let_go.iter().map(|_| (record.at, met.seq, met.location)).collect(),
            raw: Vec::new(),
        };
        if let Some((raw, digest)) = record.raw.as_ref().and_then(|raw| Some((raw, digest_of(raw)?))) {
            // The first record with these bytes has them; later ones only name them.
            if met.raw_bytes > 0 || raw.size_bytes == 0 {
                batch.raw.push((digest, RawPlace::Frame(met.location)));
            } else if self.index.raw(&digest)?.is_none() {
                batch.raw.push((digest, RawPlace::File));
                self.applied.raw_bytes += raw.size_bytes;
            }
        }
        self.applied.seq = met.seq;
        self.applied.segment = met.location.segment;
        self.index.apply(&batch, self.applied)?;
        self.count += 1;
        Ok(())
    }
}

/// Why a replay ended early.
enum Failed {
    /// The index failed: build it anew.
    Index(TreeError),
    /// Anything else.
    Open(OpenError),
}

impl From<TreeError> for Failed {
    fn from(error: TreeError) -> Self {
        Self::Index(error)
    }
}

impl From<OpenError> for Failed {
    fn from(error: OpenError) -> Self {
        Self::Open(error)
    }
}

impl From<Failed> for OpenError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Index(error) => Self::Index(error.0),
            Failed::Open(error) => error,
        }
    }
}

/// The index if it can be trusted, else a new one, with the reason in the report.
fn trusted_index(dir: &Path, options: &Options, journal: &Journal, marker: &Marker, report: &mut OpenReport) -> Result<Index, OpenError> {
    let path = dir.join(INDEX);
    let at = || OpenError::at(&path);
    remove_discarded(dir).map_err(at())?;
    let brand_new = journal.segments().is_empty() && *marker == Marker::Absent && !path.exists();
    if brand_new {
        return fresh_index(dir, options, journal);
    }
    if let Some(why) = marker.distrust(options.boot_id.as_deref()) {
        discard(dir, options).map_err(at())?;
        report.rebuilt = Some(why);
        return fresh_index(dir, options, journal);
    }
    if !path.exists() {
        report.rebuilt = Some("there was no index".to_owned());
        return fresh_index(dir, options, journal);
    }
    let unchanged = match *marker {
        Marker::Clean { index, .. } => marker::fingerprint(&path).map_err(at())? == index,
        _ => true,
    };
    let opened = unchanged.then(|| open_index(&path, options, journal));
    let why = match opened {
        None => "the index was changed since the last stop".to_owned(),
        Some(Ok(Some(index))) => return Ok(index),
        Some(Ok(None)) => "the index is empty, or of another journal or version".to_owned(),
        Some(Err(error)) => error.0,
    };
    move_aside(dir).map_err(at())?;
    report.rebuilt = Some(why);
    fresh_index(dir, options, journal)
}

fn open_index(path: &Path, options: &Options, journal: &Journal) -> Tree<Option<Index>> {
    let index = Index::new(Guarded::open(path, options.index_cache_bytes)?, options.index_wait_bytes)?;
    let sound = index.is_of(&journal.mark())?;
    Ok(sound.then_some(index))
}

fn fresh_index(dir: &Path, options: &Options, journal: &Journal) -> Result<Index, OpenError> {
    let fresh = || {
        let index = Index::new(
            Guarded::open(&dir.join(INDEX), options.index_cache_bytes)?,
            options.index_wait_bytes,
        )?;
        index.claim(&journal.mark())?;
        Ok(index)
    };
    fresh().map_err(|error: TreeError| OpenError::Index(error.0))
}

/// Where reading begins: with the segment of the last applied record, and a few before it for the sake of finding damage.
fn first_segment(journal: &Journal, applied: Applied, check_segments: usize) -> usize {
    if applied.seq == 0 {
        return 0;
    }
    let segments = journal.segments();
    let needed = segments
        .partition_point(|segment| segment.first_seq <= applied.seq)
        .saturating_sub(1);
    needed.min(segments.len().saturating_sub(check_segments))
}

/// An index that is not to be trusted: first out of the way, durably, then removed.
fn discard(dir: &Path, options: &Options) -> io::Result<()> {
    let (index, discarded) = (dir.join(INDEX), dir.join("index.discarded"));
    if index.exists() {
        std::fs::rename(&index, &discarded)?;
        options.disk.sync_dir(dir)?;
        std::fs::remove_dir_all(&discarded)?;
    }
    Ok(())
}

/// What a kill during `discard` left.
fn remove_discarded(dir: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(dir.join("index.discarded")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// A broken index is kept as `index.broken-N`, the newest with the highest number.
fn move_aside(dir: &Path) -> io::Result<()> {
    let name = |n: u32| -> PathBuf { dir.join(format!("index.broken-{n}")) };
    if name(KEEP_BROKEN).exists() {
        std::fs::remove_dir_all(name(1))?;
        for n in 2..=KEEP_BROKEN {
            std::fs::rename(name(n), name(n - 1))?;
        }
    }
    let free = (1..=KEEP_BROKEN).find(|n| !name(*n).exists()).unwrap_or(KEEP_BROKEN);
    std::fs::rename(dir.join(INDEX), name(free))
}
