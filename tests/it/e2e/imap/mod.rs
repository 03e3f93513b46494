//! A mailbox on a real Dovecot, read by the daemon: nothing is lost and nothing doubled, whenever it is killed and whatever the server does.

pub mod account;
mod gate;
mod half_open;
mod kills;
mod many;
mod numbering;
mod reading;
mod secured;
