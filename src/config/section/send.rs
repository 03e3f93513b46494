//! `send: { relay, per_minute, dkim, canary }`. May import the rest of config. A password never stands in it, nor reaches a diagnostic.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::super::check::Check;
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::mailboxes::TokenSource;
use super::super::secret::{self, Piece};
use super::super::sections::Sections;
use super::super::settings::{Relay, RelayAuth, Sending, SmtpRelay};
use super::super::texts::Spot;
use super::super::yaml::{Node, Value};
use super::authorities::authorities;
use super::canary::canary;
use super::desk::required;
use super::dkim::dkim;
use super::imap::token;
use super::webhooks;
use crate::model::Address;

const HINT: &str = "write `smtp://host:587?tls=required`, `smtps://host`, or `file:///path` to write mail into a folder";
/// The relay of a configuration that is read without its secrets.
const STAND_IN: &str = "smtp://stand-in.example:25";
/// The most relays: more are a list of guesses.
const MAX_RELAYS: usize = 4;
/// The most mails a minute that can be written; more is no limit.
const MAX_PER_MINUTE: u32 = 100_000;

/// `send: { relay, per_minute, dkim, canary }`
pub(crate) fn send(cx: &mut Check<'_>, sections: &Sections<'_>, top: Spot, desk: Option<&Address>) -> Option<Sending> {
    let entry = required(
        cx,
        sections,
        top,
        "send",
        "say where mail goes: `send: { relay: \"smtp://relay.example:587?tls=required\" }`",
    )?;
    let known = [&["relay", "per_minute", "dkim", "canary"][..], &webhooks::KEYS].concat();
    let fields = Fields::open(cx, entry.spot, &entry.value, "`send`", &known, &[])?;
    let dkim = fields.get("dkim").map_or(Some(Vec::new()), |node| dkim(cx, node, desk));
    let per_minute = fields
        .get("per_minute")
        .map_or(Some(None), |node| cx.number(node, 1, MAX_PER_MINUTE).map(Some));
    if let Some(entry) = fields.entry("canary") {
        canary(cx, entry, desk);
    }
    let node = fields.require(cx, "relay", HINT)?;
    let nodes = cx.one_or_many(node, Code::BadRelay, "relays");
    if nodes.len() > MAX_RELAYS {
        let text = format!(
            "{} relays stand here; at most {MAX_RELAYS} are tried one after the other",
            nodes.len()
        );
        cx.error(Code::BadNumber, node.spot, text).hint("keep the ones that carry all mail");
    }
    let relays: Vec<Option<Relay>> = nodes.iter().map(|node| relay(cx, node)).collect();
    let relays: Option<Vec<Relay>> = relays.into_iter().collect();
    Some(Sending {
        relays: relays.filter(|relays| !relays.is_empty())?,
        per_minute: per_minute?,
        dkim: dkim?,
    })
}

/// What stands beside an address, with its places.
#[derive(Default)]
struct Beside {
    ca: Option<(Vec<u8>, Spot)>,
    auth: Option<(RelayAuth, Spot)>,
    token: Option<(TokenSource, Spot)>,
}

/// An address, or `{ url, ca, auth, token }`.
fn relay(cx: &mut Check<'_>, node: &Node) -> Option<Relay> {
    let Value::Map(_) = &node.value else {
        return address(cx, node, Beside::default());
    };
    let fields = Fields::open(cx, node.spot, node, "this relay", &["url", "ca", "auth", "token"], &[])?;
    let words = [
        ("plain", RelayAuth::Plain),
        ("login", RelayAuth::Login),
        ("xoauth2", RelayAuth::Xoauth2),
    ];
    let auth = fields
        .get("auth")
        .map_or(Some(None), |node| cx.word(node, &words).map(|auth| Some((auth, node.spot))));
    let ca = fields.get("ca").map_or(Some(None), |node| {
        authorities(cx, node, Code::BadRelay, "the relay's").map(|pem| Some((pem, node.spot)))
    });
    let token = fields.entry("token").map_or(Some(None), |entry| {
        token(cx, entry, "this relay").map(|token| Some((token, entry.spot)))
    });
    let url = fields.require(cx, "url", HINT)?;
    let (auth, ca, token) = (auth?, ca?, token?);
    if let (Some((_, spot)), Some(_)) = (&auth, &token) {
        cx.error(Code::NoEffect, *spot, "`auth` has no effect beside `token`")
            .hint("remove it: `mechanism` in `token` says how the token is shown");
        return None;
    }
    address(cx, url, Beside { ca, auth, token })
}

