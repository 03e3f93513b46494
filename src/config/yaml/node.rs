//! A YAML node with its place. May import config's texts. Mappings keep their order and every entry, keys that stand twice among them.

use super::super::texts::Spot;

/// A value with the spot it stands at.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    /// What it is.
    pub value: Value,
    /// Where; for an alias, where its anchor is.
    pub spot: Spot,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// Nothing, or `~`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, with how it was written.
    Number(f64, String),
    /// A text.
    Text(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in order.
    Map(Vec<Entry>),
    /// Something with a local tag such as `!secret`, which means nothing here.
    Tagged(String),
}

/// One entry of a mapping.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// The key as it was written; `None` if it is a list or mapping.
    pub key: Option<String>,
    /// Where the key stands.
    pub spot: Spot,
    /// What it holds.
    pub value: Node,
}

impl Node {
    /// What it is, for a sentence.
    pub(crate) fn kind(&self) -> String {
        match &self.value {
            Value::Null => "nothing".to_owned(),
            Value::Bool(b) => format!("`{b}`"),
            Value::Number(_, text) => format!("the number {text}"),
            Value::Text(_) => "a text".to_owned(),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a mapping".to_owned(),
            Value::Tagged(tag) => format!("a value with the tag `{tag}`"),
        }
    }

    /// The node itself, or the elements if it is a list.
    pub(crate) fn one_or_many(&self) -> &[Node] {
        match &self.value {
            Value::List(nodes) => nodes,
            _ => std::slice::from_ref(self),
        }
    }

    /// Whether nothing stands here.
    pub(crate) fn is_null(&self) -> bool {
        self.value == Value::Null
    }
}
