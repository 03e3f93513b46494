//! The control socket: what the command line asks the running daemon. May import model, policy, reply, engine, store, driver, clock. Bounded in length, time and number.
//!
//! One JSON object a line in, one a line out: `{"ok": …}` or `{"error": {"kind": …, "text": …}}`. The socket's mode is 0600:
//! whoever may open it counts as [`Evidence::Local`](crate::engine::Evidence).

mod addresses;
mod ahead;
mod answer;
mod ask;
mod dropped;
mod handoffs;
mod keys;
mod listener;
mod lists;
mod messages;
mod mute;
mod outbox;
mod rounds;
mod sources;
mod swap;

pub use ahead::{Ahead, AheadDifference, AheadItem, LoadPolicy};
pub use answer::{Answer, ErrorKind, Trouble};
pub use ask::{Ask, MAX_REQUEST_BYTES};
pub use keys::{ChangeKeys, KeyChange, Keys, SecretUse, SecretView};
pub use listener::{BindError, ClockState, Control, LastReload, ReadWords, ReloadRequest, bind, serve};

#[cfg(test)]
mod tests;
