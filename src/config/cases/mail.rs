//! `mail:` a file, the raw text, or the short form. May import the rest of config. Raw text gets CRLF line ends, as mail has on the wire.

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::nearest::nearest;
use super::super::yaml::{Entry, Node, Value};
use super::case::required;
use super::given::{file, pairs, scalar};
use super::{Attached, MailBytes, MailGiven, ShortMail};
use crate::model::{Address, SourceName};

/// The keys of the short form.
const SHORT: [&str; 8] = ["from", "to", "cc", "subject", "body", "html", "headers", "attachments"];
/// Who writes where `from` does not say.
const DEFAULT_FROM: &str = "somebody@sender.example";

/// Reads `mail:`.
pub(super) fn mail(cx: &mut Check<'_>, entry: &Entry) -> Option<MailGiven> {
    let place = cx.place(entry.spot);
    let alone = |bytes| MailGiven {
        place: place.clone(),
        source: None,
        to: Vec::new(),
        from: None,
        bytes,
    };
    if let Value::Text(text) = &entry.value.value {
        return text_or_file(cx, &entry.value, text).map(alone);
    }
    let known: Vec<&str> = SHORT.into_iter().chain(["source", "envelope", "file", "raw"]).collect();
    let fields = Fields::open(cx, entry.spot, &entry.value, "`mail`", &known, &[])?;
    let source = fields.get("source").map(|node| source(cx, node));
    let envelope = fields.entry("envelope").map(|entry| envelope(cx, entry));
    let bytes = match (fields.get("file"), fields.get("raw")) {
        (None, None) => short(cx, &fields).map(|short| MailBytes::Short(Box::new(short))),
        (file_node, raw) => {
            let form = if file_node.is_some() { "file" } else { "raw" };
            let others = SHORT.into_iter().chain(["raw"]).filter(|key| *key != form);
            for other in others.filter_map(|key| fields.entry(key)) {
                let text = format!("`{}` has no effect beside `{form}`", other.key.as_deref().unwrap_or_default());
                cx.error(Code::NoEffect, other.spot, text)
                    .hint("the mail is taken as it stands there; write it there, or remove it");
            }
            match (file_node, raw) {
                (Some(node), _) => {
                    let name = cx.full_text(node)?;
                    file(cx, node.spot, name).map(MailBytes::Raw)
                }
                (_, Some(node)) => cx.full_text(node).map(|text| MailBytes::Raw(wire(text))),
                (None, None) => None,
            }
        }
    };
    let (from, to) = match required(envelope)? {
        Some((from, to)) => (from, to),
        None => (None, Vec::new()),
    };
    Some(MailGiven {
        place,
        source: required(source)?,
        to,
        from,
        bytes: bytes?,
    })
}

/// One line names a file; several are the mail itself.
fn text_or_file(cx: &mut Check<'_>, node: &Node, text: &str) -> Option<MailBytes> {
    if text.trim_end().contains('\n') {
        return Some(MailBytes::Raw(wire(text)));
    }
    let name = cx.full_text(node)?;
    file(cx, node.spot, name).map(MailBytes::Raw)
}

/// Lines as mail has them on the wire.
fn wire(text: &str) -> Vec<u8> {
    text.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes()
}

/// The name of a source that is there.
pub(super) fn source(cx: &mut Check<'_>, node: &Node) -> Option<SourceName> {
    let name = cx.full_text(node)?;
    if cx.names.sources.has(name) {
        return Some(SourceName::from(name));
    }
    let near = nearest(name, cx.names.sources.iter()).map(str::to_owned);
    cx.error(
        Code::UnknownSource,
        node.spot,
        format!("there is no source named `{}`", shown(name)),
    )
    .hint("name one of `sources:`")
    .did_you_mean(near.as_deref());
    None
}

type EnvelopeGiven = (Option<Option<String>>, Vec<String>);

/// `envelope: { from: …, to: … }`; `from: "<>"` is the null return path.
fn envelope(cx: &mut Check<'_>, entry: &Entry) -> Option<EnvelopeGiven> {
    let fields = Fields::open(cx, entry.spot, &entry.value, "`envelope`", &["from", "to"], &[])?;
    let from = fields.get("from").map(|node| match cx.text(node)?.trim() {
        "" | "<>" => Some(None),
        _ => address(cx, node).map(Some),
    });
    let to = fields.get("to").map_or(Some(Vec::new()), |node| addresses(cx, node));
    Some((required(from)?, to?))
}

/// `name@domain`
fn address(cx: &mut Check<'_>, node: &Node) -> Option<String> {
    cx.parsed::<Address>(node, Code::BadAddress, "an address")
        .map(|address| address.as_str().to_owned())
}

