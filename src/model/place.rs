//! A place in a configuration file, for every sentence that says where something was written. May import nothing of the crate.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A file (relative to the configuration folder), a line and a column, both counted from 1; the column counts characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The file's path as people would type it from the configuration folder.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}
