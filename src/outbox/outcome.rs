//! What a failed attempt means: whose fault it is, and whether it is tried again. May import engine. By code and enhanced code (RFC 3463), never by the words of a message; what is not known is tried again.

use lettre::transport::smtp::Error;

use crate::engine::SendOutcome;

/// The most characters kept of what a relay said.
const MAX_REASON_CHARS: usize = 300;

/// Replies that speak of us and our credentials, not of this mail (RFC 4954 section 6, RFC 3207 section 4): the operator can mend them.
const ABOUT_US: [u16; 5] = [454, 530, 534, 535, 538];
/// The service closes (RFC 5321 section 3.8): it says so at any step.
const CLOSING: u16 = 421;

/// How far an attempt had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Connecting, greeting, STARTTLS, signing in: nothing of the mail was said yet, so no answer can mean this mail.
    Connect,
    /// MAIL: only the return path was said.
    Mail,
    /// RCPT and DATA: whom it goes to was said, and nothing of the text.
    Recipient,
    /// The text was sent, the final dot perhaps too.
    Text,
}

/// What an attempt came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// The relay took it.
    Sent,
    /// It is about this mail, or about whom it goes to: the relay works.
    Mail(SendOutcome),
    /// There was no answer, or none that makes sense, before anything of the text was said. It can be the relay or whoever is behind it.
    NoAnswer(String),
    /// The relay does not work. It has nothing of this mail, so another relay may have it.
    Relay(String),
    /// The line broke, or fell silent, after the text: whether the relay took it is not known, so no other relay gets it now.
    Unsure(String),
}

impl Tried {
    /// What it comes to for the delivery.
    #[must_use]
    pub fn outcome(self) -> SendOutcome {
        match self {
            Self::Sent => SendOutcome::Sent,
            Self::Mail(outcome) => outcome,
            Self::Relay(why) => SendOutcome::NoRelay(why),
            Self::NoAnswer(why) | Self::Unsure(why) => SendOutcome::Retry(why),
        }
    }
}

/// What an SMTP error at a stage means.
#[must_use]
pub fn classify(stage: Stage, error: &Error) -> Tried {
    let said = shortened(&error.to_string());
    let Some(code) = error.status().map(u16::from) else {
        return if error.is_client() && stage > Stage::Connect {
            // lettre refuses to send this mail, such as one to an address that needs SMTPUTF8 where the relay has none.
            Tried::Mail(SendOutcome::GiveUp(said))
        } else {
            broken(stage, said)
        };
    };
    let status = enhanced(&said);
    if is_about_relay(stage, code, status) {
        Tried::Relay(format!("relay: {said}"))
    } else if error.is_permanent() {
        Tried::Mail(SendOutcome::GiveUp(said))
    } else {
        Tried::Mail(SendOutcome::Retry(said))
    }
}

/// A cut, a timeout, a reply that makes no sense.
#[must_use]
pub fn broken(stage: Stage, why: String) -> Tried {
    match stage {
        Stage::Connect | Stage::Mail => Tried::Relay(format!("relay: {why}")),
        Stage::Recipient => Tried::NoAnswer(why),
        Stage::Text => Tried::Unsure(why),
    }
}

/// Whether a refusal would meet every other mail too.
fn is_about_relay(stage: Stage, code: u16, status: Option<Enhanced>) -> bool {
    if stage == Stage::Connect || code == CLOSING || ABOUT_US.contains(&code) {
        return true;
    }
    let passing = code < 500;
    match status {
        // X.3.X is the mail system's state. 5.3.4 (too big) and 5.3.1 and the like for good are about this mail or its mailbox.
        Some(Enhanced { subject: 3, detail }) => passing || detail == 2,
        Some(_) => false,
        // Without an enhanced code a temporary refusal of the return path is the relay's: it is the same for all mail of ours.
        None => passing && stage == Stage::Mail,
    }
}

/// The second and third number of an enhanced status code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Enhanced {
    subject: u16,
    detail: u16,
}

/// The enhanced status code a reply begins with, after what lettre puts before it: `permanent error (550): 5.1.1 no such user`.
fn enhanced(text: &str) -> Option<Enhanced> {
    let words = text.split_whitespace();
    words.take(MAX_WORDS_BEFORE).find_map(|word| {
        let numbers: Vec<u16> = word.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
        match numbers.as_slice() {
            [2 | 4 | 5, subject, detail] => Some(Enhanced {
                subject: *subject,
                detail: *detail,
            }),
            _ => None,
        }
    })
}

/// How many words are looked through for an enhanced code: lettre's own, and the first of the reply.
const MAX_WORDS_BEFORE: usize = 4;

/// One line of bounded length: what a relay says goes to tables and mails.
pub(super) fn shortened(reason: &str) -> String {
    let clean: String = reason.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    clean
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(MAX_REASON_CHARS)
        .collect()
}

#[cfg(test)]
#[path = "outcome_tests.rs"]
mod tests;
