//! `due`: when an item is to be done. May import model and templates. A text that says no time is found while compiling, a template's when it is rendered.

use super::{Compiling, Scene};
use crate::model::{Due, DueError, SetBy, SetDue};
use crate::rules::template::Template;
use crate::rules::{RuleFault, RuleFaultKind, Text};

/// The most characters of a time shown in a sentence.
const MAX_SHOWN_CHARS: usize = 60;

/// A time to be done, its template compiled.
#[derive(Debug)]
pub(super) enum DuePlan {
    /// The same for every message.
    Fixed(Due),
    /// As the message says.
    Said(Template),
}

impl DuePlan {
    /// Compiles `due`.
    pub(super) fn compile(text: &Text, compiling: &mut Compiling<'_>) -> Option<Self> {
        if text.text.contains("{{") || text.text.contains("{%") {
            return compiling.template(text).map(Self::Said);
        }
        let read = text.text.parse().map(Self::Fixed);
        let fault = |error: DueError| RuleFault {
            place: text.place.clone(),
            kind: RuleFaultKind::Due,
            text: format!("`{}` is not a time to be done", text.text.trim()),
            hint: Some(error.to_string()),
        };
        read.map_err(|error| compiling.faults.push(fault(error))).ok()
    }

    /// The time for one message.
    ///
    /// # Errors
    /// What the template gave in place of a time.
    pub(super) fn due(&self, scene: &Scene<'_>) -> Result<SetDue, String> {
        Ok(SetDue {
            by: SetBy::Rule(scene.rule.name.clone()),
            due: self.time("due", scene)?,
        })
    }

    /// The same time as it is said, for the action of that name.
    ///
    /// # Errors
    /// What the template gave in place of a time.
    pub(super) fn time(&self, action: &str, scene: &Scene<'_>) -> Result<Due, String> {
        match self {
            Self::Fixed(due) => Ok(*due),
            Self::Said(template) => {
                let said = scene.line(action, template, MAX_SHOWN_CHARS)?;
                said.parse()
                    .map_err(|error| format!("its `{action}` came out as `{said}`, which is no time: {error}"))
            }
        }
    }
}
