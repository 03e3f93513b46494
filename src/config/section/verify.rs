//! How a webhook is verified. May import the rest of config. No secret is ever written, missing or empty.

use std::net::IpAddr;

use ipnet::IpNet;
use jiff::SignedDuration;
use secrecy::SecretString;

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::hook_door::Verify;
use super::super::secret::{self, Piece};
use super::super::yaml::{Node, Value};
use super::verify_hmac::hmac;
use super::verify_standard::keys;
use crate::model::Span;

/// Two secrets can live at once: the old and the new one.
const MAX_SECRETS: usize = 2;
/// The default of `tolerance`, in seconds: what Standard Webhooks, Stripe and Slack advise.
const TOLERANCE_SECONDS: i64 = 5 * 60;
/// The longest `tolerance`, in seconds: past it a stamp would prove little.
const MAX_TOLERANCE_SECONDS: i64 = 24 * 60 * 60;

/// The keys of a webhook that belong to how it is verified.
pub(super) const KEYS: [&str; 11] = [
    "secret",
    "user",
    "header",
    "algorithm",
    "encoding",
    "prefix",
    "id_header",
    "signs",
    "timestamp",
    "timestamp_format",
    "tolerance",
];

const WORDS: [(&str, Scheme); 9] = [
    ("github", Scheme::Github),
    ("gitlab", Scheme::Gitlab),
    ("stripe", Scheme::Stripe),
    ("slack", Scheme::Slack),
    ("standard", Scheme::Standard),
    ("bearer", Scheme::Bearer),
    ("basic", Scheme::Basic),
    ("hmac", Scheme::Hmac),
    ("none", Scheme::None),
];

#[derive(Clone, Copy, PartialEq)]
enum Scheme {
    Github,
    Gitlab,
    Stripe,
    Slack,
    Standard,
    Bearer,
    Basic,
    Hmac,
    None,
}

impl Scheme {
    /// The keys that mean something beside it.
    fn used(self) -> &'static [&'static str] {
        match self {
            Self::Github | Self::Gitlab | Self::Bearer => &["secret"],
            Self::Stripe | Self::Slack | Self::Standard => &["secret", "tolerance"],
            Self::Basic => &["secret", "user"],
            Self::Hmac => &[
                "secret",
                "header",
                "algorithm",
                "encoding",
                "prefix",
                "id_header",
                "signs",
                "timestamp",
                "timestamp_format",
                "tolerance",
            ],
            Self::None => &[],
        }
    }
}

/// Reads the scheme and what belongs to it, and who may send.
pub(crate) fn verify(cx: &mut Check<'_>, fields: &Fields<'_>, what: &str) -> Option<(Verify, Vec<IpNet>)> {
    // First of all: a secret that is written is told, and so hidden, whatever else is wrong.
    let secrets = fields.get("secret").map(|node| secrets(cx, node));
    let node = fields.require(
        cx,
        "verify",
        "how deliveries are verified: github, gitlab, stripe, slack, standard, bearer, basic, hmac, or none with `allow_from`",
    )?;
    let scheme = cx.word(node, &WORDS)?;
    let used = scheme.used();
    for key in KEYS {
        if let Some(entry) = fields.entry(key).filter(|_| !used.contains(&key)) {
            let word = WORDS.iter().find(|(_, s)| *s == scheme).map_or("", |(word, _)| *word);
            let text = format!("`{key}` has no effect with `verify: {word}`");
            cx.error(Code::NoEffect, entry.spot, text).hint("remove it");
        }
    }
    let allow_from = networks(cx, fields, what, scheme == Scheme::None);
    if scheme == Scheme::None {
        return allow_from.map(|allow_from| (Verify::None, allow_from));
    }
    let hint = "write `secret: \"${env:NAME}\"`, `\"${file:/path}\"` or `\"${credential:name}\"`";
    if secrets.is_none() {
        fields.require(cx, "secret", hint);
    }
    let secrets = secrets.flatten();
    let tolerance = tolerance(cx, fields);
    let verify = match scheme {
        Scheme::Github => Verify::Github { secrets: secrets? },
        Scheme::Gitlab => Verify::Gitlab { secrets: secrets? },
        Scheme::Bearer => Verify::Bearer { secrets: secrets? },
        Scheme::Stripe => Verify::Stripe {
            secrets: secrets?,
            tolerance: tolerance?,
        },
        Scheme::Slack => Verify::Slack {
            secrets: secrets?,
            tolerance: tolerance?,
        },
        Scheme::Standard => Verify::Standard {
            keys: keys(cx, fields, &secrets?)?,
            tolerance: tolerance?,
        },
        Scheme::Basic => {
            let user = fields.require(cx, "user", "the name the sender signs in with");
            Verify::Basic {
                user: user.and_then(|node| user_name(cx, node))?,
                secrets: secrets?,
            }
        }
        Scheme::Hmac | Scheme::None => Verify::Hmac(Box::new(hmac(cx, fields, secrets, tolerance)?)),
    };
    allow_from.map(|allow_from| (verify, allow_from))
}

