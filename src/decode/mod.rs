//! Bytes in, a Message and what was odd about it out. May import model. Never panics, never grows past its limits, whatever strangers send.

mod absence;
mod absence_words;
mod auth;
mod auto_reply;
mod body;
mod bounce;
mod bounce_text;
mod calendar_answer;
mod charset;
mod clean;
mod digest;
mod envelope;
mod extract;
mod fields;
mod flowed;
mod hook;
mod html;
mod ids;
mod kind;
pub mod limits;
mod mail;
mod mailboxes;
mod media;
mod oddities;
mod parts;
mod returned;
mod signature;
mod transfer;
mod wording;
mod words;

pub use auth::{Finding, auth_results, findings};
pub use digest::sha256_hex;
pub use envelope::{Stamp, stamp};
pub use extract::attached_bytes;
pub use hook::{HookInput, hook, is_secret_header};
pub use mail::mail;
pub use signature::{Signature, signatures};

#[cfg(test)]
mod auth_tests;
#[cfg(test)]
mod hook_tests;
#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod html_tests;
#[cfg(test)]
mod kind_tests;
#[cfg(test)]
mod mail_tests;
#[cfg(test)]
mod mutation_tests;
