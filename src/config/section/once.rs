//! `expect` of a rule: what should arrive after its message. May import the rest of config. The rule that takes it exists, and gives a key where one is expected.

use super::super::check::{Awaited, Check, shown};
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::nearest::nearest;
use super::super::yaml::Entry;
use super::action::{counted, template};
use super::escalation::duration;
use super::expect::otherwise_of;
use crate::model::RuleName;
use crate::rules::{ExpectDef, RuleDef};

/// `expect: { rule, within, key, else }`
pub(super) fn expect(cx: &mut Check<'_>, entry: &Entry, what: &str) -> Option<ExpectDef> {
    let known = ["rule", "within", "key", "else"];
    let what = format!("`expect` of {what}");
    let fields = Fields::open(cx, entry.spot, &entry.value, &what, &known, &[])?;
    let rule = fields.require(cx, "rule", "the name of the rule that takes what is expected");
    let rule = rule.and_then(|node| Some((cx.full_text(node)?.to_owned(), node.spot)));
    let within = fields.require(cx, "within", "how soon it is expected, such as 2h or 1 working day");
    let span = within.and_then(|node| duration(cx, node));
    let key = fields.get("key").map(|node| template(cx, node));
    let otherwise = match fields.entry("else") {
        Some(entry) => otherwise_of(cx, entry, &what, template),
        None => {
            fields.require(cx, "else", "what is raised when it does not arrive: `else: { queue: NAME }`");
            None
        }
    };
    let (otherwise, title, note) = otherwise?;
    counted(cx, within, Some(&otherwise.queue));
    let (rule, span) = (rule?, span?);
    let key = match key {
        Some(key) => Some(key?),
        None => None,
    };
    let name = RuleName::from(rule.0.clone());
    cx.awaited.push(Awaited {
        rule,
        key: fields.entry("key").map(|entry| entry.spot),
    });
    Some(ExpectDef {
        rule: name,
        within: span,
        key,
        otherwise,
        title,
        note,
        place: cx.place(entry.spot),
    })
}

/// What can be said once all rules are read: the expected rule exists, and where a key is expected, it gives its messages one.
pub(super) fn settle(cx: &mut Check<'_>, defs: &[RuleDef]) {
    for awaited in std::mem::take(&mut cx.awaited) {
        let (name, spot) = &awaited.rule;
        let Some(def) = defs.iter().find(|def| def.name.as_str() == name) else {
            let near = nearest(name, defs.iter().map(|def| def.name.as_str()));
            cx.error(Code::UnknownRule, *spot, format!("unknown rule `{}`", shown(name)))
                .hint("write the `name` of a rule, as it stands there")
                .did_you_mean(near);
            continue;
        };
        let gives_key = def.then.key.is_some() || def.then.close.is_some();
        if let Some(key) = awaited.key.filter(|_| !gives_key) {
            let place = def.place.clone();
            cx.error(
                Code::NoEffect,
                key,
                format!(
                    "rule `{}` gives its messages no key, so none could be the expected one",
                    shown(name)
                ),
            )
            .related(place, "the rule that takes what is expected")
            .hint("give that rule `key` or `close: { key }`, or remove this `key`: then any message of the rule is the expected one");
        }
    }
}
