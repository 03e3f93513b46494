//! Messages as they stand in files: mails, mailboxes, Maildirs, webhook bodies, folders of them. May import model, decode, config's settings, the driver's arrivals.
//! Holds one message in memory at a time. What cannot be read is told in its place and stops nothing.

mod hook;
mod mailbox;
mod source;
mod walk;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use jiff::Timestamp;

use crate::decode;
use crate::driver::{Arrival, ArrivalKind};

pub use hook::HookSample;
pub use mailbox::Mailbox;
pub use source::Sources;
pub use walk::Messages;

/// The largest message that is read, in bytes; the doors take less.
pub const MAX_MESSAGE_BYTES: u64 = 64 << 20;
/// How much of a file is looked at to tell what it is, in bytes.
const SNIFF_BYTES: usize = 512;

/// One message of a file.
#[derive(Debug)]
pub struct FileMessage {
    /// The path as it was given or found; in a mailbox followed by `:N`, the message's number from 1.
    pub name: String,
    /// When it was received or sent, if it says so itself.
    pub own_time: Option<Timestamp>,
    /// The message as a door would have handed it over; or why there is none.
    pub arrival: Result<Arrival, String>,
}

/// Reads messages out of files.
#[derive(Debug, Clone)]
pub struct Reader {
    /// By which source they came.
    pub sources: Sources,
    /// When they arrived, whatever they say themselves.
    pub at: Option<Timestamp>,
    /// When those arrived that do not say.
    pub now: Timestamp,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Mail,
    Mailbox,
    Hook,
}

impl Reader {
    /// Every message of these files and folders, in their order; in a folder by name.
    #[must_use]
    pub fn messages(&self, paths: Vec<PathBuf>) -> Messages<'_> {
        Messages::new(self, paths)
    }

    /// The one message or mailbox that `input` holds, as `name`.
    pub fn stream(&self, name: &str, input: impl Read + 'static) -> Messages<'_> {
        let mut input = io::BufReader::new(input);
        let found = sniff(&mut input).map(|head| self.form(Path::new(name), &head));
        match found {
            Ok(Form::Mailbox) => Messages::of_mailbox(self, Mailbox::new(name, Box::new(input))),
            Ok(form) => Messages::of_one(self, self.whole(name, Path::new(""), form, whole(input))),
            Err(error) => Messages::of_one(self, unreadable(name, &error.to_string())),
        }
    }

    /// What a file is: by its ending, else by how it begins. A source that is named decides between mail and webhook.
    fn form(&self, path: &Path, head: &[u8]) -> Form {
        let ending = path
            .extension()
            .and_then(|ending| ending.to_str())
            .unwrap_or_default()
            .to_ascii_lowercase();
        let begins = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
        let looks = match ending.as_str() {
            "eml" => Form::Mail,
            "mbox" => Form::Mailbox,
            "json" => Form::Hook,
            _ if begins.starts_with(b"From ") => Form::Mailbox,
            _ if begins.starts_with(b"{") || begins.starts_with(b"[") => Form::Hook,
            _ => Form::Mail,
        };
        match (self.sources.named_is_hook(), looks) {
            (Some(true), Form::Mail) => Form::Hook,
            (Some(false), Form::Hook) => Form::Mail,
            _ => looks,
        }
    }

    /// A file that is one message.
    fn whole(&self, name: &str, path: &Path, form: Form, bytes: io::Result<Vec<u8>>) -> FileMessage {
        match bytes {
            Err(error) => unreadable(name, &error.to_string()),
            Ok(bytes) if form == Form::Hook => hook::message(self, name, path, bytes),
            Ok(bytes) => self.mail(name, bytes),
        }
    }

    /// A mail.
    fn mail(&self, name: &str, bytes: Vec<u8>) -> FileMessage {
        let stamp = decode::stamp(&bytes);
        FileMessage {
            name: name.to_owned(),
            own_time: stamp.at,
            arrival: Ok(Arrival {
                source: self.sources.of_mail(),
                received: self.at.or(stamp.at).unwrap_or(self.now),
                raw: Bytes::from(bytes),
                kind: ArrivalKind::Mail(stamp.envelope),
            }),
        }
    }
}

fn unreadable(name: &str, why: &str) -> FileMessage {
    FileMessage {
        name: name.to_owned(),
        own_time: None,
        arrival: Err(why.to_owned()),
    }
}

/// The beginning of a stream, left in it.
fn sniff(input: &mut impl io::BufRead) -> io::Result<Vec<u8>> {
    let head = input.fill_buf()?;
    Ok(head.get(..SNIFF_BYTES).unwrap_or(head).to_vec())
}

/// All of a stream, within the limit.
fn whole(input: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(MAX_MESSAGE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_MESSAGE_BYTES {
        return Err(io::Error::other(too_large()));
    }
    Ok(bytes)
}

fn too_large() -> String {
    format!("it is over {} MiB, the most that is read of one message", MAX_MESSAGE_BYTES >> 20)
}

fn open(path: &Path) -> io::Result<io::BufReader<File>> {
    File::open(path).map(io::BufReader::new)
}

#[cfg(test)]
mod tests;
