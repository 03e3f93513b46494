//! The texts a configuration was read from, and spots in them. May import model. Every diagnostic can show the line it speaks of.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::Place;

/// A stretch of one file: lines and columns count from 1, columns in characters; the end is exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spot {
    /// The file's index in [`SourceTexts`].
    pub file: usize,
    /// First line.
    pub line: u32,
    /// First column.
    pub column: u32,
    /// Line of the end.
    pub end_line: u32,
    /// Column of the end.
    pub end_column: u32,
}

impl Spot {
    /// The first character of a file: for what is missing as a whole.
    pub(crate) fn top(file: usize) -> Self {
        Self::point(file, (1, 1))
    }

    /// A line and column without a length.
    pub(crate) fn point(file: usize, (line, column): (u32, u32)) -> Self {
        Self {
            file,
            line,
            column,
            end_line: line,
            end_column: column,
        }
    }
}

/// One file that was read.
#[derive(Debug, Clone)]
pub struct SourceText {
    /// Its path from the configuration folder, with `/`.
    pub name: Arc<str>,
    /// Its bytes as text; what is not UTF-8 is replaced. Empty if it could not be read.
    pub text: String,
}

/// All files of a configuration, in the order they are merged.
#[derive(Debug, Clone, Default)]
pub struct SourceTexts {
    root: PathBuf,
    files: Vec<SourceText>,
}

impl SourceTexts {
    /// No files yet, for a configuration in the folder `root`.
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            files: Vec::new(),
        }
    }

    /// The configuration folder; relative paths in the configuration start here.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The files, in order.
    #[must_use]
    pub fn files(&self) -> &[SourceText] {
        &self.files
    }

    /// The text of a file by its name.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.files.iter().find(|file| &*file.name == name).map(|file| file.text.as_str())
    }

    /// Adds a file and gives its index.
    pub(crate) fn add(&mut self, name: &str, text: String) -> usize {
        self.files.push(SourceText {
            name: Arc::from(name),
            text,
        });
        self.files.len() - 1
    }

    /// A spot as a place people can go to.
    pub(crate) fn place(&self, spot: Spot) -> Place {
        Place {
            file: self
                .files
                .get(spot.file)
                .map_or_else(|| Arc::from(""), |file| Arc::clone(&file.name)),
            line: spot.line,
            column: spot.column,
        }
    }
}
