//! What a stored mail's own headers say of how it came: who handed it over, for whom, when. May import model. For mail in files, where no SMTP session tells.

use jiff::Timestamp;

use crate::model::{Address, Envelope, Mailbox};

use super::fields::{Block, Spent, block};
use super::mail::{first_header, instant, line_feeds};
use super::oddities::Oddities;
use super::{ids, mailboxes};

/// What the headers say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stamp {
    /// The envelope. Its sender is the Return-Path (RFC 5321 section 4.4); without one the author stands for it, except on a report, which has the null
    /// path. Its recipients are those of Delivered-To and its like; without one, those of To and Cc.
    pub envelope: Envelope,
    /// When it was received: the newest Received header, else the Date.
    pub at: Option<Timestamp>,
}

/// Where mailers write the recipient they delivered for.
const DELIVERED: [&str; 3] = ["Delivered-To", "X-Original-To", "Envelope-To"];

/// Reads the header block. Bytes without one have an empty stamp.
#[must_use]
pub fn stamp(raw: &[u8]) -> Stamp {
    let odd = &mut Oddities::default();
    let raw = line_feeds(raw, odd);
    let start = first_header(&raw, odd);
    let Ok(top) = block(&raw, start, &mut Spent::default(), |_| false) else {
        return Stamp::default();
    };
    let addresses = |names: &[&str], odd: &mut Oddities| {
        let mut found = Vec::new();
        for field in top.fields.iter().filter(|field| names.iter().any(|name| field.is(name))) {
            mailboxes::read(&field.unfolded(odd), odd, &mut found);
        }
        distinct(found)
    };
    let mut to = addresses(&DELIVERED, odd);
    if to.is_empty() {
        to = addresses(&["To", "Cc"], odd);
    }
    let return_path = first(&top, "Return-Path", odd);
    let from = match return_path {
        Some(path) => ids::read(&path).into_iter().next(),
        None if is_report(&top, odd) => None,
        None => addresses(&["From"], odd).into_iter().next(),
    };
    let received = first(&top, "Received", odd).and_then(|value| instant(value.rsplit_once(';')?.1));
    Stamp {
        envelope: Envelope {
            from,
            to,
            ..Envelope::default()
        },
        at: received.or_else(|| instant(&first(&top, "Date", odd)?)),
    }
}

fn first(top: &Block<'_>, name: &str, odd: &mut Oddities) -> Option<String> {
    top.fields.iter().find(|field| field.is(name)).map(|field| field.unfolded(odd))
}

fn is_report(top: &Block<'_>, odd: &mut Oddities) -> bool {
    first(top, "Content-Type", odd).is_some_and(|value| value.to_ascii_lowercase().starts_with("multipart/report"))
}

/// The valid addresses, each once.
fn distinct(found: Vec<Mailbox>) -> Vec<String> {
    let mut out: Vec<Address> = Vec::new();
    for address in found.iter().filter_map(Mailbox::address) {
        if !out.contains(&address) {
            out.push(address);
        }
    }
    out.iter().map(ToString::to_string).collect()
}
