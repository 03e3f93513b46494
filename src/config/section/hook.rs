//! A webhook source. May import the rest of config. How it is verified is read in `verify`.

use jiff::SignedDuration;

use super::super::check::Check;
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::hook_door::{HookDoor, Rate};
use super::super::yaml::{Entry, Node};
use super::escalation::duration;
use super::source::size;
use super::verify::{KEYS, verify};
use crate::model::Span;

/// The default of `max_size` for a webhook, in bytes.
pub const HOOK_BYTES: usize = 1024 * 1024;
/// The most deliveries of a `rate`.
const MAX_DELIVERIES: u32 = 1_000_000;
/// The longest while of a `rate`, in seconds: senders are told to come again, and most do not wait for hours.
const MAX_RATE_SECONDS: i64 = 60 * 60;

/// `webhook: { verify, … }`
pub(super) fn hook(cx: &mut Check<'_>, entry: &Entry, what: &str) -> Option<HookDoor> {
    let what = format!("`webhook` of {what}");
    let known = [&["verify", "allow_from", "max_size", "rate"], &KEYS[..]].concat();
    let fields = Fields::open(cx, entry.spot, &entry.value, &what, &known, &[])?;
    let size = fields.get("max_size").map_or(Some(HOOK_BYTES), |node| size(cx, node));
    let rate = fields.get("rate").map_or(Some(None), |node| rate(cx, node).map(Some));
    let (verify, allow_from) = verify(cx, &fields, &what)?;
    Some(HookDoor {
        verify,
        allow_from,
        max_body_bytes: size?,
        rate: rate?,
        proxies: cx.proxies.clone(),
    })
}

/// `rate: { deliveries, in }`
fn rate(cx: &mut Check<'_>, node: &Node) -> Option<Rate> {
    let fields = Fields::open(cx, node.spot, node, "`rate`", &["deliveries", "in"], &[])?;
    let deliveries = fields.require(cx, "deliveries", "how many, such as 600");
    let deliveries = deliveries.and_then(|node| cx.number(node, 1, MAX_DELIVERIES));
    let within = fields.require(cx, "in", "the length of the while, such as 1m");
    let within = within.and_then(|node| match duration(cx, node)? {
        Span::Elapsed(seconds) if seconds <= MAX_RATE_SECONDS => Some(SignedDuration::from_secs(seconds)),
        _ => {
            let text = "the while of a `rate` is elapsed time of at most an hour";
            cx.error(Code::BadDuration, node.spot, text)
                .hint("write `rate: { deliveries: 600, in: 1m }`: who sends more is told when to come again");
            None
        }
    });
    Some(Rate {
        deliveries: deliveries?,
        within: within?,
    })
}
