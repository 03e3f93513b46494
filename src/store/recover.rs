//! Reads the journal through when a store is opened. May import nothing of the crate. Cuts a torn tail, sets damaged bytes aside, names whatever is missing.

use std::io;
use std::path::{Path, PathBuf};

use super::disk::{Disk, JournalFile, make_dir};
use super::frame::{self, ALIGN, HEAD_BYTES, SEGMENT_HEAD_BYTES, SegmentHead, VERSION};
use super::journal::{Journal, Location, Segment, reserve};
use super::report::{Damage, DamageKind, OpenError, OpenReport};
use super::scan::{Found, Scan};

/// How many bytes are copied at once.
const COPY_BYTES: usize = 1 << 20;

/// A sound record met on the way.
pub struct Met<'a> {
    /// Its sequence number.
    pub seq: u64,
    /// Where it is.
    pub location: Location,
    /// The record as JSON.
    pub record: &'a [u8],
    /// How many bytes of raw message stand in its frame.
    pub raw_bytes: u32,
    /// Its segment.
    pub file: &'a Path,
}

/// Goes through the journal once.
pub struct Recovery<'a> {
    disk: &'a dyn Disk,
    aside: PathBuf,
    report: &'a mut OpenReport,
    last_seq: u64,
    /// Index of the damage that may be an unfinished write, with the first number lost there.
    unfinished: Option<(usize, u64)>,
}

/// What is known of a segment while it is read.
struct Reading<'a> {
    segment: &'a Segment,
    file: Box<dyn JournalFile>,
    made_bytes: u64,
    size: u64,
    bad: Option<(u64, u64)>,
    holes: Vec<(u64, Vec<u8>)>,
}

impl<'a> Recovery<'a> {
    /// A recovery that keeps damaged bytes in `aside` and says what it found in `report`.
    pub fn new(disk: &'a dyn Disk, aside: PathBuf, report: &'a mut OpenReport) -> Self {
        Self {
            disk,
            aside,
            report,
            last_seq: 0,
            unfinished: None,
        }
    }

