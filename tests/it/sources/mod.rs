//! The ways in, and how they are: what is told when one stays broken, or silent.

mod ailing;