/// Where a relay is.
fn address(cx: &mut Check<'_>, node: &Node, beside: Beside) -> Option<Relay> {
    let Beside { ca, auth, token } = beside;
    let Value::Text(written) = &node.value else {
        cx.wrong_type(node, "a text").hint(HINT);
        return None;
    };
    if let Some(path) = written.strip_prefix("file:") {
        for (key, spot) in [
            ("ca", ca.map(|ca| ca.1)),
            ("auth", auth.map(|auth| auth.1)),
            ("token", token.map(|token| token.1)),
        ] {
            if let Some(spot) = spot {
                cx.error(Code::NoEffect, spot, format!("`{key}` has no effect for a folder"))
                    .hint("remove it");
            }
        }
        return file(cx, node, path);
    }
    if has_password(written) {
        cx.error(Code::SecretWritten, node.spot, "a password is written in the relay's address")
            .hint("write `${env:RELAY_PASSWORD}`, `${file:/path}` or `${credential:name}` in its place");
        return None;
    }
    let smtp = |url| {
        Relay::Smtp(SmtpRelay {
            url,
            ca: ca.as_ref().map(|ca| ca.0.clone()),
            auth: auth.map(|auth| auth.0),
            token: token.as_ref().map(|token| token.0.clone()),
        })
    };
    let references = secret::pieces(written).iter().any(|piece| matches!(piece, Piece::Secret(_)));
    if references && cx.ambient.stands_in() {
        // Which part of it the secret is cannot be known: nothing is sent there.
        return Some(smtp(SecretString::from(STAND_IN)));
    }
    let url = filled(cx, node, written)?;
    if !check(cx, node, &url, token.is_some()) {
        return None;
    }
    let encrypted = url.expose_secret().starts_with("smtps:") || url.expose_secret().contains("?tls=");
    if let Some((_, ca)) = ca.as_ref().filter(|_| !encrypted) {
        cx.error(
            Code::NoEffect,
            *ca,
            "`ca` has no effect: this relay is spoken to without encryption",
        )
        .hint("add `?tls=required` to its address, or remove `ca`");
    }
    let signs_in = Url::parse(url.expose_secret()).is_ok_and(|url| !url.username().is_empty());
    if let Some((_, auth)) = auth.filter(|_| !signs_in) {
        cx.error(Code::NoEffect, auth, "`auth` has no effect: nobody signs in at this relay")
            .hint("write user and password before the host: `smtp://batond:${env:RELAY_PASSWORD}@host`, or remove `auth`");
    }
    Some(smtp(url))
}

/// `file:///path`, or `file:path` from the configuration folder.
fn file(cx: &mut Check<'_>, node: &Node, path: &str) -> Option<Relay> {
    let path = match path.strip_prefix("//") {
        Some(absolute) if absolute.starts_with('/') => absolute,
        Some(_) => "",
        None => path,
    };
    if path.is_empty() {
        cx.error(Code::BadRelay, node.spot, "this relay names no folder")
            .hint("write `file:///path`, or `file:path` for one in the configuration folder");
        return None;
    }
    Some(Relay::File(cx.root().join(path)))
}

/// Whether a password stands between the colon and the `@` as plain text.
fn has_password(written: &str) -> bool {
    let Some((_, rest)) = written.split_once("://") else { return false };
    // References may hold slashes, so they are taken out before the host's end is looked for.
    let plain: String = secret::pieces(rest)
        .iter()
        .map(|piece| if let Piece::Plain(text) = piece { text.as_str() } else { "" })
        .collect();
    let authority = plain.split(['/', '?']).next().unwrap_or_default();
    let userinfo = authority.rsplit_once('@').map_or("", |(userinfo, _)| userinfo);
    userinfo.split_once(':').is_some_and(|(_, password)| !password.is_empty())
}

/// The address with its secrets. One that is the whole address stands as it is; within, it is percent-encoded, so that a password may hold any character.
fn filled(cx: &mut Check<'_>, node: &Node, written: &str) -> Option<SecretString> {
    let pieces = secret::pieces(written);
    let whole = matches!(pieces.as_slice(), [Piece::Secret(_)]);
    let mut address = String::new();
    let mut complete = true;
    for piece in pieces {
        match piece {
            Piece::Plain(text) => address.push_str(&text),
            Piece::Secret(reference) => match secret::resolve(&reference, cx.root(), cx.ambient) {
                Ok(found) if whole => address.push_str(found.expose_secret()),
                Ok(found) => encode(found.expose_secret(), &mut address),
                Err(why) => {
                    cx.error(why.code, node.spot, why.text).hint(why.hint);
                    complete = false;
                }
            },
        }
    }
    complete.then(|| SecretString::from(address))
}

/// Everything but unreserved characters (RFC 3986 section 2.3) and the colon that may part a name from its password.
fn encode(text: &str, into: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
            into.push(char::from(byte));
        } else {
            into.push_str(&format!("%{byte:02X}"));
        }
    }
}

fn check(cx: &mut Check<'_>, node: &Node, address: &SecretString, by_token: bool) -> bool {
    let mut refuse = |why: &str| {
        cx.error(Code::BadRelay, node.spot, why).hint(HINT);
        false
    };
    let Ok(url) = Url::parse(address.expose_secret()) else {
        return refuse("this relay is not an address of the form smtp://host:port");
    };
    let tls: Vec<(String, String)> = url.query_pairs().map(|(k, v)| (k.into_owned(), v.into_owned())).collect();
    let encrypted = match (url.scheme(), tls.as_slice()) {
        ("smtps", []) => true,
        ("smtp", []) => false,
        ("smtp", [(key, value)]) if key == "tls" && value == "required" => true,
        ("smtp", [(key, value)]) if key == "tls" && value == "opportunistic" => false,
        ("smtp", _) => return refuse("after `?` a relay takes `tls=required` or `tls=opportunistic` only"),
        ("smtps", _) => return refuse("smtps:// is always encrypted and takes nothing after `?`"),
        _ => return refuse("this relay is neither smtp://, smtps:// nor file:"),
    };
    let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
        return refuse("this relay names no host");
    };
    if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
        return refuse("a relay has nothing after its host and port but `?tls=…`");
    }
    match (url.username(), url.password()) {
        ("", _) if by_token => return refuse("whose token it is stands before the host: `smtp://desk%40ops.example@host?tls=required`"),
        (_, Some(_)) if by_token => return refuse("this relay has a password and a `token`"),
        (user, None) if !user.is_empty() && !by_token => return refuse("this relay has a user name without a password"),
        _ => {}
    }
    let local = host == "localhost" || host.starts_with("127.") || host == "[::1]";
    if (url.password().is_some() || by_token) && !encrypted && !local {
        let what = if by_token { "token" } else { "password" };
        let text = format!("the {what} for {host} would be sent without encryption");
        cx.warning(Code::ClearPassword, node.spot, text)
            .hint("add `?tls=required`, or use smtps://");
    }
    true
}
