//! `from`, `to` and `cc`: the addresses of a mail. May import model. Each is seen bare and, where a name stands before it, as `Name <address>`.

use std::borrow::Cow;

use super::FieldValue;
use crate::model::{Body, Mailbox, Message};

/// Every From mailbox.
pub(super) fn from(message: &Message) -> Vec<FieldValue<'_>> {
    message.mail().map(|mail| mailboxes(&mail.from)).unwrap_or_default()
}

/// The To header's mailboxes, and the recipients of the envelope that are not among them.
pub(super) fn to(message: &Message) -> Vec<FieldValue<'_>> {
    let (mut values, envelope) = match &message.body {
        Body::Mail(mail) => (mailboxes(&mail.to), &mail.envelope),
        Body::Unparsed { envelope, .. } => (Vec::new(), envelope),
        Body::Hook(_) => return Vec::new(),
    };
    for recipient in &envelope.to {
        let value = FieldValue::text_of(recipient);
        // A mail to a thousand recipients repeats them in header and envelope; comparing all with all would be quadratic, and repeats do no harm.
        if values.len() > MAX_COMPARED || !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

/// How many values of `to` are compared before repeats are let in.
const MAX_COMPARED: usize = 32;

/// Every Cc mailbox.
pub(super) fn cc(message: &Message) -> Vec<FieldValue<'_>> {
    message.mail().map(|mail| mailboxes(&mail.cc)).unwrap_or_default()
}

fn mailboxes(boxes: &[Mailbox]) -> Vec<FieldValue<'_>> {
    let mut values = Vec::with_capacity(boxes.len() * 2);
    for mailbox in boxes {
        values.push(FieldValue::text_of(&mailbox.address));
        if mailbox.name.is_some() {
            values.push(FieldValue::Text(Cow::Owned(mailbox.to_string())));
        }
    }
    values
}
