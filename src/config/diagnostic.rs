//! One thing to say about a configuration: what, where, what to do. May import model. Sorted by place, so that two runs print the same.

use serde::Serialize;

use super::code::Code;
use crate::model::Place;

/// Whether the configuration can be used in spite of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It cannot.
    Error,
    /// It can.
    Warning,
}

impl Severity {
    /// The word that is printed.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One mistake, or one thing to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Which kind.
    pub code: Code,
    /// Where it begins.
    pub place: Place,
    /// Line and column of its end, exclusive, both from 1; the same file.
    pub end: (u32, u32),
    /// What is wrong, a sentence without its full stop.
    pub text: String,
    /// What to do.
    pub hint: Option<String>,
    /// Other places that belong to it, each with a few words.
    pub related: Vec<(Place, String)>,
}

impl Diagnostic {
    /// Adds what to do.
    pub(crate) fn hint(&mut self, hint: impl Into<String>) -> &mut Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds `did you mean …?` if something is near.
    pub(crate) fn did_you_mean(&mut self, near: Option<&str>) -> &mut Self {
        if let Some(near) = near {
            self.hint = Some(format!("did you mean `{near}`?"));
        }
        self
    }

    /// Adds another place.
    pub(crate) fn related(&mut self, place: Place, text: impl Into<String>) -> &mut Self {
        self.related.push((place, text.into()));
        self
    }
}

/// Sorts by place and drops repeats, as an alias read twice makes them.
pub(crate) fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| (&a.place, a.code, &a.text).cmp(&(&b.place, b.code, &b.text)));
    diagnostics.dedup();
}
