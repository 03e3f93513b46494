//! Messages in the order of their own times. May import its peers in simulate, driver. Keeps little in memory: past a limit their bytes wait in a file without a name.

use std::fs::{File, Metadata};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use bytes::Bytes;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::messages::{FileMessage, Reader};
use crate::driver::{Arrival, ArrivalKind};

/// The most messages of one simulation; what comes after is left out, and said.
pub const MAX_MESSAGES: usize = 100_000;
/// Bytes of messages that are held in memory; the rest waits in a file.
const MAX_HELD_BYTES: u64 = 64 << 20;
/// Digits of a Maildir's file name before the first dot that are a time in seconds: 2001 to 2286.
const MAILDIR_DIGITS: std::ops::RangeInclusive<usize> = 9..=10;

/// All messages, by time.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// Those that are played, in order of time; those of one time in the order they were found.
    pub played: Vec<Played>,
    /// Those that are not, in the order they were found.
    pub left_out: Vec<LeftOut>,
    held: u64,
    spool: Option<File>,
}

/// A message that is played.
#[derive(Debug)]
pub struct Played {
    /// The file, and in a mailbox the number of the message.
    pub name: String,
    /// When it comes.
    pub at: Timestamp,
    number: usize,
    arrival: Arrival,
    /// Where its bytes wait, and how many they are.
    spooled: Option<(u64, usize)>,
}

/// A message that is not played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    number: usize,
    /// The file, and in a mailbox the number of the message.
    pub name: String,
    /// Why, as a phrase.
    pub why: String,
}

/// Where messages are.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// Mails, mailboxes, Maildirs and folders of them.
    pub mail: Vec<PathBuf>,
    /// Webhook bodies and folders of them.
    pub hooks: Vec<PathBuf>,
}

/// The time that is simulated.
#[derive(Debug, Clone)]
pub struct Period {
    /// From here; the first instant of a day where only that was given. `None` for the day of the first message.
    pub from: Option<Timestamp>,
    /// Up to here. `None` for seven days from the beginning.
    pub to: Option<Timestamp>,
    /// The zone of days, and of times that name none.
    pub zone: TimeZone,
}

/// The days simulated where no end is given.
const DAYS: i64 = 7;

impl Period {
    /// Both ends, when `first` is the time of the first message; `None` if nothing says when it begins.
    #[must_use]
    pub fn ends(&self, first: Option<Timestamp>) -> Option<(Timestamp, Timestamp)> {
        let day = |at: Timestamp| at.to_zoned(self.zone.clone()).start_of_day().map_or(at, |day| day.timestamp());
        let from = self.from.or_else(|| first.map(day))?;
        let week = || from.to_zoned(self.zone.clone()).checked_add(jiff::Span::new().days(DAYS));
        let to = self.to.or_else(|| week().ok().map(|end| end.timestamp()))?;
        Some((from, to))
    }
}

impl Catalogue {
    /// Reads every message there is. `told` hears of each, with how many there were so far.
    ///
    /// # Errors
    /// When the file in which bytes wait cannot be written.
    pub fn gather(reader: &Reader, places: &Places, zone: &TimeZone, told: &mut dyn FnMut(usize)) -> io::Result<Self> {
        let mut catalogue = Self::default();
        let mail = reader.messages(places.mail.clone()).map(|message| (false, message));
        let hooks = reader.messages(places.hooks.clone()).map(|message| (true, message));
        for (number, (hook, message)) in mail.chain(hooks).enumerate() {
            told(number + 1);
            if number >= MAX_MESSAGES {
                catalogue.leave_out(
                    number,
                    &message.name,
                    &format!("this and all after it: at most {MAX_MESSAGES} messages are simulated"),
                );
                break;
            }
            catalogue.add(number, message, hook, zone)?;
        }
        // Stable: messages of one time stay in the order they were found.
        catalogue.played.sort_by_key(|played| played.at);
        Ok(catalogue)
    }

    /// Takes out what does not lie in `[from, to)`.
    pub fn keep_within(&mut self, from: Timestamp, to: Timestamp) {
        for played in std::mem::take(&mut self.played) {
            if played.at < from {
                self.leave_out(played.number, &played.name, "it came before the simulated time");
            } else if played.at >= to {
                self.leave_out(played.number, &played.name, "it came after the simulated time");
            } else {
                self.played.push(played);
            }
        }
        self.left_out.sort_by_key(|one| one.number);
    }

    /// The arrival of a message, with its bytes.
    ///
    /// # Errors
    /// When its bytes cannot be read back.
    pub fn arrival(&self, played: &Played) -> io::Result<Arrival> {
        let mut arrival = played.arrival.clone();
        if let (Some((offset, length)), Some(spool)) = (played.spooled, &self.spool) {
            let mut bytes = vec![0; length];
            spool.read_exact_at(&mut bytes, offset)?;
            arrival.raw = Bytes::from(bytes);
        }
        Ok(arrival)
    }

