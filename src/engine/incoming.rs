//! What the timeline keeps of a message, and who asked. May import model, policy. The whole message stays in the raw bytes.

use super::Incoming;
use crate::model::{Around, Body, Hook, Kind, Mail, Mailbox, Message, Reader, Requester};
use crate::policy::Policy;

/// The most characters of text kept on the timeline.
const MAX_TEXT_CHARS: usize = 65_536;
/// The most characters of a webhook's JSON shown as text.
const MAX_JSON_CHARS: usize = 4_000;

impl Incoming {
    /// What the timeline keeps of `message`.
    #[must_use]
    pub fn of(message: &Message) -> Self {
        let mut incoming = Self {
            source: message.source.clone(),
            at: message.received,
            from: None,
            author: None,
            by_mail: matches!(message.body, Body::Mail(_)),
            message_id: None,
            subject: String::new(),
            text: String::new(),
            in_summary: false,
            attachments: Vec::new(),
            files: Vec::new(),
            raw: message.raw.clone(),
            automatic: message.kind() != Kind::Person,
            oddities: message.oddities.iter().map(|o| o.text.clone()).collect(),
            around: Some(Box::new(around(&message.body))),
        };
        match &message.body {
            Body::Mail(mail) => incoming.take_mail(mail),
            Body::Hook(hook) => incoming.take_hook(hook),
            Body::Unparsed { why, .. } if why.is_put_aside() => {
                incoming.subject = "A mail that was put aside".to_owned();
                incoming.text.clone_from(&why.text);
            }
            Body::Unparsed { why, envelope } => {
                incoming.subject = "A message that could not be read".to_owned();
                incoming.text = format!(
                    "{}\nEnvelope from: {}\nEnvelope to: {}",
                    why.text,
                    shown(envelope.from.as_deref()),
                    envelope.to.join(", ")
                );
                incoming.oddities.push(why.text.clone());
            }
        }
        incoming
    }

    /// The same without its text, which stands in the bytes.
    #[must_use]
    pub fn without_text(&self) -> Self {
        // Written out: a clone would copy first what is then thrown away.
        Self {
            source: self.source.clone(),
            at: self.at,
            from: self.from.clone(),
            author: self.author.clone(),
            by_mail: self.by_mail,
            message_id: self.message_id.clone(),
            subject: self.subject.clone(),
            text: String::new(),
            in_summary: false,
            attachments: self.attachments.clone(),
            files: self.files.clone(),
            raw: self.raw.clone(),
            automatic: self.automatic,
            oddities: self.oddities.clone(),
            around: self.around.clone(),
        }
    }

    fn take_mail(&mut self, mail: &Mail) {
        self.from = mail.from.first().cloned().or_else(|| {
            let address = mail.envelope.from.clone()?;
            Some(Mailbox { name: None, address })
        });
        self.author = mail.author();
        self.message_id.clone_from(&mail.message_id);
        self.subject.clone_from(&mail.subject);
        self.text = cut(&mail.new_text, MAX_TEXT_CHARS);
        let size = |bytes: u64| format!("{} KiB", bytes.div_ceil(1_024));
        let named = |a: &crate::model::Attachment| {
            let name = a.name.clone().unwrap_or_else(|| a.media_type.clone());
            format!("{name} ({})", size(a.size_bytes))
        };
        self.attachments = mail.attachments.iter().map(named).collect();
        self.files.clone_from(&mail.attachments);
    }

    fn take_hook(&mut self, hook: &Hook) {
        self.message_id.clone_from(&hook.delivery_id);
        self.subject = hook.event.as_ref().map_or_else(
            || format!("A delivery by {}", self.source),
            |event| format!("{}: {event}", self.source),
        );
        let json = hook.json.as_ref().and_then(|json| serde_json::to_string_pretty(json).ok());
        self.text = json.map_or_else(|| cut(&hook.text, MAX_TEXT_CHARS), |json| cut(&json, MAX_JSON_CHARS));
        if self.text.is_empty() {
            self.text = hook.form.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        }
    }
}

/// What cannot be told from the bytes alone.
fn around(body: &Body) -> Around {
    match body {
        Body::Mail(mail) => Around::Mail(mail.envelope.clone()),
        Body::Unparsed { envelope, .. } => Around::Mail(envelope.clone()),
        Body::Hook(hook) => Around::Hook {
            delivery_id: hook.delivery_id.clone(),
            event: hook.event.clone(),
            media_type: hook.media_type.clone(),
            headers: hook.headers.clone(),
            query: hook.query.clone(),
        },
    }
}

/// Who asked: the one author of a mail that a person wrote. Nobody is answered who cannot be told apart from a machine.
pub(super) fn requester(message: &Message) -> Option<Requester> {
    asking(message).ok()
}

/// Who a rule answers (RFC 3834): the one author of a mail that a person wrote, and never batond itself.
///
/// # Errors
/// Why nobody is, as a sentence.
pub fn answerable(message: &Message, policy: &Policy) -> Result<Requester, String> {
    let requester = asking(message)?;
    let own = |reader: &Reader| matches!(reader, Reader::Address(address) if policy.is_own(address));
    if own(&requester.reader) || carries_our_mark(message) {
        return Err("it came from batond's own address".to_owned());
    }
    Ok(requester)
}

/// Whether a message may be sent on: what a batond wrote itself would go round for ever.
///
/// # Errors
/// Why not, as a sentence.
pub fn may_be_sent_on(message: &Message) -> Result<(), String> {
    match message.mail() {
        Some(_) if carries_our_mark(message) => Err("it is a mail that batond wrote, and would go round".to_owned()),
        Some(mail) if mail.kind == Kind::Bounce => Err("it is a bounce".to_owned()),
        _ => Ok(()),
    }
}

/// Every mail of batond's names its item or its reason in a header.
fn carries_our_mark(message: &Message) -> bool {
    let marked = |mail: &Mail| mail.header("X-Batond-Item").chain(mail.header("X-Batond-Reason")).next().is_some();
    message.mail().is_some_and(marked)
}

fn asking(message: &Message) -> Result<Requester, String> {
    let mail = message.mail().ok_or("it is no mail")?;
    if mail.kind != Kind::Person {
        return Err(format!("it was not written by a person ({})", mail.kind));
    }
    let author = mail.author().ok_or("it has no one author")?;
    // RFC 3834: what came with a null return path is never answered.
    if mail.envelope.from.as_ref().is_none_or(String::is_empty) {
        return Err("its return path is empty".to_owned());
    }
    Ok(Requester {
        name: mail.from.first().and_then(|m| m.name.clone()),
        reader: Reader::Address(author),
        message_id: mail.message_id.clone(),
        subject: mail.subject.clone(),
    })
}

fn shown(path: Option<&str>) -> &str {
    path.filter(|p| !p.is_empty()).unwrap_or("<>")
}

fn cut(text: &str, most: usize) -> String {
    // No text has more characters than bytes.
    if text.len() <= most {
        return text.to_owned();
    }
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
