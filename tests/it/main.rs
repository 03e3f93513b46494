//! The integration tests, as one binary.
#![allow(clippy::disallowed_methods, reason = "tests read fixtures and wait for real processes")]

mod by_mail;
mod calendar;
mod cases;
mod clocks;
mod conditions;
mod config;
mod corpora_decode;
mod deadlines;
mod demo;
mod e2e;
mod explain;
mod faults;
mod first_rule;
mod late;
mod life;
mod loops;
mod moved;
mod packs;
mod proof;
mod reading;
mod repeats;
mod rounds;
mod schema;
mod seeds;
mod simulate;
mod site;
mod standing;
mod store;
mod storms;
mod systemd;
mod tidy;
mod timeline;
mod trust;
mod year;
