//! `reply`, `tell`, `forward`, `round`: what a rule does besides. May import the rest of config.

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::nearest::nearest;
use super::super::yaml::{Entry, Node, Value};
use super::action::template;
use super::party::{Allowed, FALLBACK, TELL, Targets, party};
use crate::model::{Party, RoundName};
use crate::rules::{AskDef, ForwardDef, ReplyDef, TellDef};

/// `reply: TEXT`, or `reply: { subject, text }`.
pub(crate) fn reply(cx: &mut Check<'_>, entry: &Entry, what: &str) -> Option<ReplyDef> {
    if !is_map(&entry.value) {
        let text = template(cx, &entry.value)?;
        return Some(ReplyDef { subject: None, text });
    }
    let fields = Fields::open(
        cx,
        entry.spot,
        &entry.value,
        &format!("`reply` of {what}"),
        &["subject", "text"],
        &[],
    )?;
    let subject = fields.get("subject").map(|node| template(cx, node));
    let text = fields.require(cx, "text", "what the sender is answered");
    let text = text.and_then(|node| template(cx, node));
    Some(ReplyDef {
        subject: subject.map_or(Some(None), |subject| subject.map(Some))?,
        text: text?,
    })
}

/// `tell: ana`, a list, or `tell: { to, why, urgent }`.
pub(crate) fn tell(cx: &mut Check<'_>, entry: &Entry, what: &str, targets: &mut Targets) -> Option<TellDef> {
    if !is_map(&entry.value) {
        return Some(TellDef {
            to: parties(cx, &entry.value, TELL, targets)?,
            why: None,
            urgent: false,
        });
    }
    let known = ["to", "why", "urgent"];
    let fields = Fields::open(cx, entry.spot, &entry.value, &format!("`tell` of {what}"), &known, &[])?;
    let to = fields.require(
        cx,
        "to",
        "who hears of it: a person, `team:NAME`, `rotation:NAME`, `owner` or an address",
    );
    let to = to.and_then(|node| parties(cx, node, TELL, targets));
    let why = fields.get("why").map(|node| template(cx, node));
    let urgent = fields.get("urgent").map_or(Some(false), |node| match node.value {
        Value::Bool(urgent) => Some(urgent),
        _ => {
            cx.wrong_type(node, "`true` or `false`");
            None
        }
    });
    Some(TellDef {
        to: to?,
        why: why.map_or(Some(None), |why| why.map(Some))?,
        urgent: urgent?,
    })
}

/// `forward: ana`, an address, a list, or `forward: { to, note }`.
pub(crate) fn forward(cx: &mut Check<'_>, entry: &Entry, what: &str, targets: &mut Targets) -> Option<ForwardDef> {
    if !is_map(&entry.value) {
        return Some(ForwardDef {
            to: parties(cx, &entry.value, FALLBACK, targets)?,
            note: None,
        });
    }
    let fields = Fields::open(cx, entry.spot, &entry.value, &format!("`forward` of {what}"), &["to", "note"], &[])?;
    let to = fields.require(cx, "to", "who gets the message: a person, `team:NAME` or an address");
    let to = to.and_then(|node| parties(cx, node, FALLBACK, targets));
    let note = fields.get("note").map(|node| template(cx, node));
    Some(ForwardDef {
        to: to?,
        note: note.map_or(Some(None), |note| note.map(Some))?,
    })
}

/// `round: NAME`, or `round: { name, about }`.
pub(crate) fn round(cx: &mut Check<'_>, entry: &Entry, what: &str) -> Option<AskDef> {
    if !is_map(&entry.value) {
        let name = round_name(cx, &entry.value)?;
        return Some(AskDef { name, about: None });
    }
    let fields = Fields::open(cx, entry.spot, &entry.value, &format!("`round` of {what}"), &["name", "about"], &[])?;
    let name = fields.require(cx, "name", "which round, by its name under `rounds`");
    let name = name.and_then(|node| round_name(cx, node));
    let about = fields.get("about").map(|node| template(cx, node));
    Some(AskDef {
        name: name?,
        about: about.map_or(Some(None), |about| about.map(Some))?,
    })
}

/// The name of a round that is defined.
fn round_name(cx: &mut Check<'_>, node: &Node) -> Option<RoundName> {
    let text = cx.full_text(node)?;
    if cx.names.rounds.has(text) {
        return Some(RoundName::from(text));
    }
    let near = nearest(text, cx.names.rounds.iter()).map(str::to_owned);
    cx.error(Code::UnknownRound, node.spot, format!("unknown round `{}`", shown(text)))
        .hint("define it under `rounds`")
        .did_you_mean(near.as_deref());
    None
}

fn is_map(node: &Node) -> bool {
    matches!(node.value, Value::Map(_))
}

/// One party, or several.
fn parties(cx: &mut Check<'_>, node: &Node, allowed: Allowed, targets: &mut Targets) -> Option<Vec<Party>> {
    let nodes = cx.one_or_many(node, Code::EmptyText, "people");
    let found: Vec<Option<Party>> = nodes.iter().map(|node| party(cx, node, allowed, targets)).collect();
    found.into_iter().collect::<Option<Vec<_>>>().filter(|parties| !parties.is_empty())
}
