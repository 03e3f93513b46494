//! How a webhook is verified. May import the rest of config. No secret is ever written, missing or empty.

use std::net::IpAddr;

use ipnet::IpNet;
use secrecy::SecretString;

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::{Fields, not_yet};
use super::super::secret::{self, Piece};
use super::super::settings::{HmacAlgorithm, HmacEncoding, Verify};
use super::super::yaml::{Node, Value};

/// Two secrets can live at once: the old and the new one.
const MAX_SECRETS: usize = 2;

const LATER: [&str; 5] = ["gitlab", "stripe", "slack", "standard", "basic"];

#[derive(Clone, Copy, PartialEq)]
enum Scheme {
    Github,
    Bearer,
    Hmac,
    None,
}

/// Reads the scheme and what belongs to it.
pub(crate) fn verify(cx: &mut Check<'_>, fields: &Fields<'_>, what: &str) -> Option<Verify> {
    // First of all: a secret that is written is told, and so hidden, whatever else is wrong.
    let secrets = fields.get("secret").map(|node| secrets(cx, node));
    let node = fields.require(
        cx,
        "verify",
        "how deliveries are verified: github, bearer, hmac, or none with `allow_from`",
    )?;
    if let Value::Text(text) = &node.value
        && LATER.contains(&text.as_str())
    {
        not_yet(cx, node.spot, &format!("`verify: {text}`"));
        return None;
    }
    let words = [
        ("github", Scheme::Github),
        ("bearer", Scheme::Bearer),
        ("hmac", Scheme::Hmac),
        ("none", Scheme::None),
    ];
    let scheme = cx.word(node, &words)?;
    let used: &[&str] = match scheme {
        Scheme::Github | Scheme::Bearer => &["secret"],
        Scheme::Hmac => &["secret", "header", "algorithm", "encoding", "prefix", "id_header"],
        Scheme::None => &["allow_from"],
    };
    for key in ["secret", "allow_from", "header", "algorithm", "encoding", "prefix", "id_header"] {
        if let Some(entry) = fields.entry(key).filter(|_| !used.contains(&key)) {
            let word = words.iter().find(|(_, s)| *s == scheme).map_or("", |(word, _)| *word);
            let text = format!("`{key}` has no effect with `verify: {word}`");
            cx.error(Code::NoEffect, entry.spot, text).hint("remove it");
        }
    }
    if scheme == Scheme::None {
        return networks(cx, fields, what).map(|allow_from| Verify::None { allow_from });
    }
    let hint = "write `secret: \"${env:NAME}\"`, `\"${file:/path}\"` or `\"${credential:name}\"`";
    if secrets.is_none() {
        fields.require(cx, "secret", hint);
    }
    let secrets = secrets.flatten();
    match scheme {
        Scheme::Github => secrets.map(|secrets| Verify::Github { secrets }),
        Scheme::Bearer => secrets.map(|secrets| Verify::Bearer { secrets }),
        Scheme::Hmac | Scheme::None => hmac(cx, fields, secrets),
    }
}

fn hmac(cx: &mut Check<'_>, fields: &Fields<'_>, secrets: Option<Vec<SecretString>>) -> Option<Verify> {
    let hint = "the header that carries the digest, such as X-Signature";
    let header = fields.require(cx, "header", hint).and_then(|node| header_name(cx, node));
    // Absent is fine, present and wrong is not.
    let id_header = fields.get("id_header").map_or(Some(None), |node| header_name(cx, node).map(Some));
    let algorithms = [
        ("sha1", HmacAlgorithm::Sha1),
        ("sha256", HmacAlgorithm::Sha256),
        ("sha512", HmacAlgorithm::Sha512),
    ];
    let algorithm = fields
        .get("algorithm")
        .map_or(Some(HmacAlgorithm::Sha256), |node| cx.word(node, &algorithms));
    let encodings = [("hex", HmacEncoding::Hex), ("base64", HmacEncoding::Base64)];
    let encoding = fields
        .get("encoding")
        .map_or(Some(HmacEncoding::Hex), |node| cx.word(node, &encodings));
    let prefix = fields
        .get("prefix")
        .map_or(Some(String::new()), |node| cx.text(node).map(str::to_owned));
    Some(Verify::Hmac {
        secrets: secrets?,
        header: header?,
        algorithm: algorithm?,
        encoding: encoding?,
        prefix: prefix?,
        id_header: id_header?,
    })
}

