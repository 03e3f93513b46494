//! A message as `explain` gives it to programs. May import model. The names are stable; `docs/explain.md` tells of them.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::model::{Body, CalendarAnswer, Hook, Mail, Mailbox, Message, Oddity};

/// What is unusual on the wire, and ordinary in files.
const OF_FILES: [&str; 2] = ["bare-lf", "mbox-line"];

/// A message as it was read.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct MessageView {
    /// By which source it came.
    pub source: String,
    /// What it is; `null` when it could not be read.
    pub kind: Option<&'static str>,
    /// Addresses.
    pub from: Vec<String>,
    /// Addresses.
    pub to: Vec<String>,
    /// Addresses.
    pub cc: Vec<String>,
    /// The subject; of a webhook its event.
    pub subject: String,
    /// Without angle brackets; of a webhook the delivery's id.
    pub message_id: Option<String>,
    /// Without angle brackets, oldest first.
    pub references: Vec<String>,
    /// When it says that it was written.
    pub date: Option<Timestamp>,
    /// The text without quotes, signature and footers.
    pub new_text: String,
    /// All of the text.
    pub text: String,
    /// What is attached.
    pub attachments: Vec<AttachmentView>,
    /// What it reports as not delivered; `null` if it is no such report.
    pub bounce: Option<BounceView>,
    /// What kind of automatic answer it is; `null` if it is none.
    pub auto_reply: Option<AutoReplyView>,
    /// What a calendar answers to an invitation; `null` if it is no such answer.
    pub calendar: Option<CalendarAnswer>,
    /// What was unusual about it, yet could be read.
    pub oddities: Vec<Oddity>,
    /// Whether it is a webhook delivery: people are not told its kind.
    #[serde(skip)]
    pub is_hook: bool,
}

/// Something attached.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AttachmentView {
    /// Its file name.
    pub name: Option<String>,
    /// Its media type.
    #[serde(rename = "type")]
    pub media_type: String,
    /// Its size in bytes, decoded.
    pub size: u64,
}

/// A delivery report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BounceView {
    /// Whether it failed for good; `null` when the report does not say.
    pub permanent: Option<bool>,
    /// The addresses that were not reached.
    pub recipients: Vec<String>,
}

/// An automatic answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AutoReplyView {
    /// `vacation`, `ticket-notice`, `list-notice`, `challenge-response` or `auto-reply`.
    pub kind: &'static str,
    /// The last day of an absence.
    pub until: Option<Date>,
}

impl From<&Message> for MessageView {
    fn from(message: &Message) -> Self {
        let mut view = Self {
            source: message.source.to_string(),
            oddities: message
                .oddities
                .iter()
                .filter(|odd| !OF_FILES.contains(&odd.code.as_str()))
                .cloned()
                .collect(),
            ..Self::default()
        };
        match &message.body {
            Body::Unparsed { .. } => {}
            Body::Hook(hook) => view.take_hook(hook),
            Body::Mail(mail) => view.take_mail(mail),
        }
        view.kind = (!matches!(message.body, Body::Unparsed { .. })).then(|| message.kind().as_str());
        view
    }
}

impl MessageView {
    fn take_hook(&mut self, hook: &Hook) {
        self.is_hook = true;
        self.subject = hook.event.clone().unwrap_or_default();
        self.message_id.clone_from(&hook.delivery_id);
        self.text.clone_from(&hook.text);
        self.new_text.clone_from(&hook.text);
    }

    fn take_mail(&mut self, mail: &Mail) {
        let addresses = |mailboxes: &[Mailbox]| mailboxes.iter().map(|mailbox| mailbox.address.clone()).collect();
        self.from = addresses(&mail.from);
        self.to = addresses(&mail.to);
        self.cc = addresses(&mail.cc);
        self.subject.clone_from(&mail.subject);
        self.message_id.clone_from(&mail.message_id);
        self.references.clone_from(&mail.references);
        self.date = mail.date;
        self.new_text.clone_from(&mail.new_text);
        self.text.clone_from(&mail.text);
        let attached = mail.attachments.iter().map(|attached| AttachmentView {
            name: attached.name.clone(),
            media_type: attached.media_type.clone(),
            size: attached.size_bytes,
        });
        self.attachments = attached.collect();
        self.bounce = mail.bounce.as_ref().map(|bounce| BounceView {
            permanent: bounce.permanent(),
            recipients: bounce.recipients.iter().map(|one| one.address.clone()).collect(),
        });
        self.auto_reply = mail.auto_reply.as_ref().map(|answer| AutoReplyView {
            kind: answer.kind.as_str(),
            until: answer.until,
        });
        self.calendar.clone_from(&mail.calendar);
    }
}