/// `user:` of basic authentication. RFC 7617 parts name and password at the first colon.
fn user_name(cx: &mut Check<'_>, node: &Node) -> Option<String> {
    let text = cx.full_text(node)?;
    if text.contains(':') || text.chars().any(char::is_control) {
        cx.error(
            Code::BadName,
            node.spot,
            format!("`{}` cannot be the name of a user here", shown(text)),
        )
        .hint("no colon: what follows one would be the password");
        return None;
    }
    Some(text.to_owned())
}

/// `tolerance:` how far a stamp may be from now, either way.
fn tolerance(cx: &mut Check<'_>, fields: &Fields<'_>) -> Option<SignedDuration> {
    let Some(node) = fields.get("tolerance") else {
        return Some(SignedDuration::from_secs(TOLERANCE_SECONDS));
    };
    match super::escalation::duration(cx, node)? {
        Span::Elapsed(seconds) if seconds <= MAX_TOLERANCE_SECONDS => Some(SignedDuration::from_secs(seconds)),
        _ => {
            let text = "`tolerance` is elapsed time of at most a day";
            cx.error(Code::BadDuration, node.spot, text)
                .hint("write `tolerance: 5m`: what was signed longer ago, or is said to be signed later, is refused");
            None
        }
    }
}

/// `secret:` one reference, or a list of two.
pub(super) fn secrets(cx: &mut Check<'_>, node: &Node) -> Option<Vec<SecretString>> {
    let nodes = cx.one_or_many(node, Code::SecretEmpty, "secrets");
    if nodes.len() > MAX_SECRETS {
        let text = format!("{} secrets stand here; at most {MAX_SECRETS} can live at once", nodes.len());
        cx.error(Code::BadNumber, node.spot, text).hint("keep the old and the new one");
    }
    let found: Vec<Option<SecretString>> = nodes.iter().map(|node| secret(cx, node)).collect();
    let found: Option<Vec<SecretString>> = found.into_iter().collect();
    found.filter(|secrets| (1..=MAX_SECRETS).contains(&secrets.len()))
}

/// A reference to one secret.
pub(crate) fn one_secret(cx: &mut Check<'_>, node: &Node) -> Option<SecretString> {
    secret(cx, node)
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

/// `allow_from:` networks or addresses. Where nothing is proven they must be named.
fn networks(cx: &mut Check<'_>, fields: &Fields<'_>, what: &str, needed: bool) -> Option<Vec<IpNet>> {
    let nodes = fields.get("allow_from").map_or(&[][..], |node| node.one_or_many());
    if nodes.is_empty() && needed {
        let text = format!("{what} verifies nothing, so it must say who may send");
        cx.error(Code::OpenHook, fields.head, text)
            .hint("add the networks: `allow_from: [\"192.0.2.0/24\"]`");
        return None;
    }
    if let Some(entry) = fields.entry("allow_from").filter(|_| nodes.is_empty()) {
        cx.error(Code::BadNetwork, entry.spot, "this list of networks is empty")
            .hint("add one, or remove the key: then every network may send what is signed");
        return None;
    }
    nodes.iter().map(|node| network(cx, node)).collect::<Vec<_>>().into_iter().collect()
}

/// One network, or one address.
pub(crate) fn network(cx: &mut Check<'_>, node: &Node) -> Option<IpNet> {
    let text = cx.text(node)?;
    let network = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
    if network.is_none() {
        let said = format!("`{}` is not a network", shown(text));
        cx.error(Code::BadNetwork, node.spot, said)
            .hint("write \"192.0.2.0/24\", \"2001:db8::/32\" or a single address");
    }
    network
}
