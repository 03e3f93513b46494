//! Whom a delivery report says was not reached, and whether for good (RFC 3464, RFC 3463). May import model. Reads the part for machines first, then headers, then words.

use crate::model::{Bounce, Kind, Mail, Undelivered};

use super::limits::{MAX_REPORT_BYTES, MAX_REPORTED};
use super::oddities::Oddities;
use super::parts::Part;
use super::{bounce_text, charset, returned};

/// The most characters kept of why something was not delivered.
const MAX_WHY_CHARS: usize = 300;
/// The longest type before a diagnostic: `smtp`, `x-unix`, `lmtp`.
const MAX_TYPE_CHARS: usize = 12;

/// The report, for a mail that is one. A report that everything arrived is none.
pub(super) fn of(mail: &Mail, raw: &[u8], parts: &[Part], odd: &mut Oddities) -> Option<Bounce> {
    if mail.kind != Kind::Bounce {
        return None;
    }
    let status = parts.iter().filter(|part| is_status(&part.media.kind) && !part.is_container());
    let mut groups = Vec::new();
    for part in status {
        let bytes = raw.get(part.body.clone()).unwrap_or_default();
        let bytes = part.media.encoding.decode(bytes, MAX_REPORT_BYTES, odd);
        groups.extend(recipients(&charset::decode(&bytes, part.media.parameter("charset"), odd)));
    }
    if groups.is_empty() {
        // The MIME around it is broken or missing: its fields stand in the text.
        groups = recipients(super::clean::capped(&mail.text, MAX_REPORT_BYTES));
        groups.retain(|group| !group.action.is_empty());
    }
    let arrived = !groups.is_empty() && groups.iter().all(|group| group.arrived());
    if arrived {
        return None;
    }
    let mut found: Vec<Undelivered> = Vec::new();
    let stated = groups.iter().filter(|group| !group.arrived()).filter_map(Group::undelivered);
    stated.for_each(|one| add(&mut found, one));
    if found.is_empty() {
        failed_recipients(mail).for_each(|one| add(&mut found, one));
    }
    if found.is_empty() {
        bounce_text::recipients(mail).into_iter().for_each(|one| add(&mut found, one));
    }
    if found.is_empty() {
        wrapped(raw, parts, odd)
            .iter()
            .filter_map(Group::undelivered)
            .for_each(|one| add(&mut found, one));
    }
    Some(Bounce {
        recipients: found,
        returned: returned::of(mail, raw, parts, odd),
    })
}

/// The recipients of a report that a gateway has put into another mail whole, as a copy.
fn wrapped(raw: &[u8], parts: &[Part], odd: &mut Oddities) -> Vec<Group> {
    let Some(copy) = parts
        .iter()
        .find(|part| part.media.kind == "message/rfc822" && !part.is_container())
    else {
        return Vec::new();
    };
    let bytes = raw.get(copy.body.clone()).unwrap_or_default();
    let bytes = copy.media.encoding.decode(bytes, MAX_REPORT_BYTES, odd);
    let mut groups = recipients(&charset::decode(&bytes, None, odd));
    groups.retain(|group| !group.action.is_empty() && !group.arrived());
    groups
}

fn is_status(kind: &str) -> bool {
    matches!(
        kind,
        "message/delivery-status" | "message/global-delivery-status" | "message/disposition-notification"
    )
}

/// Adds an address once; a later word on it that is final goes before an earlier one that is not.
fn add(found: &mut Vec<Undelivered>, one: Undelivered) {
    let same = |other: &Undelivered| other.address.eq_ignore_ascii_case(&one.address);
    if let Some(before) = found.iter_mut().find(|other| same(other)) {
        if before.permanent != Some(true) && one.permanent.is_some() {
            *before = one;
        }
    } else if found.len() < MAX_REPORTED {
        found.push(one);
    }
}

/// The fields of one recipient.
#[derive(Debug, Default)]
struct Group {
    final_recipient: Option<String>,
    original_recipient: Option<String>,
    action: String,
    status: Option<String>,
    diagnostic: String,
}

/// The groups of fields that are about a recipient. Empty lines part them; some mailers leave the one after the fields of the message out.
fn recipients(text: &str) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut group = Group::default();
    let mut name = String::new();
    for line in text.lines() {
        if line.trim().is_empty() {
            groups.push(std::mem::take(&mut group));
            name.clear();
        } else if line.starts_with([' ', '\t']) {
            group.take(&name, line.trim(), true);
        } else if let Some((field, value)) = line.split_once(':') {
            name = field.trim().to_ascii_lowercase();
            if name == "final-recipient" && group.final_recipient.is_some() {
                groups.push(std::mem::take(&mut group));
            }
            group.take(&name, value.trim(), false);
        }
    }
    groups.push(group);
    groups.retain(|group| group.final_recipient.is_some() || group.original_recipient.is_some());
    groups
}

