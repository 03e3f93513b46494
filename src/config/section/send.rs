//! `send: { relay }`. May import the rest of config. A password never stands in it, nor reaches a diagnostic.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::super::check::Check;
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::secret::{self, Piece};
use super::super::sections::Sections;
use super::super::settings::Relay;
use super::super::texts::Spot;
use super::super::yaml::{Node, Value};
use super::desk::required;

const HINT: &str = "write `smtp://host:587?tls=required`, `smtps://host`, or `file:///path` to write mail into a folder";
/// The relay of a configuration that is read without its secrets.
const STAND_IN: &str = "smtp://stand-in.example:25";

/// `send: { relay }`
pub(crate) fn relay(cx: &mut Check<'_>, sections: &Sections<'_>, top: Spot) -> Option<Relay> {
    let entry = required(
        cx,
        sections,
        top,
        "send",
        "say where mail goes: `send: { relay: \"smtp://relay.example:587?tls=required\" }`",
    )?;
    let fields = Fields::open(cx, entry.spot, &entry.value, "`send`", &["relay"], &["sign", "dkim", "webhooks"])?;
    let node = fields.require(cx, "relay", HINT)?;
    let Value::Text(written) = &node.value else {
        cx.wrong_type(node, "a text").hint(HINT);
        return None;
    };
    if let Some(path) = written.strip_prefix("file:") {
        return file(cx, node, path);
    }
    if has_password(written) {
        cx.error(Code::SecretWritten, node.spot, "a password is written in the relay's address")
            .hint("write `${env:RELAY_PASSWORD}`, `${file:/path}` or `${credential:name}` in its place");
        return None;
    }
    let references = secret::pieces(written).iter().any(|piece| matches!(piece, Piece::Secret(_)));
    if references && cx.ambient.stands_in() {
        // Which part of it the secret is cannot be known: nothing is sent there.
        return Some(Relay::Smtp(SecretString::from(STAND_IN)));
    }
    let address = filled(cx, node, written)?;
    check(cx, node, &address).then_some(Relay::Smtp(address))
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

fn check(cx: &mut Check<'_>, node: &Node, address: &SecretString) -> bool {
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
    if !url.username().is_empty() && url.password().is_none() {
        return refuse("this relay has a user name without a password");
    }
    let local = host == "localhost" || host.starts_with("127.") || host == "[::1]";
    if url.password().is_some() && !encrypted && !local {
        let text = format!("the password for {host} would be sent without encryption");
        cx.warning(Code::ClearPassword, node.spot, text)
            .hint("add `?tls=required`, or use smtps://");
    }
    true
}
