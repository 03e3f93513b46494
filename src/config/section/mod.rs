//! One reader per section of the configuration: nodes in, values of the policy or settings out. May import the rest of config. None stops at its first mistake.

pub(crate) mod action;
pub(crate) mod calendar;
pub(crate) mod call;
pub(crate) mod comparison;
pub(crate) mod condition;
pub(crate) mod deed;
pub(crate) mod desk;
pub(crate) mod escalation;
pub(crate) mod expect;
pub(crate) mod feed;
pub(crate) mod field;
pub(crate) mod holidays;
pub(crate) mod hours;
pub(crate) mod key_forms;
pub(crate) mod layer;
pub(crate) mod mute;
pub(crate) mod party;
pub(crate) mod people;
pub(crate) mod period;
pub(crate) mod queue;
pub(crate) mod rotation;
pub(crate) mod rule;
pub(crate) mod send;
pub(crate) mod source;
pub(crate) mod team;
pub(crate) mod verify;
