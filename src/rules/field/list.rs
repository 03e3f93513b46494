//! `list`: the mailing list a mail came by, from List-Id and List-Post (RFC 2919, RFC 2369). May import model. A mail without either came by none.

use std::borrow::Cow;

use super::FieldValue;
use crate::model::{Mail, Message};

/// The list's id (`crew.lists.example`), the whole of List-Id where a name stands before the id, and the address one posts to.
pub(super) fn list(message: &Message) -> Vec<FieldValue<'_>> {
    message.mail().map(values).unwrap_or_default()
}

fn values(mail: &Mail) -> Vec<FieldValue<'_>> {
    let mut values = Vec::new();
    for written in mail.header("list-id") {
        let id = between(written).unwrap_or(written).trim();
        values.push(FieldValue::text_of(id));
        if written.trim().len() > id.len() + 2 {
            values.push(FieldValue::text_of(written.trim()));
        }
    }
    for written in mail.header("list-post") {
        let Some(link) = between(written) else { continue };
        let is_mail = link.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("mailto:"));
        let address = link.get(7..).and_then(|rest| rest.split('?').next()).filter(|_| is_mail);
        values.extend(address.map(|address| FieldValue::Text(Cow::Owned(address.trim().replace("%2B", "+")))));
    }
    values
}

/// What stands in the last pair of angle brackets: a name before it can hold brackets of its own.
fn between(written: &str) -> Option<&str> {
    let (_, after) = written.rsplit_once('<')?;
    after.split_once('>').map(|(inside, _)| inside)
}
