//! The doors mail comes in by: SMTP and LMTP listeners, mailboxes that are read where they are. May import the core, clock, config, driver. A sender hears 250 only after the commit.

mod command;
mod dots;
mod folder;
mod imap;
mod limits;
mod listener;
mod login;
mod logins;
mod lying;
mod proof;
mod proxy;
mod recipients;
mod reply;
mod seats;
mod session;
mod socket;
mod spool;
mod stream;
mod transaction;
mod wire;

pub use command::{Command, Hello};
pub use dots::{Dots, Fed};
pub use folder::{Dropped, FolderService, Layout, NotDropped, Spool, Wait, serve_folder};
pub use imap::{ImapLimits, ImapService, NoImap, ReadyImap, ready_imap};
pub use limits::SessionLimits;
pub use listener::{MailService, serve_mail};
pub use logins::LoginTable;
pub use proof::{NoResolver, Prover, Sender};
pub use recipients::{BadGlob, Recipients};
pub use session::Protocol;
pub use socket::Listener;
pub use spool::Room;
pub use stream::DoorTls;

pub use crate::driver::{Accept, Acceptance};

#[cfg(test)]
mod tests;
