//! `escalations`: ladders. May import the rest of config.

use std::collections::{BTreeMap, BTreeSet};

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::nearest::nearest;
use super::super::sections::Sections;
use super::super::texts::Spot;
use super::super::yaml::{Entry, Node, Value};
use super::call::plain_call;
use super::party::{OFFER, TELL, Targets, party};
use crate::model::{EscalationName, Priority, Span, Unless};
use crate::policy::{Ladder, LadderStep};

/// The pause between words to the owner after the last step, where none is written.
pub const AGAIN: Span = Span::WorkingDays(1);
/// The most often the steps are gone through again.
const MAX_REPEAT: u32 = 20;
/// The most characters of a label.
const MAX_LABEL_CHARS: usize = 100;

/// What is written of a ladder beside its steps.
struct Head {
    again: Option<Span>,
    repeat: Option<u32>,
    unless: Option<Option<Unless>>,
}

/// Ladders by name.
pub(crate) type Ladders = BTreeMap<EscalationName, Ladder>;

/// All ladders.
pub(crate) fn ladders(cx: &mut Check<'_>, sections: &Sections<'_>, targets: &mut Targets) -> Ladders {
    let entries = sections.named("escalations").iter();
    let found = entries.filter_map(|entry| ladder(cx, entry, targets));
    found.map(|ladder| (ladder.name.clone(), ladder)).collect()
}

fn ladder(cx: &mut Check<'_>, entry: &Entry, targets: &mut Targets) -> Option<Ladder> {
    let name = EscalationName::from(entry.key.as_deref()?);
    let what = format!("escalation `{name}`");
    let mut beside = Head {
        again: Some(AGAIN),
        repeat: Some(0),
        unless: Some(None),
    };
    let (head, steps) = match &entry.value.value {
        Value::List(_) | Value::Null => (entry.spot, &entry.value),
        _ => {
            let fields = Fields::open(cx, entry.spot, &entry.value, &what, &["steps", "again", "repeat", "unless"], &[])?;
            if let Some(node) = fields.get("again") {
                beside.again = duration(cx, node);
            }
            if let Some(node) = fields.get("repeat") {
                beside.repeat = cx.number(node, 0, MAX_REPEAT);
            }
            beside.unless = fields.get("unless").map_or(Some(None), |node| unless(cx, node).map(Some));
            let Some(steps) = fields.entry("steps") else {
                if !fields.reported("steps") {
                    no_steps(cx, entry.spot, &what);
                }
                return None;
            };
            (steps.spot, &steps.value)
        }
    };
    let nodes = match &steps.value {
        Value::List(nodes) if !nodes.is_empty() => nodes,
        Value::List(_) | Value::Null => {
            no_steps(cx, head, &what);
            return None;
        }
        _ => {
            cx.wrong_type(steps, "a list of steps");
            return None;
        }
    };
    let mut found = Vec::new();
    for (n, node) in nodes.iter().enumerate() {
        found.push(step(cx, node, &format!("step {} of {what}", n + 1), targets));
    }
    order(cx, nodes, &found);
    Some(Ladder {
        name,
        steps: found.into_iter().collect::<Option<Vec<_>>>()?,
        again: beside.again?,
        repeat: beside.repeat?,
        unless: beside.unless?,
    })
}

/// What makes a step needless.
fn unless(cx: &mut Check<'_>, node: &Node) -> Option<Unless> {
    cx.word(node, &Unless::ALL.map(|word| (word.as_str(), word)))
}

/// Labels, as they stand.
fn labels(cx: &mut Check<'_>, node: &Node) -> Option<BTreeSet<String>> {
    let mut found = Some(BTreeSet::new());
    for node in node.one_or_many() {
        let text = cx.text(node).filter(|text| {
            let good = !text.contains("{{") && text.chars().count() <= MAX_LABEL_CHARS;
            if !good {
                cx.error(Code::BadName, node.spot, "this cannot be a label of an escalation")
                    .hint(format!(
                        "labels stand as they are here, without templates, in at most {MAX_LABEL_CHARS} characters"
                    ));
            }
            good
        });
        match (text, &mut found) {
            (Some(text), Some(labels)) => drop(labels.insert(text.to_owned())),
            _ => found = None,
        }
    }
    found
}

fn no_steps(cx: &mut Check<'_>, spot: Spot, what: &str) {
    cx.error(Code::NoSteps, spot, format!("{what} has no steps"))
        .hint("add at least one: `- { after: 1h, tell: holder }`");
}

