//! A buffer that takes no more than it may. May import nothing of the crate. What was written before it was full stays readable.

use std::io;

/// A bounded buffer.
#[derive(Debug)]
pub(in crate::rules) struct Capped {
    bytes: Vec<u8>,
    limit: usize,
    full: bool,
}

impl Capped {
    /// An empty buffer for at most `limit` bytes.
    pub(in crate::rules) fn new(limit: usize) -> Self {
        Self {
            bytes: Vec::new(),
            limit,
            full: false,
        }
    }

    /// Whether something was turned away.
    pub(in crate::rules) fn is_full(&self) -> bool {
        self.full
    }

    /// What was written; if something was turned away, cut at a character and ended with an ellipsis.
    pub(in crate::rules) fn cut_text(mut self) -> String {
        let whole = match std::str::from_utf8(&self.bytes) {
            Ok(text) => text.len(),
            Err(error) => error.valid_up_to(),
        };
        self.bytes.truncate(whole);
        let mut text = String::from_utf8(self.bytes).unwrap_or_default();
        if self.full {
            text.push('…');
        }
        text
    }
}

impl io::Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.limit - self.bytes.len();
        match bytes.get(..room) {
            Some(fits) if fits.len() < bytes.len() => {
                self.bytes.extend_from_slice(fits);
                self.full = true;
                Err(io::Error::other("the output is full"))
            }
            _ => {
                self.bytes.extend_from_slice(bytes);
                Ok(bytes.len())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
