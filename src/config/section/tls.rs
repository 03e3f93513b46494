//! `tls`: the certificate of a door. May import the rest of config, tls. The pair is read here, so that one that cannot be used is a mistake before it is a failure.

use std::path::PathBuf;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::super::check::Check;
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::secret::{self, Piece, Reference};
use super::super::settings::{MailTls, TlsMode};
use super::super::yaml::{Node, Value};
use crate::tls::{BadPair, CertFiles, Pair};

/// How long before its end a certificate is warned of: what renews by itself does so 30 days before.
pub const SOON: SignedDuration = SignedDuration::from_hours(21 * 24);

/// How PEM text begins.
const PEM: &str = "-----BEGIN";

/// What stands for a file where nothing is read.
const STAND_IN: &str = "stand-in.pem";

/// `tls: { cert, key, mode, required }` of a listener for mail.
pub(crate) fn of_mail(cx: &mut Check<'_>, node: &Node) -> Option<MailTls> {
    let fields = Fields::open(
        cx,
        node.spot,
        node,
        "`tls` of this source",
        &["cert", "key", "mode", "required"],
        &[],
    )?;
    let modes = [("starttls", TlsMode::StartTls), ("implicit", TlsMode::Implicit)];
    let mode = fields.get("mode").map_or(Some(TlsMode::StartTls), |node| cx.word(node, &modes));
    let required = fields.get("required").map_or(Some(false), |node| cx.flag(node));
    if mode == Some(TlsMode::Implicit)
        && let Some(entry) = fields.entry("required")
    {
        cx.error(
            Code::NoEffect,
            entry.spot,
            "`required` has no effect with `mode: implicit`: nothing is heard there without TLS",
        )
        .hint("remove it");
    }
    let files = certificate(cx, &fields);
    Some(MailTls {
        files: files?,
        mode: mode?,
        required: required?,
    })
}

/// `tls: { cert, key }` of HTTP.
pub(crate) fn of_web(cx: &mut Check<'_>, node: &Node) -> Option<CertFiles> {
    let fields = Fields::open(cx, node.spot, node, "`tls` of `web`", &["cert", "key"], &[])?;
    certificate(cx, &fields)
}

/// The two files, and whether they can be used.
fn certificate(cx: &mut Check<'_>, fields: &Fields<'_>) -> Option<CertFiles> {
    let cert = fields.require(cx, "cert", "the PEM file with the certificate, such as tls/fullchain.pem");
    let key = fields.require(cx, "key", "the PEM file with its key, such as tls/privkey.pem");
    let cert = cert.and_then(|node| file(cx, node).map(|path| (node, path)));
    let key = key.and_then(|node| file(cx, node).map(|path| (node, path)));
    let ((cert_node, cert), (key_node, key)) = (cert?, key?);
    let files = CertFiles { cert, key };
    if cx.ambient.stands_in() {
        return Some(files);
    }
    match Pair::read(&files) {
        Ok(pair) => {
            ends(cx, cert_node, &pair);
            Some(files)
        }
        Err(bad) => {
            let node = if bad.is_of_key(&files) { key_node } else { cert_node };
            let code = match bad {
                BadPair::Open { .. } => Code::SecretReadable,
                _ => Code::BadCertificate,
            };
            let root = format!("{}/", cx.root().display());
            let short = |text: String| text.replace(&root, "");
            cx.error(code, node.spot, short(bad.to_string())).hint(short(bad.hint()));
            None
        }
    }
}

/// Says so when a certificate is not good now, or not for long any more.
fn ends(cx: &mut Check<'_>, node: &Node, pair: &Pair) {
    let Some(now) = cx.ahead else { return };
    let day = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
    let hint = "renew it; batond takes the new one as soon as the files change, without a restart";
    let text = if pair.ends <= now {
        format!("this certificate ended on {}", day(pair.ends))
    } else if pair.ends.duration_since(now) < SOON {
        format!("this certificate ends on {}", day(pair.ends))
    } else if pair.begins > now {
        format!("this certificate is not good before {}", day(pair.begins))
    } else {
        return;
    };
    cx.warning(Code::CertificateEnds, node.spot, text).hint(hint);
}

/// A path, from the configuration folder; `${file:…}` and `${credential:…}` name files too.
fn file(cx: &mut Check<'_>, node: &Node) -> Option<PathBuf> {
    let Value::Text(text) = &node.value else {
        cx.wrong_type(node, "a text");
        return None;
    };
    let hint = "write the path of a PEM file, `${file:/path}` or `${credential:name}`";
    if text.contains(PEM) {
        cx.error(Code::SecretWritten, node.spot, "a certificate or key is written in the file")
            .hint(hint);
        return None;
    }
    match secret::pieces(text).as_slice() {
        [Piece::Secret(Reference::File(path))] => Some(cx.root().join(path)),
        [Piece::Secret(Reference::Credential(_))] if cx.ambient.stands_in() => Some(cx.root().join(STAND_IN)),
        [Piece::Secret(Reference::Credential(name))] => match secret::credential(name, cx.ambient) {
            Ok(path) => Some(path),
            Err(why) => {
                cx.error(why.code, node.spot, why.text).hint(why.hint);
                None
            }
        },
        [Piece::Plain(_)] => cx.full_text(node).map(|path| cx.root().join(path)),
        _ => {
            let said = "certificates and keys are files; they are not read from the environment or put together";
            cx.error(Code::BadCertificate, node.spot, said).hint(hint);
            None
        }
    }
}
