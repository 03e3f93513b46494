//! Sections of a notice that say what is no item: a heading, and below it heads with their lines. May import model. Every text in here is clean and capped.

use super::clean::one_line;
use super::handed::wrap;
use crate::model::{Remark, Section};

/// The most characters of a head or a line.
const MAX_LINE_CHARS: usize = 300;
/// The most heads of a section, and the most lines below one.
const MAX_HEADS: usize = 40;
const MAX_LINES: usize = 12;

/// A section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Remarks {
    /// Its heading.
    pub title: String,
    /// What it says.
    pub heads: Vec<Headed>,
}

/// A head with its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Headed {
    /// What it is about.
    pub head: String,
    /// What there is to say of it.
    pub lines: Vec<String>,
}

impl Remarks {
    /// The sections of a notice that say something besides items.
    pub fn of(sections: &[Section]) -> Vec<Self> {
        let said = sections.iter().filter(|section| !section.remarks.is_empty());
        said.map(|section| Self {
            title: one_line(&section.title, MAX_LINE_CHARS),
            heads: heads(&section.remarks),
        })
        .collect()
    }

    /// It as plain text, wrapped.
    pub fn text(&self) -> Vec<String> {
        text(&self.heads)
    }
}

/// What a section says besides its items.
pub(super) fn heads(remarks: &[Remark]) -> Vec<Headed> {
    let headed = |remark: &Remark| Headed {
        head: one_line(&remark.head, MAX_LINE_CHARS),
        lines: remark
            .lines
            .iter()
            .take(MAX_LINES)
            .map(|line| one_line(line, MAX_LINE_CHARS))
            .collect(),
    };
    remarks.iter().take(MAX_HEADS).map(headed).collect()
}

/// Heads with their lines as plain text, wrapped.
pub(super) fn text(heads: &[Headed]) -> Vec<String> {
    let mut out = Vec::new();
    for headed in heads {
        wrap(&mut out, "- ", "  ", &headed.head);
        headed.lines.iter().for_each(|line| wrap(&mut out, "  ", "  ", line));
    }
    out
}
