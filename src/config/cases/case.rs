//! The list under `tests`: names, clocks, steps. May import the rest of config. A case gives something and expects something, or it is a mistake.

use std::collections::HashMap;

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::section::escalation::start;
use super::super::sections::one_line_name;
use super::super::texts::Spot;
use super::super::yaml::{Node, Value};
use super::given::{self, GIVEN};
use super::{Case, CaseStep, Expect, Moment, expect};
use crate::calendar;
use crate::model::Place;

/// The longest name of a case, in characters.
const MAX_NAME_CHARS: usize = 200;
/// The most steps of one case.
const MAX_STEPS: usize = 500;

/// Reads all cases.
pub(crate) fn cases(cx: &mut Check<'_>, nodes: &[&Node]) -> Vec<Case> {
    let mut names = HashMap::with_capacity(nodes.len());
    nodes.iter().filter_map(|node| case(cx, node, &mut names)).collect()
}

fn case<'n>(cx: &mut Check<'_>, node: &'n Node, names: &mut HashMap<&'n str, Spot>) -> Option<Case> {
    let head = start(node);
    let what = match &node.value {
        Value::Map(entries) => entries
            .iter()
            .find(|entry| entry.key.as_deref() == Some("name"))
            .map(|entry| &entry.value.value),
        _ => None,
    };
    let what = match what {
        Some(Value::Text(name)) => format!("case `{}`", shown(name)),
        _ => "this case".to_owned(),
    };
    let known: Vec<&str> = ["name", "time_zone", "at", "steps", "expect"].into_iter().chain(GIVEN).collect();
    let fields = Fields::open(cx, head, node, &what, &known, &[])?;
    let name = fields
        .require(cx, "name", "what must come of it, in a few words: `name: a refund is urgent`")
        .and_then(|node| one_line_name(cx, node, names, "case", MAX_NAME_CHARS));
    let time_zone = match fields.get("time_zone") {
        None => Some(None),
        Some(node) => time_zone(cx, node).map(Some),
    };
    let begin = fields.get("at").map(|node| moment(cx, node));
    let expect = fields.entry("expect").map(|entry| expect::expect(cx, entry.spot, &entry.value));
    let steps = match (fields.entry("steps"), fields.reported("steps")) {
        (Some(entry), _) => {
            given::alone(cx, &fields, "steps");
            steps(cx, &entry.value)
        }
        (None, true) => None,
        (None, false) => one_step(cx, &fields, head, &what),
    };
    let nothing = |steps: &[CaseStep]| steps.iter().all(|step| step.expect.is_none());
    if expect.is_none() && !fields.reported("expect") && steps.as_deref().is_some_and(nothing) {
        cx.error(
            Code::CaseWithoutExpectation,
            head,
            format!("{what} expects nothing, so it can never fail"),
        )
        .hint("say what must come of it: `expect: { queue: support, priority: urgent }`");
    }
    Some(Case {
        name: name?.to_owned(),
        place: cx.place(head),
        time_zone: time_zone?,
        start: required(begin)?,
        steps: steps?,
        expect: required(expect)?,
    })
}

/// What is there must be good; what is not there need not be.
pub(super) fn required<T>(read: Option<Option<T>>) -> Option<Option<T>> {
    match read {
        None => Some(None),
        Some(read) => read.map(Some),
    }
}

fn time_zone(cx: &mut Check<'_>, node: &Node) -> Option<String> {
    let name = cx.full_text(node)?;
    if let Err(error) = calendar::zone(name) {
        cx.error(Code::BadZone, node.spot, error.to_string())
            .hint("write a name such as `Europe/Berlin` or `UTC`");
        return None;
    }
    Some(name.to_owned())
}

/// A time of a case and where it stands.
pub(super) fn moment(cx: &mut Check<'_>, node: &Node) -> Option<(Moment, Place)> {
    let text = cx.full_text(node)?;
    match text.parse() {
        Ok(moment) => Some((moment, cx.place(node.spot))),
        Err(error) => {
            let error = error.to_string();
            let why = error.split("; ").next().unwrap_or_default();
            cx.error(Code::BadMoment, node.spot, format!("`{}` is {why}", shown(text)))
                .hint("write `mon 09:00`, `2026-12-01 09:00`, `17:30` or `+4 working hours`");
            None
        }
    }
}

fn one_step(cx: &mut Check<'_>, fields: &Fields<'_>, head: Spot, what: &str) -> Option<Vec<CaseStep>> {
    let place = cx.place(head);
    let given = given::given(cx, fields)?;
    if given.is_none() {
        cx.error(Code::CaseWithoutMessage, head, format!("{what} says nothing of what comes in"))
            .hint("give it `mail:`, `webhook:`, or a list of `steps:`");
        return None;
    }
    Some(vec![CaseStep {
        place,
        at: None,
        given,
        expect: None,
    }])
}

fn steps(cx: &mut Check<'_>, node: &Node) -> Option<Vec<CaseStep>> {
    let hint = "each step starts with a dash: `- at: mon 09:00`";
    let Value::List(nodes) = &node.value else {
        cx.wrong_type(node, "a list of steps").hint(hint);
        return None;
    };
    if nodes.is_empty() || nodes.len() > MAX_STEPS {
        let text = format!("a case has 1 to {MAX_STEPS} steps, not {}", nodes.len());
        cx.error(Code::BadNumber, node.spot, text).hint(hint);
        return None;
    }
    let read: Vec<Option<CaseStep>> = nodes.iter().map(|node| step(cx, node)).collect();
    read.into_iter().collect()
}

fn step(cx: &mut Check<'_>, node: &Node) -> Option<CaseStep> {
    let head = start(node);
    let people: Vec<String> = cx.names.people.iter().map(str::to_owned).collect();
    let others = ["at", "expect", given::REQUESTER].into_iter().chain(GIVEN);
    let known: Vec<&str> = others.chain(people.iter().map(String::as_str)).collect();
    let fields = Fields::open(cx, head, node, "this step", &known, &[])?;
    let at = fields.get("at").map(|node| moment(cx, node));
    let given = given::of_step(cx, &fields, &people);
    let expect: Option<Option<Expect>> = fields.entry("expect").map(|entry| expect::expect(cx, entry.spot, &entry.value));
    if at.is_none() && expect.is_none() && matches!(given, Some(None)) {
        cx.error(Code::CaseWithoutMessage, head, "nothing happens in this step")
            .hint("give it a time (`at`), something that comes in (`mail`, `webhook`, `ana: accept`), or `expect`");
    }
    Some(CaseStep {
        place: cx.place(head),
        at: required(at)?,
        given: given?,
        expect: required(expect)?,
    })
}
