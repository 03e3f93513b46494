//! Decides. May import model, calendar, rules, reply, decode, policy. `decide` changes nothing, `apply` reads neither policy nor clock, and neither can fail.

mod command;
mod event;
mod past;
mod record;

pub use command::{Actor, Command, Decision, Draft, Effect, Evidence, Incoming, ItemCommand, SendOutcome};
pub use event::{DeliveryEvent, Event, ItemEvent, PersonEvent};
pub use past::{Past, Read, ReadError};
pub use record::{AggregateId, Cause, Change, Correlation, Record, Seen, SeenKey, Step};
