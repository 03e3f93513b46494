//! `imap` of a source: a mailbox on a server. May import the rest of config. No password goes out in the clear.

use std::time::Duration;

use secrecy::SecretString;

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::mailboxes::{ImapLogin, ImapSource, ImapTls, TokenMechanism, TokenSource};
use super::super::yaml::{Entry, Node};
use super::escalation::duration;
use super::source::{MAIL_BYTES, size, trust};
use super::verify::one_secret;
use crate::model::Span;

/// How often a folder is looked at where nothing is said.
const POLL: Duration = Duration::from_secs(60);
/// The shortest `poll`.
const SHORTEST_POLL: i64 = 5;
/// The longest `poll`: a connection that broke silently is noticed by then.
const LONGEST_POLL: i64 = 300;
/// The most folders of one source: each has a connection of its own.
const MAX_FOLDERS: usize = 20;

const KEYS: [&str; 16] = [
    "server",
    "port",
    "tls",
    "ca",
    "user",
    "password",
    "token",
    "folder",
    "folders",
    "done_folder",
    "failed_folder",
    "mark_seen",
    "max_size",
    "poll",
    "trusted",
    "trusted_receiver",
];

/// Reads it.
pub(crate) fn imap(cx: &mut Check<'_>, entry: &Entry, source: &str) -> Option<ImapSource> {
    let what = format!("`imap` of source `{source}`");
    let fields = Fields::open(cx, entry.spot, &entry.value, &what, &KEYS, &[])?;
    trust(cx, &fields, source, entry.spot, false);
    // First of all: a secret that is written is told, and so hidden, whatever else is wrong.
    let login = login(cx, &fields, &what);
    let server = fields
        .require(cx, "server", "the name of the server, such as imap.example.org")
        .and_then(|node| host(cx, node));
    let user = fields
        .require(cx, "user", "the account")
        .and_then(|node| cx.full_text(node).map(str::to_owned));
    let ways = [
        ("implicit", ImapTls::Implicit),
        ("starttls", ImapTls::Starttls),
        ("none", ImapTls::None),
    ];
    let tls = fields.get("tls").map_or(Some(ImapTls::Implicit), |node| cx.word(node, &ways));
    if let (Some(node), Some(ImapTls::None), Some(server)) = (fields.get("tls"), tls, &server)
        && !is_here(server)
    {
        cx.error(
            Code::InTheClear,
            node.spot,
            format!("the password would go to {server} in the clear"),
        )
        .hint("write `tls: implicit` (port 993) or `tls: starttls` (port 143); `none` is for 127.0.0.1 only");
        return None;
    }
    let usual = if tls == Some(ImapTls::Implicit) { 993 } else { 143 };
    let port = fields.get("port").map_or(Some(usual), |node| cx.number(node, 1, 65_535));
    let ca = fields
        .get("ca")
        .map_or(Some(None), |node| Some(Some(cx.root().join(cx.full_text(node)?))));
    let folders = folders(cx, &fields);
    let folder = |cx: &mut Check<'_>, key: &str| fields.get(key).map_or(Some(None), |node| Some(Some(folder(cx, node)?)));
    let (done, failed) = (folder(cx, "done_folder"), folder(cx, "failed_folder"));
    for (key, to) in [("done_folder", &done), ("failed_folder", &failed)] {
        let (Some(Some(to)), Some(read), Some(node)) = (to, &folders, fields.get(key)) else {
            continue;
        };
        if read.contains(to) {
            cx.error(Code::BadFolder, node.spot, format!("`{}` is a folder that is read", shown(to)))
                .hint("name another one: what is moved there would be read again");
        }
    }
    Some(ImapSource {
        login: login?,
        server: server?,
        port: u16::try_from(port?).ok()?,
        tls: tls?,
        ca: ca?,
        user: user?,
        folders: folders?,
        done_folder: done?,
        failed_folder: failed?,
        mark_seen: fields.get("mark_seen").map_or(Some(false), |node| cx.flag(node))?,
        max_message_bytes: fields.get("max_size").map_or(Some(MAIL_BYTES), |node| size(cx, node))?,
        poll: fields.get("poll").map_or(Some(POLL), |node| poll(cx, node))?,
    })
}

