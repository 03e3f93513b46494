//! Mail that lies somewhere and is read there: what a mail server wrote on top of it stands for the envelope. May import driver, model.

use bytes::Bytes;

use crate::driver::{Arrival, ArrivalKind, Origin};
use crate::model::{Envelope, SourceName};

/// The most bytes of a head that are looked at.
const MAX_HEAD_BYTES: usize = 64 * 1024;
/// The most recipients that are taken from it.
const MAX_RECIPIENTS: usize = 20;

/// The envelope, as the server that put the mail there wrote it above the trace of its way (RFC 5321 section 4.4, Postfix, Exim, Dovecot).
/// What stands below the first `Received` came with the mail, and anybody can have written it.
#[must_use]
pub fn envelope(raw: &[u8]) -> Envelope {
    let head = &raw[..raw.len().min(MAX_HEAD_BYTES)];
    let mut envelope = Envelope::default();
    for line in head.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let Ok(line) = std::str::from_utf8(line) else { continue };
        // Somebody's mailbox file begins with it.
        if line.starts_with("From ") || line.starts_with([' ', '\t']) {
            continue;
        }
        let Some((name, value)) = line.split_once(':') else { break };
        let address = value.trim().trim_start_matches('<').trim_end_matches('>');
        match name.to_ascii_lowercase().as_str() {
            "return-path" if envelope.from.is_none() => envelope.from = is_address(address).then(|| address.to_owned()),
            "delivered-to" | "x-original-to" | "envelope-to" | "x-envelope-to" => {
                let known = envelope.to.iter().any(|to| to.eq_ignore_ascii_case(address));
                if is_address(address) && !known && envelope.to.len() < MAX_RECIPIENTS {
                    envelope.to.push(address.to_owned());
                }
            }
            "received" => break,
            _ => {}
        }
    }
    envelope
}

fn is_address(text: &str) -> bool {
    let clean = !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>,".contains(c));
    clean
        && text.len() <= 320
        && text
            .rsplit_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
}

/// What is handed over.
#[must_use]
pub fn arrival(source: &SourceName, raw: Bytes, origin: Origin, received: jiff::Timestamp) -> Arrival {
    Arrival {
        source: source.clone(),
        received,
        kind: ArrivalKind::Lying(envelope(&raw), origin),
        raw,
    }
}

#[cfg(test)]
#[path = "lying_tests.rs"]
mod tests;
