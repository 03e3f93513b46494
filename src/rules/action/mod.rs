//! `then:` what a rule does, as outcomes. May import model, def and templates. One file per outcome; a new action that belongs to an item goes to `item`, a new outcome gets a file and a line in `Plan`.

mod call;
mod close;
mod deeds;
mod drop;
mod due;
mod expect;
mod item;
mod mute;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::template::{MAX_OUTPUT_BYTES, Template, Templates, Vars, one_line};
use super::{Actions, Outcome, RuleFault, Text};
use crate::model::{QueueName, RuleRef};

use close::ClosePlan;
use deeds::DeedsPlan;
use drop::DropPlan;
use item::ItemPlan;

/// The most characters of a key.
const MAX_KEY_CHARS: usize = 512;

/// What a rule does, its templates compiled.
#[derive(Debug)]
pub(super) struct Plan {
    item: Option<ItemPlan>,
    close: Option<ClosePlan>,
    drop: Option<DropPlan>,
    deeds: DeedsPlan,
    needs: BTreeSet<String>,
}

/// What templates are rendered with.
pub(super) struct Scene<'r> {
    /// All templates.
    pub(super) templates: &'r Templates,
    /// The values they see.
    pub(super) vars: &'r Vars,
    /// The rule.
    pub(super) rule: &'r RuleRef,
    /// What was extracted.
    pub(super) extracted: &'r BTreeMap<String, String>,
    /// For `each`: the element, for people.
    pub(super) excerpt: Option<String>,
    /// For `each`: which element, from 0.
    pub(super) element: Option<usize>,
}

/// Compiles the templates of one rule and gathers what is wrong.
pub(super) struct Compiling<'r> {
    templates: &'r mut Templates,
    names: &'r BTreeSet<String>,
    faults: &'r mut Vec<RuleFault>,
    needs: BTreeSet<String>,
}

impl Compiling<'_> {
    /// A compiled template; one that is wrong becomes a fault and empty text.
    fn template(&mut self, text: &Text) -> Option<Template> {
        match self.templates.compile(text, self.names) {
            Ok(template) => {
                self.needs.extend(template.names().map(str::to_owned));
                Some(template)
            }
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }
}

impl Compiling<'_> {
    /// A compiled template whose value may be more than text: see [`Templates::compile_value`].
    fn value(&mut self, text: &Text) -> Option<Template> {
        match self.templates.compile_value(text, self.names) {
            Ok(template) => {
                self.needs.extend(template.names().map(str::to_owned));
                Some(template)
            }
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }
}

impl Plan {
    /// The queue it fills, if it fills one.
    pub(super) fn queue(&self) -> Option<&QueueName> {
        self.item.as_ref().map(ItemPlan::queue)
    }

    /// Compiles actions whose templates may use `names`.
    pub(super) fn compile(actions: &Actions, templates: &mut Templates, names: &BTreeSet<String>, faults: &mut Vec<RuleFault>) -> Self {
        let mut compiling = Compiling {
            templates,
            names,
            faults,
            needs: BTreeSet::new(),
        };
        Self {
            item: ItemPlan::compile(actions, &mut compiling),
            close: ClosePlan::compile(actions, &mut compiling),
            drop: DropPlan::compile(actions, &mut compiling),
            deeds: DeedsPlan::compile(actions, &mut compiling),
            needs: compiling.needs,
        }
    }

    /// The variables its templates look at.
    pub(super) fn needs(&self) -> &BTreeSet<String> {
        &self.needs
    }

    /// What follows from one message, or one element of it.
    ///
    /// # Errors
    /// Which action failed and why.
    pub(super) fn outcomes(&self, scene: &Scene<'_>) -> Result<Vec<Outcome>, String> {
        let mut outcomes = Vec::with_capacity(1);
        if let Some(item) = &self.item {
            outcomes.push(Outcome::Item(Box::new(item.draft(scene, &self.deeds)?)));
        }
        if let Some(close) = &self.close {
            outcomes.push(Outcome::Close(close.closing(scene, &self.deeds)?));
        }
        if let Some(drop) = &self.drop {
            outcomes.push(Outcome::Drop(drop.dropping(scene, &self.deeds)?));
        }
        if outcomes.is_empty() {
            return Err("it names neither `queue` nor `close` nor `drop`".into());
        }
        Ok(outcomes)
    }
}

impl Scene<'_> {
    /// Renders text of several lines; spaces around it are left out.
    fn text(&self, action: &str, template: &Template) -> Result<String, String> {
        let text = self.templates.render(template, self.vars);
        text.map(|text| text.trim().to_owned())
            .map_err(|why| format!("its `{action}` could not be made: {why}"))
    }

    /// Renders a value: what an expression gives, or text.
    fn value(&self, action: &str, template: &Template) -> Result<Value, String> {
        let value = self.templates.render_value(template, self.vars);
        value.map_err(|why| format!("its `{action}` could not be made: {why}"))
    }

    /// Renders one line.
    fn line(&self, action: &str, template: &Template, max_chars: usize) -> Result<String, String> {
        self.text(action, template).map(|text| one_line(&text, max_chars))
    }

    /// Renders a key: one line, not empty, never cut, for two keys that differ at the end are two keys.
    fn key(&self, action: &str, template: &Template) -> Result<String, String> {
        let key = self.line(action, template, MAX_OUTPUT_BYTES)?;
        match key.chars().count() {
            0 => Err(format!("its `{action}` is empty for this message")),
            length if length > MAX_KEY_CHARS => Err(format!("its `{action}` has {length} characters; at most {MAX_KEY_CHARS} are a key")),
            _ => Ok(key),
        }
    }
}
