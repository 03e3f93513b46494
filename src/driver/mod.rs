//! The single writer, and the handle others hold. May import the core, clock, config, store, observe. Decide, render, commit, apply, acknowledge, wake: in that order.

mod cascade;
mod core;
mod accept;
mod handle;
mod layer;
mod reading;
pub mod writer;

pub use core::Core;
pub use accept::{Accept, Acceptance};
pub use handle::{Arrival, ArrivalKind, Handle, HookParts, Receipt, Refusal, Request};
pub use reading::Reading;
