//! From paths to messages, one after the other. May import its peers in messages. A folder is read in the order of its names; what is hidden and the `tmp` of a Maildir are left out.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{FileMessage, Form, Mailbox, Reader, open, sniff, unreadable, whole};

/// The deepest folder below one that was named.
const MAX_FOLDERS: usize = 32;
/// Beside a webhook's body, its headers.
pub(super) const HEADERS_ENDING: &str = "headers";

/// The messages of some files.
pub struct Messages<'r> {
    reader: &'r Reader,
    /// What is still to be looked at, the next one last, with its depth below what was named.
    waiting: Vec<(PathBuf, usize)>,
    mailbox: Option<Mailbox>,
    one: Option<FileMessage>,
}

enum Found {
    Folder(Vec<PathBuf>),
    Mailbox(Mailbox),
    One(Box<FileMessage>),
}

impl<'r> Messages<'r> {
    pub(super) fn new(reader: &'r Reader, mut paths: Vec<PathBuf>) -> Self {
        paths.reverse();
        Self {
            reader,
            waiting: paths.into_iter().map(|path| (path, 0)).collect(),
            mailbox: None,
            one: None,
        }
    }

    pub(super) fn of_mailbox(reader: &'r Reader, mailbox: Mailbox) -> Self {
        Self {
            mailbox: Some(mailbox),
            ..Self::new(reader, Vec::new())
        }
    }

    pub(super) fn of_one(reader: &'r Reader, message: FileMessage) -> Self {
        Self {
            one: Some(message),
            ..Self::new(reader, Vec::new())
        }
    }

    fn look(&self, path: &Path, depth: usize) -> io::Result<Found> {
        if fs::metadata(path)?.is_dir() {
            if depth > MAX_FOLDERS {
                return Err(io::Error::other(format!("folders are nested over {MAX_FOLDERS} deep")));
            }
            return listed(path).map(Found::Folder);
        }
        let name = path.display().to_string();
        let mut input = open(path)?;
        let head = sniff(&mut input)?;
        Ok(match self.reader.form(path, &head) {
            Form::Mailbox => Found::Mailbox(Mailbox::new(&name, Box::new(input))),
            form => Found::One(Box::new(self.reader.whole(&name, path, form, whole(input)))),
        })
    }
}

impl Iterator for Messages<'_> {
    type Item = FileMessage;

    fn next(&mut self) -> Option<FileMessage> {
        loop {
            if let Some(one) = self.one.take() {
                return Some(one);
            }
            if let Some(next) = self.mailbox.as_mut().and_then(|mailbox| mailbox.next(self.reader)) {
                return Some(next);
            }
            self.mailbox = None;
            let (path, depth) = self.waiting.pop()?;
            match self.look(&path, depth) {
                Ok(Found::Folder(paths)) => self.waiting.extend(paths.into_iter().rev().map(|path| (path, depth + 1))),
                Ok(Found::Mailbox(mailbox)) => self.mailbox = Some(mailbox),
                Ok(Found::One(message)) => return Some(*message),
                Err(error) => return Some(unreadable(&path.display().to_string(), &error.to_string())),
            }
        }
    }
}

/// What is to be read of a folder: of a Maildir its `cur` and `new` and its subfolders, of any other everything. A link to a folder is not followed.
fn listed(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let maildir = folder.join("cur").is_dir() && folder.join("new").is_dir();
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let linked_folder = entry.file_type()?.is_symlink() && path.is_dir();
        let wanted = if maildir {
            path.is_dir() && (name == "cur" || name == "new" || name.starts_with('.'))
        } else {
            !name.starts_with('.') && path.extension().is_none_or(|ending| ending != HEADERS_ENDING)
        };
        if wanted && !linked_folder {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