    fn add(&mut self, number: usize, message: FileMessage, wanted_hook: bool, zone: &TimeZone) -> io::Result<()> {
        let FileMessage { name, own_time, arrival } = message;
        let mut arrival = match arrival {
            Ok(arrival) => arrival,
            Err(why) => {
                self.leave_out(number, &name, &format!("it cannot be read: {why}"));
                return Ok(());
            }
        };
        let hook = matches!(arrival.kind, ArrivalKind::Hook(_));
        if hook != wanted_hook {
            let what = if hook {
                "it looks like a webhook's body, not like a mail"
            } else {
                "it looks like a mail, not like a webhook's body"
            };
            self.leave_out(number, &name, what);
            return Ok(());
        }
        let Some(at) = own_time.or_else(|| time_of_file(Path::new(&name), hook, zone)) else {
            self.leave_out(number, &name, "it says no time at which it came");
            return Ok(());
        };
        arrival.received = at;
        let spooled = self.spooled(&mut arrival)?;
        self.played.push(Played {
            name,
            number,
            at,
            arrival,
            spooled,
        });
        Ok(())
    }

    fn leave_out(&mut self, number: usize, name: &str, why: &str) {
        self.left_out.push(LeftOut {
            number,
            name: name.to_owned(),
            why: why.to_owned(),
        });
    }

    /// Moves the bytes into the file once there are too many of them.
    fn spooled(&mut self, arrival: &mut Arrival) -> io::Result<Option<(u64, usize)>> {
        self.held += arrival.raw.len() as u64;
        if self.held <= MAX_HELD_BYTES {
            return Ok(None);
        }
        let spool = match &mut self.spool {
            Some(spool) => spool,
            none => none.insert(nameless_file()?),
        };
        let offset = spool.seek(SeekFrom::End(0))?;
        spool.write_all(&arrival.raw)?;
        let length = std::mem::take(&mut arrival.raw).len();
        Ok(Some((offset, length)))
    }
}

/// When a message came that does not say so itself. A Maildir's file name begins with the second of its delivery; a webhook's with a date and time, such as
/// `20261123T091500Z` or `2026-11-23 09.15`, else it came when the file was last written.
fn time_of_file(path: &Path, hook: bool, zone: &TimeZone) -> Option<Timestamp> {
    let name = path.file_name()?.to_str()?;
    if hook {
        let written = |meta: Metadata| meta.modified().ok()?.duration_since(UNIX_EPOCH).ok();
        let written = || std::fs::metadata(path).ok().and_then(written);
        let stamp = || Timestamp::from_second(i64::try_from(written()?.as_secs()).ok()?).ok();
        return time_in_name(name, zone).or_else(stamp);
    }
    let (digits, _) = name.split_once('.')?;
    let number = MAILDIR_DIGITS.contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    number.then(|| Timestamp::from_second(digits.parse().ok()?).ok())?
}

/// The date and time a name begins with; in UTC with a `Z` behind, else in `zone`. Twelve or fourteen digits, whatever stands between them.
fn time_in_name(name: &str, zone: &TimeZone) -> Option<Timestamp> {
    let mut digits = String::new();
    let mut rest = name;
    while digits.len() < 14 {
        let Some(next) = rest.chars().next() else { break };
        match next {
            '0'..='9' => digits.push(next),
            'T' | 't' | '-' | '_' | ' ' | ':' | '.' if !digits.is_empty() => {}
            _ => break,
        }
        rest = rest.get(next.len_utf8()..)?;
    }
    let part = |range: std::ops::Range<usize>| digits.get(range)?.parse::<i8>().ok();
    let year = digits.get(0..4)?.parse().ok()?;
    let second = if digits.len() >= 14 { part(12..14)? } else { 0 };
    let local = DateTime::new(year, part(4..6)?, part(6..8)?, part(8..10)?, part(10..12)?, second, 0).ok()?;
    let zone = if rest.starts_with(['Z', 'z']) {
        TimeZone::UTC
    } else {
        zone.clone()
    };
    Some(local.to_zoned(zone).ok()?.timestamp())
}

/// A file that is gone when it is closed, whatever happens.
#[expect(
    clippy::disallowed_methods,
    reason = "what waits there is read again in this run and by nobody else"
)]
fn nameless_file() -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let path = std::env::temp_dir().join(format!("batond-simulate-{}", std::process::id()));
    let file = File::options().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

#[cfg(test)]
#[path = "catalogue_tests.rs"]
mod tests;
