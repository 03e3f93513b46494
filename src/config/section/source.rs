//! `sources`: the doors. May import the rest of config.

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::sections::Sections;
use super::super::settings::{Listen, Logins, MailDoor, SenderChecks, SourceKind, SourceSettings};
use super::super::texts::Spot;
use super::super::yaml::{Entry, Node, Value};
use super::desk::listen;
use super::hook::hook;
use super::{door, folder, imap, silence, tls};
use crate::model::SourceName;
use crate::policy::SourceTrust;

/// The default of `max_size` for mail, in bytes.
pub const MAIL_BYTES: usize = 25 * MIB;
/// The default of `max_connections`.
pub const CONNECTIONS: u32 = 200;
/// The default of `max_connections_per_address`.
pub const CONNECTIONS_PER_ADDRESS: u32 = 50;
/// The default of `max_connections_per_network`.
pub const CONNECTIONS_PER_NETWORK: u32 = 100;

const KIB: usize = 1024;
const MIB: usize = 1024 * 1024;
/// Mail and bodies are held in memory while they come in, so that their size is bounded.
const MAX_BYTES: usize = 256 * MIB;

/// The key beside the kind.
const EXPECT_EVERY: &str = "expect_every";

const KINDS: [&str; 6] = ["smtp", "lmtp", "webhook", "imap", "maildir", "pipe"];
const LATER: [&str; 1] = ["schedule"];

/// Where something listens, with a name for sentences.
pub(crate) type Listening = (Listen, Spot, String);

/// All sources, and where they listen.
pub(crate) fn sources(cx: &mut Check<'_>, sections: &Sections<'_>, top: Spot, web: bool) -> (Vec<SourceSettings>, Vec<Listening>) {
    let entries = sections.named("sources");
    if entries.is_empty() {
        let hint = "name at least one: `sources: { inbox: { smtp: { listen: \"127.0.0.1:2525\", for: [\"*@ops.example\"] } } }`";
        cx.error(Code::MissingKey, top, "the configuration has no `sources`: nothing could come in")
            .hint(hint);
    }
    let mut listening = Vec::new();
    let mut sources = Vec::new();
    for entry in entries {
        let Some(name) = entry.key.as_deref() else { continue };
        if let Some(kind) = source(cx, entry, name, web, &mut listening) {
            sources.push(SourceSettings {
                name: SourceName::from(name),
                kind,
            });
        }
    }
    (sources, listening)
}

fn source(cx: &mut Check<'_>, entry: &Entry, name: &str, web: bool, listening: &mut Vec<Listening>) -> Option<SourceKind> {
    let what = format!("source `{name}`");
    let known: Vec<&str> = KINDS.into_iter().chain([EXPECT_EVERY]).collect();
    let before = cx.found.len();
    let fields = Fields::open(cx, entry.spot, &entry.value, &what, &known, &LATER)?;
    if let Some(silence) = fields.entry(EXPECT_EVERY).and_then(|entry| silence::expect_every(cx, entry)) {
        cx.silences.insert(SourceName::from(name), silence);
    }
    let kinds: Vec<&Entry> = KINDS.iter().filter_map(|kind| fields.entry(kind)).collect();
    let [kind] = kinds.as_slice() else {
        // What stands there in place of a kind has been reported.
        if !kinds.is_empty() || cx.found.len() == before {
            let text = format!("{what} has {} kinds; a source has exactly one", kinds.len());
            cx.error(Code::WrongType, entry.spot, text)
                .hint(format!("the kinds are {}", KINDS.join(", ")));
        }
        return None;
    };
    match kind.key.as_deref()? {
        "smtp" => mail(cx, kind, name, "smtp", listening).map(SourceKind::Smtp),
        "lmtp" => mail(cx, kind, name, "lmtp", listening).map(SourceKind::Lmtp),
        "imap" => imap::imap(cx, kind, name).map(SourceKind::Imap),
        "maildir" => folder::maildir(cx, kind, name).map(SourceKind::Maildir),
        "pipe" => folder::pipe(cx, kind, name).map(SourceKind::Pipe),
        _ => {
            if !web {
                let text = format!("{what} is a webhook, and there is no `web.listen` for it to come in by");
                cx.error(Code::NoWeb, kind.spot, text)
                    .hint("add `web: { listen: \"127.0.0.1:8025\" }`");
            }
            hook(cx, kind, &what).map(SourceKind::Webhook)
        }
    }
}

