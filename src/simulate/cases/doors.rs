//! The doors of a configuration without their sockets: what a source would let in, and how. May import config, driver, intake, web. Proofs are not asked for.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use jiff::Timestamp;

use crate::config::{HookDoor, HookGiven, MailBytes, MailGiven, Settings, SourceKind};
use crate::decode;
use crate::driver::{Arrival, ArrivalKind};
use crate::intake::Recipients;
use crate::model::{Address, Envelope, SourceName};
use crate::web;

use super::compose::compose;

/// The doors, in the order they are configured.
#[derive(Debug)]
pub(super) struct Doors {
    mail: Vec<(SourceName, Recipients)>,
    hooks: Vec<(SourceName, HookDoor)>,
}

impl Doors {
    pub(super) fn of(settings: &Settings, desk: &Address) -> Self {
        let mut doors = Self {
            mail: Vec::new(),
            hooks: Vec::new(),
        };
        for source in &settings.sources {
            match &source.kind {
                SourceKind::Smtp(door) | SourceKind::Lmtp(door) => {
                    let recipients = Recipients::new(&door.recipients, desk.clone());
                    doors
                        .mail
                        .extend(recipients.ok().map(|recipients| (source.name.clone(), recipients)));
                }
                // Whatever lies there is read.
                SourceKind::Imap(_) | SourceKind::Maildir(_) | SourceKind::Pipe(_) => {
                    let everybody = Recipients::new(&["*".to_owned()], desk.clone());
                    doors.mail.extend(everybody.ok().map(|everybody| (source.name.clone(), everybody)));
                }
                SourceKind::Webhook(door) => doors.hooks.push((source.name.clone(), door.clone())),
            }
        }
        doors
    }

    /// A mail as the door that takes it hands it on. `number` tells it from the other mails of its case.
    ///
    /// # Errors
    /// Why no door would take it.
    pub(super) fn mail(&self, given: &MailGiven, now: Timestamp, number: u64) -> Result<Arrival, String> {
        let raw = match &given.bytes {
            MailBytes::Raw(bytes) => bytes.clone(),
            MailBytes::Short(short) => compose(short, now, number)?,
        };
        let (author, mut to) = headers(&raw);
        if !given.to.is_empty() {
            to.clone_from(&given.to);
        }
        let (source, to) = self.take(given.source.as_ref(), &to)?;
        let envelope = Envelope {
            from: given.from.clone().unwrap_or(author),
            to,
            peer: None,
            checked: None,
            login: None,
        };
        Ok(Arrival {
            source,
            received: now,
            raw: Bytes::from(raw),
            kind: ArrivalKind::Mail(envelope),
        })
    }

    /// The door that takes mail for at least one of these, and those it takes.
    fn take(&self, named: Option<&SourceName>, to: &[String]) -> Result<(SourceName, Vec<String>), String> {
        if to.is_empty() {
            return Err("the mail names no recipient; say to whom it is delivered: `envelope: { to: … }`".to_owned());
        }
        let mut asked = 0;
        for (name, recipients) in self.mail.iter().filter(|(name, _)| named.is_none_or(|named| named == name)) {
            asked += 1;
            let taken: Vec<String> = to.iter().filter(|to| recipients.read(to).is_ok()).cloned().collect();
            if !taken.is_empty() {
                return Ok((name.clone(), taken));
            }
        }
        Err(match (named, asked) {
            (Some(name), 0) => format!("the source `{name}` takes no mail"),
            (None, 0) => "no source takes mail".to_owned(),
            (Some(name), _) => format!(
                "the source `{name}` takes no mail for {}: it would be refused at the door",
                to.join(", ")
            ),
            (None, _) => format!("no source takes mail for {}: it would be refused at the door", to.join(", ")),
        })
    }

    /// A webhook delivery as its door hands it on.
    ///
    /// # Errors
    /// Why the door would not take it.
    pub(super) fn hook(&self, given: &HookGiven, now: Timestamp) -> Result<Arrival, String> {
        let (name, door) = match (&given.source, self.hooks.as_slice()) {
            (Some(source), hooks) => hooks
                .iter()
                .find(|(name, _)| name == source)
                .ok_or_else(|| format!("the source `{source}` takes no webhooks"))?,
            (None, [only]) => only,
            (None, []) => return Err("no source takes webhooks".to_owned()),
            (None, _) => return Err("there are several webhook sources; name one: `source: …`".to_owned()),
        };
        let mut headers = HeaderMap::new();
        headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static(given.body.media_type));
        let mut own_type = false;
        for (name, value) in &given.headers {
            let bad = || format!("`{name}` cannot be a header with this value");
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?;
            let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| bad())?;
            if name == http::header::CONTENT_TYPE && !own_type {
                own_type = true;
                headers.insert(name, value);
            } else {
                headers.append(name, value);
            }
        }
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&given.query)
            .finish();
        let uri: Uri = format!("/hooks/{name}?{query}")
            .parse()
            .map_err(|_| "the query cannot be written".to_owned())?;
        let body = Bytes::from(given.body.bytes.clone());
        let parts = web::unverified(door, &headers, &uri, &body).map_err(|problem| format!("the door refuses it: {problem}"))?;
        Ok(Arrival {
            source: name.clone(),
            received: now,
            raw: body,
            kind: ArrivalKind::Hook(parts),
        })
    }
}

/// The author's address and the recipients that the headers name.
fn headers(raw: &[u8]) -> (Option<String>, Vec<String>) {
    let Ok((mail, _)) = decode::mail(raw, Envelope::default()) else {
        return (None, Vec::new());
    };
    let written = |address: Address| address.as_str().to_owned();
    let to = mail.to.iter().chain(&mail.cc);
    (mail.author().map(written), to.filter_map(|to| to.address().map(written)).collect())
}
