//! Delivery by lettre, classification of failures. May import model, engine, clock, driver, config settings, observe. At least once, with the same Message-ID.

mod ahead;
mod attached;
pub mod calls;
mod canary;
mod dkim;
mod files;
mod health;
mod lanes;
mod message;
mod outcome;
mod outcomes;
mod pace;
mod relay;
mod relays;
mod smtp;
mod smtp_url;
mod talk;
mod transfer;
mod worker;

#[cfg(test)]
mod faults_tests;
#[cfg(test)]
mod relays_tests;
#[cfg(test)]
mod sink;
#[cfg(test)]
mod sink_options_tests;
#[cfg(test)]
pub(in crate::outbox) mod tests;
#[cfg(test)]
mod token_tests;
#[cfg(test)]
mod worker_tests;

pub use canary::canaries;
pub use message::{BadLetter, Wire, to_message};
pub use outcome::{Stage, Tried, classify};
pub use relay::{Relay, RelayError};
pub use relays::Relays;
pub use worker::{MAX_IN_FLIGHT, run};
