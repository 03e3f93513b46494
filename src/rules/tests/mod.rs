//! Tests of the rules, through the one door others use: compile, judge. `support` has the words they are written in.

mod actions;
mod conditions;
mod corpora;
mod dice;
mod each;
mod extract;
mod faults;
mod hostile;
mod lists;
mod live;
mod measures;
mod merge;
mod naive;
mod oracle;
mod support;
mod trace;
mod unreachable;
