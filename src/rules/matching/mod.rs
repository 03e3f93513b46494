//! All conditions of all rules compiled together, so that a message costs what the rules that could match cost. May import def, fields and tests.
//!
//! Each distinct test of a field is kept once (`Catalog`). What texts the tests of a field look for is searched for in one pass (`Index`).
//! A rule is only looked at if a test it cannot match without was hit (`Anchors`); then its conditions are evaluated (`Node`).

mod anchors;
mod bits;
mod catalog;
mod index;
mod node;
mod run;
mod scalars;
mod told;

pub(super) use anchors::Anchors;
pub(super) use catalog::{Catalog, FieldId, TestId};
pub(super) use index::{Index, Lookup};
pub(super) use node::{Making, Node};
pub(super) use run::{Given, Known, Run};
pub(super) use told::quoted;

use bits::Bits;
