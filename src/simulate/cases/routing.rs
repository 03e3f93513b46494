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
    let mut told = 0;
    for (rule, queue) in scene.policy.rules.rules() {
        let meant = match wanted {
            Wanted::Rule(name) => name.matches(rule.name.as_str()),
            Wanted::Queue(name) => queue.is_some_and(|queue| name.matches(queue.as_str())),
            _ => false,
        };
        if !meant || takers.iter().any(|trace| trace.rule == *rule) {
            continue;
        }
        told += 1;
        if told > MAX_TOLD {
            notes.push("further rules lead there too".to_owned());
            break;
        }
        notes.push(match verdict.trace.iter().find(|trace| trace.rule == *rule) {
            Some(RuleTrace {
                failed: Some((place, sentence)),
                ..
            }) => format!("{} did not: {sentence} ({place})", named(rule)),
            Some(_) => format!("{} did not", named(rule)),
            None => format!("{} was not asked: a rule above it had ended it", named(rule)),
        });
    }
    if told == 0 && leads_nowhere(wanted) {
        notes.extend(nothing_leads(wanted));
    }
    notes
}

fn leads_nowhere(wanted: &Wanted) -> bool {
    matches!(wanted, Wanted::Rule(_) | Wanted::Queue(_))
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