fn addresses(cx: &mut Check<'_>, node: &Node) -> Option<Vec<String>> {
    node.one_or_many().iter().map(|node| address(cx, node)).collect()
}

/// `name@domain` or `Name <name@domain>`, as written.
fn mailbox(cx: &mut Check<'_>, node: &Node) -> Option<String> {
    let text = cx.full_text(node)?;
    let inner = text.rsplit_once('<').map_or(text, |(_, rest)| rest.trim_end_matches('>'));
    if inner.trim().parse::<Address>().is_err() || text.chars().any(char::is_control) {
        cx.error(Code::BadAddress, node.spot, format!("`{}` is not an address", shown(text)))
            .hint("write `name@domain` or `Name <name@domain>`; for anything odder give the whole mail as `raw:`");
        return None;
    }
    Some(text.to_owned())
}

fn mailboxes(cx: &mut Check<'_>, node: &Node) -> Option<Vec<String>> {
    node.one_or_many().iter().map(|node| mailbox(cx, node)).collect()
}

fn short(cx: &mut Check<'_>, fields: &Fields<'_>) -> Option<ShortMail> {
    let from = fields
        .get("from")
        .map_or_else(|| Some(DEFAULT_FROM.to_owned()), |node| mailbox(cx, node));
    let to = fields
        .require(cx, "to", "whom it is written to: `to: support@ops.example`")
        .and_then(|node| mailboxes(cx, node));
    let cc = fields.get("cc").map_or(Some(Vec::new()), |node| mailboxes(cx, node));
    let text = |cx: &mut Check<'_>, key| fields.get(key).map_or(Some(String::new()), |node| scalar(cx, node));
    let (subject, body) = (text(cx, "subject"), text(cx, "body"));
    let html = fields.get("html").map(|node| cx.text(node).map(str::to_owned));
    let headers = fields.get("headers").map_or(Some(Vec::new()), |node| headers(cx, node));
    let attachments = fields.get("attachments").map_or(Some(Vec::new()), |node| attachments(cx, node));
    Some(ShortMail {
        from: from?,
        to: to?,
        cc: cc?,
        subject: subject?,
        body: body?,
        html: required(html)?,
        headers: headers?,
        attachments: attachments?,
    })
}

/// Headers: names of letters, digits and `-`, values of one line.
pub(super) fn headers(cx: &mut Check<'_>, node: &Node) -> Option<Vec<(String, String)>> {
    let found = pairs(cx, node, "values")?;
    for (name, value) in &found {
        let good = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if !good || value.chars().any(|c| c.is_control() && c != '\t') {
            let text = format!("`{}` cannot be a header with this value", shown(name));
            cx.error(Code::BadHeader, node.spot, text)
                .hint("a name is letters, digits and `-`; a value is one line");
            return None;
        }
    }
    Some(found)
}

fn attachments(cx: &mut Check<'_>, node: &Node) -> Option<Vec<Attached>> {
    node.one_or_many().iter().map(|node| attachment(cx, node)).collect()
}

/// `{ name, type, text }` or `{ name, type, file }`; a bare text is the name of a file.
fn attachment(cx: &mut Check<'_>, node: &Node) -> Option<Attached> {
    const OCTETS: &str = "application/octet-stream";
    if let Value::Text(name) = &node.value {
        let bytes = file(cx, node.spot, name)?;
        let name = name.rsplit('/').next().unwrap_or_default().to_owned();
        return Some(Attached {
            name,
            media_type: OCTETS.to_owned(),
            bytes,
        });
    }
    let fields = Fields::open(cx, node.spot, node, "an attachment", &["name", "type", "text", "file"], &[])?;
    let name = fields
        .require(cx, "name", "its file name: `name: report.pdf`")
        .and_then(|node| cx.full_text(node));
    let media_type = fields.get("type").map_or(Some(OCTETS), |node| media_type(cx, node));
    let bytes = match (fields.get("file"), fields.get("text")) {
        (Some(node), _) => {
            let name = cx.full_text(node)?;
            file(cx, node.spot, name)
        }
        (None, Some(node)) => cx.text(node).map(|text| text.as_bytes().to_vec()),
        (None, None) => Some(Vec::new()),
    };
    Some(Attached {
        name: name?.to_owned(),
        media_type: media_type?.to_owned(),
        bytes: bytes?,
    })
}

/// `application/pdf`
fn media_type<'n>(cx: &mut Check<'_>, node: &'n Node) -> Option<&'n str> {
    let text = cx.full_text(node)?;
    let part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b));
    if text.split_once('/').is_some_and(|(kind, sub)| part(kind) && part(sub)) {
        return Some(text);
    }
    cx.error(Code::BadWord, node.spot, format!("`{}` is not a media type", shown(text)))
        .hint("write one such as application/pdf");
    None
}
