//! `close`: the open item with a key is done. May import model and templates.

use super::{Compiling, Scene};
use crate::model::QueueName;
use crate::rules::template::Template;
use crate::rules::{Actions, Closing};

/// A closing, its templates compiled.
#[derive(Debug)]
pub(super) struct ClosePlan {
    /// `None` only beside a fault.
    key: Option<Template>,
    queue: Option<QueueName>,
    note: Option<Template>,
}

impl ClosePlan {
    /// Compiles `close`, if the rule has it.
    pub(super) fn compile(actions: &Actions, compiling: &mut Compiling<'_>) -> Option<Self> {
        let def = actions.close.as_ref()?;
        Some(Self {
            key: compiling.template(&def.key),
            queue: def.queue.clone(),
            note: def.note.as_ref().and_then(|text| compiling.template(text)),
        })
    }

    /// The closing for one message.
    ///
    /// # Errors
    /// Which part failed and why.
    pub(super) fn closing(&self, scene: &Scene<'_>) -> Result<Closing, String> {
        let key = self.key.as_ref().ok_or("its `close.key` is not a template")?;
        let note = self.note.as_ref().map(|t| scene.text("close.note", t)).transpose()?;
        Ok(Closing {
            rule: scene.rule.clone(),
            key: scene.key("close.key", key)?,
            queue: self.queue.clone(),
            note: note.filter(|note| !note.is_empty()),
        })
    }
}
