//! YAML to raw models with the place of every leaf, to checks, to Policy and Settings. May import the core. Finds every mistake at once.
