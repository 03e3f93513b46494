//! `drop`: a message is let go, for a reason that is never empty. May import templates.

use super::deeds::DeedsPlan;
use super::{Compiling, Scene};
use crate::rules::template::Template;
use crate::rules::{Actions, Dropping};

/// The most characters of a reason; a longer one is cut.
const MAX_REASON_CHARS: usize = 300;

/// A dropping, its reason compiled.
#[derive(Debug)]
pub(super) struct DropPlan {
    /// `None` only beside a fault.
    reason: Option<Template>,
}

impl DropPlan {
    /// Compiles `drop`, if the rule has it.
    pub(super) fn compile(actions: &Actions, compiling: &mut Compiling<'_>) -> Option<Self> {
        let reason = actions.drop.as_ref()?;
        Some(Self {
            reason: compiling.template(reason),
        })
    }

    /// The dropping of one message.
    ///
    /// # Errors
    /// Why there is no reason to give.
    pub(super) fn dropping(&self, scene: &Scene<'_>, deeds: &DeedsPlan) -> Result<Dropping, String> {
        let reason = self.reason.as_ref().ok_or("its `drop` is not a template")?;
        let reason = scene.line("drop", reason, MAX_REASON_CHARS)?;
        if reason.is_empty() {
            return Err("its `drop` gives no reason for this message".into());
        }
        Ok(Dropping {
            rule: scene.rule.clone(),
            reason,
            reply: deeds.reply(scene)?,
        })
    }
}
