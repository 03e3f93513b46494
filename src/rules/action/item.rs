//! `queue` and all that describes an item: title, priority, labels, fields, assign, due, key, note. May import model and templates.

use std::collections::BTreeMap;

use serde_json::Value;

use super::deeds::DeedsPlan;
use super::due::DuePlan;
use super::mute::MutePlan;
use super::{Compiling, Scene};
use crate::model::{Collect, Item, Party, Pick, Priority, QueueName};
use crate::rules::template::Template;
use crate::rules::{Actions, ItemDraft};

/// The most characters of a label; a longer one is cut.
const MAX_LABEL_CHARS: usize = 64;

/// An item to be opened, its templates compiled.
#[derive(Debug)]
pub(super) struct ItemPlan {
    queue: QueueName,
    title: Option<Template>,
    priority: Option<Priority>,
    labels: Vec<Template>,
    fields: Vec<(String, Template)>,
    values: BTreeMap<String, Value>,
    assign: Option<Party>,
    pick: Option<Pick>,
    due: Option<DuePlan>,
    key: Option<Template>,
    note: Option<Template>,
    collect: Option<Collect>,
    mute: Option<MutePlan>,
}

impl ItemPlan {
    /// The queue.
    pub(super) fn queue(&self) -> &QueueName {
        &self.queue
    }

    /// Compiles the actions of a rule that names a queue.
    pub(super) fn compile(actions: &Actions, compiling: &mut Compiling<'_>) -> Option<Self> {
        let queue = actions.queue.clone()?;
        let fields = actions.fields.iter();
        Some(Self {
            queue,
            title: actions.title.as_ref().and_then(|text| compiling.template(text)),
            priority: actions.priority,
            labels: actions.labels.iter().filter_map(|text| compiling.template(text)).collect(),
            fields: fields
                .filter_map(|(name, text)| Some((name.clone(), compiling.value(text)?)))
                .collect(),
            values: actions.values.clone(),
            assign: actions.assign.clone(),
            pick: actions.pick,
            due: actions.due.as_ref().and_then(|text| DuePlan::compile(text, compiling)),
            key: actions.key.as_ref().and_then(|text| compiling.template(text)),
            note: actions.note.as_ref().and_then(|text| compiling.template(text)),
            collect: actions.collect.clone(),
            mute: actions.mute.as_ref().map(|def| MutePlan::compile(def, compiling)),
        })
    }

    /// The item for one message. A title or note that comes out empty is none; an empty label is left out.
    ///
    /// # Errors
    /// Which action failed and why.
    pub(super) fn draft(&self, scene: &Scene<'_>, deeds: &DeedsPlan) -> Result<ItemDraft, String> {
        let title = self.title.as_ref().map(|t| scene.line("title", t, Item::MAX_TITLE_CHARS));
        let note = self.note.as_ref().map(|t| scene.text("note", t));
        let labels = self.labels.iter().map(|t| scene.line("labels", t, MAX_LABEL_CHARS));
        let extracted = scene.extracted.iter();
        let mut fields: BTreeMap<String, Value> = extracted.map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
        fields.extend(self.values.clone());
        for (name, template) in &self.fields {
            fields.insert(name.clone(), scene.value(&format!("fields.{name}"), template)?);
        }
        let labels: Result<Vec<String>, String> = labels.collect();
        Ok(ItemDraft {
            rule: scene.rule.clone(),
            queue: self.queue.clone(),
            title: title.transpose()?.filter(|title| !title.is_empty()),
            priority: self.priority,
            labels: labels?.into_iter().filter(|label| !label.is_empty()).collect(),
            fields,
            assign: self.assign.clone(),
            pick: self.pick,
            due: self.due.as_ref().map(|due| due.due(scene)).transpose()?,
            key: self.key.as_ref().map(|t| scene.key("key", t)).transpose()?,
            note: note.transpose()?.filter(|note| !note.is_empty()),
            collect: self.collect.clone(),
            mute: self.mute.as_ref().map(|mute| mute.draft(scene)).transpose()?,
            excerpt: scene.excerpt.clone(),
            element: scene.element,
            also: Vec::new(),
            deeds: deeds.deeds(scene)?,
        })
    }
}
