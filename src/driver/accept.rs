//! The port a door hands its messages to, and tells how it is. May import model, observe, its peers in driver. `Ok` means stable storage, whoever implements it.

use std::future::Future;
use std::pin::Pin;

use jiff::Timestamp;

use super::{Arrival, Handle, Receipt, Refusal};
use crate::model::SourceName;
use crate::observe::Report;

/// What [`Accept::accept`] resolves to.
pub type Acceptance<'a> = Pin<Box<dyn Future<Output = Result<Receipt, Refusal>> + Send + 'a>>;

/// Takes messages. Doors know this and not the [`Handle`], so that they can be tested against a driver that is slow, full or stopping.
pub trait Accept: Send + Sync {
    /// Takes one message. Resolves only after the commit; a [`Refusal`] leaves the message with its sender. Dropping the future
    /// early leaves open whether the message was taken: the sender will repeat it, and the repeat will be recognised.
    fn accept(&self, arrival: Arrival) -> Acceptance<'_>;

    /// Takes note of how a source is: whom it turned away, whether it works. What [`Accept::accept`] answers is noted by itself.
    fn tell(&self, source: &SourceName, report: Report, now: Timestamp) {
        let _ = (source, report, now);
    }
}

impl Accept for Handle {
    fn accept(&self, arrival: Arrival) -> Acceptance<'_> {
        Box::pin(self.receive(arrival))
    }

    fn tell(&self, source: &SourceName, report: Report, now: Timestamp) {
        self.sources().report(source, report, now);
    }
}
