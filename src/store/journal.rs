//! The journal: segment files of frames, written at the end only. May import nothing of the crate. What `append` returned for survives a power cut once `newest` is synced.

use std::cell::RefCell;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::disk::{Disk, JournalFile, make_dir, read_small, replace_file};
use super::frame::{self, HEAD_BYTES, Head, Kind, Mark, SEGMENT_HEAD_BYTES, SegmentHead, VERSION};

/// Where a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location {
    /// The first sequence number of its segment: the segment's name.
    pub segment: u64,
    /// Where it starts in the file, in bytes.
    pub offset: u64,
}

/// Where a part of a record is, checked by itself: it can be read without the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The first sequence number of its segment.
    pub segment: u64,
    /// Where it starts in the file, in bytes.
    pub offset: u64,
    /// How many bytes it has.
    pub bytes: u32,
    /// CRC-32C of them.
    pub crc: u32,
}

impl Part {
    /// The part `range` of the record in the frame at `location`; `None` when it is not within `record`.
    #[must_use]
    pub fn of(location: Location, record: &[u8], range: Range<usize>) -> Option<Self> {
        Some(Self {
            segment: location.segment,
            offset: location.offset + HEAD_BYTES as u64 + range.start as u64,
            bytes: u32::try_from(range.len()).ok()?,
            crc: crc32c::crc32c(record.get(range)?),
        })
    }
}

/// A segment file.
#[derive(Debug, Clone)]
pub struct Segment {
    /// The first sequence number in it.
    pub first_seq: u64,
    /// The file.
    pub path: PathBuf,
}

/// A record on its way into the journal.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// Its sequence number.
    pub seq: u64,
    /// The record as JSON.
    pub record: &'a [u8],
    /// The raw message, when it goes into the frame.
    pub raw: &'a [u8],
}

/// The segment that is written to.
struct Active {
    file: Arc<dyn JournalFile>,
    end: u64,
    room: u64,
}

/// The journal, open for appending.
pub struct Journal {
    dir: PathBuf,
    disk: Arc<dyn Disk>,
    mark: Mark,
    segment_bytes: u64,
    segments: Vec<Segment>,
    sealed_bytes: u64,
    active: Option<Active>,
    /// The older segment that was read last, open still: what is read together stands together.
    last_read: RefCell<Option<(u64, Box<dyn JournalFile>)>>,
    buffer: Vec<u8>,
}

/// The buffer is given back when one group made it larger than this.
const KEEP_BUFFER_BYTES: usize = 4 << 20;
const MARK_FILE: &str = "mark";

impl Journal {
    /// Lists what is in `dir`, which is made if it is not there. Nothing is read but the mark; nothing can be appended before `start_at`.
    ///
    /// # Errors
    /// Those of the disk; `InvalidData` when there are segments but no mark can be read.
    pub fn open(dir: &Path, disk: Arc<dyn Disk>, segment_bytes: u64) -> io::Result<Self> {
        make_dir(dir)?;
        let mut segments = Vec::new();
        for entry in std::fs::read_dir(dir)? {
            let path = entry?.path();
            match path.extension().and_then(|e| e.to_str()) {
                // A segment that was being made: nothing was ever acknowledged in it.
                Some("new") => std::fs::remove_file(&path)?,
                Some("seg") => {
                    let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
                    if let Ok(first_seq) = stem.parse() {
                        segments.push(Segment { first_seq, path });
                    }
                }
                _ => {}
            }
        }
        segments.sort_by_key(|segment| segment.first_seq);
        let mark = find_mark(dir, &*disk, &segments)?;
        Ok(Self {
            dir: dir.to_owned(),
            disk,
            mark,
            segment_bytes,
            segments,
            sealed_bytes: 0,
            active: None,
            last_read: RefCell::default(),
            buffer: Vec::new(),
        })
    }

    /// The store's mark.
    #[must_use]
    pub fn mark(&self) -> Mark {
        self.mark
    }

    /// The segments, oldest first.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Bytes in use, preallocated room not counted.
    #[must_use]
    pub fn used_bytes(&self) -> u64 {
        self.sealed_bytes + self.active.as_ref().map_or(0, |active| active.end)
    }

    /// Goes on in the newest segment at `end`, with `room` bytes in all; `sealed_bytes` are those of the older ones.
    pub fn start_at(&mut self, file: Box<dyn JournalFile>, end: u64, room: u64, sealed_bytes: u64) {
        self.sealed_bytes = sealed_bytes;
        let file = Arc::from(file);
        self.active = Some(Active { file, end, room });
    }

