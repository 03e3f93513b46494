//! Parts of a listener for mail: where it listens, who may log in, which proxies speak for others. May import the rest of config.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::nearest::nearest;
use super::super::settings::{Listen, Login, Logins, UnixListen};
use super::super::texts::Spot;
use super::super::yaml::{Entry, Node, Value};
use super::desk::listen;
use super::escalation::duration;
use super::verify::{network, one_secret};
use crate::model::{PersonKey, Span};

/// The longest path of a socket, in octets: what the system allows, less the zero at its end.
const MAX_SOCKET_PATH_BYTES: usize = 107;

/// The mode of a socket unless another is named: its user and group.
const SOCKET_MODE: u32 = 0o660;

/// The longest time a greeting may be held back: senders give up on it after 5 minutes (RFC 5321 section 4.5.3.2.1).
const MAX_GREETING_DELAY_SECONDS: i64 = 30;

/// The longest name of somebody who logs in, in octets: with its secret it goes into one line.
const MAX_USER_BYTES: usize = 256;

/// Where groups are looked up.
const GROUPS: &str = "/etc/group";

/// How much of it is read, in bytes.
const MAX_GROUPS_BYTES: u64 = 1024 * 1024;

/// `listen` of a mail door: an address and port, or for LMTP `unix:/path`.
pub(crate) fn place(cx: &mut Check<'_>, fields: &Fields<'_>, node: &Node, lmtp: bool) -> Option<(Listen, Spot)> {
    let path = match &node.value {
        Value::Text(text) => text.strip_prefix("unix:"),
        _ => None,
    };
    let Some(path) = path.filter(|_| lmtp) else {
        for key in ["socket_mode", "socket_group"] {
            if let Some(entry) = fields.entry(key) {
                cx.error(Code::NoEffect, entry.spot, format!("`{key}` has no effect on a port"))
                    .hint("it belongs to `listen: \"unix:/run/batond/lmtp.sock\"`");
            }
        }
        return listen(cx, node).map(|(at, spot)| (Listen::Tcp(at), spot));
    };
    if !path.starts_with('/') || path.ends_with('/') || path.len() > MAX_SOCKET_PATH_BYTES {
        let said = format!("`{}` is not the path of a socket", shown(path));
        cx.error(Code::BadListen, node.spot, said)
            .hint("write a whole path of at most 107 octets: \"unix:/run/batond/lmtp.sock\"");
        return None;
    }
    let mode = fields.get("socket_mode").map_or(Some(SOCKET_MODE), |node| mode(cx, node));
    let group = fields.get("socket_group").map_or(Some(None), |node| group(cx, node).map(Some));
    let unix = UnixListen {
        path: PathBuf::from(path),
        mode: mode?,
        group: group?,
    };
    Some((Listen::Unix(unix), node.spot))
}

/// `"0660"`: as chmod takes it.
fn mode(cx: &mut Check<'_>, node: &Node) -> Option<u32> {
    let text = match &node.value {
        Value::Number(_, text) => text.as_str(),
        _ => cx.text(node)?,
    };
    let mode = u32::from_str_radix(text.trim_start_matches("0o"), 8)
        .ok()
        .filter(|mode| *mode <= 0o777);
    if mode.is_none() {
        cx.error(Code::BadNumber, node.spot, format!("`{}` is not the mode of a file", shown(text)))
            .hint("write it as chmod does, in quotes: \"0660\"");
    }
    mode
}

/// A group of this machine, by name or number.
fn group(cx: &mut Check<'_>, node: &Node) -> Option<u32> {
    let text = match &node.value {
        Value::Number(_, text) => text.as_str(),
        _ => cx.full_text(node)?,
    };
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    if cx.ambient.stands_in() {
        return Some(0);
    }
    let mut groups = String::new();
    let read = std::fs::File::open(GROUPS).and_then(|file| file.take(MAX_GROUPS_BYTES).read_to_string(&mut groups));
    let found = groups.lines().find_map(|line| {
        let mut parts = line.split(':');
        (parts.next() == Some(text)).then(|| parts.nth(1)?.parse().ok())?
    });
    if read.is_err() || found.is_none() {
        cx.error(Code::BadWord, node.spot, format!("there is no group `{}` in {GROUPS}", shown(text)))
            .hint("write the group the mail server runs in, such as postfix, or its number");
    }
    found
}

