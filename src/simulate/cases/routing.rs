//! Why a message went where it went, for the reader of a failed case. May import model, rules, policy, driver. Looks at every rule, so it runs for failures only.

use super::scene::Scene;
use crate::config::{Pattern, Wanted};
use crate::model::RuleRef;
use crate::rules::RuleTrace;

/// How many rules are told of that could have led where it was expected.
const MAX_TOLD: usize = 3;

/// A sentence each: what took the message, and why the rules that lead where it was expected did not.
pub(super) fn notes(scene: &Scene<'_>, wanted: &Wanted) -> Vec<String> {
    let Some((reading, _)) = scene.last else { return Vec::new() };
    let verdict = reading.traced(scene.policy);
    let mut notes = Vec::new();
    let takers: Vec<&RuleTrace> = verdict.trace.iter().filter(|trace| trace.matched).collect();
    notes.extend(takers.iter().map(|trace| format!("{} took it", named(&trace.rule))));
    notes.extend(
        verdict
            .failure
            .iter()
            .map(|failure| format!("{} failed: {}", named(&failure.rule), failure.why)),
    );
    if takers.is_empty() && verdict.failure.is_none() {
        notes.push("no rule took it".to_owned());
    }
    let meant = scene.policy.rules.rules().filter(|(rule, queue)| match wanted {
        Wanted::Rule(name) => name.matches(rule.name.as_str()),
        Wanted::Queue(name) => queue.is_some_and(|queue| name.matches(queue.as_str())),
        _ => false,
    });
    let meant: Vec<&RuleRef> = meant
        .map(|(rule, _)| rule)
        .filter(|rule| !takers.iter().any(|trace| trace.rule == **rule))
        .collect();
    let asked = |rule: &&RuleRef| verdict.trace.iter().find(|trace| trace.rule == **rule);
    let refused: Vec<String> = meant.iter().filter_map(asked).map(refused).collect();
    let unasked: Vec<&RuleRef> = meant.iter().filter(|rule| asked(rule).is_none()).copied().collect();
    let more = refused.len().saturating_sub(MAX_TOLD);
    notes.extend(refused.into_iter().take(MAX_TOLD));
    if more > 0 {
        notes.push(format!("{more} further rules that lead there did not either"));
    }
    match unasked.as_slice() {
        [] => {}
        [one] => notes.push(format!("{} was not asked: a rule above it had ended it", named(one))),
        [first, ..] => notes.push(format!(
            "{} rules that lead there were not asked, {} the first of them: a rule above had ended it",
            unasked.len(),
            named(first)
        )),
    }
    if meant.is_empty() {
        notes.extend(nothing_leads(wanted));
    }
    notes
}

/// Why a rule that was asked did not take it.
fn refused(trace: &RuleTrace) -> String {
    match &trace.failed {
        Some((place, sentence)) => format!("{} did not: {sentence} ({place})", named(&trace.rule)),
        None => format!("{} did not", named(&trace.rule)),
    }
}

fn nothing_leads(wanted: &Wanted) -> Option<String> {
    let none = |what: &str, name: &Pattern| Some(format!("no other rule {what} `{name}`"));
    match wanted {
        Wanted::Rule(name) => none("is named", name),
        Wanted::Queue(name) => none("leads to", name),
        _ => None,
    }
}

fn named(rule: &RuleRef) -> String {
    match &rule.place {
        Some(place) => format!("rule `{}` ({place})", rule.name),
        None => format!("rule `{}`", rule.name),
    }
}