    /// Writes a group. Says where each frame is; it is durable once [`Journal::newest`] is synced.
    ///
    /// # Errors
    /// Those of the disk; `InvalidInput` when a record is too long for a frame. Nothing may be appended after any of them.
    pub fn append(&mut self, group: &[Line<'_>]) -> io::Result<Vec<Location>> {
        let Some(first) = group.first() else { return Ok(Vec::new()) };
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        let mut starts = Vec::with_capacity(group.len());
        for (place, line) in (0..).zip(group) {
            starts.push(buffer.len() as u64);
            frame::push_record(&mut buffer, &self.mark, line.seq, place, line.record, line.raw)
                .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a record is too long for the journal"))?;
        }
        let (segment, base) = self.write(first.seq, &buffer)?;
        buffer.shrink_to(KEEP_BUFFER_BYTES);
        self.buffer = buffer;
        Ok(starts
            .into_iter()
            .map(|start| Location {
                segment,
                offset: base + start,
            })
            .collect())
    }

    /// Notes that `missing` records from `first` on are lost, so that numbers go on after them.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn append_gap(&mut self, first: u64, missing: u64) -> io::Result<()> {
        let head = frame::gap(&self.mark, first, missing, HEAD_BYTES as u64);
        let head = head.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "more records are missing than there can be"))?;
        self.write(first, &head)?;
        self.newest()?.sync_data()
    }

    /// The file that is written to, to be synced.
    ///
    /// # Errors
    /// When there is none.
    pub fn newest(&self) -> io::Result<Arc<dyn JournalFile>> {
        let active = self.active.as_ref().ok_or_else(not_open)?;
        Ok(Arc::clone(&active.file))
    }

    /// The frame at `location`, checked: its head and its body.
    ///
    /// # Errors
    /// Those of the disk; `InvalidData` when there is no sound record.
    pub fn read(&self, location: Location) -> io::Result<(Head, Vec<u8>)> {
        self.in_segment(location.segment, |file| self.read_frame(file, location.offset))
    }

    /// A part of a record, checked. Costs its own length, however long the record is.
    ///
    /// # Errors
    /// Those of the disk; `InvalidData` when it is not what was written.
    pub fn read_part(&self, part: &Part) -> io::Result<Vec<u8>> {
        self.in_segment(part.segment, |file| {
            let end = part.offset.saturating_add(u64::from(part.bytes));
            if end > file.size_bytes()? {
                return Err(damaged());
            }
            let mut bytes = vec![0; part.bytes as usize];
            file.read_at(&mut bytes, part.offset)?;
            if crc32c::crc32c(&bytes) == part.crc {
                Ok(bytes)
            } else {
                Err(damaged())
            }
        })
    }

    fn in_segment<T>(&self, segment: u64, read: impl FnOnce(&dyn JournalFile) -> io::Result<T>) -> io::Result<T> {
        let newest = self.segments.last().map(|segment| segment.first_seq);
        if let Some(active) = self.active.as_ref().filter(|_| newest == Some(segment)) {
            return read(&*active.file);
        }
        let mut last_read = self.last_read.borrow_mut();
        let file = match last_read.take() {
            Some((last, file)) if last == segment => file,
            _ => self.disk.open(&segment_path(&self.dir, segment), false)?,
        };
        let (_, file) = last_read.insert((segment, file));
        read(&**file)
    }

    fn read_frame(&self, file: &dyn JournalFile, offset: u64) -> io::Result<(Head, Vec<u8>)> {
        let mut bytes = [0; HEAD_BYTES];
        file.read_at(&mut bytes, offset)?;
        let head = Head::decode(&bytes, &self.mark)
            .filter(|head| head.kind == Kind::Record)
            .ok_or_else(damaged)?;
        if offset.saturating_add(head.frame_bytes()) > file.size_bytes()?.next_multiple_of(frame::ALIGN) {
            return Err(damaged());
        }
        let mut body = vec![0; head.body_bytes()];
        file.read_at(&mut body, offset + HEAD_BYTES as u64)?;
        if head.fits(&body) { Ok((head, body)) } else { Err(damaged()) }
    }

    /// Writes at the end; says in which segment and where.
    fn write(&mut self, first_seq: u64, bytes: &[u8]) -> io::Result<(u64, u64)> {
        let full = self
            .active
            .as_ref()
            .is_none_or(|active| active.end + bytes.len() as u64 > active.room);
        if full {
            self.roll(first_seq, bytes.len() as u64)?;
        }
        let (Some(active), Some(segment)) = (&mut self.active, self.segments.last()) else {
            return Err(not_open());
        };
        let at = active.end;
        active.file.write_all_at(bytes, at)?;
        active.end += bytes.len() as u64;
        Ok((segment.first_seq, at))
    }

    /// Begins a new segment with room for at least `need` bytes. It has its final name only once its header is durable.
    fn roll(&mut self, first_seq: u64, need: u64) -> io::Result<()> {
        let path = segment_path(&self.dir, first_seq);
        let fresh = path.with_extension("new");
        let file = self.disk.create(&fresh)?;
        let least = SEGMENT_HEAD_BYTES + need;
        let wanted = self.segment_bytes.max(least);
        let made_bytes = match reserve(&*file, wanted) {
            // Little room is left: take what this group needs, so that what is there can still be worked on.
            Err(error) if error.kind() == io::ErrorKind::StorageFull => reserve(&*file, least)?,
            other => other?,
        };
        let head = SegmentHead {
            version: VERSION,
            mark: self.mark,
            first_seq,
            made_bytes,
        };
        file.write_all_at(&head.encode(), 0)?;
        file.sync_data()?;
        self.disk.rename(&fresh, &path)?;
        self.disk.sync_dir(&self.dir)?;
        self.segments.push(Segment { first_seq, path });
        if let Some(old) = self.active.take() {
            // Only now: while it is the newest, a segment shorter than it was made counts as cut.
            old.file.set_size(old.end)?;
            self.sealed_bytes += old.end;
        }
        self.active = Some(Active {
            file: Arc::from(file),
            end: SEGMENT_HEAD_BYTES,
            room: if made_bytes == 0 { wanted } else { made_bytes },
        });
        Ok(())
    }
}

