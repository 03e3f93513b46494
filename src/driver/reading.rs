//! A message read and judged, before any stored state is looked at. May import decode, reply, rules, policy. Runs beside the driver, not in it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use memchr::memmem;
use tokio::task::spawn_blocking;

use super::{Arrival, ArrivalKind, HookParts, Origin};
use crate::decode::{self, HookInput};
use crate::engine::SeenKey;
use crate::model::{Body, Envelope, Mail, Message, MuteName, Oddity, RawRef, Unparsed};
use crate::policy::Policy;
use crate::reply;
use crate::rules::{Facts, RuleSet, Verdict};

/// Larger messages are read on a thread of their own, so that they hold up nobody.
const READ_APART_BYTES: usize = 256 * 1_024;

/// What the driver needs of a message.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The message.
    pub message: Message,
    /// Its raw bytes.
    pub raw: Bytes,
    /// What the rules say of it.
    pub verdict: Verdict,
    /// What the conditions of mutes say of it: those that hold stand in its trace.
    pub mutes: Verdict,
    /// By what a repeat of it would be recognised.
    pub seen: Vec<SeenKey>,
    /// Where it lies, if it lies somewhere.
    pub origin: Option<Origin>,
}

impl Reading {
    /// Reads and judges.
    pub async fn of(arrival: Arrival, policy: std::sync::Arc<Policy>) -> Self {
        if arrival.raw.len() < READ_APART_BYTES {
            return Self::here(arrival, &policy);
        }
        let kept = arrival.clone();
        let read = spawn_blocking(move || Self::read(arrival, &policy)).await.ok();
        read.unwrap_or_else(|| Self::failed(kept))
    }

    /// The same on this thread, whatever its size.
    #[must_use]
    pub fn here(arrival: Arrival, policy: &Policy) -> Self {
        let kept = arrival.clone();
        catch_unwind(AssertUnwindSafe(|| Self::read(arrival, policy))).unwrap_or_else(|_| Self::failed(kept))
    }

    fn failed(arrival: Arrival) -> Self {
        Self::unread(arrival, "reading", "Reading it failed; this is a defect of batond.")
    }

    /// Reads and judges on this thread.
    #[must_use]
    pub fn read(arrival: Arrival, policy: &Policy) -> Self {
        Self::judged(arrival, policy, RuleSet::judge)
    }

    /// The same with a trace of every rule that was looked at: for people, at the cost of all those rules.
    #[must_use]
    pub fn read_traced(arrival: Arrival, policy: &Policy) -> Self {
        Self::judged(arrival, policy, RuleSet::judge_traced)
    }

    fn judged(arrival: Arrival, policy: &Policy, judge: fn(&RuleSet, &Message, &Facts) -> Verdict) -> Self {
        let message = Self::message(&arrival);
        let signatures = message
            .mail()
            .map(|mail| policy.good_signatures(&message.source, mail))
            .unwrap_or_default();
        let seen = seen_keys(&message, &arrival.raw, &arrival.kind, signatures);
        let verdict = match &message.body {
            Body::Unparsed { .. } => Verdict::default(),
            Body::Mail(_) | Body::Hook(_) => judge(&policy.rules, &message, &policy.facts(&message)),
        };
        let mutes = match &message.body {
            Body::Mail(_) | Body::Hook(_) if !policy.mutes.said.is_empty() => policy.mutes.rules.judge(&message, &policy.facts(&message)),
            _ => Verdict::default(),
        };
        let origin = origin_of(&arrival.kind);
        Self {
            message,
            raw: arrival.raw,
            verdict,
            mutes,
            seen,
            origin,
        }
    }

    /// Reads, and judges nothing.
    #[must_use]
    pub fn message(arrival: &Arrival) -> Message {
        let (body, oddities) = match &arrival.kind {
            ArrivalKind::Mail(envelope) | ArrivalKind::Lying(envelope, _) => read_mail(&arrival.raw, envelope.clone()),
            ArrivalKind::Hook(parts) => read_hook(&arrival.raw, parts),
            ArrivalKind::Aside(envelope, _, why) => {
                let (why, envelope) = (why.clone(), envelope.clone());
                (Body::Unparsed { why, envelope }, Vec::new())
            }
        };
        Message {
            source: arrival.source.clone(),
            received: arrival.received,
            raw: raw_ref(&arrival.raw),
            oddities,
            body,
        }
    }

    /// The same message as one that could not be read: what is left when reading or deciding fails.
    #[must_use]
    pub fn unread(arrival: Arrival, code: &str, text: &str) -> Self {
        let Arrival {
            source,
            received,
            raw,
            kind,
        } = arrival;
        let origin = origin_of(&kind);
        let envelope = match &kind {
            ArrivalKind::Mail(envelope) | ArrivalKind::Lying(envelope, _) | ArrivalKind::Aside(envelope, ..) => envelope.clone(),
            ArrivalKind::Hook(_) => Envelope::default(),
        };
        let why = Unparsed {
            code: code.to_owned(),
            text: text.to_owned(),
        };
        let message = Message {
            source,
            received,
            raw: raw_ref(&raw),
            oddities: Vec::new(),
            body: Body::Unparsed { why, envelope },
        };
        let seen = seen_keys(&message, &raw, &kind, Vec::new());
        Self {
            message,
            raw,
            verdict: Verdict::default(),
            mutes: Verdict::default(),
            seen,
            origin,
        }
    }
}

impl Reading {
    /// What the rules say of it, with a trace of every rule up to the one that ended it.
    #[must_use]
    pub fn traced(&self, policy: &Policy) -> Verdict {
        match &self.message.body {
            Body::Unparsed { .. } => Verdict::default(),
            Body::Mail(_) | Body::Hook(_) => policy.rules.judge_traced(&self.message, &policy.facts(&self.message)),
        }
    }

