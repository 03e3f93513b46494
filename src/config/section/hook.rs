//! A webhook source. May import the rest of config. How it is verified is read in `verify`.

use super::super::check::Check;
use super::super::fields::Fields;
use super::super::hook_door::HookDoor;
use super::super::yaml::Entry;
use super::source::size;
use super::verify::{KEYS, verify};

/// The default of `max_size` for a webhook, in bytes.
pub const HOOK_BYTES: usize = 1024 * 1024;

/// `webhook: { verify, … }`
pub(super) fn hook(cx: &mut Check<'_>, entry: &Entry, what: &str) -> Option<HookDoor> {
    let what = format!("`webhook` of {what}");
    let known = [&["verify", "allow_from", "max_size"], &KEYS[..]].concat();
    let fields = Fields::open(cx, entry.spot, &entry.value, &what, &known, &[])?;
    let size = fields.get("max_size").map_or(Some(HOOK_BYTES), |node| size(cx, node));
    let (verify, allow_from) = verify(cx, &fields, &what)?;
    Some(HookDoor {
        verify,
        allow_from,
        max_body_bytes: size?,
    })
}
