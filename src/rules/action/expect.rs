//! `expect`: what should arrive after this message. May import model and templates. What is raised when it does not is rendered from this message: the other never came.

use super::{Compiling, Scene};
use crate::model::{Item, Once, Otherwise, Place, RuleName, RuleRef, Span};
use crate::rules::template::Template;
use crate::rules::{ExpectDef, ExpectDraft};

/// An expectation, its templates compiled.
#[derive(Debug)]
pub(super) struct ExpectPlan {
    rule: RuleName,
    within: Span,
    key: Option<Template>,
    otherwise: Otherwise,
    title: Option<Template>,
    note: Option<Template>,
    place: Place,
}

impl ExpectPlan {
    /// Compiles `expect`.
    pub(super) fn compile(def: &ExpectDef, compiling: &mut Compiling<'_>) -> Self {
        Self {
            rule: def.rule.clone(),
            within: def.within,
            key: def.key.as_ref().and_then(|text| compiling.template(text)),
            otherwise: def.otherwise.clone(),
            title: def.title.as_ref().and_then(|text| compiling.template(text)),
            note: def.note.as_ref().and_then(|text| compiling.template(text)),
            place: def.place.clone(),
        }
    }

    /// What is expected after one message.
    ///
    /// # Errors
    /// Which part failed and why.
    pub(super) fn draft(&self, scene: &Scene<'_>) -> Result<ExpectDraft, String> {
        let title = self
            .title
            .as_ref()
            .map(|t| scene.line("expect.else.title", t, Item::MAX_TITLE_CHARS));
        let note = self.note.as_ref().map(|t| scene.text("expect.else.note", t));
        Ok(ExpectDraft {
            rule: self.rule.clone(),
            within: self.within,
            once: Once {
                by: RuleRef {
                    name: scene.rule.name.clone(),
                    place: Some(self.place.clone()),
                },
                key: self.key.as_ref().map(|t| scene.key("expect.key", t)).transpose()?,
                otherwise: Otherwise {
                    title: title.transpose()?.filter(|title| !title.is_empty()),
                    note: note.transpose()?.filter(|note| !note.is_empty()),
                    ..self.otherwise.clone()
                },
            },
        })
    }
}
