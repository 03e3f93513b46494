//! The single writer, and the handle others hold. May import the core, clock, config, store, observe. Decide, render, commit, apply, acknowledge, wake: in that order.

mod accept;
mod cascade;
mod choice;
mod core;
mod handle;
mod judged;
mod layer;
mod reading;
mod receive;
pub mod writer;

pub use accept::{Accept, Acceptance};
pub use core::Core;
pub use handle::{Arrival, ArrivalKind, Handle, HookParts, Receipt, Refusal, Request};
pub use reading::Reading;
