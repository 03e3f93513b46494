//! What people write back: the new text, the verbs, the dates, the keys. May import model. A line is a command only if it parses whole.

mod keys;
mod verb;

pub use keys::{KeyRing, Token};
pub use verb::{Line, Said, Verb};
