//! `close`: the open item with a key is done. May import templates.

use super::{Compiling, Scene};
use crate::rules::template::Template;
use crate::rules::{Actions, Closing};

/// A closing, its templates compiled.
#[derive(Debug)]
pub(super) struct ClosePlan {
    /// `None` only beside a fault.
    key: Option<Template>,
    note: Option<Template>,
}

impl ClosePlan {
    /// Compiles `close`, if the rule has it.
    pub(super) fn compile(actions: &Actions, compiling: &mut Compiling<'_>) -> Option<Self> {
        let (key, note) = actions.close.as_ref()?;
        Some(Self {
            key: compiling.template(key),
            note: note.as_ref().and_then(|text| compiling.template(text)),
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
            note: note.filter(|note| !note.is_empty()),
        })
    }
}
