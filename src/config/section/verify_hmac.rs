//! `verify: hmac`, every part of it. May import the rest of config. What is signed holds the body, and a stamp only counts when it is signed too.

use jiff::SignedDuration;
use secrecy::SecretString;

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::hook_door::{HmacAlgorithm, HmacEncoding, HmacScheme, Signed, StampFormat, StampHeader};
use super::super::yaml::Node;

/// The names that may stand in braces under `signs`.
const NAMES: &str = "`{timestamp}`, `{id}` and `{body}`";

/// Reads what `verify: hmac` spells out.
pub(super) fn hmac(
    cx: &mut Check<'_>,
    fields: &Fields<'_>,
    secrets: Option<Vec<SecretString>>,
    tolerance: Option<SignedDuration>,
) -> Option<HmacScheme> {
    let hint = "the header that carries the digest, such as X-Signature";
    let header = fields.require(cx, "header", hint).and_then(|node| header_name(cx, node));
    // Absent is fine, present and wrong is not.
    let id_header = fields.get("id_header").map_or(Some(None), |node| header_name(cx, node).map(Some));
    let algorithms = [
        ("sha1", HmacAlgorithm::Sha1),
        ("sha256", HmacAlgorithm::Sha256),
        ("sha512", HmacAlgorithm::Sha512),
    ];
    let algorithm = fields
        .get("algorithm")
        .map_or(Some(HmacAlgorithm::Sha256), |node| cx.word(node, &algorithms));
    let encodings = [("hex", HmacEncoding::Hex), ("base64", HmacEncoding::Base64)];
    let encoding = fields
        .get("encoding")
        .map_or(Some(HmacEncoding::Hex), |node| cx.word(node, &encodings));
    let prefix = fields
        .get("prefix")
        .map_or(Some(String::new()), |node| cx.text(node).map(str::to_owned));
    let stamp = stamp(cx, fields, tolerance);
    let signs = signs(cx, fields);
    Some(HmacScheme {
        secrets: secrets?,
        header: header?,
        algorithm: algorithm?,
        encoding: encoding?,
        prefix: prefix?,
        id_header: id_header?,
        stamp: stamp?,
        signs: signs?,
    })
}

/// `timestamp`, `timestamp_format`, `tolerance`: the outer `None` is a mistake, the inner no stamp.
fn stamp(cx: &mut Check<'_>, fields: &Fields<'_>, tolerance: Option<SignedDuration>) -> Option<Option<StampHeader>> {
    let formats = [
        ("seconds", StampFormat::Seconds),
        ("milliseconds", StampFormat::Milliseconds),
        ("rfc3339", StampFormat::Rfc3339),
    ];
    let format = fields
        .get("timestamp_format")
        .map_or(Some(StampFormat::Seconds), |node| cx.word(node, &formats));
    let Some(node) = fields.get("timestamp") else {
        for key in ["timestamp_format", "tolerance"] {
            if let Some(entry) = fields.entry(key) {
                cx.error(Code::NoEffect, entry.spot, format!("`{key}` has no effect without `timestamp`"))
                    .hint("name the header with the time of signing: `timestamp: X-Timestamp`, or remove this");
            }
        }
        return Some(None);
    };
    Some(Some(StampHeader {
        header: header_name(cx, node)?,
        format: format?,
        tolerance: tolerance?,
    }))
}

/// `signs:` what the digest covers.
fn signs(cx: &mut Check<'_>, fields: &Fields<'_>) -> Option<Vec<Signed>> {
    let stamped = fields.get("timestamp").is_some();
    let Some(node) = fields.get("signs") else {
        let body = vec![Signed::Body];
        let stamp_and_body = vec![Signed::Timestamp, Signed::Text(".".to_owned()), Signed::Body];
        return Some(if stamped { stamp_and_body } else { body });
    };
    let text = cx.full_text(node)?;
    let mut wrong = |said: String, hint: &str| {
        cx.error(Code::BadSigns, node.spot, said).hint(hint);
        None
    };
    let Some(pieces) = pieces(text) else {
        return wrong(
            format!("`{}` names something that cannot be signed", shown(text)),
            &format!("in braces stand {NAMES} only, as in \"v0:{{timestamp}}:{{body}}\""),
        );
    };
    let has = |piece: &Signed| pieces.contains(piece);
    match (has(&Signed::Body), has(&Signed::Timestamp), has(&Signed::Id)) {
        (false, ..) => wrong("what is signed does not hold the body".to_owned(), "add {body}"),
        (_, true, _) if !stamped => wrong(
            "what is signed holds a stamp, and no header for it is named".to_owned(),
            "add `timestamp: X-Timestamp`, the header that carries it",
        ),
        (_, false, _) if stamped => wrong(
            "the stamp is not signed, so that anybody could write a new one".to_owned(),
            "write {timestamp} where the sender puts it, or remove `timestamp`",
        ),
        (.., true) if fields.get("id_header").is_none() => wrong(
            "what is signed holds an id, and no header for it is named".to_owned(),
            "add `id_header: X-Delivery`, the header that carries it",
        ),
        _ => Some(pieces),
    }
}

/// Text and names in braces; `None` if another name stands there, or a brace is left open.
fn pieces(text: &str) -> Option<Vec<Signed>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        if !before.is_empty() {
            pieces.push(Signed::Text(before.to_owned()));
        }
        pieces.push(match name.trim() {
            "body" => Signed::Body,
            "timestamp" => Signed::Timestamp,
            "id" => Signed::Id,
            _ => return None,
        });
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Signed::Text(rest.to_owned()));
    }
    Some(pieces)
}

/// The name of a header in lower case.
pub(crate) fn header_name(cx: &mut Check<'_>, node: &Node) -> Option<String> {
    let text = cx.text(node)?;
    if is_header(text) {
        return Some(text.to_ascii_lowercase());
    }
    let said = format!("`{}` is not the name of a header", shown(text));
    cx.error(Code::BadHeader, node.spot, said)
        .hint("letters, digits and `-`, such as X-Signature");
    None
}

/// Whether a text is a header's name: a token without the rarer characters of RFC 9110 section 5.6.2.
pub(crate) fn is_header(text: &str) -> bool {
    !text.is_empty() && text.len() <= 100 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}
