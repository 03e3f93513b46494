//! HTTP: webhooks in, health, metrics, the control socket. May import model, driver, config settings, observe. Accepts only after the commit.

pub mod control;
pub mod view;
