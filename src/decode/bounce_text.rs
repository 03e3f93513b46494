//! Whom a delivery report in words says was not reached: the forms that mailers without RFC 3464 write. May import model. Asked only where no part for machines names anybody.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::{Mail, Undelivered};

/// How much of the text is looked at, in bytes.
const MAX_LOOKED_AT_BYTES: usize = 64 * 1024;
/// How many lines.
const MAX_LINES: usize = 400;

/// An address as reports write one.
static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let domain = r"[0-9A-Za-z\u{80}-\u{10FFFF}]";
    Regex::new(&format!(
        r"[\w.!#$%&*+/=?^{{|}}~'-]+@{domain}(?:[0-9A-Za-z\u{{80}}-\u{{10FFFF}}.-]*{domain})?"
    ))
    .ok()
});

/// A status code of RFC 3463, or a reply code of RFC 5321.
static CODE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:^|[^\d.])(?:(?<status>[45]\.\d{1,3}\.\d{1,3})|(?<reply>[45][0-5]\d))(?:$|[^\d.])").ok());

/// Where the copy of what was sent begins, lower case. What stands there is nobody's failure.
const COPY: [&str; 24] = [
    "lines of the message",
    "lines of your original",
    "original message",
    "copy of the message",
    "copy of your message",
    "a copy of the",
    "here is a copy",
    "below this line",
    "below the next line",
    "message removed",
    "message header",
    "old message",
    "unsent message",
    "unsent mail",
    "your message reads",
    "included is a copy",
    "returned message",
    "message text follows",
    "headers of the message",
    "ursprüngliche nachricht",
    "mensaje original",
    "message d'origine",
    "original headers",
    "transcript of session",
];

/// Words of a failure that is not final, lower case.
const LATE: [&str; 12] = [
    "will continue to try",
    "will be retried",
    "will retry",
    "has been delayed",
    "still being retried",
    "not yet been delivered",
    "could not be delivered for",
    "postponed",
    "temporar",
    "warning message only",
    "do not need to resend",
    "delivery is delayed",
];

/// Words before an address that was not reached, lower case.
const BEFORE: [&str; 14] = [
    "recipient",
    "addressed to",
    "deliver",
    "delivered to",
    "message to",
    "mail to",
    "user",
    "address",
    "reach",
    "undeliverable to",
    "rcpt to",
    "failed",
    "mailbox",
    "for <",
];

/// Whether an address stands in a text.
pub(super) fn has_address(text: &str) -> bool {
    addresses(text).next().is_some()
}

/// Whether a text says that a copy of what was sent follows.
pub(super) fn has_copy(text: &str) -> bool {
    let text = text.to_lowercase();
    COPY.iter().any(|mark| text.contains(mark))
}

/// Every address in a text.
fn addresses(text: &str) -> impl Iterator<Item = regex::Match<'_>> {
    ADDRESS.as_ref().map(|pattern| pattern.find_iter(text)).into_iter().flatten()
}

/// The addresses in the words of a report.
pub(super) fn recipients(mail: &Mail) -> Vec<Undelivered> {
    let text = super::clean::capped(&mail.text, MAX_LOOKED_AT_BYTES);
    let head = head(text);
    let own = own_addresses(mail);
    let mut found = by_line(&head, &own);
    if found.is_empty() {
        found = by_name(&head, mail);
    }
    if found.is_empty() {
        found = by_words(&head, &own);
    }
    let (status, permanent) = how_long(&mail.subject, &head);
    let undelivered = |address: String| Undelivered {
        address,
        status: status.clone(),
        permanent,
        late: permanent == Some(false),
        why: None,
    };
    found.into_iter().map(undelivered).collect()
}

/// The lines before the copy of what was sent. One that begins the text may speak of the copy and say what failed after it.
fn head(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().take(MAX_LINES).collect();
    let copy = |line: &&str| {
        let line = line.to_lowercase();
        // A line that names the copy's id is none.
        let names_it = line.contains("id of ");
        (!names_it && COPY.iter().any(|mark| line.contains(mark))) || line.starts_with("received:") || line.starts_with("return-path:")
    };
    let until = lines.iter().position(copy).unwrap_or(lines.len());
    let has_address = |lines: &[&str]| lines.iter().any(|line| addresses(line).next().is_some());
    let (first, _) = lines.split_at(until);
    if has_address(first) { first.to_vec() } else { lines }
}

/// Who wrote the report and who gets it, folded: neither is somebody who was not reached.
fn own_addresses(mail: &Mail) -> Vec<String> {
    let all = mail.from.iter().chain(&mail.to).chain(&mail.reply_to);
    all.map(|mailbox| mailbox.address.to_lowercase()).collect()
}

