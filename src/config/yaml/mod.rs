//! One YAML file as a tree of nodes with places. May import the rest of config. The values are what serde_yaml reads; the places come from a second pass.

mod join;
mod node;
mod raw;
mod shape;

pub(crate) use join::{Faults, parse};
pub(crate) use node::{Entry, Node, Value};

/// The deepest nesting that is read.
pub(crate) const MAX_DEPTH: usize = 64;

/// The most nodes of one file, aliases expanded: stops a file that grows without bounds by its aliases.
pub(crate) const MAX_NODES: usize = 1_000_000;

#[cfg(test)]
mod tests;
