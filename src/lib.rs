//! batond: mail and webhooks become items in documented queues; timers run on people's own working hours; people answer by mail. See `ARCHITECTURE.md`.
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(clippy::disallowed_methods, reason = "tests read fixtures and wait for real processes")
)]

pub mod calendar;
pub mod cli;
pub mod clock;
pub mod config;
pub mod daemon;
pub mod decode;
pub mod driver;
pub mod engine;
pub mod intake;
pub mod model;
pub mod notice;
pub mod observe;
pub mod outbox;
pub mod policy;
pub mod reply;
pub mod rules;
pub mod simulate;
pub mod store;
pub mod tls;
pub mod tokens;
pub mod web;