impl Group {
    fn take(&mut self, name: &str, value: &str, more: bool) {
        match name {
            // A long address stands on the line below.
            "final-recipient" if !more || self.final_recipient.is_none() => self.final_recipient = address(value),
            "original-recipient" if !more || self.original_recipient.is_none() => self.original_recipient = address(value),
            "action" if !more => self.action = first_word(value),
            "disposition" if !more => self.action = "rejected".to_owned(),
            "status" if !more => self.status = status(value),
            "diagnostic-code" => {
                self.diagnostic.push(' ');
                self.diagnostic.push_str(value);
            }
            _ => {}
        }
    }

    /// Whether the mail reached this recipient.
    fn arrived(&self) -> bool {
        matches!(self.action.as_str(), "delivered" | "relayed" | "expanded" | "deliverable")
    }

    fn undelivered(&self) -> Option<Undelivered> {
        // The one that was written to; the final one is where it was sent on. Where they differ by quotes only, the quoted one is an address.
        let same = |final_one: &&String| {
            self.original_recipient
                .as_ref()
                .is_some_and(|original| *original == final_one.replace('"', ""))
        };
        let quoted = self.final_recipient.as_ref().filter(same);
        let address = quoted
            .or(self.original_recipient.as_ref())
            .or(self.final_recipient.as_ref())?
            .clone();
        let diagnosed = self
            .diagnostic
            .split([' ', ';', ',', '(', ')', '#', '<', '>', '"'])
            .find_map(status);
        // Some relays state a general `5.0.0` and the particular one in the words of the other end.
        let stated = self.status.clone().filter(|status| !status.ends_with(".0.0"));
        let status = stated.or(diagnosed).or_else(|| self.status.clone());
        let permanent = match (self.action.as_str(), status.as_deref().and_then(|status| status.bytes().next())) {
            ("delayed", _) => Some(false),
            (_, Some(b'5')) => Some(true),
            (_, Some(b'4')) => Some(false),
            ("failed" | "rejected", _) => Some(true),
            _ => None,
        };
        let why = why(&self.diagnostic);
        Some(Undelivered {
            address,
            status,
            permanent,
            late: self.action == "delayed",
            why,
        })
    }
}

/// What the other end said: one line, without the type before it.
pub(super) fn why(said: &str) -> Option<String> {
    let said = said.trim();
    let typed = said
        .split_once(';')
        .filter(|(kind, _)| kind.len() <= MAX_TYPE_CHARS && !kind.contains(' '));
    let said = typed.map_or(said, |(_, words)| words);
    let line: String = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.chars().filter(|c| !c.is_control()).take(MAX_WHY_CHARS).collect();
    (!line.is_empty()).then_some(line)
}

/// `rfc822; ana@ops.example`, with or without the type and brackets.
fn address(value: &str) -> Option<String> {
    let value = value.split_once(';').map_or(value, |(_, address)| address).trim();
    let value = value.split(['<', '>']).find(|part| part.contains('@')).unwrap_or(value);
    let value = value
        .split_whitespace()
        .find(|word| word.contains('@'))?
        .trim_matches(['\'', ',', ';']);
    // A quoted local part keeps its quotes (RFC 5321 section 4.1.2).
    let quoted = value.starts_with('"') && value.contains("\"@");
    let value = if quoted { value } else { value.trim_matches('"') };
    let good = value.len() <= 254 && !value.starts_with('@') && !value.ends_with('@') && !value.contains(char::is_control);
    good.then(|| value.to_owned())
}

fn first_word(value: &str) -> String {
    value.split([' ', '(', ';']).next().unwrap_or_default().to_ascii_lowercase()
}

/// The first status code: a class of 2, 4 or 5 and two numbers of up to three digits (RFC 3463 section 2).
fn status(value: &str) -> Option<String> {
    let code = value.split([' ', '(', '\t']).next()?;
    let mut numbers = code.split('.');
    let class = numbers.next()?;
    let number = |text: &str| (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let rest: Vec<&str> = numbers.collect();
    let good = matches!(class, "2" | "4" | "5") && rest.len() == 2 && rest.iter().all(|text| number(text));
    good.then(|| code.to_owned())
}

/// `X-Failed-Recipients`, as Exim writes it: for good, unless the subject says that it is only late.
fn failed_recipients(mail: &Mail) -> impl Iterator<Item = Undelivered> {
    let late = mail.subject.to_lowercase();
    let late = late.contains("warning") || late.contains("delayed");
    let addresses = mail
        .header("X-Failed-Recipients")
        .flat_map(|value| value.split(','))
        .filter_map(address);
    addresses.map(move |address| Undelivered {
        address,
        status: None,
        permanent: Some(!late),
        late,
        why: None,
    })
}
