//! `call`: a web address that is told. May import model and templates.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Compiling, Scene};
use crate::rules::template::Template;
use crate::rules::{CallBody, CallDef, CallDraft};

/// The most bytes of a body, as JSON.
const MAX_BODY_BYTES: usize = 256 * 1024;

/// A call, its templates compiled.
#[derive(Debug)]
pub(super) struct CallPlan {
    url: String,
    event: Option<String>,
    body: Option<BodyPlan>,
}

#[derive(Debug)]
enum BodyPlan {
    /// `None` only beside a fault.
    Text(Option<Template>),
    Fields(Vec<(String, Template)>, BTreeMap<String, Value>),
}

impl CallPlan {
    /// Compiles `call`.
    pub(super) fn compile(def: &CallDef, compiling: &mut Compiling<'_>) -> Self {
        let body = def.body.as_ref().map(|body| match body {
            CallBody::Text(text) => BodyPlan::Text(compiling.template(text)),
            CallBody::Fields(fields, values) => BodyPlan::Fields(
                fields
                    .iter()
                    .filter_map(|(name, text)| Some((name.clone(), compiling.value(text)?)))
                    .collect(),
                values.clone(),
            ),
        });
        Self {
            url: def.url.clone(),
            event: def.event.clone(),
            body,
        }
    }

    /// The call for one message. Without a name of its own, the event is named as the rule.
    ///
    /// # Errors
    /// Which part failed and why.
    pub(super) fn draft(&self, scene: &Scene<'_>) -> Result<CallDraft, String> {
        let body = self.body.as_ref().map(|body| body.value(scene)).transpose()?;
        if body.as_ref().is_some_and(|body| body.to_string().len() > MAX_BODY_BYTES) {
            return Err(format!("its `call.body` has more than {} KiB", MAX_BODY_BYTES / 1024));
        }
        Ok(CallDraft {
            rule: scene.rule.name.clone(),
            url: self.url.clone(),
            event: self.event.clone().unwrap_or_else(|| scene.rule.name.to_string()),
            body,
        })
    }
}

impl BodyPlan {
    fn value(&self, scene: &Scene<'_>) -> Result<Value, String> {
        match self {
            Self::Text(text) => {
                let text = text.as_ref().ok_or("its `call.body` is not a template")?;
                scene.text("call.body", text).map(Value::String)
            }
            Self::Fields(fields, values) => {
                let mut object: serde_json::Map<String, Value> = values.clone().into_iter().collect();
                for (name, template) in fields {
                    object.insert(name.clone(), scene.value(&format!("call.body.{name}"), template)?);
                }
                Ok(Value::Object(object))
            }
        }
    }
}