fn is_somebody(address: &str, own: &[String]) -> bool {
    let folded = address.to_lowercase();
    let local = folded.split('@').next().unwrap_or_default();
    let machine = [
        "mailer-daemon",
        "postmaster",
        "postmast",
        "abuse",
        "listserv",
        "helpdesk",
        "support",
    ];
    !own.contains(&folded) && !machine.contains(&local) && folded.rsplit('@').next().is_some_and(|domain| domain.contains('.'))
}

/// Addresses that begin a line: alone, in brackets, after a bullet, or before a colon and a reason.
fn by_line(lines: &[&str], own: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for line in lines {
        let line = line.trim().trim_start_matches(['*', '-', '•', '>', ' ', '\t']);
        let bare = line.trim_start_matches(['<', '"', '\'', '(', '[']);
        // What was written to stands behind what it was sent on to.
        let bare = bare.strip_prefix("expanded from: ").filter(|_| !found.is_empty()).unwrap_or(bare);
        let bare = bare.trim_start_matches('<');
        let bare = bare.strip_prefix("SMTP:").or_else(|| bare.strip_prefix("smtp:")).unwrap_or(bare);
        let Some(address) = addresses(bare).next().filter(|address| address.start() == 0) else {
            continue;
        };
        let after = bare.get(address.end()..).unwrap_or_default();
        let closed = line.starts_with('<') && after.starts_with('>');
        let ends = after
            .trim_matches(|c: char| c.is_whitespace() || "<>\"')],;:.".contains(c))
            .is_empty();
        let reason = after.starts_with([':', '.', ',']) || after.starts_with(" (") || after.starts_with(" on ") || after.starts_with("...");
        if (closed || ends || reason) && is_somebody(address.as_str(), own) {
            add(&mut found, address.as_str());
        }
    }
    found
}

/// Names without a domain, one a line, below a sentence that says who was not reached: they are of the domain that reports it.
fn by_name(lines: &[&str], mail: &Mail) -> Vec<String> {
    let reporter = mail.from.first().and_then(|mailbox| mailbox.address.rsplit_once('@'));
    let Some((_, domain)) = reporter else { return Vec::new() };
    let said = |line: &&str| {
        let line = line.trim_end().to_lowercase();
        line.ends_with(':') && line.contains("recipient") && line.contains("deliver")
    };
    let below = lines.iter().skip_while(|line| !said(line)).skip(1);
    let names = below.map(|line| line.trim()).skip_while(|line| line.is_empty());
    let is_name =
        |name: &&str| !name.is_empty() && name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-+".contains(&b));
    let mut found = Vec::new();
    names
        .take_while(is_name)
        .for_each(|name| add(&mut found, &format!("{name}@{}", domain.to_lowercase())));
    found
}

/// Addresses in a line with a word for whom it was meant.
fn by_words(lines: &[&str], own: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let mut before = String::new();
    for line in lines {
        let folded = line.to_lowercase();
        let told = |text: &str| BEFORE.iter().any(|word| text.contains(word));
        if told(&folded) || told(&before) {
            let all = addresses(line).map(|address| address.as_str());
            all.filter(|address| is_somebody(address, own))
                .for_each(|address| add(&mut found, address));
        }
        if !folded.trim().is_empty() {
            before = folded;
        }
    }
    found
}

fn add(found: &mut Vec<String>, address: &str) {
    // X.400 names hold it as `dda:SMTP=ana@ops.example`; two dots end it.
    let address = address.rsplit('=').next().unwrap_or(address);
    let address = address
        .split_once("..")
        .map_or(address, |(before, _)| if before.contains('@') { before } else { address });
    let address = address.trim_matches(['\'', '.', '=', '*', '#']);
    if found.len() < super::limits::MAX_REPORTED && !found.iter().any(|other| other.eq_ignore_ascii_case(address)) {
        found.push(address.to_owned());
    }
}

/// The first code in the report, and whether the failure is final: by that code, else by the words. A report that says neither tells of a failure.
fn how_long(subject: &str, lines: &[&str]) -> (Option<String>, Option<bool>) {
    let code = lines.iter().find_map(|line| CODE.as_ref()?.captures(line));
    let group = |name: &str| {
        code.as_ref()
            .and_then(|code| code.name(name))
            .map(|found| found.as_str().to_owned())
    };
    let (status, reply) = (group("status"), group("reply"));
    let words = format!("{subject}\n{}", lines.join("\n")).to_lowercase();
    let late = LATE.iter().any(|word| words.contains(word)) || words.starts_with("warning") || words.starts_with("delayed");
    let class = status.as_ref().or(reply.as_ref()).and_then(|code| code.bytes().next());
    let permanent = match class {
        Some(b'5') => true,
        Some(_) => false,
        None => !late,
    };
    (status, Some(permanent))
}

#[cfg(test)]
#[path = "bounce_tests.rs"]
mod tests;
