//! A letter as bytes on the wire. May import model. The same letter gives the same bytes; every line ends in CRLF and no bare CR or LF is left (RFC 5322, 2045, 2046).

use std::time::SystemTime;

use jiff::Timestamp;
use lettre::Message;
use lettre::address::Envelope;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder, MultiPart, SinglePart};

use super::attached::files;
use super::transfer;
use crate::model::{Address, Letter};

/// The longest value of one header, in bytes: past that even folding does not keep every relay happy.
const MAX_HEADER_BYTES: usize = 8_000;
/// How many characters of the Message-ID go into the boundary.
const BOUNDARY_ID_CHARS: usize = 40;

/// A mail ready for a relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wire {
    /// Return path and recipient.
    pub envelope: Envelope,
    /// Header and body, lines ended by CRLF; 7 bit, unless a message that goes with it is not.
    pub bytes: Vec<u8>,
}

/// A letter that cannot be sent, whatever the relay says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadLetter {
    /// An address lettre does not take.
    #[error("the {0} address cannot stand in a mail")]
    Address(&'static str),
    /// A header's name or value.
    #[error("the header {0} cannot be written")]
    Header(String),
    /// A Message-ID.
    #[error("the {0} header holds something that is no message id")]
    MessageId(&'static str),
    /// Before 1970.
    #[error("the date {0} cannot stand in a mail")]
    Date(Timestamp),
    /// The name or type of what goes with it.
    #[error("what goes with it cannot be named {0}")]
    Attached(String),
    /// The result is not well-formed: a fault of this program.
    #[error("the mail came out malformed at byte {0}")]
    Malformed(usize),
}

/// Writes a letter as a mail: `multipart/alternative` of plain text and HTML, each as it is or quoted-printable. The return path names the
/// delivery, so that a bounce finds it, or is null where the letter says so.
///
/// # Errors
/// [`BadLetter`]: sending it again cannot help.
pub fn to_message(letter: &Letter, original: Option<&[u8]>) -> Result<Wire, BadLetter> {
    let from = mailbox(letter.from_name.as_deref(), &letter.from, "From")?;
    let to = mailbox(letter.to_name.as_deref(), &letter.to, "To")?;
    let answers = letter.reply_to.as_ref().map(|a| mailbox(None, a, "Reply-To")).transpose()?;
    let named = letter
        .return_path
        .as_ref()
        .map(|path| mailbox(None, path, "return path"))
        .transpose()?;
    let back = named
        .as_ref()
        .or(answers.as_ref())
        .map_or_else(|| from.email.clone(), |back| back.email.clone());
    let envelope = Envelope::new((!letter.null_return_path).then_some(back), vec![to.email.clone()]);
    let envelope = envelope.map_err(|_| BadLetter::Address("To"))?;
    let mut builder = Message::builder()
        .envelope(envelope.clone())
        .date(date(letter.date)?)
        .from(from)
        .to(to)
        .message_id(Some(bracketed(&letter.message_id, "Message-ID")?));
    if let Some(answers) = answers {
        builder = builder.reply_to(answers);
    }
    builder = thread(builder, letter)?;
    builder = header(builder, "Subject", &letter.subject)?;
    for (name, value) in &letter.headers {
        builder = header(builder, name, value)?;
    }
    let parts = MultiPart::alternative()
        .boundary(boundary(&letter.message_id))
        .singlepart(part(ContentType::TEXT_PLAIN, &letter.text))
        .singlepart(part(ContentType::TEXT_HTML, &transfer::plain_html(&letter.html)));
    let file = letter
        .attached
        .as_ref()
        .zip(original)
        .map(|(what, bytes)| files(what, bytes))
        .transpose()?
        .unwrap_or_default();
    let eight_bit = file.iter().any(|file| file.eight_bit);
    let parts = match file.is_empty() {
        false => {
            let mixed = MultiPart::mixed().boundary(outer_boundary(&letter.message_id));
            // What holds 8-bit parts says so itself (RFC 2045 section 6.4).
            let mixed = if eight_bit {
                mixed.header(ContentTransferEncoding::EightBit)
            } else {
                mixed
            };
            file.into_iter()
                .fold(mixed.multipart(parts), |mixed, file| mixed.singlepart(file.part))
        }
        true => parts,
    };
    let message = builder.multipart(parts).map_err(|_| BadLetter::Header("From".to_owned()))?;
    let bytes = message.formatted();
    match first_fault(&bytes, eight_bit) {
        None => Ok(Wire { envelope, bytes }),
        Some(at) => Err(BadLetter::Malformed(at)),
    }
}

fn mailbox(name: Option<&str>, address: &Address, which: &'static str) -> Result<Mailbox, BadLetter> {
    let email = address.as_str().parse().map_err(|_| BadLetter::Address(which))?;
    let name = name.map(str::trim).filter(|name| !name.is_empty());
    if name.is_some_and(|name| name.chars().any(char::is_control)) {
        return Err(BadLetter::Header(which.to_owned()));
    }
    Ok(Mailbox::new(name.map(str::to_owned), email))
}

fn thread(mut builder: MessageBuilder, letter: &Letter) -> Result<MessageBuilder, BadLetter> {
    if let Some(id) = &letter.in_reply_to {
        builder = builder.in_reply_to(bracketed(id, "In-Reply-To")?);
    }
    let references: Result<Vec<String>, BadLetter> = letter.references.iter().map(|id| bracketed(id, "References")).collect();
    let references = references?.join(" ");
    Ok(if references.is_empty() {
        builder
    } else {
        builder.references(references)
    })
}

/// lettre would write an id with a line break or other letters as an encoded word, which no mail program compares: such an id is refused.
fn bracketed(id: &str, which: &'static str) -> Result<String, BadLetter> {
    let good = |b: u8| b.is_ascii_graphic() && b != b'<' && b != b'>';
    if id.is_empty() || id.len() > MAX_HEADER_BYTES || !id.bytes().all(good) {
        return Err(BadLetter::MessageId(which));
    }
    Ok(format!("<{id}>"))
}

fn header(builder: MessageBuilder, name: &str, value: &str) -> Result<MessageBuilder, BadLetter> {
    let bad = || BadLetter::Header(name.chars().take(60).collect());
    if value.len() > MAX_HEADER_BYTES || value.chars().any(char::is_control) {
        return Err(bad());
    }
    let name = HeaderName::new_from_ascii(name.to_owned()).map_err(|_| bad())?;
    Ok(builder.raw_header(HeaderValue::new(name, value.to_owned())))
}

fn date(at: Timestamp) -> Result<SystemTime, BadLetter> {
    // lettre's date type panics before 1970.
    if at < Timestamp::UNIX_EPOCH {
        return Err(BadLetter::Date(at));
    }
    Ok(SystemTime::from(at))
}

/// Encoded by our own choice: left to itself lettre sends short text in other scripts as base64 and a part without a type with no MIME header at all.
fn part(kind: ContentType, text: &str) -> SinglePart {
    SinglePart::builder().header(kind).body(transfer::body(text))
}

/// The same for the same mail, so that a repeat has the same bytes. `=_` cannot occur in quoted-printable text, and text that goes as it is has no such line, so no part can hold it.
fn boundary(message_id: &str) -> String {
    let readable = message_id.chars().filter(char::is_ascii_alphanumeric).take(BOUNDARY_ID_CHARS);
    format!("=_{}_{:08x}", readable.collect::<String>(), crc32c::crc32c(message_id.as_bytes()))
}

/// The boundary around what goes with it. Neither of the two begins with the other, for that is how they are told apart (RFC 2046 section 5.1.2).
fn outer_boundary(message_id: &str) -> String {
    boundary(message_id).replacen("=_", "=_m", 1)
}

/// Where a CR or LF stands alone, or a NUL, or, unless a message that goes with it has such, a byte outside ASCII.
fn first_fault(bytes: &[u8], eight_bit: bool) -> Option<usize> {
    // Without a way out on the first one it goes over many bytes at a time.
    let apart = |one: u8, next: u8| (one == b'\r') != (next == b'\n');
    let alone = bytes.first() == Some(&b'\n') || bytes.last() == Some(&b'\r');
    let alone = alone
        | bytes
            .windows(2)
            .fold(false, |found, two| found | matches!(two, [one, next] if apart(*one, *next)));
    if !alone && (eight_bit || bytes.is_ascii()) && memchr::memchr(0, bytes).is_none() {
        return None;
    }
    let mut previous = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        if byte == 0 || !(byte.is_ascii() || eight_bit) || (byte == b'\n') != (previous == b'\r') {
            return Some(at);
        }
        previous = byte;
    }
    (previous == b'\r').then_some(bytes.len())
}

#[cfg(test)]
#[path = "message_tests.rs"]
pub(super) mod tests;
