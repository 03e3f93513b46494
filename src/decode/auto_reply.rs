//! What kind of automatic answer a mail is, and until when somebody is away (RFC 3834). May import model. Its headers and how its subject begins; of the text only a date.

use crate::model::{AutoReply, AutoReplyKind, Kind, Mail};

/// The answer, for a mail that is one.
pub(super) fn of(mail: &Mail) -> Option<AutoReply> {
    if mail.kind != Kind::AutoReply {
        return None;
    }
    Some(AutoReply {
        kind: AutoReplyKind::AutoReply,
        until: None,
    })
}
