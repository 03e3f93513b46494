//! The integration tests, as one binary.
#![allow(clippy::disallowed_methods, reason = "tests read fixtures and wait for real processes")]

mod corpora_decode;
mod store;
mod life;
mod systemd;
mod tidy;
mod timeline;
//! All integration tests in one binary.
#![forbid(unsafe_code)]

mod config;
