//! `canary` of `send`: a mail that leaves by the relay and must come back by a source. May import the rest of config.

use jiff::SignedDuration;

use super::super::check::Check;
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::yaml::{Entry, Node};
use super::desk::address;
use super::escalation::duration;
use crate::model::{Address, SourceName, Span};
use crate::policy::{Canary, Silence};

/// The shortest `every` and `within`: mail servers have queues.
const SHORTEST: SignedDuration = SignedDuration::from_mins(1);
/// The longest: what is checked less often than daily is noticed by people first.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);
/// `within`, where nothing is said.
const WITHIN: SignedDuration = SignedDuration::from_mins(5);

/// `canary: { every: 15m, within: 5m, to: ADDRESS }`; `to` is the desk's address where nothing is said.
pub(crate) fn canary(cx: &mut Check<'_>, entry: &Entry, desk: Option<&Address>) {
    let keys = ["every", "within", "to"];
    let Some(fields) = Fields::open(cx, entry.spot, &entry.value, "`canary`", &keys, &[]) else {
        return;
    };
    let every = fields.require(cx, "every", "how often a mail leaves, such as `15m`");
    let every = every.and_then(|node| length(cx, node));
    let within = fields.get("within").map_or(Some(WITHIN), |node| length(cx, node));
    let to = match fields.get("to") {
        Some(node) => address(cx, node),
        None => desk.cloned(),
    };
    let (Some(every), Some(within), Some(to)) = (every, within, to) else {
        return;
    };
    let silence = Silence {
        every: every.saturating_add(within),
        written: format!("canary every {} s within {} s to {to}", every.as_secs(), within.as_secs()),
        canary: Some(Canary { every, within, to }),
        place: cx.place(entry.spot),
    };
    cx.silences.insert(SourceName::from(Canary::SOURCE), silence);
}

fn length(cx: &mut Check<'_>, node: &Node) -> Option<SignedDuration> {
    let length = match duration(cx, node)? {
        Span::Elapsed(seconds) => SignedDuration::from_secs(seconds),
        Span::Working(_) | Span::WorkingDays(_) => SignedDuration::ZERO,
    };
    if (SHORTEST..=LONGEST).contains(&length) {
        return Some(length);
    }
    cx.error(Code::BadDuration, node.spot, "this is elapsed time from 1m to 24h")
        .hint("a mail every `15m` that may take `5m` is noticed missing after 20 minutes at most");
    None
}
