//! Delivery by lettre, classification of failures. May import model, engine, clock, driver, config settings, observe. At least once, with the same Message-ID.

mod attached;
mod files;
mod message;
mod outcome;
mod relay;
mod smtp;
mod smtp_url;
mod worker;

#[cfg(test)]
mod sink;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod worker_tests;

pub use message::{BadLetter, Wire, to_message};
pub use outcome::{Stage, classify};
pub use relay::{Relay, RelayError};
pub use worker::{MAX_IN_FLIGHT, run};
