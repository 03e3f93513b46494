//! Address headers (RFC 5322 section 3.4) as mailboxes. May import model. Every address that stands there is returned: two in a From must be seen as two.

use crate::model::Mailbox;

use super::limits::MAX_MAILBOXES;
use super::oddities::Oddities;
use super::{clean, words};

/// Reads one unfolded header value. Encoded words decode into names only, never into addresses.
pub(super) fn read(value: &str, odd: &mut Oddities, out: &mut Vec<Mailbox>) {
    let mut reader = Reader::default();
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => reader.quoted(&mut chars),
            '(' => reader.comment(&mut chars),
            '<' => {
                if reader.angle.is_some() {
                    reader.flush(odd, out);
                }
                // A quote within is part of a quoted local part; an unclosed bracket ends with the value.
                reader.angle = Some(chars.by_ref().take_while(|c| *c != '>').collect());
            }
            ',' | ';' => reader.flush(odd, out),
            // `Team: ana@ops.example, ben@ops.example;` is a group: its name is no mailbox.
            ':' if reader.angle.is_none() && !reader.raw.contains('@') => reader = Reader::default(),
            _ if reader.angle.is_some() && !c.is_whitespace() => {
                reader.flush(odd, out);
                reader.push(c);
            }
            _ => reader.push(c),
        }
    }
    reader.flush(odd, out);
}

/// One mailbox while it is read.
#[derive(Default)]
struct Reader {
    /// The phrase with quotes taken off.
    phrase: String,
    /// The same as it was written.
    raw: String,
    /// What of it stood outside quotes.
    plain: String,
    comment: String,
    angle: Option<String>,
}

impl Reader {
    fn push(&mut self, c: char) {
        self.phrase.push(c);
        self.raw.push(c);
        self.plain.push(c);
    }

    fn quoted(&mut self, chars: &mut std::str::Chars<'_>) {
        self.raw.push('"');
        while let Some(c) = chars.next() {
            match c {
                '"' => break,
                '\\' => {
                    if let Some(escaped) = chars.next() {
                        self.phrase.push(escaped);
                        self.raw.extend(['\\', escaped]);
                    }
                }
                _ => {
                    self.phrase.push(c);
                    self.raw.push(c);
                }
            }
        }
        self.raw.push('"');
    }

    fn comment(&mut self, chars: &mut std::str::Chars<'_>) {
        let mut depth = 1_usize;
        if !self.comment.is_empty() {
            self.comment.push(' ');
        }
        while let Some(c) = chars.next() {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                '\\' => self.comment.extend(chars.next()),
                _ => self.comment.push(c),
            }
            if depth == 0 {
                break;
            }
        }
        self.push(' ');
    }

    /// Puts the mailbox that ends here, if anything stood there.
    fn flush(&mut self, odd: &mut Oddities, out: &mut Vec<Mailbox>) {
        let done = std::mem::take(self);
        let mut name = |text: &str| {
            let name = clean::line(&words::decode(text.trim(), odd), odd);
            (!name.is_empty()).then_some(name)
        };
        let mut found = Vec::new();
        if let Some(angle) = &done.angle {
            // `<@relay.example:ana@ops.example>` is an obsolete route: the address stands after the colon.
            let address = match angle.trim() {
                route if route.starts_with('@') => route.rsplit(':').next().unwrap_or(route),
                plain => plain,
            };
            let address = without_comments(address);
            let name = name(&done.phrase).or_else(|| name(&done.comment));
            found.push((name, address));
        } else if done.raw.contains("\"@") {
            found.push((name(&done.comment), done.raw.trim().to_owned()));
        } else if done.plain.contains('@') {
            let is_address = |w: &&str| w.contains('@') && !w.starts_with("=?");
            let words: Vec<&str> = done.phrase.split_whitespace().filter(|w| !is_address(w)).collect();
            let name = name(&words.join(" ")).or_else(|| name(&done.comment));
            found.extend(
                done.plain
                    .split_whitespace()
                    .filter(is_address)
                    .map(|address| (name.clone(), address.to_owned())),
            );
            if found.is_empty() && name.is_some() {
                found.push((name, String::new()));
            }
        } else {
            // A word alone is a local mailbox, as `From: root`; anything else is only a name.
            let bare = done.plain.trim();
            if !bare.is_empty() && bare == done.phrase.trim() && !bare.contains(char::is_whitespace) && !bare.starts_with("=?") {
                found.push((name(&done.comment), bare.to_owned()));
            } else if let Some(name) = name(&done.phrase).or_else(|| name(&done.comment)) {
                found.push((Some(name), String::new()));
            }
        }
        for (name, address) in found {
            if out.len() == MAX_MAILBOXES {
                odd.add(
                    "mailboxes-capped",
                    format!("An address header holds over {MAX_MAILBOXES} addresses; the rest is in the raw message."),
                );
                return;
            }
            let address = clean::line(&address, odd);
            if name.is_some() || !address.is_empty() {
                out.push(Mailbox { name, address });
            }
        }
    }
}

/// An address with the comments and white space of the obsolete syntax (RFC 5322 section 4.4) taken out; a quoted local part stays as it is.
fn without_comments(address: &str) -> String {
    if address.contains('"') || !address.contains(['(', ' ', '\t']) {
        return address.to_owned();
    }
    let mut depth = 0_usize;
    let mut out = String::new();
    for c in address.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            // Space between words stays: two words are no address and must not become one.
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out.trim().to_owned()
}
