//! rig
fn main() {}
