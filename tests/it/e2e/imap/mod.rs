//! A mailbox on a real Dovecot, and on a real Cyrus, read by the daemon: nothing is lost and nothing doubled, whenever it is killed and whatever the server does.

pub mod account;
mod cyrus;
mod gate;
mod half_open;
mod kills;
mod many;
mod numbering;
mod reading;
mod reloaded;
mod secured;
