//! The whole way with real peers: the daemon as a process, mail and webhooks by other people's programs, answers by mail, kills and restarts.
//! Every wait has a deadline; every program that is started is ended by its id. A peer that is not installed is named loudly and its test does nothing.

mod ahead;
mod alertmanager;
mod all_by_mail;
mod answers;
mod called;
mod calls;
mod clocks;
mod corpora;
pub mod desk;
mod doors;
mod examples;
mod feeds;
mod folders;
mod grafana;
mod handed;
mod hooks;
mod imap;
mod keys;
mod let_go;
mod links;
mod notices;
mod peers;
mod proven;
mod provider;
mod receivers;
mod relays;
mod restarts;
mod secrets;
mod senders;
mod shown;
mod signed;
mod town;
mod tries;
mod wire;
