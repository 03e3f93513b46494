//! The parts of a message that conditions and extractions look at, by their names. May import the rest of config.

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::nearest::nearest;
use super::super::texts::Spot;
use super::verify_hmac::is_header;
use crate::model::AuthMethod;
use crate::rules::Field;

/// Parts without a name of their own.
const FIELDS: [(&str, Field); 13] = [
    ("source", Field::Source),
    ("kind", Field::Kind),
    ("from", Field::From),
    ("to", Field::To),
    ("cc", Field::Cc),
    ("subject", Field::Subject),
    ("body", Field::Body),
    ("text", Field::Text),
    ("known", Field::Known),
    ("list", Field::List),
    ("attachment.name", Field::AttachmentName),
    ("attachment.type", Field::AttachmentType),
    ("size", Field::Size),
];
/// Words that stand where a part could, for hints.
const OTHERS: [&str; 7] = ["any", "all", "not", "within", "outside", "more_than", "expr"];

/// The parts without a name of their own, for the schema's test.
#[cfg(test)]
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    FIELDS.into_iter().map(|(name, _)| name)
}

/// A part of a message by its name; what is none is reported with `code`.
pub(crate) fn field(cx: &mut Check<'_>, name: &str, spot: Spot, code: Code) -> Option<Field> {
    if let Some((_, field)) = FIELDS.iter().find(|(known, _)| *known == name) {
        return Some(field.clone());
    }
    if let Some(method) = name.strip_prefix("auth.") {
        return auth(cx, name, method, spot);
    }
    if let Some((group, part)) = name.split_once('.') {
        let part = part.trim();
        let form = match group {
            "attachment" => Some((Code::BadField, "write `attachment.name` or `attachment.type`")),
            "header" if is_header(part) => return Some(Field::Header(part.to_ascii_lowercase())),
            "json" if !part.is_empty() => return Some(Field::Json(part.to_owned())),
            "form" if !part.is_empty() => return Some(Field::Form(part.to_owned())),
            "query" if !part.is_empty() => return Some(Field::Query(part.to_owned())),
            "header" => Some((Code::BadHeader, "the name of a header is letters, digits and `-`")),
            "json" => Some((Code::BadJsonPath, "write `json.status` or `json.alerts[0].status`")),
            "form" | "query" => Some((Code::BadField, "a name follows the dot")),
            _ => None,
        };
        if let Some((code, hint)) = form {
            cx.error(code, spot, format!("`{}` names no part of a message", shown(name)))
                .hint(hint);
            return None;
        }
    }
    let names = FIELDS.iter().map(|(name, _)| *name);
    let near = nearest(name, names.clone().chain(OTHERS));
    let all = names.collect::<Vec<_>>().join(", ");
    cx.error(code, spot, format!("`{}` is not a part of a message", shown(name)))
        .hint(format!(
            "the parts are {all}, auth.METHOD, header.NAME, json.PATH, form.NAME, query.NAME"
        ))
        .did_you_mean(near);
    None
}

/// `auth.dkim` and its kin, which are only there where somebody is trusted to have looked.
fn auth(cx: &mut Check<'_>, name: &str, method: &str, spot: Spot) -> Option<Field> {
    let Some(method) = AuthMethod::ALL.into_iter().find(|known| known.as_str() == method) else {
        let near = nearest(method, AuthMethod::ALL.iter().map(|known| known.as_str()));
        let near = near.map(|near| format!("auth.{near}"));
        cx.error(Code::BadField, spot, format!("`{}` names no part of a message", shown(name)))
            .hint("write `auth.dkim`, `auth.spf` or `auth.dmarc`")
            .did_you_mean(near.as_deref());
        return None;
    };
    if cx.trust.values().all(|trust| trust.receivers.is_empty() && !trust.verifies) {
        cx.warning(
            Code::NobodyTrusted,
            spot,
            format!("`{name}` is never there: no source has a `trusted_receiver`"),
        )
        .hint("name the mail server in front: `smtp: { trusted_receiver: mx.ops.example, … }`");
    }
    Some(Field::Auth(method))
}
