//! `source`, `kind`, `known`, `size`, `auth.*`, `within`, `outside`: where a message comes from, when, and how much it is. May import model. What the message does not say itself comes with the facts.

use std::borrow::Cow;

use super::FieldValue;
use crate::model::{AuthMethod, Kind, Message};
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

/// What a trusted receiver found by one method; nothing where none is trusted.
pub(super) fn auth<'m>(facts: &Facts, method: AuthMethod) -> Vec<FieldValue<'m>> {
    let results = facts.auth.iter().flat_map(|auth| auth.of(method));
    results.map(|result| FieldValue::Text(Cow::Owned(result.to_owned()))).collect()
}

/// The names of the calendars that were open, or were not, when the message came.
pub(super) fn calendars<'m>(facts: &Facts, open: bool) -> Vec<FieldValue<'m>> {
    let names = facts.calendars.iter().filter(|(_, is_open)| **is_open == open);
    names
        .map(|(name, _)| FieldValue::Text(Cow::Owned(name.as_str().to_owned())))
        .collect()
}