    /// Reads all segments from index `from` on, hands every record to `each`, and leaves the journal ready for appending.
    ///
    /// # Errors
    /// Those of the disk, and those of `each`.
    pub fn run(
        &mut self,
        journal: &mut Journal,
        from: usize,
        each: &mut dyn FnMut(Met<'_>) -> Result<(), OpenError>,
    ) -> Result<(), OpenError> {
        let segments = journal.segments().to_vec();
        let mut sealed_bytes = 0;
        for segment in segments.iter().take(from) {
            sealed_bytes += std::fs::metadata(&segment.path).map_err(OpenError::at(&segment.path))?.len();
        }
        self.last_seq = segments.get(from).map_or(0, |segment| segment.first_seq.saturating_sub(1));
        // A first segment that does not begin with record 1 means that older ones are gone.
        if from == 0 && self.last_seq > 0 {
            let (path, last) = (segments[0].path.clone(), self.last_seq);
            self.damage(DamageKind::Missing, &path, 0, 0, Some((1, last)), None);
        }
        let count = segments.len();
        for (index, segment) in segments.iter().enumerate().skip(from) {
            let at_segment = OpenError::at(&segment.path);
            let mut reading = self.begin(segment, journal.mark())?;
            let end = self.through(&mut reading, journal.mark(), each)?;
            let next_first = segments.get(index + 1).map(|next| next.first_seq);
            let result = match next_first {
                Some(next_first) => self.seal(&mut reading, end, next_first),
                None => self.cut(&mut reading, end),
            };
            let end = result.and_then(|end| fill(&reading).map(|()| end)).map_err(at_segment)?;
            if index + 1 == count {
                let room = reading.made_bytes.max(end);
                journal.start_at(reading.file, end, room, sealed_bytes);
            } else {
                sealed_bytes += reading.size;
            }
        }
        self.report.last_seq = self.last_seq;
        Ok(())
    }

    /// Opens a segment and sees to its header and length.
    fn begin<'s>(&mut self, segment: &'s Segment, mark: frame::Mark) -> Result<Reading<'s>, OpenError> {
        let at = || OpenError::at(&segment.path);
        let file = self.disk.open(&segment.path, true).map_err(at())?;
        let size = file.size_bytes().map_err(at())?;
        let mut bytes = [0; SEGMENT_HEAD_BYTES as usize];
        file.read_at(&mut bytes, 0).map_err(at())?;
        let head = SegmentHead::decode(&bytes).filter(|head| head.mark == mark && head.first_seq == segment.first_seq);
        let made_bytes = match head {
            Some(head) if head.version > VERSION => return Err(OpenError::Later(segment.path.clone())),
            Some(head) => head.made_bytes,
            None => {
                let kept = self.keep(&*file, segment, 0, SEGMENT_HEAD_BYTES.min(size)).map_err(at())?;
                self.damage(DamageKind::Header, &segment.path, 0, SEGMENT_HEAD_BYTES, None, kept);
                let head = SegmentHead {
                    version: VERSION,
                    mark,
                    first_seq: segment.first_seq,
                    made_bytes: size.max(SEGMENT_HEAD_BYTES),
                };
                file.write_all_at(&head.encode(), 0).map_err(at())?;
                file.sync_data().map_err(at())?;
                head.made_bytes
            }
        };
        Ok(Reading {
            segment,
            size: file.size_bytes().map_err(at())?,
            file,
            made_bytes,
            bad: None,
            holes: Vec::new(),
        })
    }

    /// Reads a segment's frames; says where its tail starts and how much of the tail is not zero.
    fn through(
        &mut self,
        reading: &mut Reading<'_>,
        mark: frame::Mark,
        each: &mut dyn FnMut(Met<'_>) -> Result<(), OpenError>,
    ) -> Result<(u64, u64), OpenError> {
        let at = || OpenError::at(&reading.segment.path);
        let file = self.disk.open(&reading.segment.path, false).map_err(at())?;
        let mut scan = Scan::new(&*file, SEGMENT_HEAD_BYTES, mark, self.last_seq).map_err(at())?;
        loop {
            match scan.next().map_err(at())? {
                Found::Record { head, offset, record } => {
                    let met = Met {
                        seq: head.seq,
                        location: Location {
                            segment: reading.segment.first_seq,
                            offset,
                        },
                        record,
                        raw_bytes: head.raw_bytes,
                        file: &reading.segment.path,
                    };
                    each(met)?;
                    self.report.records += 1;
                    self.settle(reading, head.seq, offset, mark)
                        .map_err(OpenError::at(&reading.segment.path))?;
                    let group = head.seq.saturating_sub(u64::from(head.place));
                    self.later_group(group);
                    self.last_seq = head.seq;
                }
                Found::Gap { head } => {
                    self.settle(reading, head.seq, u64::MAX, mark)
                        .map_err(OpenError::at(&reading.segment.path))?;
                    if head.place > 0 {
                        self.last_seq = head.seq + u64::from(head.place) - 1;
                    }
                }
                Found::Bad { offset, end } => {
                    let from = reading.bad.map_or(offset, |(from, _)| from);
                    reading.bad = Some((from, end));
                }
                Found::End { offset, dirty_bytes } => return Ok((offset, dirty_bytes)),
            }
        }
    }

    /// Before a sound frame with number `seq`: names what stands or lacks between it and the one before.
    fn settle(&mut self, reading: &mut Reading<'_>, seq: u64, offset: u64, mark: frame::Mark) -> io::Result<()> {
        let missing = seq.saturating_sub(self.last_seq + 1);
        let lost = (missing > 0).then(|| (self.last_seq + 1, seq - 1));
        if let Some((from, end)) = reading.bad.take() {
            let kept = self.keep(&*reading.file, reading.segment, from, end - from)?;
            let at = self.damage(DamageKind::Altered, &reading.segment.path, from, end - from, lost, kept);
            self.unfinished = lost.map(|(first, _)| (at, first));
            if let Some(head) = frame::gap(&mark, self.last_seq + 1, missing, end - from) {
                reading.holes.push((from, head.to_vec()));
            }
        } else if lost.is_some() {
            self.damage(DamageKind::Missing, &reading.segment.path, offset.min(reading.size), 0, lost, None);
        }
        Ok(())
    }

    /// A group that starts after a hole proves that the hole's own group had been synced.
    fn later_group(&mut self, group: u64) {
        if self.unfinished.is_some_and(|(_, first_lost)| group > first_lost) {
            self.unfinished = None;
        }
    }

    /// Ends a segment that has a younger one after it. Says where it ends.
    fn seal(&mut self, reading: &mut Reading<'_>, (end, dirty): (u64, u64), next_first: u64) -> io::Result<u64> {
        let from = reading.bad.take().map_or(end, |(from, _)| from);
        let until = (end + dirty).next_multiple_of(ALIGN).min(reading.size);
        let lost = (next_first > self.last_seq + 1).then(|| (self.last_seq + 1, next_first - 1));
        if until > from {
            let kept = self.keep(&*reading.file, reading.segment, from, until - from)?;
            self.damage(DamageKind::Altered, &reading.segment.path, from, until - from, lost, kept);
        } else if lost.is_some() {
            self.damage(DamageKind::Missing, &reading.segment.path, from, 0, lost, None);
        }
        // Only zeros and what was set aside stand behind it.
        if reading.size > from {
            reading.file.set_size(from)?;
            reading.file.sync_data()?;
            reading.size = from;
        }
        self.last_seq = self.last_seq.max(next_first.saturating_sub(1));
        self.unfinished = None;
        Ok(from)
    }

    /// Ends the newest segment: what follows its last sound frame was not acknowledged, or is named by whoever knows better.
    fn cut(&mut self, reading: &mut Reading<'_>, (end, dirty): (u64, u64)) -> io::Result<u64> {
        let from = reading.bad.take().map_or(end, |(from, _)| from);
        let until = end + dirty;
        if reading.made_bytes > reading.size {
            let lacks = reading.made_bytes - reading.size;
            self.damage(DamageKind::Short, &reading.segment.path, reading.size, lacks, None, None);
        }
        if until > from {
            self.report.cut_bytes += until - from;
            self.keep(&*reading.file, reading.segment, from, until - from)?;
            reading.file.set_size(from)?;
        }
        if until > from || reading.made_bytes > reading.size {
            reserve(&*reading.file, reading.made_bytes)?;
            reading.file.sync_data()?;
        }
        if let Some((index, _)) = self.unfinished.take()
            && let Some(damage) = self.report.damages.get_mut(index)
        {
            damage.kind = DamageKind::Unfinished;
        }
        Ok(from)
    }

    /// Copies bytes to `set-aside/`, durably; `None` when there are none.
    fn keep(&mut self, file: &dyn JournalFile, segment: &Segment, offset: u64, bytes: u64) -> io::Result<Option<PathBuf>> {
        if bytes == 0 {
            return Ok(None);
        }
        make_dir(&self.aside)?;
        let path = free_name(&self.aside, segment.first_seq, offset);
        let copy = self.disk.create(&path)?;
        let (mut done, mut buffer) = (0, vec![0; COPY_BYTES]);
        while done < bytes {
            let want = usize::try_from(bytes - done).unwrap_or(COPY_BYTES).min(COPY_BYTES);
            let read = file.read_at(&mut buffer[..want], offset + done)?;
            copy.write_all_at(&buffer[..read], done)?;
            done += read as u64;
            if read < want {
                break;
            }
        }
        copy.sync_data()?;
        self.disk.sync_dir(&self.aside)?;
        Ok(Some(path))
    }

    fn damage(&mut self, kind: DamageKind, file: &Path, offset: u64, bytes: u64, lost: Option<(u64, u64)>, kept: Option<PathBuf>) -> usize {
        // When an index failed on the way, its segment is read a second time.
        let same = |d: &Damage| (d.kind, d.offset, d.bytes) == (kind, offset, bytes) && d.file == file;
        if let Some(known) = self.report.damages.iter().position(same) {
            return known;
        }
        if kept.is_some() {
            self.report.set_aside_bytes += bytes;
        }
        self.report.damages.push(Damage {
            kind,
            file: file.to_owned(),
            offset,
            bytes,
            lost,
            kept,
        });
        self.report.damages.len() - 1
    }
}

/// Writes gaps over what was set aside, so that the next reader passes it without another report.
fn fill(reading: &Reading<'_>) -> io::Result<()> {
    for (offset, head) in &reading.holes {
        debug_assert_eq!(head.len(), HEAD_BYTES);
        reading.file.write_all_at(head, *offset)?;
    }
    if reading.holes.is_empty() {
        Ok(())
    } else {
        reading.file.sync_data()
    }
}

/// A name for set-aside bytes that is not taken: the same place can be damaged more than once.
fn free_name(aside: &Path, segment: u64, offset: u64) -> PathBuf {
    let name = |n: u32| aside.join(format!("{segment:020}-{offset}-{n}.bytes"));
    (0..).map(name).find(|path| !path.exists()).unwrap_or_else(|| name(u32::MAX))
}
