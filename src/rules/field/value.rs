//! One value of a field. May import nothing of the crate but fold. Most values are text; parts of JSON that have no text can still exist.

use std::borrow::Cow;

use serde_json::Value;

/// One value of a field.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::rules) enum FieldValue<'m> {
    /// A text, a number or a truth value, as text.
    Text(Cow<'m, str>),
    /// A JSON object or array: it exists, and no test on text holds.
    Tree(&'m Value),
    /// JSON `null`: there, but counts as nothing.
    Null,
}

impl<'m> FieldValue<'m> {
    /// A text that lives as long as the message.
    pub(super) fn text_of(text: &'m str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    /// The value as text, if it has one.
    pub(in crate::rules) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Tree(_) | Self::Null => None,
        }
    }

    /// Whether it counts for `exists`: anything but empty text and `null`.
    pub(in crate::rules) fn exists(&self) -> bool {
        match self {
            Self::Text(text) => !text.is_empty(),
            Self::Tree(_) => true,
            Self::Null => false,
        }
    }
}
