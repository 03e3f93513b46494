//! Calls of web addresses: signed, guarded, repeated until taken or given up. May import model, engine, clock, driver, config settings. At least once, with the same id.

mod caller;
mod causes;
mod guard;
mod resolver;
mod sign;
mod worker;

#[cfg(test)]
mod caller_tests;
#[cfg(test)]
mod guard_tests;

pub use caller::{Caller, CallerError};
pub use causes::causes;
pub use worker::run;
