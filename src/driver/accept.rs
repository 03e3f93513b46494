//! The port a door hands its messages to. May import only its peers in driver. `Ok` means stable storage, whoever implements it.

use std::future::Future;
use std::pin::Pin;

use super::{Arrival, Handle, Receipt, Refusal};

/// What [`Accept::accept`] resolves to.
pub type Acceptance<'a> = Pin<Box<dyn Future<Output = Result<Receipt, Refusal>> + Send + 'a>>;

/// Takes messages. Doors know this and not the [`Handle`], so that they can be tested against a driver that is slow, full or stopping.
pub trait Accept: Send + Sync {
    /// Takes one message. Resolves only after the commit; a [`Refusal`] leaves the message with its sender. Dropping the future
    /// early leaves open whether the message was taken: the sender will repeat it, and the repeat will be recognised.
    fn accept(&self, arrival: Arrival) -> Acceptance<'_>;
}

impl Accept for Handle {
    fn accept(&self, arrival: Arrival) -> Acceptance<'_> {
        Box::pin(self.receive(arrival))
    }
}
