//! Where a mail lies that is read where it is, and by what it is known again. May import engine, model. Taken and remembered in one record: neither lost nor doubled.

use crate::engine::{Past, Read, Seen, SeenKey};
use crate::model::{RawRef, SourceName};

/// Where a mail lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The place, such as an account and a folder on its server.
    pub place: String,
    /// How the place is numbered: an IMAP server that cannot keep its numbers says so by another one (UIDVALIDITY). 0 where names last.
    pub numbering: u64,
    /// Which mail of the place.
    pub name: String,
    /// Whether the place was numbered anew since something of it was taken: what lies there may have been taken under another name.
    pub renumbered: bool,
}

impl Origin {
    /// By what this mail is known again.
    #[must_use]
    pub fn key(&self, source: &SourceName) -> SeenKey {
        let Self {
            place, numbering, name, ..
        } = self;
        SeenKey::of_id(source, &format!("lies:{place}:{numbering}:{name}"))
    }

    /// By what its bytes are known again when the place is numbered anew.
    fn content(&self, source: &SourceName, raw: &RawRef) -> SeenKey {
        SeenKey::of_id(source, &format!("lies:{}:{}", self.place, raw.sha256))
    }

    /// Under what the numbering of a place is remembered.
    #[must_use]
    pub fn numbering_key(source: &SourceName, place: &str) -> SeenKey {
        SeenKey::of_id(source, &format!("numbering:{place}"))
    }

    /// What this mail came to before, whatever that was.
    pub(super) fn before(&self, source: &SourceName, raw: &RawRef, past: &dyn Past) -> Read<Option<Seen>> {
        let seen = past.seen(&self.key(source))?;
        if seen.is_some() || !self.renumbered {
            return Ok(seen);
        }
        past.seen(&self.content(source, raw))
    }

    /// What is to be remembered of it beside `seen`.
    pub(super) fn remembered(&self, source: &SourceName, raw: &RawRef, seen: &Seen, past: &dyn Past) -> Read<Vec<(SeenKey, Seen)>> {
        let mut remembered = vec![(self.key(source), seen.clone()), (self.content(source, raw), seen.clone())];
        let key = Self::numbering_key(source, &self.place);
        if past.seen(&key)?.is_none_or(|known| known.number != self.numbering) {
            let number = Seen {
                number: self.numbering,
                ..Seen::new(seen.at)
            };
            remembered.push((key, number));
        }
        Ok(remembered)
    }
}
