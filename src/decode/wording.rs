//! What a mail is by its words alone, where no header says that a machine wrote it. May import model. One sign never decides: the subject, the sender and the text must agree.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::{Kind, Mail};

use super::media::Media;
use super::{absence_words, bounce_text};

/// How much of the text is looked at, in bytes.
const MAX_LOOKED_AT_BYTES: usize = 8 * 1024;

/// What subjects of reports hold, lower case.
const REPORT_SUBJECTS: [&str; 16] = [
    "returned mail",
    "mail could not be delivered",
    "message could not be delivered",
    "non-delivery",
    "non delivery",
    "nondeliverable",
    "undeliverable",
    "undelivered",
    "delivery failure",
    "delivery failed",
    "delivery status notification",
    "mail delivery",
    "failure notice",
    "failed mail",
    "unzustellbar",
    "non remis",
];

/// How reports say it, before or beside an address.
static NOT_DELIVERED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let forms = [
        r"not be delivered to (?:the following|these|this)",
        r"not be delivered to:?\s",
        r"unable to deliver (?:your |the |this )?(?:message|mail|e-mail|email)\s*(?:to|:)",
        r"not deliver (?:your |the |this )?(?:message|mail|e-mail|email) to",
        r"delivery (?:of|to) .{0,120}(?:has been postponed|has been delayed|failed)",
        r"failed recipients?\b",
        r"did not reach the following",
        r"following (?:address|recipient|user)e?s?(?: \(s\)|\(s\))? (?:failed|had|could|was|were|has|have)",
        r"n'a pas pu [eê]tre (?:d[eé]livr|remis)",
        r"konnten? nicht zugestellt werden",
        r"no (?:se ha podido|pudo|ha podido) (?:ser )?entrega",
        r"non [eè] stato possibile (?:recapitare|consegnare)",
        r"n[aã]o p[oô]de ser entregue",
        r"kon(?:den)? niet worden (?:bezorgd|afgeleverd)",
    ];
    Regex::new(&format!("(?is){}", forms.join("|").replace(' ', r"\s+"))).ok()
});

/// The kind that the words show, for a mail whose headers leave it to a person or a list.
pub(super) fn kind(mail: &Mail, media: &[&Media]) -> Option<Kind> {
    if !matches!(mail.kind, Kind::Person | Kind::List) {
        return None;
    }
    let subject = mail.subject.trim().to_lowercase();
    if is_report(mail, &subject, media) {
        return Some(Kind::Bounce);
    }
    if is_complaint(mail, &subject, media) {
        return Some(Kind::Report);
    }
    let automatic = mail.kind == Kind::Person && !absence_words::is_answer_of_people(&subject);
    (automatic && (is_absence(mail, &subject) || is_desk(mail, &subject))).then_some(Kind::AutoReply)
}

/// A delivery report without any of its headers: subject or return path, the words of a failure, an address, and the look of a machine.
fn is_report(mail: &Mail, subject: &str, media: &[&Media]) -> bool {
    let null = mail.header("Return-Path").any(|path| path.trim() == "<>");
    let titled = REPORT_SUBJECTS.iter().any(|mark| subject.contains(mark));
    let passed_on = ["fwd:", "fw:", "wg:", "tr:"].iter().any(|mark| subject.starts_with(mark));
    if !(titled || null) || passed_on {
        return false;
    }
    let text = super::clean::capped(&mail.text, MAX_LOOKED_AT_BYTES);
    let says = NOT_DELIVERED.as_ref().is_some_and(|forms| forms.is_match(text));
    let copy = media.iter().any(|media| media.kind == "message/rfc822") || bounce_text::has_copy(text);
    let banner = text.lines().any(|line| is_rule(line.trim()));
    let machine = mail.from.iter().any(|from| is_mailer(&from.address));
    says && bounce_text::has_address(text) && (null || copy || banner || machine)
}

/// A line of one sign over and over, also with words within: `*** Report ***`.
fn is_rule(line: &str) -> bool {
    let Some(sign) = line.chars().next().filter(|sign| "*#=-".contains(*sign)) else {
        return false;
    };
    line.chars().take_while(|next| *next == sign).count() >= 3 && line.ends_with(sign)
}

/// Whether a local part is that of a mail server or what stands before one.
fn is_mailer(address: &str) -> bool {
    let local = address.split('@').next().unwrap_or_default().to_lowercase();
    let marks = [
        "postmaster",
        "daemon",
        "smtp",
        "antivirus",
        "mailgate",
        "administrator",
        "noreply",
        "no-reply",
    ];
    marks.iter().any(|mark| local.contains(mark))
}

/// Complaints as providers pass them on outside RFC 5965: the subject says so and the mail complained of is inside.
fn is_complaint(mail: &Mail, subject: &str, media: &[&Media]) -> bool {
    let inside = media.iter().any(|media| media.kind == "message/rfc822");
    mail.in_reply_to.is_empty() && inside && subject.starts_with("complaint about message from")
}

/// Somebody is away: the subject is what vacation programs put in place of the one they answer.
fn is_absence(mail: &Mail, subject: &str) -> bool {
    if absence_words::begins_as_machines_do(subject) {
        return true;
    }
    let answers = !mail.in_reply_to.is_empty() || !mail.references.is_empty();
    match absence_words::after_phrase(subject) {
        // People who answer keep the subject; a program replaces it, or puts its own before.
        Some(rest) => answers || absence_words::is_answer_of_people(rest.trim_start_matches([':', '-', '–', ' '])),
        None => false,
    }
}

/// A help desk: the number in brackets, an address that is nobody's, and the number again in the text.
fn is_desk(mail: &Mail, subject: &str) -> bool {
    const ROLES: [&str; 14] = [
        "helpdesk",
        "help",
        "support",
        "ticket",
        "tickets",
        "desk",
        "service",
        "servicedesk",
        "service-desk",
        "noreply",
        "no-reply",
        "donotreply",
        "kundenservice",
        "rt",
    ];
    let Some(tag) = super::auto_reply::number_tag(subject) else {
        return false;
    };
    let role = |address: &str| {
        let local = address.split(['@', '+']).next().unwrap_or_default().to_lowercase();
        ROLES.contains(&local.as_str())
    };
    let text = super::clean::capped(&mail.text, MAX_LOOKED_AT_BYTES).to_lowercase();
    mail.from.iter().any(|from| role(&from.address)) && text.contains(tag)
}

#[cfg(test)]
#[path = "wording_tests.rs"]
mod tests;