fn step(cx: &mut Check<'_>, node: &Node, what: &str, targets: &mut Targets) -> Option<LadderStep> {
    let fields = Fields::open(
        cx,
        start(node),
        node,
        what,
        &["after", "from", "unless", "tell", "pass_to", "priority", "labels", "call"],
        &["repeat"],
    )?;
    let after = fields.require(
        cx,
        "after",
        "how long after the start of the escalation, or with `from: step` after the step before, such as `2 working hours`",
    );
    let after = after.and_then(|node| duration(cx, node));
    let tell = fields.get("tell").map(|node| {
        let nodes = cx.one_or_many(node, Code::IdleStep, "people to tell");
        nodes.iter().filter_map(|node| party(cx, node, TELL, targets)).collect::<Vec<_>>()
    });
    let pass_to = fields.get("pass_to").map(|node| party(cx, node, OFFER, targets));
    let priority = fields.get("priority").map(|node| priority(cx, node));
    let labels = fields.get("labels").map(|node| labels(cx, node));
    let call = fields.entry("call").map(|entry| plain_call(cx, entry, what));
    let from_step = fields
        .get("from")
        .map_or(Some(false), |node| cx.word(node, &[("start", false), ("step", true)]));
    let unless = fields.get("unless").map_or(Some(None), |node| unless(cx, node).map(Some));
    let acts = ["tell", "pass_to", "priority", "labels", "call"];
    let idle = acts.iter().all(|key| fields.get(key).is_none());
    if idle && !acts.iter().any(|key| fields.reported(key)) {
        cx.error(Code::IdleStep, fields.head, format!("{what} does nothing"))
            .hint("add `tell`, `pass_to`, `priority`, `labels` or `call`");
    }
    Some(LadderStep {
        after: after?,
        tell: tell.unwrap_or_default(),
        pass_to: pass_to.flatten(),
        priority: priority.flatten(),
        from_step: from_step?,
        unless: unless?,
        labels: labels.map_or(Some(BTreeSet::new()), |labels| labels)?,
        call: call.map_or(Some(None), |call| call.map(Some))?,
    })
}

/// Steps that come before the one above them, as far as that can be told without a calendar.
fn order(cx: &mut Check<'_>, nodes: &[Node], steps: &[Option<LadderStep>]) {
    let same = |a: Span, b: Span| match (a, b) {
        (Span::Elapsed(a), Span::Elapsed(b)) | (Span::Working(a), Span::Working(b)) => b < a,
        (Span::WorkingDays(a), Span::WorkingDays(b)) => b < a,
        _ => false,
    };
    for ((above, below), node) in steps.iter().zip(steps.iter().skip(1)).zip(nodes.iter().skip(1)) {
        if let (Some(above), Some(below)) = (above, below)
            && !above.from_step
            && !below.from_step
            && same(above.after, below.after)
        {
            let text = format!(
                "this step comes {} after the start, before the one above it ({})",
                below.after, above.after
            );
            cx.warning(Code::StepsOutOfOrder, start(node), text)
                .hint("steps count from the start of the escalation; `from: step` counts from the step before");
        }
    }
}

/// Where a mapping begins: its first key.
pub(crate) fn start(node: &Node) -> Spot {
    match &node.value {
        Value::Map(entries) => entries.first().map_or(node.spot, |entry| entry.spot),
        _ => node.spot,
    }
}

/// A length of time.
pub(crate) fn duration(cx: &mut Check<'_>, node: &Node) -> Option<Span> {
    if let Value::Number(_, text) = &node.value {
        cx.error(Code::BadDuration, node.spot, format!("`{text}` is not a duration"))
            .hint(format!("add a unit: `{text}h`, `{text} working hours`"));
        return None;
    }
    cx.parsed(node, Code::BadDuration, "a duration")
}

/// One of the four priorities.
pub(crate) fn priority(cx: &mut Check<'_>, node: &Node) -> Option<Priority> {
    let text = cx.text(node)?;
    let found = text.parse().ok();
    if found.is_none() {
        let near = nearest(text, Priority::ALL.map(Priority::as_str));
        cx.error(Code::BadPriority, node.spot, format!("`{}` is not a priority", shown(text)))
            .hint("the priorities are low, normal, high, urgent")
            .did_you_mean(near);
    }
    found
}

/// The name of a ladder that is defined.
pub(crate) fn reference(cx: &mut Check<'_>, node: &Node) -> Option<EscalationName> {
    let text = cx.text(node)?;
    if cx.names.escalations.has(text) {
        return Some(EscalationName::from(text));
    }
    let near = nearest(text, cx.names.escalations.iter()).map(str::to_owned);
    cx.error(Code::UnknownEscalation, node.spot, format!("unknown escalation `{}`", shown(text)))
        .hint("define it under `escalations`")
        .did_you_mean(near.as_deref());
    None
}
