//! Decides. May import model, calendar, rules, reply, decode, policy. `decide` changes nothing, `apply` reads neither policy nor clock, and neither can fail.

mod apply;
mod clocks;
mod command;
mod context;
mod decide;
mod delivery;
mod event;
mod facts;
mod help;
mod incoming;
pub mod invariants;
mod message;
mod offer;
mod past;
mod person;
mod project;
mod record;
mod roles;
mod route;
mod say;
mod wake;
mod why;
mod work;

pub use apply::apply;
pub use command::{Actor, Command, Decision, Draft, Effect, Evidence, Incoming, ItemCommand, SendOutcome};
pub use context::Context;
pub use decide::{decide, next_id};
pub use delivery::GIVE_UP_AFTER;
pub use delivery::apply as apply_delivery;
pub use event::{DeliveryEvent, Event, ItemEvent, PersonEvent};
pub use help::TEXT as HELP;
pub use past::{Past, Read, ReadError};
pub use person::apply as apply_person;
pub use project::project;
pub use record::{AggregateId, Cause, Change, Correlation, Record, Seen, SeenKey, Step};
pub use route::{Route, outcomes, route_known, route_outcome, when_context};
