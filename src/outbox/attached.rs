//! The message that goes with a letter, as a part of the mail. May import model. As it came: a mail is encoded only where SMTP could not carry it.

use lettre::message::header::{ContentDisposition, ContentTransferEncoding, ContentType};
use lettre::message::{Body, SinglePart};

use super::message::BadLetter;
use crate::decode::attached_bytes;
use crate::model::{Attached, MailFile};

/// The longest line SMTP carries, in octets without CRLF (RFC 5321 section 4.5.3.1.6).
const MAX_LINE_BYTES: usize = 998;

/// A part of a mail.
pub(super) struct FilePart {
    pub(super) part: SinglePart,
    /// Whether it holds bytes outside ASCII as they are.
    pub(super) eight_bit: bool,
}

/// The part that carries `bytes`. A mail stands as `message/rfc822` without any encoding, for the standard allows none (RFC 2046 section 5.2.1); one
/// with lines or bytes that SMTP does not carry goes as a file, in base64, so that nothing of it changes.
pub(super) fn file(what: &Attached, bytes: &[u8]) -> Result<FilePart, BadLetter> {
    let bad = || BadLetter::Attached(what.name.chars().take(60).collect());
    let disposition = ContentDisposition::attachment(&what.name);
    let mail = (what.media_type == "message/rfc822").then(|| carried(bytes)).flatten();
    if let Some(mail) = mail {
        let eight_bit = !mail.is_ascii();
        let encoding = if eight_bit {
            ContentTransferEncoding::EightBit
        } else {
            ContentTransferEncoding::SevenBit
        };
        let kind = ContentType::parse("message/rfc822").map_err(|_| bad())?;
        let part = SinglePart::builder()
            .header(kind)
            .header(disposition)
            .body(Body::dangerous_pre_encoded(mail, encoding));
        return Ok(FilePart { part, eight_bit });
    }
    let media_type = if what.media_type == "message/rfc822" {
        "application/octet-stream"
    } else {
        what.media_type.as_str()
    };
    let kind = ContentType::parse(media_type).map_err(|_| bad())?;
    let encoded = Body::new_with_encoding(bytes.to_vec(), ContentTransferEncoding::Base64).map_err(|_| bad())?;
    Ok(FilePart {
        part: SinglePart::builder().header(kind).header(disposition).body(encoded),
        eight_bit: false,
    })
}

/// The files of a message, each as a part; one that its bytes do not hold any more is a fault of what was queued.
pub(super) fn files(what: &Attached, bytes: &[u8]) -> Result<Vec<FilePart>, BadLetter> {
    if what.files.is_empty() {
        return Ok(vec![file(what, bytes)?]);
    }
    let max = usize::try_from(MailFile::MAX_SENT_BYTES).unwrap_or(usize::MAX);
    let parts = what.files.iter().map(|wanted| {
        let place = usize::try_from(wanted.place).unwrap_or(usize::MAX);
        let found = attached_bytes(bytes, place, max);
        let found = found.ok_or_else(|| BadLetter::Attached(wanted.name.chars().take(60).collect()))?;
        // A type its sender made up must not keep the mail from going.
        let known = ContentType::parse(&wanted.media_type).is_ok();
        let named = Attached {
            raw: wanted.raw.clone(),
            name: wanted.name.clone(),
            media_type: if known {
                wanted.media_type.clone()
            } else {
                "application/octet-stream".to_owned()
            },
            files: Vec::new(),
        };
        file(&named, &found)
    });
    parts.collect()
}

/// A mail as SMTP carries it: lines ended by CRLF, none too long, no NUL, no CR within a line. `None` for one that would have to be changed otherwise.
fn carried(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut mail = Vec::with_capacity(bytes.len() + bytes.len() / 40);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if text.len() > MAX_LINE_BYTES || text.contains(&0) || text.contains(&b'\r') {
            return None;
        }
        mail.extend_from_slice(text);
        mail.extend_from_slice(b"\r\n");
    }
    Some(mail)
}

#[cfg(test)]
#[path = "attached_tests.rs"]
mod tests;