fn not_open() -> io::Error {
    io::Error::other("the journal is not open")
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the journal is damaged there")
}

/// Reserves room; 0 where the file system cannot.
pub(super) fn reserve(file: &dyn JournalFile, bytes: u64) -> io::Result<u64> {
    match file.reserve(bytes) {
        Ok(()) => Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(0),
        Err(error) => Err(error),
    }
}

fn segment_path(dir: &Path, first_seq: u64) -> PathBuf {
    dir.join(format!("{first_seq:020}.seg"))
}

/// The mark: from its own file, or from what carries it besides, or a new one for a new journal.
fn find_mark(dir: &Path, disk: &dyn Disk, segments: &[Segment]) -> io::Result<Mark> {
    let path = dir.join(MARK_FILE);
    if let Some(mark) = read_mark(&path)? {
        return Ok(mark);
    }
    let mut mark = None;
    for segment in segments {
        mark = mark.or(mark_of(disk, segment)?);
    }
    let mark = match mark {
        Some(mark) => mark,
        None if segments.is_empty() => new_mark()?,
        None => {
            let why = format!("no segment in {} has a readable header; restore it from a backup", dir.display());
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
    };
    let crc = crc32c::crc32c(&mark).to_le_bytes();
    replace_file(disk, &path, &[mark.as_slice(), crc.as_slice()].concat())?;
    Ok(mark)
}

fn read_mark(path: &Path) -> io::Result<Option<Mark>> {
    let bytes = match read_small(path, 12) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let Some((mark, crc)) = bytes.split_first_chunk::<8>() else {
        return Ok(None);
    };
    Ok((crc32c::crc32c(mark).to_le_bytes() == crc).then_some(*mark))
}

/// The mark a segment carries: in its header, else in its first frame, whose place no sender can choose.
fn mark_of(disk: &dyn Disk, segment: &Segment) -> io::Result<Option<Mark>> {
    let file = disk.open(&segment.path, false)?;
    let mut bytes = [0; SEGMENT_HEAD_BYTES as usize + HEAD_BYTES];
    file.read_at(&mut bytes, 0)?;
    if let Some(head) = SegmentHead::decode(&bytes) {
        return Ok(Some(head.mark));
    }
    let frame = bytes.get(SEGMENT_HEAD_BYTES as usize..).unwrap_or_default();
    let mark = frame.first_chunk::<8>().copied();
    Ok(mark.filter(|mark| Head::decode(frame, mark).is_some()))
}

/// Chance, here only: whoever writes to us must not be able to write frames.
fn new_mark() -> io::Result<Mark> {
    let mut mark = Mark::default();
    aws_lc_rs::rand::fill(&mut mark).map_err(|_| io::Error::other("the system gives no random bytes"))?;
    Ok(mark)
}
