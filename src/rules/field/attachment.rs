//! `attachment.name` and `attachment.type`: what is attached to a mail. May import model. One value for each attachment that has one.

use super::FieldValue;
use crate::model::{Attachment, Message};

/// The file names of all attachments that have one.
pub(super) fn name(message: &Message) -> Vec<FieldValue<'_>> {
    let names = attachments(message).iter().filter_map(|attachment| attachment.name.as_deref());
    names.map(FieldValue::text_of).collect()
}

/// The media types of all attachments.
pub(super) fn media_type(message: &Message) -> Vec<FieldValue<'_>> {
    let types = attachments(message).iter().map(|attachment| attachment.media_type.as_str());
    types.map(FieldValue::text_of).collect()
}

fn attachments(message: &Message) -> &[Attachment] {
    message.mail().map_or(&[], |mail| &mail.attachments)
}
