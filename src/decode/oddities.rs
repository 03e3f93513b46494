//! The list of what was unusual. May import model. Each code stands once, with the sentence of its first sight.

use crate::model::{Oddity, Unparsed};

use super::limits::MAX_ODDITIES;

/// Collects oddities while a message is decoded.
#[derive(Debug, Default)]
pub(super) struct Oddities(Vec<Oddity>);

impl Oddities {
    /// Notes one, unless its code stands already.
    pub(super) fn add(&mut self, code: &str, text: impl Into<String>) {
        if self.0.len() < MAX_ODDITIES && !self.0.iter().any(|o| o.code == code) {
            self.0.push(Oddity {
                code: code.to_owned(),
                text: text.into(),
            });
        }
    }

    /// The list.
    pub(super) fn into_list(self) -> Vec<Oddity> {
        self.0
    }
}

/// The reason a message cannot be read.
pub(super) fn unparsed(code: &str, text: impl Into<String>) -> Unparsed {
    Unparsed {
        code: code.to_owned(),
        text: text.into(),
    }
}
