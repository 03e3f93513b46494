//! `tests:` of any file and `*.test.yaml`: cases that say what comes in and what must come of it. May import the rest of config. They are no part of the policy.
//!
//! | to add | go to |
//! |---|---|
//! | a form in which something is given | [`Given`], then `given.rs`, `mail.rs`, `hook.rs` |
//! | something that can be expected | [`Wanted`], `expect.rs`, and its comparison in `simulate/cases` |
//! | a way of writing a time | [`Moment`] |

mod case;
mod def;
mod expect;
mod given;
mod hook;
mod mail;
mod moment;
mod notice;
mod pattern;

pub use def::{
    Attached, Case, CaseStep, DeadlineWant, Expect, Given, HookBody, HookGiven, MailBytes, MailGiven, NoticeWant, ShortMail, Want, Wanted,
};
pub use moment::{Day, Moment};
pub use pattern::Pattern;

pub(crate) use case::cases;
