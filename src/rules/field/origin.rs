//! `source`, `kind`, `known` and `size`: where a message comes from and how much it is. May import model. Always one thing to see.

use std::borrow::Cow;

use super::FieldValue;
use crate::model::{Kind, Message};
use crate::rules::Facts;

/// The word for every kind but `person`.
const AUTOMATIC: &str = "automatic";

/// The source's key.
pub(super) fn source(message: &Message) -> Vec<FieldValue<'_>> {
    vec![FieldValue::text_of(message.source.as_str())]
}

/// The kind's word; `automatic` besides, for all that nobody wrote.
pub(super) fn kind(message: &Message) -> Vec<FieldValue<'_>> {
    let kind = message.kind();
    let mut words = vec![FieldValue::text_of(kind.as_str())];
    if kind != Kind::Person {
        words.push(FieldValue::text_of(AUTOMATIC));
    }
    words
}

/// `true` or `false`.
pub(super) fn known<'m>(facts: &Facts) -> Vec<FieldValue<'m>> {
    vec![FieldValue::Text(Cow::Borrowed(if facts.known { "true" } else { "false" }))]
}

/// The raw message's size in bytes.
pub(super) fn size(message: &Message) -> Vec<FieldValue<'_>> {
    vec![FieldValue::Text(Cow::Owned(message.raw.size_bytes.to_string()))]
}
