//! `json.PATH`: parts of a JSON body. May import model. A short path walks without recursion; RFC 9535 paths only see JSON of bounded depth.

use std::borrow::Cow;

use serde_json::Value;
use serde_json_path::JsonPath;

use super::FieldValue;
use crate::model::Message;

/// The deepest nesting of JSON that RFC 9535 paths and templates are shown, in levels: what serde_json itself accepts.
pub(in crate::rules) const MAX_JSON_DEPTH: usize = 128;

/// A path into JSON.
#[derive(Debug, Clone)]
pub(in crate::rules) enum Path {
    /// `alerts[0].labels.severity`: one place at most.
    Short(Vec<Step>),
    /// `$.alerts[?@.status == 'firing']`, after RFC 9535: any number of places.
    Full {
        /// The compiled query.
        query: Box<JsonPath>,
        /// Whether it asks for a selection, which may be empty, rather than one place.
        selects: bool,
    },
}

/// One step of a short path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rules) enum Step {
    /// A key of an object.
    Name(String),
    /// An index of an array, from 0.
    Index(usize),
}

/// What `each` finds at a path.
#[derive(Debug)]
pub(in crate::rules) enum Elements<'m> {
    /// The elements, perhaps none.
    List(Vec<&'m Value>),
    /// The path leads nowhere.
    Missing,
    /// The path leads to something that is not a list; the word says to what.
    NotList(&'static str),
}

impl Path {
    /// Reads a path without its `json.`.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence.
    pub(in crate::rules) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.starts_with('$') {
            let query = JsonPath::parse(text).map_err(|e| format!("`{text}` is not an RFC 9535 path: {e}"))?;
            let selects = text.contains(['*', '?', ':', ',']) || text.contains("..");
            return Ok(Self::Full {
                query: Box::new(query),
                selects,
            });
        }
        let mut steps = Vec::new();
        for part in text.split('.') {
            parse_part(part, &mut steps).map_err(|why| format!("`{text}` is not a path: {why}"))?;
        }
        Ok(Self::Short(steps))
    }

    /// The path that leads to all of it.
    pub(in crate::rules) fn whole() -> Self {
        Self::Short(Vec::new())
    }

    /// The places it leads to.
    ///
    /// # Errors
    /// When the JSON is nested too deep for a query.
    fn find<'m>(&self, root: &'m Value) -> Result<Vec<&'m Value>, String> {
        match self {
            Self::Short(steps) => Ok(walk(root, steps).into_iter().collect()),
            Self::Full { query, .. } => {
                if !depth_within(root, MAX_JSON_DEPTH) {
                    return Err(format!("the JSON is nested deeper than {MAX_JSON_DEPTH} levels"));
                }
                Ok(query.query(root).all())
            }
        }
    }

    /// The elements `each` goes through: those of the list at the path, or the places an RFC 9535 selection finds.
    ///
    /// # Errors
    /// When the JSON is nested too deep for a query.
    pub(in crate::rules) fn elements<'m>(&self, root: Option<&'m Value>) -> Result<Elements<'m>, String> {
        let Some(root) = root else { return Ok(Elements::Missing) };
        let found = self.find(root)?;
        Ok(match (found.as_slice(), self) {
            ([Value::Array(list)], _) => Elements::List(list.iter().collect()),
            (_, Self::Full { selects: true, .. }) => Elements::List(found),
            ([one], _) => Elements::NotList(shape(one)),
            _ => Elements::Missing,
        })
    }
}

/// The values at a path. A list of plain values counts as several values.
///
/// # Errors
/// When the JSON is nested too deep for a query.
pub(in crate::rules) fn within<'m>(root: &'m Value, path: &Path) -> Result<Vec<FieldValue<'m>>, String> {
    let mut values = Vec::new();
    for place in path.find(root)? {
        values.push(plain(place));
        if let Value::Array(list) = place {
            values.extend(list.iter().map(plain).filter(|v| matches!(v, FieldValue::Text(_))));
        }
    }
    Ok(values)
}

/// The values at a path of a message's body.
pub(super) fn read<'m>(message: &'m Message, path: &Path) -> Result<Vec<FieldValue<'m>>, String> {
    let Some(root) = message.hook().and_then(|hook| hook.json.as_ref()) else {
        return Ok(Vec::new());
    };
    within(root, path)
}

/// Whether JSON has at most this many levels. Works without recursion, so that it can be asked of any.
pub(in crate::rules) fn depth_within(root: &Value, levels: usize) -> bool {
    let mut open = vec![(root, 1usize)];
    while let Some((value, depth)) = open.pop() {
        if depth > levels {
            return false;
        }
        let nested = |v: &Value| matches!(v, Value::Array(_) | Value::Object(_));
        match value {
            Value::Array(list) => open.extend(list.iter().filter(|v| nested(v)).map(|v| (v, depth + 1))),
            Value::Object(map) => open.extend(map.values().filter(|v| nested(v)).map(|v| (v, depth + 1))),
            _ => {}
        }
    }
    true
}

fn plain(value: &Value) -> FieldValue<'_> {
    match value {
        Value::String(text) => FieldValue::text_of(text),
        Value::Number(number) => FieldValue::Text(Cow::Owned(number.to_string())),
        Value::Bool(true) => FieldValue::Text(Cow::Borrowed("true")),
        Value::Bool(false) => FieldValue::Text(Cow::Borrowed("false")),
        Value::Null => FieldValue::Null,
        Value::Array(_) | Value::Object(_) => FieldValue::Tree(value),
    }
}

fn walk<'m>(root: &'m Value, steps: &[Step]) -> Option<&'m Value> {
    steps.iter().try_fold(root, |at, step| match step {
        Step::Name(name) => at.as_object()?.get(name),
        Step::Index(index) => at.as_array()?.get(*index),
    })
}

/// One dotted part: a name, then any number of `[n]`.
fn parse_part(part: &str, steps: &mut Vec<Step>) -> Result<(), String> {
    let (name, mut rest) = match part.find('[') {
        Some(at) => part.split_at(at),
        None => (part, ""),
    };
    if name.contains(']') {
        return Err("a `]` without a `[`".into());
    }
    // `[0].status` is the way into a body that is a list.
    if name.is_empty() && (rest.is_empty() || !steps.is_empty()) {
        return Err("a name is missing between two dots".into());
    }
    if !name.is_empty() {
        steps.push(Step::Name(name.to_owned()));
    }
    while !rest.is_empty() {
        let inner = rest.strip_prefix('[').and_then(|r| r.split_once(']'));
        let Some((digits, after)) = inner else {
            return Err("a `[` needs a number and a `]`, as in `alerts[0]`".into());
        };
        let index = digits
            .parse()
            .map_err(|_| format!("`[{digits}]` is not an index: a number from 0"))?;
        steps.push(Step::Index(index));
        rest = after;
    }
    Ok(())
}

fn shape(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
