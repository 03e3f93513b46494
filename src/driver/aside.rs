//! A mail that a source could not take and put aside: it becomes an item, with what could be had of its bytes. May import its peers in driver, decode, model. Once for each place where it lies, over restarts.

use bytes::Bytes;

use super::{Arrival, ArrivalKind, Handle, Origin, Receipt, Refusal};
use crate::decode;
use crate::model::{Envelope, SourceName, Unparsed};

/// The most bytes that are kept of a mail that is larger than its source takes: its head and how it begins. The whole of it lies where the item says.
pub const KEPT_BYTES: usize = 64 * 1024;

/// A mail that was put aside.
#[derive(Debug, Clone)]
pub struct Aside {
    /// The source.
    pub source: SourceName,
    /// When.
    pub at: jiff::Timestamp,
    /// Where it lay when it was met: by this it is known again.
    pub origin: Origin,
    /// The envelope, as far as it is known.
    pub envelope: Envelope,
    /// What could be had of it; empty if nothing could.
    pub bytes: Bytes,
    /// Whether that is all of it.
    pub whole: bool,
    /// Which mail, and why it was not taken: a clause after its source's name, such as "mail 7 of INBOX is larger than …".
    pub why: String,
    /// Where it lies now, and what to do so that it is taken: sentences.
    pub what_to_do: String,
}

impl Aside {
    /// As what comes to the driver. Its key is not that of a mail that was taken: should it be taken later, it is a message like any other.
    fn arrival(self) -> Arrival {
        let bytes = self.bytes.slice(..self.bytes.len().min(KEPT_BYTES));
        let why = Unparsed {
            code: Unparsed::PUT_ASIDE.to_owned(),
            text: self.text(&bytes),
        };
        let origin = self.aside_origin();
        Arrival {
            source: self.source,
            received: self.at,
            raw: bytes,
            kind: ArrivalKind::Aside(self.envelope, origin, why),
        }
    }

    fn aside_origin(&self) -> Origin {
        Origin {
            place: format!("aside:{}", self.origin.place),
            // Where nothing of it is known, nothing tells it from others when the place is numbered anew.
            renumbered: self.origin.renumbered && !self.bytes.is_empty(),
            ..self.origin.clone()
        }
    }

    /// What people read.
    fn text(&self, kept: &Bytes) -> String {
        let mut text = format!("Source `{}` put a mail aside: {}.\n\n{}\n", self.source, self.why, self.what_to_do);
        if kept.is_empty() {
            text.push_str("\nNothing of it could be read, so nothing of it is kept here.");
            return text;
        }
        let size = kept.len();
        if let Ok((mail, _)) = decode::mail(kept, self.envelope.clone()) {
            let from: Vec<&str> = mail.from.iter().map(|from| from.address.as_str()).collect();
            text.push_str(&format!("\nFrom: {}\nSubject: {}\n", from.join(", "), mail.subject));
        }
        text.push_str(&if self.whole && size == self.bytes.len() {
            format!("\nIts {size} bytes are kept with this item.")
        } else {
            format!("\nIts first {size} bytes are kept with this item.")
        });
        text
    }
}

impl Handle {
    /// Keeps what is known of a mail that is put aside, as an item in the quarantine queue. `None` if that is known already. Returns only after the commit.
    ///
    /// # Errors
    /// A [`Refusal`]: nothing is kept; leave the mail where it lies and try again.
    pub async fn put_aside(&self, aside: Aside) -> Result<Option<Receipt>, Refusal> {
        let origin = aside.aside_origin();
        let key = origin.key(&aside.source);
        let (known, _) = self.taken(&aside.source, &origin.place, vec![key]).await?;
        if known.first().copied().unwrap_or_default() {
            return Ok(None);
        }
        self.take(aside.arrival()).await.map(Some)
    }
}

#[cfg(test)]
#[path = "aside_tests.rs"]
mod tests;
