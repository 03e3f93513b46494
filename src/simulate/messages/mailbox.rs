//! A mailbox file (mbox, RFC 4155), read as a stream. May import its peers in messages. mail-parser finds where each message begins and takes the quotes off `>From `.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use mail_parser::mailbox::mbox::MessageIterator;

use super::{FileMessage, MAX_MESSAGE_BYTES, Reader, too_large, unreadable};

/// The messages of one mailbox file.
pub struct Mailbox {
    name: String,
    number: u64,
    left: Rc<Cell<u64>>,
    messages: Option<MessageIterator<Bounded>>,
}

/// Ends a message that has no end: mail-parser itself would take all there is.
struct Bounded {
    input: Box<dyn BufRead>,
    left: Rc<Cell<u64>>,
}

impl Mailbox {
    /// Reads `input` as the mailbox called `name`.
    #[must_use]
    pub fn new(name: &str, input: Box<dyn BufRead>) -> Self {
        let left = Rc::new(Cell::new(MAX_MESSAGE_BYTES));
        let bounded = Bounded {
            input,
            left: Rc::clone(&left),
        };
        Self {
            name: name.to_owned(),
            number: 0,
            left,
            messages: Some(MessageIterator::new(bounded)),
        }
    }

    /// The next message. A mailbox without any is told as one that cannot be read; after a failure nothing follows.
    pub(super) fn next(&mut self, reader: &Reader) -> Option<FileMessage> {
        let next = self.messages.as_mut()?.next();
        self.left.set(MAX_MESSAGE_BYTES);
        self.number += 1;
        let name = format!("{}:{}", self.name, self.number);
        match next {
            Some(Ok(message)) => Some(reader.mail(&name, message.unwrap_contents())),
            Some(Err(error)) => {
                self.messages = None;
                Some(unreadable(&name, &format!("{error}; what follows in this mailbox was not read")))
            }
            None => {
                self.messages = None;
                (self.number == 1).then(|| unreadable(&self.name, "there is no message in this mailbox"))
            }
        }
    }
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.spend(read);
        Ok(read)
    }
}

impl BufRead for Bounded {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left.get() == 0 {
            return Err(io::Error::other(too_large()));
        }
        self.input.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.input.consume(bytes);
        self.spend(bytes);
    }
}

impl Bounded {
    fn spend(&self, bytes: usize) {
        self.left.set(self.left.get().saturating_sub(bytes as u64));
    }
}
