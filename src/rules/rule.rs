//! One rule, compiled. May import the other parts of rules. It does all it says for a message or, if one part of it fails, nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::action::{Plan, Scene};
use super::each::{Each, excerpt};
use super::extract::{Extract, Extracted};
use super::live::Own;
use super::matching::{Catalog, Making, Node, Run};
use super::template::{NAMES, Templates, Vars};
use super::{Deeds, ExtractDef, ExtractFrom, Outcome, RuleDef, RuleFault, RuleFaultKind, RuleTrace};
use crate::model::{Message, QueueName, RuleRef};

/// The most outcomes' worth of text one rule may make of one message, in bytes.
const MAX_TOTAL_BYTES: usize = 8 * 1024 * 1024;

/// A compiled rule.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) reference: RuleRef,
    pub(super) when: Node,
    pub(super) continues: bool,
    pub(super) each: Option<Each>,
    extracts: Arc<Vec<Extract>>,
    /// Whether it has a `more_than`.
    pub(super) counts: bool,
    plan: Plan,
}

impl Rule {
    /// Compiles a rule. What is wrong with it goes to `faults`.
    pub(super) fn compile(def: &RuleDef, tests: &mut Catalog, templates: &mut Templates, faults: &mut Vec<RuleFault>) -> Self {
        let mut keep = |fault: RuleFault| faults.push(fault);
        let each = def.each.as_ref().and_then(|text| Each::compile(text).map_err(&mut keep).ok());
        let extracts = def.extract.iter();
        let extracts: Vec<Extract> = extracts
            .filter_map(|e| Extract::compile(e, tests).map_err(&mut keep).ok())
            .collect();
        if def.each.is_none() {
            faults.extend(def.extract.iter().filter_map(without_each));
        }
        let mut names: BTreeSet<String> = NAMES.into_iter().map(str::to_owned).collect();
        // Conditions are tried once for the whole message, when there is no element yet.
        let (of_element, of_message): (Vec<_>, Vec<_>) = def
            .extract
            .iter()
            .partition(|extract| matches!(extract.from, ExtractFrom::Element(_)));
        names.extend(of_message.into_iter().map(|e| e.name.clone()));
        let own = Own {
            rule: def.name.clone(),
            names: names.clone(),
            extracts: Arc::new(extracts),
        };
        let when = Node::compile(
            &def.when,
            &mut Making {
                tests,
                templates,
                own: &own,
                counted: 0,
                faults,
            },
        );
        names.extend(def.each.as_ref().map(|_| "each".to_owned()));
        names.extend(of_element.into_iter().map(|e| e.name.clone()));
        Self {
            reference: RuleRef {
                name: def.name.clone(),
                place: Some(def.place.clone()),
            },
            counts: when.counts(),
            when,
            continues: def.continues,
            each,
            extracts: own.extracts,
            plan: Plan::compile(&def.then, templates, &names, faults),
        }
    }

    /// The queue it fills, if it fills one.
    pub(super) fn queue(&self) -> Option<&QueueName> {
        self.plan.queue()
    }

    /// What follows from a message whose conditions hold. Empty only for an `each` over an empty list.
    ///
    /// # Errors
    /// Why the rule failed.
    pub(super) fn outcomes(&self, message: &Message, run: &Run<'_, '_>, templates: &Templates) -> Result<Vec<Outcome>, String> {
        let elements = self.each.as_ref().map(|each| each.elements(message)).transpose()?;
        if elements.as_ref().is_some_and(Vec::is_empty) {
            return Ok(Vec::new());
        }
        let mut extracted = Extracted::default();
        for extract in self.extracts.iter() {
            extract.take(run, &mut extracted)?;
        }
        let mut vars = Vars::of(message, self.plan.needs())?;
        for (name, value) in &extracted.found {
            vars.set(name, value.as_str().into());
        }
        for (name, why) in std::mem::take(&mut extracted.missing) {
            vars.lack(&name, why);
        }
        let Some(elements) = elements else {
            return self.plan.outcomes(&self.scene(templates, &vars, &extracted, None));
        };
        let mut outcomes = Vec::with_capacity(elements.len());
        let mut total = 0usize;
        for (n, element) in elements.into_iter().enumerate() {
            let of_element = |why: String| format!("at element {n} of its `each`, {why}");
            vars.set_each(element).map_err(of_element)?;
            let mut extracted = extracted.clone();
            for extract in self.extracts.iter().filter(|extract| extract.is_of_element()) {
                extract.take_element(element, &mut extracted).map_err(of_element)?;
                match extracted.found.get(extract.name()) {
                    Some(value) => vars.set(extract.name(), value.as_str().into()),
                    None => vars.lack(extract.name(), extracted.missing.remove(extract.name()).unwrap_or_default()),
                }
            }
            let scene = self.scene(templates, &vars, &extracted, Some((n, element)));
            let made = self.plan.outcomes(&scene).map_err(of_element)?;
            total += made.iter().map(size).sum::<usize>();
            if total > MAX_TOTAL_BYTES {
                return Err(format!("its `each` made more than {} MiB of text", MAX_TOTAL_BYTES / 1024 / 1024));
            }
            outcomes.extend(made);
        }
        Ok(outcomes)
    }

