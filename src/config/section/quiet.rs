//! `mute` of a rule: until when nobody is told of its item, and why. May import the rest of config. Like every mute, it ends at a time that is known when it begins.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::yaml::{Entry, Node};
use super::action::{counted, template};
use super::escalation::duration;
use super::mute::except;
use crate::calendar;
use crate::model::{Due, Muting, QueueName, Span};
use crate::rules::{MuteDef, Text};

/// How far a local time can be from UTC: so long after it, it is over everywhere.
const FARTHEST_ZONE: SignedDuration = SignedDuration::from_hours(14);

/// `mute: { for | until, why, except }`
pub(super) fn mute(cx: &mut Check<'_>, entry: &Entry, what: &str, queue: Option<&QueueName>) -> Option<MuteDef> {
    let known = ["for", "until", "why", "except"];
    let fields = Fields::open(cx, entry.spot, &entry.value, &format!("`mute` of {what}"), &known, &[])?;
    let why = fields.require(cx, "why", "the reason, as those concerned read it at the end");
    let why = why.and_then(|node| template(cx, node));
    let except = fields.get("except").map_or(Some(false), |node| except(cx, node));
    let until = match (fields.entry("for"), fields.entry("until")) {
        (Some(_), Some(until)) => {
            cx.error(Code::NoEffect, until.spot, "`until` has no effect beside `for`")
                .hint("keep one of the two");
            None
        }
        (Some(span), None) => length(cx, &span.value, queue),
        (None, Some(until)) => end(cx, &until.value, what),
        (None, None) => {
            cx.error(
                Code::MissingKey,
                fields.head,
                format!("`mute` of {what} has neither `for` nor `until`"),
            )
            .hint("say how long, `for: 3d`, or until when, `until: \"2026-12-01 06:00\"`; no mute lasts for ever");
            None
        }
    };
    Some(MuteDef {
        until: until?,
        why: why?,
        except_urgent: except?,
        place: cx.place(entry.spot),
    })
}

/// A length of time, of a year at most.
fn length(cx: &mut Check<'_>, node: &Node, queue: Option<&QueueName>) -> Option<Text> {
    let span = duration(cx, node)?;
    counted(cx, Some(node), queue);
    let too_long = match span {
        Span::Elapsed(seconds) | Span::Working(seconds) => seconds > Muting::MAX_DAYS * 86_400,
        Span::WorkingDays(days) => i64::from(days) > Muting::MAX_DAYS,
    };
    if too_long {
        cx.error(Code::BadUntil, node.spot, format!("{span} is more than a year"))
            .hint("a rule mutes its item for a year at most; let what nobody needs to hear of go: `drop: WHY`");
        return None;
    }
    template(cx, node)
}

/// A point in time, or a template that makes one.
fn end(cx: &mut Check<'_>, node: &Node, what: &str) -> Option<Text> {
    let text = template(cx, node)?;
    if text.text.contains("{{") || text.text.contains("{%") {
        return Some(text);
    }
    let at = match text.text.parse::<Due>() {
        Ok(Due::Clock(_)) => None,
        Ok(Due::Day(day)) => Some(local(day.to_datetime(jiff::civil::Time::MAX))),
        Ok(Due::Local(at)) => Some(local(at)),
        Ok(Due::Instant(at)) => Some(at),
        Ok(Due::Within(_)) | Err(_) => {
            cx.error(
                Code::BadUntil,
                node.spot,
                format!("`{}` is not a time at which a mute ends", shown(&text.text)),
            )
            .hint("write a time of day, a date, a date with a time, or an instant with its offset; a length of time is `for: 3d`");
            return None;
        }
    };
    if at.zip(cx.ahead).is_some_and(|(at, now)| at <= now) {
        cx.warning(Code::MuteOver, node.spot, format!("`mute` of {what} is over"))
            .hint("remove it, or write another time");
    }
    Some(text)
}

/// When a local time has passed in every zone.
fn local(at: jiff::civil::DateTime) -> Timestamp {
    let utc = calendar::instant(at, &TimeZone::UTC);
    utc.checked_add(FARTHEST_ZONE).unwrap_or(Timestamp::MAX)
}