/// `proxy_from`: who may say for whom they speak.
pub(crate) fn proxies(cx: &mut Check<'_>, fields: &Fields<'_>) -> Option<Vec<IpNet>> {
    let nodes = fields
        .get("proxy_from")
        .map_or(&[][..], |node| cx.one_or_many(node, Code::BadNetwork, "proxies"));
    nodes.iter().map(|node| network(cx, node)).collect::<Vec<_>>().into_iter().collect()
}

/// `greeting_delay`: elapsed time of at most half a minute.
pub(crate) fn greeting_delay(cx: &mut Check<'_>, fields: &Fields<'_>) -> Option<Duration> {
    let Some(node) = fields.get("greeting_delay") else {
        return Some(Duration::ZERO);
    };
    let seconds = match duration(cx, node)? {
        Span::Elapsed(seconds) => seconds,
        Span::Working(_) | Span::WorkingDays(_) => 0,
    };
    if !(1..=MAX_GREETING_DELAY_SECONDS).contains(&seconds) {
        cx.error(Code::BadDuration, node.spot, "`greeting_delay` is elapsed time from 1s to 30s")
            .hint("write `5s`: robots do not wait, mail servers do");
        return None;
    }
    u64::try_from(seconds).ok().map(Duration::from_secs)
}

/// `auth: { required, users }`. It needs a port with TLS: secrets are not sent in the clear.
pub(crate) fn logins(cx: &mut Check<'_>, entry: &Entry, tls: bool) -> Option<Logins> {
    let fields = Fields::open(cx, entry.spot, &entry.value, "`auth`", &["required", "users"], &[])?;
    if !tls {
        cx.error(
            Code::ClearLogin,
            entry.spot,
            "`auth` without `tls`: nobody could log in, as secrets are not taken in the clear",
        )
        .hint("add `tls: { cert: tls/fullchain.pem, key: tls/privkey.pem }` beside it");
    }
    let required = fields.get("required").map_or(Some(true), |node| cx.flag(node));
    let node = fields.require(
        cx,
        "users",
        "who may log in: `users: { scanner: { secret: \"${credential:scanner}\" } }`",
    )?;
    let Value::Map(entries) = &node.value else {
        cx.wrong_type(node, "a mapping from names to secrets");
        return None;
    };
    let users: Vec<Option<(String, Login)>> = entries.iter().map(|entry| user(cx, entry)).collect();
    if users.is_empty() {
        cx.error(Code::MissingKey, node.spot, "nobody may log in here")
            .hint("add somebody, or remove `auth`");
    }
    let users: Option<BTreeMap<String, Login>> = users.into_iter().collect();
    Some(Logins {
        users: users?,
        required: required?,
    })
}

fn user(cx: &mut Check<'_>, entry: &Entry) -> Option<(String, Login)> {
    let name = super::super::fields::key(cx, entry)?;
    if name.is_empty() || name.len() > MAX_USER_BYTES || name.chars().any(char::is_control) {
        cx.error(Code::BadName, entry.spot, "this is not the name of somebody who logs in")
            .hint("up to 256 octets, such as scanner or ana@ops.example");
        return None;
    }
    let fields = Fields::open(cx, entry.spot, &entry.value, "this login", &["secret", "person"], &[])?;
    let hint = "write `secret: \"${env:NAME}\"`, `\"${file:/path}\"` or `\"${credential:name}\"`";
    let secret = fields.require(cx, "secret", hint).and_then(|node| one_secret(cx, node));
    let person = fields.get("person").map_or(Some(None), |node| person(cx, node).map(Some));
    Some((
        name.to_owned(),
        Login {
            secret: secret?,
            person: person?,
        },
    ))
}

fn person(cx: &mut Check<'_>, node: &Node) -> Option<PersonKey> {
    let text = cx.text(node)?;
    if cx.names.people.has(text) {
        return Some(PersonKey::from(text));
    }
    let near = nearest(text, cx.names.people.iter()).map(str::to_owned);
    cx.error(Code::UnknownPerson, node.spot, format!("unknown person `{}`", shown(text)))
        .hint("name one of `people`, or leave it out: then logging in proves no sender")
        .did_you_mean(near.as_deref());
    None
}
