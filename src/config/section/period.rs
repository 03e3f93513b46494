//! `from` and `until`: a stretch of local time. May import the rest of config. A date stands for all of its day: from its beginning, until its end.

use jiff::civil::{Date, DateTime};

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::yaml::Node;

/// What is wanted where a local time stands.
const HINT: &str = "write 2026-12-24, or \"2026-12-24 09:00\"";

/// `from`: a date, or a local time.
pub(crate) fn from(cx: &mut Check<'_>, node: &Node) -> Option<DateTime> {
    let text = cx.full_text(node)?;
    let found = text.parse().ok();
    if found.is_none() {
        not_a_time(cx, node, text);
    }
    found
}

/// `until`: a date, which is the last day, or a local time.
pub(crate) fn until(cx: &mut Check<'_>, node: &Node) -> Option<DateTime> {
    let text = cx.full_text(node)?;
    // A date alone also reads as a local time: its midnight.
    let is_day = !text.contains([':', 'T', 't', ' ']);
    let found = match text.parse::<Date>() {
        Ok(day) if is_day => day.tomorrow().ok().map(|next| next.at(0, 0, 0, 0)),
        _ => text.parse().ok(),
    };
    if found.is_none() {
        not_a_time(cx, node, text);
    }
    found
}

/// `from` and `until` of a mapping; reported if one is missing where it must be there, or if the end is not after the beginning.
pub(crate) fn period(cx: &mut Check<'_>, fields: &Fields<'_>, both: bool) -> Option<(Option<DateTime>, Option<DateTime>)> {
    if both {
        fields.require(cx, "from", "from when on, such as 2026-12-24 or \"2026-12-24 09:00\"");
        fields.require(cx, "until", "up to when: a date is the last day, such as 2026-12-26");
    }
    let (first, last) = (fields.get("from"), fields.get("until"));
    let from = first.map_or(Some(None), |node| from(cx, node).map(Some));
    let until_at = last.map_or(Some(None), |node| until(cx, node).map(Some));
    let (from, until) = (from?, until_at?);
    if let (Some(from), Some(until), Some(node)) = (from, until, last)
        && until <= from
    {
        cx.error(Code::BadPeriod, node.spot, "this ends before it begins")
            .hint("put the later one under `until`");
        return None;
    }
    (!both || (from.is_some() && until.is_some())).then_some((from, until))
}

fn not_a_time(cx: &mut Check<'_>, node: &Node, text: &str) {
    let said = format!("`{}` is neither a date nor a local time", shown(text));
    cx.error(Code::BadDate, node.spot, said).hint(HINT);
}
