//! The single writer, and the handle others hold. May import the core, clock, config, store, observe. Decide, render, commit, apply, acknowledge, wake: in that order.

mod accept;
mod again;
mod allowance;
mod asking;
mod back;
mod cascade;
mod choice;
mod compare;
mod core;
mod counting;
mod covering;
mod desk;
mod desk_round;
mod digesting;
mod foresee;
mod handle;
mod judged;
mod layer;
mod moved;
mod muting;
mod quiet;
mod reading;
mod receive;
mod rounding;
mod shifting;
mod standing;
mod swapping;
pub mod writer;

pub use accept::{Accept, Acceptance};
pub use compare::{Difference, compare};
pub use core::Core;
pub use foresee::{By, Foreseen, Way, foresee};
pub use handle::{Arrival, ArrivalKind, Handle, HookParts, Receipt, Refusal, Request};
pub use moved::{Moved, moved, moved_items};
pub use reading::Reading;
