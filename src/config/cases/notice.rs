//! What is expected of clocks and notices. May import the rest of config. The words are those that mails, tables and `why` use.

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::{Fields, key};
use super::super::nearest::nearest;
use super::super::yaml::{Entry, Node, Value};
use super::case::{moment, required};
use super::expect::{NONE, pattern, person};
use super::given::REQUESTER;
use super::{DeadlineWant, Moment, NoticeWant, Pattern, Want, Wanted};
use crate::model::{ClockKind, Reason};

const CLOCKS: [ClockKind; 7] = [
    ClockKind::Accept,
    ClockKind::Respond,
    ClockKind::Resolve,
    ClockKind::Update,
    ClockKind::Wait,
    ClockKind::Snooze,
    ClockKind::Parked,
];

/// `deadlines: { accept: "mon 11:00", respond: 4 working hours, resolve: none }`
pub(super) fn deadlines(cx: &mut Check<'_>, node: &Node) -> Vec<Option<Want>> {
    let Value::Map(entries) = &node.value else {
        cx.wrong_type(node, "a mapping from clocks to when they end")
            .hint("write `deadlines: { accept: \"mon 11:00\", respond: 4 working hours }`");
        return vec![None];
    };
    entries.iter().map(|entry| deadline(cx, entry)).collect()
}

fn deadline(cx: &mut Check<'_>, entry: &Entry) -> Option<Want> {
    let name = key(cx, entry)?;
    let names = || CLOCKS.iter().map(|clock| clock.as_str());
    let Some(clock) = CLOCKS.iter().find(|clock| clock.as_str() == name) else {
        let near = nearest(name, names()).map(str::to_owned);
        cx.error(Code::UnknownKey, entry.spot, format!("there is no clock named `{}`", shown(name)))
            .hint(format!("the clocks are {}", names().collect::<Vec<_>>().join(", ")))
            .did_you_mean(near.as_deref());
        return None;
    };
    let want = ends(cx, &entry.value)?;
    Some(Want {
        place: cx.place(entry.value.spot),
        what: Wanted::Deadline(*clock, want),
    })
}

fn ends(cx: &mut Check<'_>, node: &Node) -> Option<DeadlineWant> {
    let text = cx.full_text(node)?;
    match text {
        NONE => return Some(DeadlineWant::None),
        "paused" => return Some(DeadlineWant::Paused),
        "overdue" => return Some(DeadlineWant::Overdue),
        _ => {}
    }
    if let Ok(span) = text.trim_start_matches('+').parse() {
        return Some(DeadlineWant::In(span));
    }
    if let Ok(moment) = text.parse() {
        return Some(DeadlineWant::At(moment));
    }
    cx.error(
        Code::BadMoment,
        node.spot,
        format!("`{}` is no time at which a clock ends", shown(text)),
    )
    .hint("write `mon 11:00`, `2026-12-01 09:00`, `4 working hours` from its start, or one of `none`, `paused`, `overdue`");
    None
}

/// `notices: none`, or a list of what must have been sent.
pub(super) fn notices(cx: &mut Check<'_>, node: &Node) -> Option<Vec<NoticeWant>> {
    match &node.value {
        Value::Text(text) if text == NONE => Some(Vec::new()),
        Value::List(_) | Value::Map(_) => {
            let read: Vec<Option<NoticeWant>> = node.one_or_many().iter().map(|node| notice(cx, node)).collect();
            read.into_iter().collect()
        }
        _ => {
            cx.wrong_type(node, "`none`, or a list of notices")
                .hint("write `notices: [{ to: ana, reason: assigned }]`");
            None
        }
    }
}

fn notice(cx: &mut Check<'_>, node: &Node) -> Option<NoticeWant> {
    let known = ["to", "reason", "subject", "text", "at", "held_until"];
    let fields = Fields::open(cx, node.spot, node, "a notice", &known, &[])?;
    let to = fields.get("to").map(|node| reader(cx, node));
    let reason = fields.get("reason").map(|node| reason(cx, node));
    let subject = fields.get("subject").map(|node| pattern(cx, node));
    let text = fields.get("text").map(|node| pattern(cx, node));
    let mut time =
        |name: &str| -> Option<Option<Moment>> { required(fields.get(name).map(|node| moment(cx, node).map(|(moment, _)| moment))) };
    let (at, held_until) = (time("at"), time("held_until"));
    Some(NoticeWant {
        place: cx.place(node.spot),
        to: required(to)?,
        reason: required(reason)?,
        subject: required(subject)?,
        text: required(text)?,
        at: at?,
        held_until: held_until?,
    })
}

/// A person, an address, or `requester`.
fn reader(cx: &mut Check<'_>, node: &Node) -> Option<Pattern> {
    match &node.value {
        Value::Text(text) if text == REQUESTER || text.contains('@') => pattern(cx, node),
        _ => person(cx, node, false)?,
    }
}

/// The words are those of the reasons as they are kept, with spaces or with hyphens.
fn reason(cx: &mut Check<'_>, node: &Node) -> Option<Reason> {
    let text = cx.full_text(node)?;
    let kept = text.replace(' ', "-");
    let words: StrDeserializer<'_, Error> = kept.as_str().into_deserializer();
    match Reason::deserialize(words) {
        Ok(reason) => Some(reason),
        Err(error) => {
            let error = error.to_string();
            let known = error.split_once("expected ").map_or("", |(_, known)| known);
            cx.error(Code::BadWord, node.spot, format!("`{}` is no reason of a notice", shown(text)))
                .hint(known);
            None
        }
    }
}