/// The name of a header in lower case.
fn header_name(cx: &mut Check<'_>, node: &Node) -> Option<String> {
    let text = cx.text(node)?;
    if is_header(text) {
        return Some(text.to_ascii_lowercase());
    }
    let said = format!("`{}` is not the name of a header", shown(text));
    cx.error(Code::BadHeader, node.spot, said)
        .hint("letters, digits and `-`, such as X-Signature");
    None
}

/// Whether a text is a header's name: a token without the rarer characters of RFC 9110 section 5.6.2.
pub(crate) fn is_header(text: &str) -> bool {
    !text.is_empty() && text.len() <= 100 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// `secret:` one reference, or a list of two.
fn secrets(cx: &mut Check<'_>, node: &Node) -> Option<Vec<SecretString>> {
    let nodes = cx.one_or_many(node, Code::SecretEmpty, "secrets");
    if nodes.len() > MAX_SECRETS {
        let text = format!("{} secrets stand here; at most {MAX_SECRETS} can live at once", nodes.len());
        cx.error(Code::BadNumber, node.spot, text).hint("keep the old and the new one");
    }
    let found: Vec<Option<SecretString>> = nodes.iter().map(|node| secret(cx, node)).collect();
    let found: Option<Vec<SecretString>> = found.into_iter().collect();
    found.filter(|secrets| (1..=MAX_SECRETS).contains(&secrets.len()))
}

fn secret(cx: &mut Check<'_>, node: &Node) -> Option<SecretString> {
    let hint = "write `\"${env:NAME}\"`, `\"${file:/path}\"` or `\"${credential:name}\"` in its place, and change the secret if the file was shared";
    let text = match &node.value {
        Value::Text(text) => text.trim(),
        Value::Number(..) => "written",
        _ => {
            cx.wrong_type(node, "a reference to a secret");
            return None;
        }
    };
    if text.is_empty() {
        cx.error(Code::SecretEmpty, node.spot, "this secret is empty")
            .hint("write `\"${env:NAME}\"`, `\"${file:/path}\"` or `\"${credential:name}\"`");
        return None;
    }
    let pieces = secret::pieces(text);
    let [Piece::Secret(reference)] = pieces.as_slice() else {
        cx.error(Code::SecretWritten, node.spot, "a secret is written in the file")
            .hint(hint);
        return None;
    };
    match secret::resolve(reference, cx.root(), cx.ambient) {
        Ok(secret) => Some(secret),
        Err(why) => {
            cx.error(why.code, node.spot, why.text).hint(why.hint);
            None
        }
    }
}

/// `allow_from:` networks or addresses.
fn networks(cx: &mut Check<'_>, fields: &Fields<'_>, what: &str) -> Option<Vec<IpNet>> {
    let nodes = fields.get("allow_from").map_or(&[][..], |node| node.one_or_many());
    if nodes.is_empty() {
        let text = format!("{what} verifies nothing, so it must say who may send");
        cx.error(Code::OpenHook, fields.head, text)
            .hint("add the networks: `allow_from: [\"192.0.2.0/24\"]`");
        return None;
    }
    nodes.iter().map(|node| network(cx, node)).collect::<Vec<_>>().into_iter().collect()
}

fn network(cx: &mut Check<'_>, node: &Node) -> Option<IpNet> {
    let text = cx.text(node)?;
    let network = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
    if network.is_none() {
        let said = format!("`{}` is not a network", shown(text));
        cx.error(Code::BadNetwork, node.spot, said)
            .hint("write \"192.0.2.0/24\", \"2001:db8::/32\" or a single address");
    }
    network
}
