//! The folder notices land in, read as the people read their mailboxes. May import decode. Each mail is given out once.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::place::read_at_most;
use super::wait;
use crate::decode;
use crate::model::Envelope;

/// The largest mail that is read.
const MAX_MAIL_BYTES: u64 = 4 * 1024 * 1024;

/// A mail that has arrived.
pub struct Letter {
    /// All of it, as it arrived.
    pub raw: String,
    /// The sender as written.
    pub from: String,
    /// The first recipient's address.
    pub to: String,
    /// Where an answer goes.
    pub reply_to: String,
    /// The subject.
    pub subject: String,
    /// Its id, without angle brackets.
    pub id: String,
    /// The ids of the mails before it in its thread.
    pub references: Vec<String>,
    /// Why it was sent: `assigned`, `reminder`, …
    pub reason: String,
    /// Which item it is about.
    pub item: String,
    /// The plain text.
    pub text: String,
}

/// The mailboxes of everybody.
pub struct Mailbox {
    folder: PathBuf,
    seen: BTreeSet<PathBuf>,
    arrived: Vec<Letter>,
}

impl Mailbox {
    /// On the folder of the relay, which need not be there yet.
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            seen: BTreeSet::new(),
            arrived: Vec::new(),
        }
    }

    /// Waits for a mail to `to` about `item` with this reason, and takes it. `None` when the time is up.
    pub fn take(&mut self, to: &str, reason: &str, item: &str, patience: Duration) -> io::Result<Option<Letter>> {
        let wanted = |letter: &Letter| letter.to == to && letter.reason == reason && letter.item == item;
        wait::until(patience, || {
            self.look()?;
            Ok(self.arrived.iter().position(wanted).map(|at| self.arrived.remove(at)))
        })
    }

    /// What has arrived and was not taken, a line each.
    pub fn left(&self) -> Vec<String> {
        let line = |letter: &Letter| format!("{} to {}: {}", letter.reason, letter.to, letter.subject);
        self.arrived.iter().map(line).collect()
    }

    /// How many mails came in all.
    pub fn count(&self) -> usize {
        self.seen.len()
    }

    /// Whether anything ever came for `to`, in files not yet looked at too.
    pub fn holds_any_for(&mut self, to: &str) -> io::Result<bool> {
        self.look()?;
        Ok(self.arrived.iter().any(|letter| letter.to == to))
    }

    fn look(&mut self) -> io::Result<()> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            // No mail yet, or somebody put a file in its place: then nothing can arrive, and the one who waits says so.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(()),
            Err(error) => return Err(error),
        };
        let mut new = Vec::new();
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "eml") && !self.seen.contains(&path) {
                new.push(path);
            }
        }
        new.sort();
        for path in new {
            self.arrived.push(read(&path)?);
            self.seen.insert(path);
        }
        Ok(())
    }
}

fn read(path: &Path) -> io::Result<Letter> {
    let raw = read_at_most(path, MAX_MAIL_BYTES)?;
    let unreadable = |why: String| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {why}", path.display()));
    let (mail, _) = decode::mail(&raw, Envelope::default()).map_err(|error| unreadable(error.text))?;
    let header = |name: &str| mail.header(name).next().map(|value| value.trim().to_owned());
    let needed = |name: &str| header(name).ok_or_else(|| unreadable(format!("it has no {name}")));
    let address = |boxes: &[crate::model::Mailbox]| boxes.first().map(|one| one.address.clone());
    let to = address(&mail.to).ok_or_else(|| unreadable("it has no recipient".into()))?;
    let reply_to = address(&mail.reply_to).or_else(|| address(&mail.from));
    Ok(Letter {
        from: needed("From")?,
        reply_to: reply_to.ok_or_else(|| unreadable("it cannot be answered".into()))?,
        id: mail.message_id.clone().ok_or_else(|| unreadable("it has no Message-ID".into()))?,
        reason: needed("X-Batond-Reason")?,
        item: needed("X-Batond-Item")?,
        raw: String::from_utf8_lossy(&raw).into_owned(),
        to,
        subject: mail.subject,
        references: mail.references,
        text: mail.text,
    })
}
