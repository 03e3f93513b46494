//! A mail from its raw bytes (RFC 5322, MIME). May import model. Pure; what is wrong but readable becomes an oddity, what cannot be read is Unparsed.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::Timestamp;
use mail_parser::DateTime;
use memchr::{memchr, memchr_iter};

use crate::model::{Envelope, Mail, Mailbox, Oddity, Unparsed};

use super::fields::{Block, Field, Spent, block, line_end};
use super::limits::{MAX_KEPT_HEADER_BYTES, MAX_KEPT_HEADERS, MAX_REFERENCES};
use super::oddities::{Oddities, unparsed};
use super::{auto_reply, body, bounce, calendar_answer, clean, ids, kind, mailboxes, parts, wording};

/// Reads a mail. Never panics: a panic of the parser behind it becomes Unparsed `parser-panic`.
///
/// # Errors
/// Unparsed if there is no header block (`empty`, `no-headers`) or a limit of `limits` is passed (`headers`, `header-length`,
/// `header-bytes`, `nesting`, `parts`).
pub fn mail(raw: &[u8], envelope: Envelope) -> Result<(Mail, Vec<Oddity>), Unparsed> {
    catch_unwind(AssertUnwindSafe(|| read(raw, envelope))).unwrap_or_else(|_| {
        Err(unparsed(
            "parser-panic",
            "The parser failed on this message; the raw bytes are kept.",
        ))
    })
}

fn read(raw: &[u8], envelope: Envelope) -> Result<(Mail, Vec<Oddity>), Unparsed> {
    if raw.iter().all(|b| *b == 0 || b.is_ascii_whitespace()) {
        return Err(unparsed("empty", "There is nothing in this message."));
    }
    let odd = &mut Oddities::default();
    let raw = line_feeds(raw, odd);
    let raw = raw.as_ref();
    let mut spent = Spent::default();
    let top = block(raw, first_header(raw, odd), &mut spent, |_| false)?;
    if top.fields.is_empty() {
        return Err(unparsed("no-headers", "This does not begin with mail headers."));
    }
    if top.broken {
        odd.add(
            "no-empty-line",
            "A line that is no header ended the headers; the text begins there.",
        );
    }
    let parts = parts::walk(raw, &top, &mut spent, odd)?;
    look_at_bytes(raw, odd);
    let mut mail = headers(&top, odd);
    mail.text = body::text(raw, &parts, odd);
    mail.calendar = calendar_answer::of(raw, &parts, odd);
    if let Some(answer) = mail.calendar.as_ref().filter(|_| mail.text.trim().is_empty()) {
        mail.text = format!("{answer}\n");
    }
    mail.new_text.clone_from(&mail.text);
    mail.attachments = body::attachments(raw, &parts, odd);
    mail.envelope = envelope;
    let media: Vec<_> = parts.iter().map(|p| &p.media).collect();
    mail.kind = kind::of(&mail, &media);
    mail.kind = wording::kind(&mail, &media).unwrap_or(mail.kind);
    mail.bounce = bounce::of(&mail, raw, &parts, odd);
    mail.auto_reply = auto_reply::of(&mail);
    Ok((mail, std::mem::take(odd).into_list()))
}

/// The bytes with line feeds: a message whose only line ends are CRs gets them in a copy, any other stays as it is.
pub(super) fn line_feeds<'a>(raw: &'a [u8], odd: &mut Oddities) -> Cow<'a, [u8]> {
    if memchr(b'\n', raw).is_some() || memchr(b'\r', raw).is_none() {
        return Cow::Borrowed(raw);
    }
    odd.add("bare-cr", "Lines end with CR alone.");
    Cow::Owned(raw.iter().map(|b| if *b == b'\r' { b'\n' } else { *b }).collect())
}

/// Where the headers begin: behind a byte order mark, empty lines and an mbox `From ` line.
pub(super) fn first_header(raw: &[u8], odd: &mut Oddities) -> usize {
    let mut at = 0;
    if raw.starts_with(b"\xEF\xBB\xBF") {
        odd.add("bom", "A byte order mark stands before the headers.");
        at = 3;
    }
    while at < raw.len() {
        let end = line_end(raw, at);
        let line = raw.get(at..end).unwrap_or_default();
        if line.trim_ascii().is_empty() {
            odd.add("empty-line-first", "Empty lines stand before the headers.");
        } else if line.starts_with(b"From ") || line.starts_with(b">From ") {
            odd.add("mbox-line", "A mailbox file's `From ` line stands before the headers.");
        } else {
            break;
        }
        at = end;
    }
    at
}

fn look_at_bytes(raw: &[u8], odd: &mut Oddities) {
    if memchr(0, raw).is_some() {
        odd.add("nul-bytes", "The message holds NUL bytes; they were left out of the text.");
    }
    let bare = memchr_iter(b'\n', raw).any(|at| at == 0 || raw.get(at - 1) != Some(&b'\r'));
    if bare {
        odd.add("bare-lf", "Lines end with LF alone.");
    }
}

