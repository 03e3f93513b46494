//! Which parts are the text and which are attached. May import model. Plain text before HTML; a nested message is an attachment.

use crate::model::Attachment;

use super::limits::{MAX_HTML_BYTES, MAX_TEXT_BYTES};
use super::oddities::Oddities;
use super::parts::Part;
use super::{charset, clean, flowed, html};

/// The text of the message: the pieces that are shown, joined by an empty line, clean, capped.
pub(super) fn text(raw: &[u8], parts: &[Part], odd: &mut Oddities) -> String {
    let mut out = String::new();
    for piece in pieces(raw, parts, 0, true, odd) {
        let piece = piece.trim_matches('\n');
        if !piece.trim().is_empty() {
            if !out.is_empty() {
                out.push_str("\n\n");
            }
            out.push_str(piece);
        }
    }
    if out.len() > MAX_TEXT_BYTES {
        odd.add(
            "text-capped",
            format!("The text is over {} KiB; the rest is in the raw message.", MAX_TEXT_BYTES / 1024),
        );
        out.truncate(clean::capped(&out, MAX_TEXT_BYTES).len());
    }
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

/// The decoded texts below a part. The depth of the tree is limited, so this may recurse.
fn pieces(raw: &[u8], parts: &[Part], index: usize, first: bool, odd: &mut Oddities) -> Vec<String> {
    let Some(part) = parts.get(index) else { return Vec::new() };
    if !part.is_container() {
        return if is_text(part, first) {
            vec![leaf(raw, part, odd)]
        } else {
            Vec::new()
        };
    }
    if part.media.kind != "multipart/alternative" {
        let mut out: Vec<String> = Vec::new();
        let mut size = 0;
        for (n, child) in part.children.iter().enumerate() {
            if size > MAX_TEXT_BYTES {
                break;
            }
            let found = pieces(raw, parts, *child, first && n == 0, odd);
            size += found.iter().map(String::len).sum::<usize>();
            out.extend(found);
        }
        return out;
    }
    // Of alternatives the first with plain text that says something, else the last that says anything.
    let said = |texts: &[String]| texts.iter().any(|t| !t.trim().is_empty());
    let plain = part.children.iter().find_map(|child| {
        let texts = has_plain(parts, *child).then(|| pieces(raw, parts, *child, true, odd))?;
        said(&texts).then_some(texts)
    });
    plain
        .or_else(|| {
            part.children.iter().rev().find_map(|child| {
                let texts = pieces(raw, parts, *child, true, odd);
                said(&texts).then_some(texts)
            })
        })
        .unwrap_or_default()
}

fn has_plain(parts: &[Part], index: usize) -> bool {
    parts.get(index).is_some_and(|part| {
        if part.is_container() {
            part.children.first().is_some_and(|child| has_plain(parts, *child))
        } else {
            part.media.kind == "text/plain" && !part.media.attached
        }
    })
}

/// Whether a leaf is text to be shown. A named text is an attachment unless it is the first thing in the message.
fn is_text(part: &Part, first: bool) -> bool {
    let media = &part.media;
    let shown = matches!(media.kind.as_str(), "text/plain" | "text/html") || media.is_multipart() || (first && is_other_text(&media.kind));
    shown && !media.attached && (first || media.name.is_none())
}

fn is_other_text(kind: &str) -> bool {
    matches!(
        kind,
        "text/enriched" | "text/richtext" | "text/markdown" | "text/x-markdown" | "text/unknown"
    )
}

fn leaf(raw: &[u8], part: &Part, odd: &mut Oddities) -> String {
    let media = &part.media;
    let body = raw.get(part.body.clone()).unwrap_or_default();
    let is_html = media.kind == "text/html";
    let max = if is_html { MAX_HTML_BYTES } else { MAX_TEXT_BYTES + 4 };
    let bytes = media.encoding.decode(body, max, odd);
    if media.encoding.size(body) > u64::try_from(max).unwrap_or(u64::MAX) {
        odd.add(
            "text-capped",
            format!("The text is over {} KiB; the rest is in the raw message.", MAX_TEXT_BYTES / 1024),
        );
    }
    let bytes = whole_characters(bytes.get(..max).unwrap_or(&bytes));
    let decoded = charset::decode(bytes, media.parameter("charset"), odd);
    let decoded = decoded.strip_prefix('\u{FEFF}').unwrap_or(&decoded);
    if is_html {
        let text = html::to_text(decoded, odd);
        return clean::text(&text, odd);
    }
    let text = clean::text(decoded, odd);
    if media.says("format", "flowed") {
        flowed::unflow(&text, media.says("delsp", "yes"))
    } else {
        text
    }
}

/// The bytes without a UTF-8 character that the cap cut in two.
fn whole_characters(bytes: &[u8]) -> &[u8] {
    match std::str::from_utf8(bytes) {
        Err(e) if e.error_len().is_none() => bytes.get(..e.valid_up_to()).unwrap_or(bytes),
        _ => bytes,
    }
}

/// What is attached, in order: every leaf that is not shown as text or is named. Inline pictures count.
pub(super) fn attachments(raw: &[u8], parts: &[Part], odd: &mut Oddities) -> Vec<Attachment> {
    let mut out = Vec::new();
    for part in attached_parts(parts) {
        let media = &part.media;
        let bytes = raw.get(part.body.clone()).unwrap_or_default();
        if media.kind.starts_with("message/") && nests_deep(bytes) {
            odd.add(
                "nested-messages",
                "A message holds messages in messages, very deep; they are kept as one attachment.",
            );
        }
        if media.is_tnef() {
            odd.add(
                "tnef",
                "What was sent is wrapped in winmail.dat (TNEF), a format of Outlook's own: it is kept and not unpacked. Ask for it as plain text or HTML.",
            );
        }
        out.push(Attachment {
            name: media.name.clone(),
            media_type: media.kind.clone(),
            size_bytes: media.encoding.size(bytes),
        });
    }
    out
}

/// The parts that are attached, in order.
pub(super) fn attached_parts(parts: &[Part]) -> impl Iterator<Item = &Part> {
    let attached = |(index, part): &(usize, &Part)| {
        let media = &part.media;
        if part.is_container() || (media.is_multipart() && !media.attached) {
            return false;
        }
        let body = matches!(media.kind.as_str(), "text/plain" | "text/html") || (*index == 0 && is_other_text(&media.kind));
        !body || media.attached || media.name.is_some()
    };
    parts.iter().enumerate().filter(attached).map(|(_, part)| part)
}

/// Whether a nested message names nested messages more often than multiparts may nest.
fn nests_deep(bytes: &[u8]) -> bool {
    memchr::memmem::find_iter(bytes, b"message/rfc822")
        .nth(super::limits::MAX_DEPTH)
        .is_some()
}