/// Whether a server is this machine.
fn is_here(server: &str) -> bool {
    server == "localhost" || server.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

fn host(cx: &mut Check<'_>, node: &Node) -> Option<String> {
    let text = cx.full_text(node)?;
    let name = !text.is_empty() && text.len() <= 253 && text.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
    if name || text.parse::<std::net::IpAddr>().is_ok() {
        return Some(text.to_owned());
    }
    cx.error(Code::BadServer, node.spot, format!("`{}` is not the name of a server", shown(text)))
        .hint("write its name alone, such as imap.example.org; the port stands under `port`");
    None
}

/// `password` or `token`.
fn login(cx: &mut Check<'_>, fields: &Fields<'_>, what: &str) -> Option<ImapLogin> {
    let password = fields.get("password").map(|node| one_secret(cx, node));
    let token = fields.entry("token").map(|entry| token(cx, entry, what));
    match (password, token) {
        (Some(password), None) => password.map(ImapLogin::Password),
        (None, Some(token)) => token.map(ImapLogin::Token),
        (Some(_), Some(_)) => {
            let spot = fields.entry("token").map_or(fields.head, |entry| entry.spot);
            cx.error(Code::NoEffect, spot, format!("{what} has a `password` and a `token`"))
                .hint("remove one of them");
            None
        }
        (None, None) => {
            fields.require(cx, "password", "write `password: \"${credential:NAME}\"`, or `token` for OAuth 2");
            None
        }
    }
}

/// `token: { mechanism, url, client_id, client_secret, refresh_token, scope }`
pub(super) fn token(cx: &mut Check<'_>, entry: &Entry, what: &str) -> Option<TokenSource> {
    let what = format!("`token` in {what}");
    let known = ["mechanism", "url", "client_id", "client_secret", "refresh_token", "scope"];
    let fields = Fields::open(cx, entry.spot, &entry.value, &what, &known, &[])?;
    let client_secret: Option<Option<SecretString>> = fields
        .get("client_secret")
        .map_or(Some(None), |node| one_secret(cx, node).map(Some));
    let refresh = fields
        .require(cx, "refresh_token", "write `refresh_token: \"${credential:NAME}\"`")
        .and_then(|node| one_secret(cx, node));
    let words = [("xoauth2", TokenMechanism::Xoauth2), ("oauthbearer", TokenMechanism::Oauthbearer)];
    let mechanism = fields
        .get("mechanism")
        .map_or(Some(TokenMechanism::Xoauth2), |node| cx.word(node, &words));
    let url = fields
        .require(cx, "url", "where tokens are renewed, such as https://oauth2.googleapis.com/token")
        .and_then(|node| endpoint(cx, node));
    let text = |cx: &mut Check<'_>, node: &Node| cx.full_text(node).map(str::to_owned);
    let client_id = fields
        .require(cx, "client_id", "who asks for the token")
        .and_then(|node| text(cx, node));
    let scope = fields.get("scope").map_or(Some(None), |node| text(cx, node).map(Some));
    Some(TokenSource {
        mechanism: mechanism?,
        url: url?,
        client_id: client_id?,
        client_secret: client_secret?,
        refresh_token: refresh?,
        scope: scope?,
    })
}

/// An https address; http on this machine.
fn endpoint(cx: &mut Check<'_>, node: &Node) -> Option<String> {
    let text = cx.full_text(node)?;
    let parsed = url::Url::parse(text).ok();
    let good = parsed.is_some_and(|url| url.scheme() == "https" || (url.scheme() == "http" && url.host_str().is_some_and(is_here)));
    if good {
        return Some(text.to_owned());
    }
    cx.error(Code::InTheClear, node.spot, format!("`{}` is no https address", shown(text)))
        .hint("write where tokens are renewed, such as https://oauth2.googleapis.com/token");
    None
}

/// `folder: INBOX` or `folders: [INBOX, Support]`.
fn folders(cx: &mut Check<'_>, fields: &Fields<'_>) -> Option<Vec<String>> {
    let found = match (fields.get("folder"), fields.get("folders")) {
        (None, None) => return Some(vec!["INBOX".to_owned()]),
        (Some(node), None) => vec![folder(cx, node)?],
        (None, Some(node)) => {
            let nodes = cx.one_or_many(node, Code::BadFolder, "folders");
            let found: Option<Vec<String>> = nodes.iter().map(|node| folder(cx, node)).collect();
            found?
        }
        (Some(_), Some(node)) => {
            cx.error(Code::NoEffect, node.spot, "there is a `folder` and `folders`")
                .hint("remove one of them");
            return None;
        }
    };
    let twice = found.iter().enumerate().any(|(at, name)| found[..at].contains(name));
    if found.is_empty() || found.len() > MAX_FOLDERS || twice {
        cx.error(Code::BadFolder, fields.head, format!("`folders` are 1 to {MAX_FOLDERS}, each once"))
            .hint("name each folder once; more of them go into another source");
        return None;
    }
    Some(found)
}

fn folder(cx: &mut Check<'_>, node: &Node) -> Option<String> {
    let text = cx.full_text(node)?;
    if !text.is_empty() && text.len() <= 200 && !text.chars().any(|c| c.is_control() || "*%\"\\".contains(c)) {
        return Some(text.to_owned());
    }
    cx.error(Code::BadFolder, node.spot, format!("`{}` is not the name of a folder", shown(text)))
        .hint("write the name as the server has it, such as INBOX or Archive/2026");
    None
}

/// How often somewhere is looked at.
pub(super) fn poll(cx: &mut Check<'_>, node: &Node) -> Option<Duration> {
    match duration(cx, node)? {
        Span::Elapsed(seconds) if (SHORTEST_POLL..=LONGEST_POLL).contains(&seconds) => Some(Duration::from_secs(seconds.unsigned_abs())),
        _ => {
            cx.error(Code::BadDuration, node.spot, "`poll` is elapsed time from 5s to 5m")
                .hint("write `60s`; news that a server tells of itself is taken at once");
            None
        }
    }
}
