//! What a failed attempt means: again, or never. May import engine. By code and kind, never by the words of a message; what is not known is tried again.

use lettre::transport::smtp::Error;

use crate::engine::SendOutcome;

/// The most characters kept of what a relay said.
const MAX_REASON_CHARS: usize = 300;

/// Replies that speak of us and our credentials, not of this mail (RFC 4954 section 6, RFC 3207 section 4): the operator can mend them.
const ABOUT_US: [u16; 4] = [530, 534, 535, 538];

/// How far an attempt had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Connecting, greeting, STARTTLS, signing in: nothing of the mail was said yet, so no answer can mean this mail.
    Connect,
    /// From MAIL to the answer after the final dot.
    Send,
}

/// What an SMTP error at a stage means for the delivery.
#[must_use]
pub fn classify(stage: Stage, error: &Error) -> SendOutcome {
    let kind = if error.is_permanent() {
        Kind::Permanent(error.status().map(u16::from).unwrap_or_default())
    } else if error.is_client() {
        Kind::Ours
    } else {
        Kind::Other
    };
    let mut reason = error.to_string();
    if stage == Stage::Connect {
        reason.insert_str(0, "relay: ");
    }
    if kind.is_final(stage) {
        SendOutcome::GiveUp(shortened(&reason))
    } else {
        SendOutcome::Retry(shortened(&reason))
    }
}

/// What matters of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A 5xx reply.
    Permanent(u16),
    /// lettre refuses to send this mail to this relay, such as an address that needs SMTPUTF8.
    Ours,
    /// A 4xx reply, a cut, a timeout, a reply that makes no sense, TLS, anything else.
    Other,
}

impl Kind {
    fn is_final(self, stage: Stage) -> bool {
        match (stage, self) {
            (Stage::Connect, _) | (_, Self::Other) => false,
            (Stage::Send, Self::Permanent(code)) => !ABOUT_US.contains(&code),
            (Stage::Send, Self::Ours) => true,
        }
    }
}

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