fn mail(cx: &mut Check<'_>, entry: &Entry, source: &str, kind: &str, listening: &mut Vec<Listening>) -> Option<MailDoor> {
    let known = [
        "listen",
        "for",
        "max_size",
        "max_connections",
        "max_connections_per_address",
        "trusted_receiver",
        "trusted",
        "tls",
        "max_connections_per_network",
    ];
    // What comes by LMTP has been taken in by another server, and its network says nothing any more.
    let lmtp = kind == "lmtp";
    let own: &[&str] = if lmtp {
        &["socket_mode", "socket_group"]
    } else {
        &["verify", "auth", "proxy_from", "greeting_delay"]
    };
    let known: Vec<&str> = known.iter().chain(own).copied().collect();
    let what = format!("`{kind}` of source `{source}`");
    let fields = Fields::open(cx, entry.spot, &entry.value, &what, &known, &[])?;
    let at = fields
        .require(cx, "listen", "where it listens, such as \"127.0.0.1:2525\"")
        .and_then(|node| door::place(cx, &fields, node, lmtp));
    if let Some((at, spot)) = &at {
        listening.push((at.clone(), *spot, what));
    }
    let recipients = fields
        .require(cx, "for", "whose mail it accepts, such as [\"*@ops.example\"]")
        .map(|node| recipients(cx, node));
    let number = |cx: &mut Check<'_>, key: &str, default| fields.get(key).map_or(Some(default), |node| cx.number(node, 1, 10_000));
    let connections = number(cx, "max_connections", CONNECTIONS);
    let per_address = number(cx, "max_connections_per_address", CONNECTIONS_PER_ADDRESS);
    let per_network = number(cx, "max_connections_per_network", CONNECTIONS_PER_NETWORK);
    let size = fields.get("max_size").map_or(Some(MAIL_BYTES), |node| size(cx, node));
    let verify = fields.get("verify").and_then(|node| verified(cx, node)).flatten();
    // Absent is fine, present and wrong is not.
    let tls = fields.get("tls").map_or(Some(None), |node| tls::of_mail(cx, node).map(Some));
    let auth = fields
        .entry("auth")
        .map_or(Some(None), |entry| door::logins(cx, entry, fields.entry("tls").is_some()).map(Some));
    let proxies = door::proxies(cx, &fields);
    let greeting_delay = door::greeting_delay(cx, &fields);
    let logs_in = |auth: &Option<Logins>| {
        auth.iter()
            .flat_map(|logins| logins.users.values())
            .any(|login| login.person.is_some())
    };
    trust(cx, &fields, source, entry.spot, verify.is_some());
    if auth.as_ref().is_some_and(logs_in)
        && let Some(trust) = cx.trust.get_mut(&SourceName::from(source))
    {
        trust.logins = true;
    }
    Some(MailDoor {
        listen: at?.0,
        recipients: recipients?,
        max_message_bytes: size?,
        max_connections: connections? as usize,
        max_connections_per_address: per_address? as usize,
        verify,
        tls: tls?,
        max_connections_per_network: per_network? as usize,
        auth: auth?,
        proxies: proxies?,
        greeting_delay: greeting_delay?,
    })
}

