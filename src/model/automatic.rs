//! What machines say in mail: delivery reports and automatic answers, as data. May import nothing of the crate. What is not known stays `None`.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A delivery report (RFC 3464), or what a mailer sends in its place.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Bounce {
    /// Who was not reached, in the order of the report; empty when it does not say.
    pub recipients: Vec<Undelivered>,
    /// What the copy of the returned message says of itself.
    #[serde(default, skip_serializing_if = "Returned::is_empty")]
    pub returned: Returned,
}

/// What stood in the headers of a returned message by which its sender knows it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Returned {
    /// Its Message-ID, without angle brackets.
    pub message_id: Option<String>,
    /// The mark of the delivery, if batond wrote it.
    pub mark: Option<String>,
}

impl Returned {
    /// Whether nothing is known of it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.message_id.is_none() && self.mark.is_none()
    }
}

/// One address that was not reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undelivered {
    /// The address as the report has it.
    pub address: String,
    /// The status code (RFC 3463), such as `5.1.1`.
    pub status: Option<String>,
    /// Whether trying again is of no use; `None` when the report does not say.
    pub permanent: Option<bool>,
    /// Whether it is only late: whoever reports goes on trying.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
    /// Why, in the words of the other end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Bounce {
    /// Whether nobody has given up yet: the report says of everybody that it is only late.
    #[must_use]
    pub fn is_late(&self) -> bool {
        !self.recipients.is_empty() && self.recipients.iter().all(|one| one.late)
    }

    /// Whether the failure is final for anybody; `None` when the report does not say.
    #[must_use]
    pub fn permanent(&self) -> Option<bool> {
        let said = |wanted: bool| self.recipients.iter().any(|one| one.permanent == Some(wanted));
        match (said(true), said(false)) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        }
    }
}

/// An automatic answer or notice (RFC 3834).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoReply {
    /// What it is.
    pub kind: AutoReplyKind,
    /// The last day of an absence, if one is named.
    pub until: Option<Date>,
}

/// What a calendar answers to an invitation (RFC 5546).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarAnswer {
    /// Who answers, as the calendar has the address.
    pub who: Option<String>,
    /// What, in words: `accepted`, `declined`, `accepted, perhaps`, `passed on`, `another time proposed`, …
    pub answer: String,
    /// The event's title.
    pub title: Option<String>,
    /// When it begins, as it is written: `2026-11-24 10:00 (Europe/Berlin)`.
    pub starts: Option<String>,
}

impl fmt::Display for CalendarAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.answer, self.title.as_deref().unwrap_or("an event"))?;
        if let Some(starts) = &self.starts {
            write!(f, ", {starts}")?;
        }
        self.who.as_ref().map_or(Ok(()), |who| write!(f, ", by {who}"))
    }
}

/// The kinds of automatic answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AutoReplyKind {
    /// Somebody is away.
    Vacation,
    /// A help desk or a shop has received something, and gave it a number.
    TicketNotice,
    /// A mailing list's own word: subscribed, held for a moderator.
    ListNotice,
    /// A robot asks to be answered before it lets a mail through.
    ChallengeResponse,
    /// Any other.
    AutoReply,
}

impl AutoReplyKind {
    /// The word used in tables, JSON and `explain`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Vacation => "vacation",
            Self::TicketNotice => "ticket-notice",
            Self::ListNotice => "list-notice",
            Self::ChallengeResponse => "challenge-response",
            Self::AutoReply => "auto-reply",
        }
    }
}

impl fmt::Display for AutoReplyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
