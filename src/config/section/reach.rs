//! `reach_me` of a person: what may disturb them outside their hours. May import the rest of config.

use super::super::check::Check;
use super::super::fields::Fields;
use super::super::yaml::{Node, Value};
use crate::model::Priority;
use crate::policy::{Reach, ReachMe};

const PRIORITIES: [(&str, Priority); 4] = [
    ("low", Priority::Low),
    ("normal", Priority::Normal),
    ("high", Priority::High),
    ("urgent", Priority::Urgent),
];
const WORDS: [(&str, Reach); 3] = [
    ("always", Reach::Always),
    ("on_duty", Reach::OnDuty),
    ("working_hours", Reach::WorkingHours),
];

/// `urgent`, `always`, `working_hours`, or one of `always`, `on_duty` and `working_hours` for some priorities.
pub(crate) fn reach_me(cx: &mut Check<'_>, node: &Node, what: &str) -> Option<ReachMe> {
    if matches!(node.value, Value::Map(_)) {
        let what = format!("`reach_me` of {what}");
        let known = PRIORITIES.map(|(name, _)| name);
        let fields = Fields::open(cx, node.spot, node, &what, &known, &[])?;
        let mut found = ReachMe::default();
        for (name, priority) in PRIORITIES {
            if let Some(node) = fields.get(name) {
                found.0.insert(priority, cx.word(node, &WORDS)?);
            }
        }
        return Some(found);
    }
    let all = |reach| PRIORITIES.map(|(_, priority)| (priority, reach)).into_iter().collect();
    let forms = [
        ("urgent", None),
        ("always", Some(Reach::Always)),
        ("working_hours", Some(Reach::WorkingHours)),
    ];
    let reach = cx.word(node, &forms)?;
    Some(ReachMe(reach.map(all).unwrap_or_default()))
}
