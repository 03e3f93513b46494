//! `each:` one outcome per element of a list in JSON. May import model, def and fields. An empty list is nothing to do for the rule; a missing one is its failure.

use serde_json::Value;

use super::field::{Elements, Path};
use super::template::Capped;
use super::{RuleFault, RuleFaultKind, Text};
use crate::model::Message;

/// The most elements of one message.
const MAX_ELEMENTS: usize = 1_000;
/// The most bytes of an element's JSON shown with its item.
const MAX_EXCERPT_BYTES: usize = 8 * 1024;

/// A compiled `each`.
#[derive(Debug)]
pub(super) struct Each {
    path: Path,
    written: String,
}

impl Each {
    /// Reads `json.PATH`.
    pub(super) fn compile(text: &Text) -> Result<Self, RuleFault> {
        let fault = |sentence: String| RuleFault {
            place: text.place.clone(),
            kind: RuleFaultKind::JsonPath,
            text: sentence,
            hint: Some("write `each: json.` and the path of a list, as `each: json.alerts`".into()),
        };
        let written = text.text.trim();
        let path = written
            .strip_prefix("json.")
            .ok_or_else(|| fault(format!("`each` goes through JSON, and `{written}` is not in it")))?;
        Ok(Self {
            path: Path::parse(path).map_err(fault)?,
            written: written.to_owned(),
        })
    }

    /// As written, for sentences.
    pub(super) fn written(&self) -> &str {
        &self.written
    }

    /// The elements.
    ///
    /// # Errors
    /// No list there, or one that is too long.
    pub(super) fn elements<'m>(&self, message: &'m Message) -> Result<Vec<&'m Value>, String> {
        let root = message.hook().and_then(|hook| hook.json.as_ref());
        match self.path.elements(root)? {
            Elements::List(list) if list.len() > MAX_ELEMENTS => Err(format!(
                "`{}` has {} elements; at most {MAX_ELEMENTS} are taken from one message",
                self.written,
                list.len()
            )),
            Elements::List(list) => Ok(list),
            Elements::Missing if root.is_none() => Err(format!("`{}` is not there: the message has no JSON", self.written)),
            Elements::Missing => Err(format!("`{}` is not there", self.written)),
            Elements::NotList(what) => Err(format!("`{}` is {what}, not a list", self.written)),
        }
    }
}

/// An element as people read it, cut at the limit.
pub(super) fn excerpt(element: &Value) -> String {
    let mut out = Capped::new(MAX_EXCERPT_BYTES);
    // The only error is a full buffer, which `cut_text` says with an ellipsis.
    let _full = serde_json::to_writer_pretty(&mut out, element);
    out.cut_text()
}
