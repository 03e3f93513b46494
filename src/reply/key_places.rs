//! Where reply keys stand: before the @ of the desk's address, and in our Message-IDs. May import model. Finding one proves nothing; verify it.

use super::keys::{Token, parse_item};
use crate::model::Address;

/// Longest local part of the desk's address for which every reply address stays within the 64 octets of RFC 5321, in bytes.
pub const MAX_DESK_LOCAL_BYTES: usize = 15;

/// `desk+KEY@domain`. Where that would be no address (a local part that is too long), the desk's own: answers then join by In-Reply-To.
#[must_use]
pub fn reply_address(desk: &Address, token: &Token) -> Address {
    let written = format!("{}+{token}@{}", desk.local(), desk.domain());
    written.parse().unwrap_or_else(|_| desk.clone())
}

/// The key in a recipient, if it is the desk's address with one. In any case, with or without angle brackets.
#[must_use]
pub fn token_in_address(desk: &Address, recipient: &str) -> Option<Token> {
    plus(desk, unbracketed(recipient)).and_then(token)
}

/// What stands after the plus in an address of the desk, without angle brackets.
pub(super) fn plus<'a>(desk: &Address, recipient: &'a str) -> Option<&'a str> {
    let (local, domain) = recipient.rsplit_once('@')?;
    let (name, key) = local.split_once('+')?;
    // A desk can itself be `help+desk@…`.
    let (name, key) = match desk.local().matches('+').count() {
        0 => (name, key),
        more => split_after(local, more)?,
    };
    let same = name.to_lowercase() == desk.local().to_lowercase() && domain.to_lowercase() == desk.domain().to_lowercase();
    same.then_some(key)
}

/// `KEY.N@domain`, without angle brackets. The same key and number give the same id.
#[must_use]
pub fn message_id(token: &Token, number: u32, domain: &str) -> String {
    format!("{token}.{number}@{domain}")
}

/// The key in a Message-ID of ours, with or without angle brackets.
#[must_use]
pub fn token_in_message_id(id: &str, domain: &str) -> Option<Token> {
    let (local, at) = unbracketed(id).rsplit_once('@')?;
    let (key, number) = local.rsplit_once('.')?;
    let ours = at.eq_ignore_ascii_case(domain) && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    if ours { token(key) } else { None }
}

fn token(key: &str) -> Option<Token> {
    parse_item(key).map(|_| Token(key.to_ascii_lowercase()))
}

pub(super) fn unbracketed(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).unwrap_or(text)
}

/// Splits at the plus after `pluses` others.
fn split_after(local: &str, pluses: usize) -> Option<(&str, &str)> {
    let (at, _) = local.match_indices('+').nth(pluses)?;
    Some((local.get(..at)?, local.get(at + 1..)?))
}
