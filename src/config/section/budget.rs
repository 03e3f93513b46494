//! `budget` of the desk and of people. May import the rest of config.

use super::super::check::Check;
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::yaml::{Node, Value};
use crate::model::Span;
use crate::policy::Budget;

/// The fewest mails: one for what is not urgent, one for what is.
const MIN_MAILS: u32 = 2;
/// The most mails; more is no budget.
const MAX_MAILS: u32 = 1_000;
/// The shortest while, in seconds.
const MIN_SECONDS: i64 = 60;
/// The longest while, in seconds: nothing is promised for later than a day.
const MAX_SECONDS: i64 = 86_400;

/// `budget: { mails: 5, in: 10m, per_item: 3 }`; what is left out is as `base` has it.
pub(crate) fn budget(cx: &mut Check<'_>, fields: &Fields<'_>, what: &str, base: Budget) -> Option<Budget> {
    let entry = fields.entry("budget")?;
    let what = format!("the budget of {what}");
    let fields = Fields::open(cx, entry.spot, &entry.value, &what, &["mails", "in", "per_item"], &[])?;
    let mails = match fields.get("mails") {
        Some(node) => number(
            cx,
            node,
            MIN_MAILS,
            MAX_MAILS,
            "the last of them is kept for what is urgent, so there are at least 2",
        )?,
        None => base.mails,
    };
    let seconds = match fields.get("in") {
        Some(node) => seconds(cx, node)?,
        None => base.seconds,
    };
    let per_item = match fields.get("per_item") {
        Some(node) => number(cx, node, 1, mails, "mails about one item are part of `mails`")?,
        None => base.per_item.min(mails),
    };
    Some(Budget { mails, seconds, per_item })
}

fn number(cx: &mut Check<'_>, node: &Node, least: u32, most: u32, why: &str) -> Option<u32> {
    let text = match &node.value {
        Value::Number(_, text) => text,
        _ => cx.text(node)?,
    };
    let found = text.parse().ok().filter(|number| (least..=most).contains(number));
    if found.is_none() {
        cx.error(
            Code::BadBudget,
            node.spot,
            format!("a number of mails from {least} to {most} is wanted here"),
        )
        .hint(format!(
            "{why}; without a budget there are 5 in 10 minutes, 3 of them about one item"
        ));
    }
    found
}

fn seconds(cx: &mut Check<'_>, node: &Node) -> Option<i64> {
    let span: Span = cx.parsed(node, Code::BadDuration, "a duration")?;
    match span {
        Span::Elapsed(seconds) if (MIN_SECONDS..=MAX_SECONDS).contains(&seconds) => Some(seconds),
        _ => {
            cx.error(Code::BadBudget, node.spot, "a budget is for one minute to one day of elapsed time")
                .hint("write `in: 10m`: what comes past the budget waits no longer than that");
            None
        }
    }
}
