//! `subject`, `body` and `text`: what a message says. May import model. A mail always has all three, empty if need be; a webhook has no subject.

use super::FieldValue;
use crate::model::{Body, Message};

/// The subject of a mail.
pub(super) fn subject(message: &Message) -> Vec<FieldValue<'_>> {
    message
        .mail()
        .map(|mail| vec![FieldValue::text_of(&mail.subject)])
        .unwrap_or_default()
}

/// The new text of a mail, the text body of a webhook.
pub(super) fn body(message: &Message) -> Vec<FieldValue<'_>> {
    match &message.body {
        Body::Mail(mail) => vec![FieldValue::text_of(&mail.new_text)],
        Body::Hook(hook) => vec![FieldValue::text_of(&hook.text)],
        Body::Unparsed { .. } => Vec::new(),
    }
}

/// All text of a mail with what it quotes, the text body of a webhook.
pub(super) fn text(message: &Message) -> Vec<FieldValue<'_>> {
    match &message.body {
        Body::Mail(mail) => vec![FieldValue::text_of(&mail.text)],
        Body::Hook(hook) => vec![FieldValue::text_of(&hook.text)],
        Body::Unparsed { .. } => Vec::new(),
    }
}
