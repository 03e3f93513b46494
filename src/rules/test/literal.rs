//! `is`, `contains`, `starts_with`, `ends_with`: a text at a spot, without case. May import fold. Sees folded values.

use super::{Needles, TestKey};
use crate::rules::fold::fold;

/// Where in a value a text must stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Spot {
    /// It is the whole value.
    Whole,
    /// Anywhere.
    Anywhere,
    /// At the start.
    Start,
    /// At the end.
    End,
}

/// A text at a spot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rules) struct Literal {
    spot: Spot,
    folded: String,
}

impl Literal {
    /// A test for `text` at `spot`.
    pub(super) fn new(spot: Spot, text: &str) -> Self {
        Self {
            spot,
            folded: fold(text).into_owned(),
        }
    }

    /// Whether a folded value has it there.
    pub(super) fn holds(&self, value: &str) -> bool {
        match self.spot {
            Spot::Whole => value == self.folded,
            Spot::Anywhere => value.contains(&self.folded),
            Spot::Start => value.starts_with(&self.folded),
            Spot::End => value.ends_with(&self.folded),
        }
    }

    /// The text itself. An empty one stands in every value and cannot be searched for.
    pub(super) fn needles(&self) -> Option<Needles> {
        if self.folded.is_empty() && self.spot != Spot::Whole {
            return None;
        }
        Some(Needles {
            choices: vec![vec![(self.folded.clone(), self.spot)]],
            exact: true,
        })
    }

    /// The spot's word and the text.
    pub(super) fn key(&self) -> TestKey {
        let word = match self.spot {
            Spot::Whole => "is",
            Spot::Anywhere => "contains",
            Spot::Start => "starts_with",
            Spot::End => "ends_with",
        };
        (word, self.folded.clone())
    }
}
