//! The `batond` command.

fn main() {}
