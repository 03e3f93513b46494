//! `header.NAME`, `form.NAME` and `query.NAME`: named values, any number of each. May import model. Header names have no case, the others do.

use super::FieldValue;
use crate::model::{Body, Message};

/// The values of a header of mail or webhook.
pub(super) fn header<'m>(message: &'m Message, name: &str) -> Vec<FieldValue<'m>> {
    let headers = match &message.body {
        Body::Mail(mail) => &mail.headers,
        Body::Hook(hook) => &hook.headers,
        Body::Unparsed { .. } => return Vec::new(),
    };
    values(headers, |written| written.eq_ignore_ascii_case(name))
}

/// The values of a form field.
pub(super) fn form<'m>(message: &'m Message, name: &str) -> Vec<FieldValue<'m>> {
    message
        .hook()
        .map(|hook| values(&hook.form, |written| written == name))
        .unwrap_or_default()
}

/// The values of a name in the query string.
pub(super) fn query<'m>(message: &'m Message, name: &str) -> Vec<FieldValue<'m>> {
    message
        .hook()
        .map(|hook| values(&hook.query, |written| written == name))
        .unwrap_or_default()
}

fn values(pairs: &[(String, String)], named: impl Fn(&str) -> bool) -> Vec<FieldValue<'_>> {
    pairs
        .iter()
        .filter(|(name, _)| named(name))
        .map(|(_, value)| FieldValue::text_of(value))
        .collect()
}