    /// The entries under `mute` whose conditions hold.
    pub(super) fn muted_by(&self) -> Vec<MuteName> {
        let held = self.mutes.trace.iter().filter(|trace| trace.matched);
        held.map(|trace| MuteName::from(trace.rule.name.as_str())).collect()
    }

    /// The same, as a message that could not be read.
    #[must_use]
    pub fn as_unread(&self, code: &str, text: &str) -> Self {
        let mail = |envelope: &Envelope| match &self.origin {
            Some(origin) => ArrivalKind::Lying(envelope.clone(), origin.clone()),
            None => ArrivalKind::Mail(envelope.clone()),
        };
        let kind = match &self.message.body {
            Body::Mail(read) => mail(&read.envelope),
            Body::Unparsed { envelope, .. } => mail(envelope),
            Body::Hook(_) => ArrivalKind::Hook(HookParts::default()),
        };
        let arrival = Arrival {
            source: self.message.source.clone(),
            received: self.message.received,
            raw: self.raw.clone(),
            kind,
        };
        Self::unread(arrival, code, text)
    }
}

/// Where it lies, if it lies somewhere.
fn origin_of(kind: &ArrivalKind) -> Option<Origin> {
    match kind {
        ArrivalKind::Lying(_, origin) | ArrivalKind::Aside(_, origin, _) => Some(origin.clone()),
        ArrivalKind::Mail(_) | ArrivalKind::Hook(_) => None,
    }
}

/// Where the bytes are kept: by what they are.
fn raw_ref(raw: &[u8]) -> RawRef {
    RawRef {
        sha256: decode::sha256_hex(raw),
        size_bytes: raw.len() as u64,
    }
}

fn read_mail(raw: &[u8], envelope: Envelope) -> (Body, Vec<Oddity>) {
    match decode::mail(raw, envelope.clone()) {
        Ok((mut mail, oddities)) => {
            mail.new_text = reply::new_text(&mail);
            (Body::Mail(Box::new(mail)), oddities)
        }
        Err(why) => (Body::Unparsed { why, envelope }, Vec::new()),
    }
}

fn read_hook(raw: &[u8], parts: &HookParts) -> (Body, Vec<Oddity>) {
    let input = HookInput {
        content_type: parts.content_type.as_deref(),
        delivery_id: parts.delivery_id.as_deref(),
        event: parts.event.as_deref(),
        headers: &parts.headers,
        query: &parts.query,
    };
    match decode::hook(raw, input) {
        Ok((hook, oddities)) => (Body::Hook(Box::new(hook)), oddities),
        Err(why) => (
            Body::Unparsed {
                why,
                envelope: Envelope::default(),
            },
            Vec::new(),
        ),
    }
}

/// The sender's own id first, then what it proved; the bytes where it has no id.
fn seen_keys(message: &Message, raw: &[u8], kind: &ArrivalKind, signatures: Vec<String>) -> Vec<SeenKey> {
    let mut keys = Vec::new();
    // Its bytes may be none at all, or the same beginning as another's: where it lies is all that tells it.
    if matches!(kind, ArrivalKind::Aside(..)) {
        return keys;
    }
    let numbered = matches!(kind, ArrivalKind::Hook(parts) if parts.delivery_id.is_some());
    if let ArrivalKind::Hook(parts) = kind {
        // The id as it was sent: a body that cannot be read comes under one too.
        keys.extend(parts.delivery_id.iter().map(|id| SeenKey::of_id(&message.source, id)));
        let proven = parts.identity.iter().map(|identity| format!("proven:{identity}"));
        keys.extend(proven.map(|proven| SeenKey::of_id(&message.source, &proven)));
    }
    match &message.body {
        Body::Mail(mail) => {
            if let Some(id) = &mail.message_id {
                keys.push(SeenKey::of_id(&message.source, &format!("{id}:{}", content_digest(mail, raw))));
            }
            // The same signed mail under another Message-ID, which nobody needs to sign, is a replay.
            keys.extend(
                signatures
                    .into_iter()
                    .map(|signature| SeenKey::of_id(&message.source, &format!("signature:{signature}"))),
            );
            keys.push(SeenKey::of_bytes(None, &message.raw));
        }
        // A sender that numbers its deliveries may say the same twice.
        Body::Hook(_) | Body::Unparsed { .. } if numbered => {}
        Body::Hook(_) | Body::Unparsed { .. } => keys.push(SeenKey::of_bytes(Some(&message.source), &message.raw)),
    }
    keys
}

/// A digest of what its author wrote: the body and the headers people see, not the trace that each relay adds. The same mail by another way has
/// the same digest; the same Message-ID with other content has another.
fn content_digest(mail: &Mail, raw: &[u8]) -> String {
    let body = body_of(raw);
    let mut content = Vec::with_capacity(body.len() + 256);
    for name in ["from", "to", "cc", "subject", "date"] {
        for value in mail.header(name) {
            content.extend_from_slice(value.as_bytes());
            content.push(0);
        }
        content.push(1);
    }
    content.extend_from_slice(body);
    decode::sha256_hex(&content)
}

/// What follows the first empty line.
fn body_of(raw: &[u8]) -> &[u8] {
    let crlf = memmem::find(raw, b"\r\n\r\n");
    // Behind the first one no other is earlier.
    let before = crlf.map_or(raw, |at| &raw[..at]);
    let lf = memmem::find(before, b"\n\n").map(|at| at + 2);
    let start = lf.or(crlf.map(|at| at + 4)).unwrap_or(raw.len());
    &raw[start..]
}
