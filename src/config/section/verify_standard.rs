//! The keys of Standard Webhooks, out of their text. May import the rest of config. A key's text never reaches a diagnostic.

use data_encoding::BASE64;
use secrecy::{ExposeSecret, SecretSlice, SecretString};

use super::super::check::Check;
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::hook_door::StandardKey;

/// What stands before a shared secret, and may be left out.
const SHARED: &str = "whsec_";
/// What stands before a public key.
const PUBLIC: &str = "whpk_";
/// The fewest octets of a shared secret. The specification says 24 to 64; some senders hand out shorter ones.
const MIN_OCTETS: usize = 16;
/// The most octets of a shared secret.
const MAX_OCTETS: usize = 128;

/// The keys of `secret`, decoded.
pub(super) fn keys(cx: &mut Check<'_>, fields: &Fields<'_>, secrets: &[SecretString]) -> Option<Vec<StandardKey>> {
    let node = fields.get("secret")?;
    // A stand-in has no form; nothing is verified with it.
    if cx.ambient.stands_in() {
        return Some(secrets.iter().map(|_| StandardKey::Shared(vec![0; MIN_OCTETS].into())).collect());
    }
    let keys = secrets.iter().zip(node.one_or_many()).map(|(secret, node)| {
        let found = key(secret.expose_secret().trim());
        if found.is_none() {
            cx.error(Code::SecretForm, node.spot, "this secret is not one of Standard Webhooks")
                .hint("copy it from the sender as it is: `whsec_` and base64 of 24 to 64 octets, or `whpk_` and base64 of a public key");
        }
        found
    });
    keys.collect::<Vec<_>>().into_iter().collect()
}

/// One key.
fn key(text: &str) -> Option<StandardKey> {
    if let Some(public) = text.strip_prefix(PUBLIC) {
        return BASE64
            .decode(public.as_bytes())
            .ok()
            .and_then(|octets| octets.try_into().ok())
            .map(StandardKey::Public);
    }
    shared(text).map(StandardKey::Shared)
}

/// A shared secret.
pub(crate) fn shared(text: &str) -> Option<SecretSlice<u8>> {
    let octets = BASE64.decode(text.strip_prefix(SHARED).unwrap_or(text).as_bytes()).ok()?;
    (MIN_OCTETS..=MAX_OCTETS).contains(&octets.len()).then(|| octets.into())
}