/// Who is believed about mail of this source: `trusted`, `trusted_receiver`.
pub(super) fn trust(cx: &mut Check<'_>, fields: &Fields<'_>, source: &str, spot: Spot, verifies: bool) {
    let trust = SourceTrust {
        verifies,
        trusted: fields.get("trusted").and_then(|node| cx.flag(node)).unwrap_or_default(),
        receivers: fields.get("trusted_receiver").map(|node| receivers(cx, node)).unwrap_or_default(),
        logins: false,
    };
    cx.trust.insert(SourceName::from(source), trust);
    cx.mail.push((SourceName::from(source), spot));
}

/// `verify: true`, or the name server to ask: `verify: { resolver: "127.0.0.1:53" }`.
fn verified(cx: &mut Check<'_>, node: &Node) -> Option<Option<SenderChecks>> {
    if let Value::Bool(wanted) = node.value {
        return Some(wanted.then(SenderChecks::default));
    }
    let fields = Fields::open(cx, node.spot, node, "`verify`", &["resolver"], &[])?;
    let resolver = fields.get("resolver").and_then(|node| listen(cx, node)).map(|(at, _)| at);
    Some(Some(SenderChecks { resolver }))
}

/// The names receivers give themselves at the start of Authentication-Results.
fn receivers(cx: &mut Check<'_>, node: &Node) -> Vec<String> {
    let nodes = cx.one_or_many(node, Code::BadReceiver, "receivers");
    nodes.iter().filter_map(|node| receiver(cx, node)).collect()
}

fn receiver(cx: &mut Check<'_>, node: &Node) -> Option<String> {
    let text = cx.full_text(node)?;
    if text.chars().all(|c| c.is_alphanumeric() || "-._".contains(c)) {
        return Some(text.to_owned());
    }
    let said = format!("`{}` is not the name of a receiver of mail", shown(text));
    cx.error(Code::BadReceiver, node.spot, said)
        .hint("write what stands first in the Authentication-Results it adds, such as mx.ops.example");
    None
}

fn recipients(cx: &mut Check<'_>, node: &Node) -> Vec<String> {
    let nodes = cx.one_or_many(node, Code::BadRecipient, "recipients");
    nodes.iter().filter_map(|node| recipient(cx, node)).collect()
}

fn recipient(cx: &mut Check<'_>, node: &Node) -> Option<String> {
    let text = cx.text(node)?;
    let parts: Vec<&str> = text.split('@').collect();
    let form = matches!(parts.as_slice(), [local, domain] if !local.is_empty() && !domain.is_empty());
    let clean = !text
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || "<>()[]{}\\,;:\"".contains(c));
    if form && clean {
        return Some(text.to_owned());
    }
    let said = format!("`{}` is not a pattern of recipients", shown(text));
    let hint = "write an address with `*` for any text, such as \"*@ops.example\" or \"support@*\"";
    cx.error(Code::BadRecipient, node.spot, said).hint(hint);
    None
}

/// `25 MiB`, `500 KB`, `1048576`.
pub(super) fn size(cx: &mut Check<'_>, node: &Node) -> Option<usize> {
    let text = match &node.value {
        Value::Number(_, text) => text.as_str(),
        _ => cx.text(node)?,
    };
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let unit = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" | "bytes" => Some(1),
        "k" | "kib" => Some(KIB),
        "kb" => Some(1_000),
        "m" | "mib" => Some(MIB),
        "mb" => Some(1_000_000),
        _ => None,
    };
    let bytes = number
        .parse::<usize>()
        .ok()
        .zip(unit)
        .and_then(|(number, unit)| number.checked_mul(unit));
    let bytes = bytes.filter(|bytes| (KIB..=MAX_BYTES).contains(bytes));
    if bytes.is_none() {
        let said = format!("`{}` is not a size from 1 KiB to {} MiB", shown(text), MAX_BYTES / MIB);
        cx.error(Code::BadNumber, node.spot, said)
            .hint("write `500 KiB`, `25 MiB`, or a number of bytes");
    }
    bytes
}