/// Everything that stands in the message's own headers.
fn headers(top: &Block<'_>, odd: &mut Oddities) -> Mail {
    let mut mail = Mail {
        from: people(top, "From", odd),
        reply_to: people(top, "Reply-To", odd),
        to: people(top, "To", odd),
        cc: people(top, "Cc", odd),
        subject: one(top, "Subject").map(|f| capped(f, odd)).unwrap_or_default(),
        message_id: one(top, "Message-ID").and_then(|f| ids::read(&f.unfolded(odd)).into_iter().next()),
        in_reply_to: all_ids(top, "In-Reply-To", odd),
        references: all_ids(top, "References", odd),
        date: date(top, odd),
        ..Mail::default()
    };
    if top.fields.len() > MAX_KEPT_HEADERS {
        odd.add(
            "headers-capped",
            format!("There are over {MAX_KEPT_HEADERS} headers; the rest is in the raw message."),
        );
    }
    mail.headers = top
        .fields
        .iter()
        .take(MAX_KEPT_HEADERS)
        .map(|f| (f.name.to_owned(), capped(f, odd)))
        .collect();
    remark(top, &mail, odd);
    mail
}

/// The oddities of missing and doubled headers.
fn remark(top: &Block<'_>, mail: &Mail, odd: &mut Oddities) {
    let count = |name: &str| top.fields.iter().filter(|f| f.is(name)).count();
    match count("From") {
        0 => odd.add("no-from", "There is no From header."),
        1 if mail.from.len() > 1 => odd.add("two-from", "The From header holds more than one address; none of them is trusted."),
        1 if mail.author().is_none() => odd.add("bad-from", "The From header holds no valid address."),
        1 => {}
        _ => odd.add("two-from", "There is more than one From header; none of them is trusted."),
    }
    match count("Date") {
        0 => odd.add("no-date", "There is no Date header."),
        _ if mail.date.is_none() => odd.add("bad-date", "The Date header cannot be read."),
        _ => {}
    }
    match count("Message-ID") {
        0 => odd.add("no-message-id", "There is no Message-ID header."),
        _ if mail.message_id.is_none() => odd.add("bad-message-id", "The Message-ID header holds no id."),
        1 => {}
        _ => odd.add("two-message-ids", "There is more than one Message-ID header; the first counts."),
    }
    if count("Subject") > 1 {
        odd.add("two-subjects", "There is more than one Subject header; the first counts.");
    }
}

fn one<'a, 'b>(top: &'b Block<'a>, name: &str) -> Option<&'b Field<'a>> {
    top.fields.iter().find(|f| f.is(name))
}

/// The value decoded, clean, one line, cut at the limit.
fn capped(field: &Field<'_>, odd: &mut Oddities) -> String {
    let mut text = field.text(odd);
    if text.len() > MAX_KEPT_HEADER_BYTES {
        odd.add(
            "header-capped",
            format!(
                "A header is over {} KiB; the rest is in the raw message.",
                MAX_KEPT_HEADER_BYTES / 1024
            ),
        );
        text.truncate(clean::capped(&text, MAX_KEPT_HEADER_BYTES).len());
    }
    text
}

fn people(top: &Block<'_>, name: &str, odd: &mut Oddities) -> Vec<Mailbox> {
    let mut out = Vec::new();
    for field in top.fields.iter().filter(|f| f.is(name)) {
        mailboxes::read(&field.unfolded(odd), odd, &mut out);
    }
    out
}

fn all_ids(top: &Block<'_>, name: &str, odd: &mut Oddities) -> Vec<String> {
    let mut found: Vec<String> = top
        .fields
        .iter()
        .filter(|f| f.is(name))
        .flat_map(|f| ids::read(&f.unfolded(odd)))
        .collect();
    if found.len() > MAX_REFERENCES {
        odd.add(
            "references-capped",
            format!("A header holds over {MAX_REFERENCES} message ids; the last ones are kept."),
        );
        found.drain(..found.len() - MAX_REFERENCES);
    }
    found
}

/// The Date header as an instant, if it is a valid one.
fn date(top: &Block<'_>, odd: &mut Oddities) -> Option<Timestamp> {
    instant(&one(top, "Date")?.unfolded(odd))
}

/// A date as headers write it (RFC 5322 section 3.3), if it is a valid one.
pub(super) fn instant(value: &str) -> Option<Timestamp> {
    let value = clean::capped(value, 200);
    // Without a zone the time is taken as UTC (RFC 5322 section 3.3, `-0000`).
    let parsed = DateTime::parse_rfc822(&format!("{value}\n")).or_else(|| DateTime::parse_rfc822(&format!("{value} +0000\n")))?;
    parsed
        .is_valid()
        .then(|| Timestamp::from_second(parsed.to_timestamp()).ok())
        .flatten()
}
