//! How long a source, or the canary, may be silent, as the configuration says it. May import model. Whether it is, is state, and kept in the store.

use jiff::SignedDuration;

use crate::model::{Address, Place};

/// `expect_every` of a source.
#[derive(Debug, Clone)]
pub struct Silence {
    /// At least one message within this time.
    pub every: SignedDuration,
    /// Set for the canary: a mail of our own that should come back.
    pub canary: Option<Canary>,
    /// As it is written, in one form.
    pub written: String,
    /// Where it is written.
    pub place: Place,
}

/// `canary` of `send`: a mail that leaves by the relay and comes back by a source.
#[derive(Debug, Clone)]
pub struct Canary {
    /// How often one leaves.
    pub every: SignedDuration,
    /// How long it may be on its way.
    pub within: SignedDuration,
    /// Where it goes; what is sent there comes to a source.
    pub to: Address,
}

impl Canary {
    /// Stands where the name of a source stands. No source has parentheses in its name.
    pub const SOURCE: &str = "(canary)";
}
