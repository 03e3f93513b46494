//! What stands between DATA and its end (RFC 5321 section 4.5.2). May import nothing of the crate. Only CR LF . CR LF ends it, however the bytes were cut into pieces.

use memchr::memmem;

/// Where in a line the last octet stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the first octet of a line: at the start of DATA, or after CR LF.
    Start,
    /// After `.` at the start of a line; the dot is held back.
    Dot,
    /// After `.` CR at the start of a line; both are held back.
    DotCr,
    /// After CR.
    Cr,
    /// Anywhere else. A bare LF leads here too: it ends no line.
    Middle,
}

/// What a piece of input came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fed {
    /// All of it belongs to the mail, and there is more to come.
    More,
    /// The mail has ended; this many octets of the piece belonged to it and its end, the rest is the next command.
    Ended(usize),
}

/// Finds the end of DATA and takes the stuffed dots out.
#[derive(Debug)]
pub struct Dots {
    place: Place,
}

impl Default for Dots {
    fn default() -> Self {
        Self::new()
    }
}

impl Dots {
    /// At the start of DATA, behind the CR LF of the command.
    #[must_use]
    pub fn new() -> Self {
        Self { place: Place::Start }
    }

    /// Reads a piece; what belongs to the mail goes to `out`, bare CR and bare LF unchanged.
    pub fn feed(&mut self, piece: &[u8], mut out: impl FnMut(&[u8])) -> Fed {
        let mut rest = piece;
        while let Some((&octet, after)) = rest.split_first() {
            match (self.place, octet) {
                (Place::Start, b'.') => (self.place, rest) = (Place::Dot, after),
                (Place::Dot, b'\r') => (self.place, rest) = (Place::DotCr, after),
                (Place::DotCr, b'\n') => return Fed::Ended(piece.len() - after.len()),
                (Place::Cr, b'\n') => {
                    out(b"\n");
                    (self.place, rest) = (Place::Start, after);
                }
                // The held dot was stuffing: it goes, what came behind it stays.
                (Place::DotCr, _) => {
                    out(b"\r");
                    self.place = Place::Middle;
                }
                (Place::Start | Place::Dot | Place::Cr, _) => self.place = Place::Middle,
                (Place::Middle, _) => rest = self.line(rest, &mut out),
            }
        }
        Fed::More
    }

    /// Passes everything up to the next line that starts with a dot; most mails have none.
    fn line<'a>(&mut self, rest: &'a [u8], out: &mut impl FnMut(&[u8])) -> &'a [u8] {
        let (passed, after) = match memmem::find(rest, b"\r\n.") {
            Some(at) => rest.split_at(at + 2),
            None => (rest, &rest[rest.len()..]),
        };
        out(passed);
        self.place = match passed {
            [.., b'\r', b'\n'] => Place::Start,
            [.., b'\r'] => Place::Cr,
            _ => Place::Middle,
        };
        after
    }
}

#[cfg(test)]
#[path = "dots_tests.rs"]
mod tests;
#[cfg(test)]
pub(super) use tests::FALSE_ENDS;
