//! `mute`: until when nobody is told of the item, and why. May import model and templates. A text that says no time is found while compiling, a template's when it is rendered.

use super::due::DuePlan;
use super::{Compiling, Scene};
use crate::model::{Place, RuleRef};
use crate::rules::template::Template;
use crate::rules::{MuteDef, MuteDraft};

/// The most characters of a reason; a longer one is cut.
const MAX_WHY_CHARS: usize = 300;

/// A mute, its templates compiled.
#[derive(Debug)]
pub(super) struct MutePlan {
    /// `None` only beside a fault, as `why`.
    until: Option<DuePlan>,
    why: Option<Template>,
    except_urgent: bool,
    place: Place,
}

impl MutePlan {
    /// Compiles `mute`.
    pub(super) fn compile(def: &MuteDef, compiling: &mut Compiling<'_>) -> Self {
        Self {
            until: DuePlan::compile(&def.until, compiling),
            why: compiling.template(&def.why),
            except_urgent: def.except_urgent,
            place: def.place.clone(),
        }
    }

    /// The mute for one message.
    ///
    /// # Errors
    /// Which part failed and why.
    pub(super) fn draft(&self, scene: &Scene<'_>) -> Result<MuteDraft, String> {
        let until = self.until.as_ref().ok_or("its `mute` says no time")?;
        let why = self.why.as_ref().ok_or("its `mute.why` is not a template")?;
        let why = scene.line("mute.why", why, MAX_WHY_CHARS)?;
        if why.is_empty() {
            return Err("its `mute.why` is empty for this message".into());
        }
        Ok(MuteDraft {
            rule: RuleRef {
                name: scene.rule.name.clone(),
                place: Some(self.place.clone()),
            },
            until: until.time("mute.until", scene)?,
            why,
            except_urgent: self.except_urgent,
        })
    }
}
