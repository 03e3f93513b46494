//! One inbound mail or webhook delivery, decoded. May import only its peers in model. Text here is clean: no controls but line feed and tab, no CR.

use std::fmt;
use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Address, AuthChecks, AutoReply, Bounce, CalendarAnswer, Mailbox, PersonKey, SourceName};

/// Where the raw bytes are: by content. The bytes themselves live in the store.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RawRef {
    /// SHA-256 of the bytes, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// Their length.
    pub size_bytes: u64,
}

/// What a message is, decided from its headers before any rule runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Written by somebody, or a webhook.
    #[default]
    Person,
    /// An automatic answer (RFC 3834): vacation, ticket notice, our own notices.
    AutoReply,
    /// A delivery report (RFC 3464) or what mailers send in its place.
    Bounce,
    /// List or bulk mail.
    List,
    /// An answer to an invitation.
    Calendar,
    /// A read receipt or abuse report.
    Report,
}

impl Kind {
    /// The word used in rules, tables and `explain`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::AutoReply => "auto-reply",
            Self::Bounce => "bounce",
            Self::List => "list",
            Self::Calendar => "calendar",
            Self::Report => "report",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Something unusual met while decoding; the message was read all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Oddity {
    /// A stable word, such as `boundary-in-line`.
    pub code: String,
    /// A sentence for people.
    pub text: String,
}

/// Why a message could not be decoded. Its item goes to the quarantine queue with the raw bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unparsed {
    /// A stable word, such as `nesting`.
    pub code: String,
    /// A sentence for people.
    pub text: String,
}

impl Unparsed {
    /// The word for a mail that its source could not take and put aside; the text then says all of it.
    pub const PUT_ASIDE: &str = "put-aside";

    /// Whether it was put aside by its source, and not read at all.
    #[must_use]
    pub fn is_put_aside(&self) -> bool {
        self.code == Self::PUT_ASIDE
    }
}

/// The SMTP envelope, or what stood for it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Envelope {
    /// The return path; `None` is the null path `<>` or not known.
    pub from: Option<String>,
    /// The recipients this delivery was accepted for.
    pub to: Vec<String>,
    /// Who handed it over: what a `Received` header would say. `None` where nobody did, as in a spool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<Peer>,
    /// What the door found out about its sender; `None` where it does not look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<AuthChecks>,
    /// The person who logged in to hand it over, where somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<PersonKey>,
}

/// The other end of the connection a mail came by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// Its network address.
    pub address: IpAddr,
    /// What it called itself in EHLO, HELO or LHLO, without controls.
    pub helo: String,
    /// The protocol in the words of RFC 3848: `SMTP`, `ESMTP`, `UTF8SMTP`, `LMTP`, `UTF8LMTP`.
    pub protocol: String,
}

/// What stood around the bytes of a message: with both it can be read again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Around {
    /// A mail's envelope.
    Mail(Envelope),
    /// What stood around a webhook's body; nothing secret is kept of it.
    Hook {
        /// The sender's id for the delivery.
        delivery_id: Option<String>,
        /// The sender's word for the event.
        event: Option<String>,
        /// The media type without parameters.
        media_type: String,
        /// Headers, names lower case.
        headers: Vec<(String, String)>,
        /// The query string's pairs.
        query: Vec<(String, String)>,
    },
}

/// An inbound message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The source it came by.
    pub source: SourceName,
    /// When it was received.
    pub received: Timestamp,
    /// Its raw bytes.
    pub raw: RawRef,
    /// What was unusual.
    #[serde(default)]
    pub oddities: Vec<Oddity>,
    /// What it says.
    pub body: Body,
}

/// A mail, a webhook delivery, or bytes that could not be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// A mail.
    Mail(Box<Mail>),
    /// A webhook delivery.
    Hook(Box<Hook>),
    /// Neither: see `why`, and the envelope if it came as mail.
    Unparsed {
        /// The reason.
        why: Unparsed,
        /// The envelope, for mail.
        envelope: Envelope,
    },
}

/// A decoded mail.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Mail {
    /// The envelope it came in.
    pub envelope: Envelope,
    /// What it is.
    pub kind: Kind,
    /// Every mailbox of every From header: more than one is never trusted.
    pub from: Vec<Mailbox>,
    /// Reply-To.
    pub reply_to: Vec<Mailbox>,
    /// To.
    pub to: Vec<Mailbox>,
    /// Cc.
    pub cc: Vec<Mailbox>,
    /// The subject, unfolded and decoded; empty if there is none.
    pub subject: String,
    /// Message-ID without angle brackets.
    pub message_id: Option<String>,
    /// In-Reply-To, without angle brackets.
    pub in_reply_to: Vec<String>,
    /// References, oldest first, without angle brackets.
    pub references: Vec<String>,
    /// The Date header.
    pub date: Option<Timestamp>,
    /// All headers in order, names as written, values unfolded and decoded, capped in number and length.
    pub headers: Vec<(String, String)>,
    /// All of the text: the plain part, or HTML turned into text.
    pub text: String,
    /// The new text: `text` without quotes, signatures and footers. Equal to `text` until the reply layer has read it.
    pub new_text: String,
    /// What is attached.
    pub attachments: Vec<Attachment>,
    /// What it reports, if it is a delivery report on something that did not arrive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounce: Option<Bounce>,
    /// What it is, if it is an automatic answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_reply: Option<AutoReply>,
    /// What it answers, if a calendar wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarAnswer>,
}

impl Mail {
    /// The values of a header, in order, by name in any case.
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.as_str())
    }

    /// The one author, if there is exactly one with a valid address.
    #[must_use]
    pub fn author(&self) -> Option<Address> {
        match self.from.as_slice() {
            [one] => one.address(),
            _ => None,
        }
    }
}

/// An attachment as it is named in the mail. Its bytes stay in the raw message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The file name, decoded, without path separators and controls.
    pub name: Option<String>,
    /// The media type, lower case, such as `application/pdf`.
    pub media_type: String,
    /// The decoded size.
    pub size_bytes: u64,
}

/// A decoded webhook delivery.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Hook {
    /// The sender's id for this delivery, where its scheme has one.
    pub delivery_id: Option<String>,
    /// The sender's word for the event, where its scheme has one (`X-GitHub-Event`).
    pub event: Option<String>,
    /// The media type without parameters, lower case.
    pub media_type: String,
    /// Headers in order, names lower case; secrets (Authorization, signatures, cookies) are left out.
    pub headers: Vec<(String, String)>,
    /// The query string's pairs.
    pub query: Vec<(String, String)>,
    /// The pairs of a form body.
    pub form: Vec<(String, String)>,
    /// A JSON body, or a form's `payload` field that is JSON.
    pub json: Option<serde_json::Value>,
    /// A text body.
    pub text: String,
}

impl Message {
    /// The mail, if it is one.
    #[must_use]
    pub fn mail(&self) -> Option<&Mail> {
        match &self.body {
            Body::Mail(mail) => Some(mail),
            _ => None,
        }
    }

    /// The webhook delivery, if it is one.
    #[must_use]
    pub fn hook(&self) -> Option<&Hook> {
        match &self.body {
            Body::Hook(hook) => Some(hook),
            _ => None,
        }
    }

    /// What it is; anything that is not mail counts as written by a person.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.mail().map_or(Kind::Person, |mail| mail.kind)
    }
}