    fn scene<'r>(
        &'r self,
        templates: &'r Templates,
        vars: &'r Vars,
        extracted: &'r Extracted,
        element: Option<(usize, &Value)>,
    ) -> Scene<'r> {
        Scene {
            templates,
            vars,
            rule: &self.reference,
            extracted: &extracted.found,
            excerpt: element.map(|(_, value)| excerpt(value)),
            element: element.map(|(n, _)| n),
        }
    }

    /// How it fared. What went wrong while it ran is told at the rule's own place.
    pub(super) fn trace(&self, matched: bool, why: Option<String>) -> RuleTrace {
        RuleTrace {
            rule: self.reference.clone(),
            matched,
            failed: self.reference.place.clone().zip(why),
            conditions: Vec::new(),
        }
    }

    /// The same with every condition's outcome.
    pub(super) fn with_conditions(&self, trace: RuleTrace, run: &Run<'_, '_>) -> RuleTrace {
        RuleTrace {
            conditions: self.when.told(run),
            ..trace
        }
    }

    /// Why it does not match: its first condition that does not hold, or an `each` with nothing in it.
    pub(super) fn trace_of_miss(&self, run: &Run<'_, '_>) -> RuleTrace {
        match self.when.miss(run) {
            Some(miss) => RuleTrace {
                failed: miss.place.or_else(|| self.reference.place.clone()).zip(Some(miss.sentence)),
                ..self.trace(false, None)
            },
            None => self.trace(
                false,
                self.each.as_ref().map(|each| format!("`{}` has no elements", each.written())),
            ),
        }
    }
}

/// What is wrong with an extraction from an element where there is none.
fn without_each(extract: &ExtractDef) -> Option<RuleFault> {
    matches!(extract.from, ExtractFrom::Element(_)).then(|| RuleFault {
        place: extract.place.clone(),
        kind: RuleFaultKind::JsonPath,
        text: format!("`{}` is taken from `each`, and the rule has no `each`", extract.name),
        hint: Some("give the rule `each: json.` and the path of a list, or take it from the message".into()),
    })
}

/// About how much text is sent besides, in bytes.
fn besides(deeds: &Deeds) -> usize {
    let reply = deeds.reply.as_ref().map_or(0, |reply| reply.text.len());
    let notes = deeds.forward.iter().filter_map(|forward| forward.note.as_ref());
    let bodies = deeds.call.iter().filter_map(|call| call.body.as_ref());
    let asks = deeds.round.iter().map(|ask| ask.about.len());
    reply + asks.sum::<usize>() + notes.map(String::len).sum::<usize>() + bodies.map(|body| body.to_string().len()).sum::<usize>()
}

/// About how much text an outcome holds, in bytes.
fn size(outcome: &Outcome) -> usize {
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    match outcome {
        Outcome::Item(item) => {
            let fields = item.fields.values().map(|value| value.as_str().map_or(0, str::len));
            length(&item.note) + length(&item.excerpt) + length(&item.title) + fields.sum::<usize>() + besides(&item.deeds)
        }
        Outcome::Close(closing) => length(&closing.note) + closing.key.len() + besides(&closing.deeds),
        Outcome::Drop(dropping) => dropping.reason.len() + dropping.reply.as_ref().map_or(0, |reply| reply.text.len()),
    }
}
