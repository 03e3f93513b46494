//! `expect_every` of a source: how long it may be silent. May import the rest of config.

use jiff::SignedDuration;

use super::super::check::Check;
use super::super::code::Code;
use super::super::yaml::Entry;
use super::escalation::duration;
use crate::model::Span;
use crate::policy::Silence;

/// Shorter than this says nothing of a sender.
const SHORTEST: SignedDuration = SignedDuration::from_mins(1);
/// What is longer than this is a date, and belongs under `expect`.
const LONGEST: SignedDuration = SignedDuration::from_hours(31 * 24);

/// Reads it.
pub(crate) fn expect_every(cx: &mut Check<'_>, entry: &Entry) -> Option<Silence> {
    let every = match duration(cx, &entry.value)? {
        Span::Elapsed(seconds) => SignedDuration::from_secs(seconds),
        Span::Working(_) | Span::WorkingDays(_) => SignedDuration::ZERO,
    };
    if !(SHORTEST..=LONGEST).contains(&every) {
        cx.error(Code::BadDuration, entry.value.spot, "`expect_every` is elapsed time from 1m to 31d")
            .hint("write `15m` or `1d`; what is due at times of day stands under `expect`");
        return None;
    }
    Some(Silence {
        every,
        canary: None,
        written: format!("every {}", Span::Elapsed(every.as_secs())),
        place: cx.place(entry.spot),
    })
}
