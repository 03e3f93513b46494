//! `dkim` of `send`: whom mail is signed by. May import the rest of config. What is to be published in DNS follows from the key, and is said by `check`.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use data_encoding::BASE64;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::{ExposeSecret as _, SecretString};

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::secret::{self, Piece};
use super::super::settings::DkimKey;
use super::super::yaml::{Node, Value};
use crate::model::Address;

/// One of RSA, which everybody knows, and one of Ed25519.
const MAX_KEYS: usize = 2;
/// The longest name of a selector or domain (RFC 1035 section 2.3.4).
const MAX_NAME_BYTES: usize = 253;

/// One `{ domain, selector, key }`, or two.
pub(crate) fn dkim(cx: &mut Check<'_>, node: &Node, desk: Option<&Address>) -> Option<Vec<DkimKey>> {
    let nodes = cx.one_or_many(node, Code::BadDkim, "keys");
    if nodes.len() > MAX_KEYS {
        let text = format!("{} keys stand here; mail is signed by at most {MAX_KEYS}", nodes.len());
        cx.error(Code::BadNumber, node.spot, text)
            .hint("keep one of RSA and one of Ed25519");
    }
    let keys: Vec<Option<Option<DkimKey>>> = nodes.iter().map(|node| one(cx, node, desk)).collect();
    let keys: Option<Vec<Option<DkimKey>>> = keys.into_iter().collect();
    Some(keys?.into_iter().flatten().collect())
}

/// `Some(None)` where a stand-in takes the key's place: then nothing is signed.
fn one(cx: &mut Check<'_>, node: &Node, desk: Option<&Address>) -> Option<Option<DkimKey>> {
    let fields = Fields::open(cx, node.spot, node, "`dkim`", &["domain", "selector", "key"], &[])?;
    // First of all: a key that is written is told, and so hidden, whatever else is wrong.
    let key = fields
        .require(cx, "key", "a private key in PEM, as a reference: \"${file:/etc/batond/dkim.pem}\"")
        .and_then(|node| private(cx, node).map(|key| (key, node)));
    let domain = fields
        .require(cx, "domain", "the domain that signs: that of the desk's address")
        .and_then(|node| name(cx, node, "domain").map(|name| (name, node)));
    let selector = fields
        .require(cx, "selector", "under which name the public key stands in DNS, such as `batond1`")
        .and_then(|node| name(cx, node, "selector"));
    let (domain, spot) = domain.map(|(domain, node)| (domain, node.spot))?;
    if let Some(desk) = desk.filter(|desk| !fits(&domain, desk.domain())) {
        let text = format!("mail from {desk} is signed by {}, which is not its domain", shown(&domain));
        cx.warning(Code::DkimElsewhere, spot, text).hint(format!(
            "DMARC counts a signature by the domain of the sender: write `domain: {}`",
            desk.domain()
        ));
    }
    let ((key, node), selector) = (key?, selector?);
    if cx.ambient.stands_in() {
        return Some(None);
    }
    match public(&key) {
        Some((kind, public)) => Some(Some(DkimKey {
            record: format!("v=DKIM1; k={kind}; p={public}"),
            domain,
            selector,
            key,
        })),
        None => {
            cx.error(Code::BadDkim, node.spot, "this is no private key that mail can be signed with")
                .hint("`openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048` makes one, and so does `openssl genpkey -algorithm ed25519`");
            None
        }
    }
}

/// A reference to a key, resolved.
fn private(cx: &mut Check<'_>, node: &Node) -> Option<SecretString> {
    let Value::Text(written) = &node.value else {
        cx.wrong_type(node, "a text");
        return None;
    };
    match secret::pieces(written.trim()).as_slice() {
        [Piece::Secret(reference)] => match secret::resolve(reference, cx.root(), cx.ambient) {
            Ok(found) => Some(found),
            Err(why) => {
                cx.error(why.code, node.spot, why.text).hint(why.hint);
                None
            }
        },
        _ => {
            cx.error(Code::SecretWritten, node.spot, "the key stands in the file itself")
                .hint("keep it in a file of its own that only batond's user can read, and write `\"${file:/etc/batond/dkim.pem}\"`");
            None
        }
    }
}

/// A name in DNS, in lower case.
fn name(cx: &mut Check<'_>, node: &Node, what: &str) -> Option<String> {
    let text = cx.full_text(node)?.trim_end_matches('.').to_lowercase();
    let label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if text.len() <= MAX_NAME_BYTES && text.split('.').all(label) {
        return Some(text);
    }
    cx.error(Code::BadDkim, node.spot, format!("`{}` is not a {what} in DNS", shown(&text)))
        .hint("letters, digits and `-`, in parts divided by dots; a name in another script as its `xn--` form");
    None
}

/// Whether a signature by one domain counts for mail from another (RFC 7489 section 3.1.1).
fn fits(signs: &str, from: &str) -> bool {
    let from = from.to_lowercase();
    from == signs || psl::domain_str(signs).is_some_and(|owner| psl::domain_str(&from) == Some(owner))
}

/// The kind of a key, and its public half as DNS has it.
fn public(key: &SecretString) -> Option<(&'static str, String)> {
    let der = PrivateKeyDer::from_pem_slice(key.expose_secret().as_bytes()).ok()?;
    let rsa = match &der {
        PrivateKeyDer::Pkcs8(der) => {
            let der = der.secret_pkcs8_der();
            if let Ok(pair) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
                return Some(("ed25519", BASE64.encode(pair.public_key().as_ref())));
            }
            rsa::KeyPair::from_pkcs8(der).ok()?
        }
        PrivateKeyDer::Pkcs1(der) => rsa::KeyPair::from_der(der.secret_pkcs1_der()).ok()?,
        _ => return None,
    };
    let public: PublicKeyX509Der<'_> = rsa.public_key().as_der().ok()?;
    Some(("rsa", BASE64.encode(public.as_ref())))
}
