//! How long a source may be silent, as the configuration says it. May import model. Whether it is, is state, and kept in the store.

use jiff::SignedDuration;

use crate::model::Place;

/// `expect_every` of a source.
#[derive(Debug, Clone)]
pub struct Silence {
    /// At least one message within this time.
    pub every: SignedDuration,
    /// As it is written, in one form.
    pub written: String,
    /// Where it is written.
    pub place: Place,
}
