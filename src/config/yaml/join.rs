//! Values and places joined into one tree. May import config's texts, codes and diagnostics. Values win; a place that cannot be told is the parent's.

use std::cell::Cell;

use serde::de::DeserializeSeed;

use super::super::code::Code;
use super::super::texts::Spot;
use super::raw::{Raw, Reader};
use super::shape::{NotYaml, Parts, Shapes, shapes};
use super::{Entry, Node, Value};

/// A file's mistakes while it is read, each with its spot and a sentence.
pub(crate) type Faults = Vec<(Code, Spot, String)>;

/// Reads one file. An empty one is an empty mapping. With a second document the first is still read.
pub(crate) fn parse(file: usize, text: &str) -> (Option<Node>, Faults) {
    // Behind a byte order mark libyaml takes the first line to be indented by one, and ends the document at the second.
    let text = text.trim_start_matches('\u{feff}');
    let mut faults = Vec::new();
    let shapes = match shapes(file, text) {
        Ok(shapes) => shapes,
        Err(NotYaml { spot, why }) => return (None, vec![(Code::NotYaml, spot, format!("not YAML: {why}"))]),
    };
    if let Some(second) = shapes.second {
        faults.push((Code::SeveralDocuments, second, "a second document starts here".to_owned()));
    }
    let Some(root) = shapes.root else {
        let empty = Node {
            value: Value::Map(Vec::new()),
            spot: Spot::top(file),
        };
        return (Some(empty), faults);
    };
    let nodes = Cell::new(0);
    let raw = match serde_yaml::Deserializer::from_str(text).next() {
        Some(document) => Reader(&nodes).deserialize(document),
        None => Ok(Raw::Null),
    };
    match raw {
        Ok(raw) => {
            let torn = Cell::new(None);
            let node = join(&shapes, root, raw, Spot::top(file), &torn);
            if let Some(spot) = torn.get() {
                let text = "not YAML: it can be read in two ways from here on";
                faults.push((Code::NotYaml, spot, text.to_owned()));
            }
            (Some(node), faults)
        }
        Err(error) => {
            let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            let at = error.location().map_or((1, 1), |at| (number(at.line()), number(at.column())));
            let spot = Spot::point(file, at);
            let why = error.to_string();
            let why = why.split(" at line ").next().unwrap_or_default();
            faults.push((Code::NotYaml, spot, format!("not YAML: {why}")));
            (None, faults)
        }
    }
}

/// Follows both trees. Depth is bounded by what serde_yaml read (128 levels). Where the two parsers differ, `torn` is set: nothing is lost in silence.
fn join(shapes: &Shapes, index: usize, raw: Raw, parent: Spot, torn: &Cell<Option<Spot>>) -> Node {
    let Some(shape) = shapes.nodes.get(index) else {
        torn.set(torn.get().or(Some(parent)));
        return Node {
            value: Value::Null,
            spot: parent,
        };
    };
    let spot = shape.spot;
    let agree = |values: usize, places: usize| {
        if values != places {
            torn.set(torn.get().or(Some(spot)));
        }
    };
    let part = |children: &[usize], n: usize| children.get(n).copied().unwrap_or(usize::MAX);
    let value = match (raw, &shape.parts) {
        (raw, Parts::Alias(target)) => return join(shapes, *target, raw, spot, torn),
        (Raw::Null, _) => Value::Null,
        (Raw::Bool(b), _) => Value::Bool(b),
        (Raw::Number(n), Parts::Scalar(text, _)) => Value::Number(n, text.clone()),
        (Raw::Number(n), _) => Value::Number(n, n.to_string()),
        (Raw::Text(text), _) => Value::Text(text),
        (Raw::Tagged(tag), _) => Value::Tagged(tag),
        (Raw::List(list), parts) => {
            let children: &[usize] = if let Parts::List(children) = parts { children } else { &[] };
            agree(list.len(), children.len());
            let nodes = list.into_iter().enumerate();
            Value::List(nodes.map(|(n, raw)| join(shapes, part(children, n), raw, spot, torn)).collect())
        }
        (Raw::Map(map), parts) => {
            let children: &[usize] = if let Parts::Map(children) = parts { children } else { &[] };
            agree(2 * map.len(), children.len());
            let entries = map.into_iter().enumerate().map(|(n, (key, value))| {
                let key_index = part(children, 2 * n);
                let key = join(shapes, key_index, key, spot, torn);
                let value = join(shapes, part(children, 2 * n + 1), value, key.spot, torn);
                let plain = matches!(shapes.nodes.get(key_index).map(|s| &s.parts), Some(Parts::Scalar(_, true)));
                (entry(key, value), plain)
            });
            Value::Map(merged(entries.collect()))
        }
    };
    Node { value, spot }
}

fn entry(key: Node, value: Node) -> Entry {
    let text = match key.value {
        Value::Text(text) | Value::Number(_, text) => Some(text),
        Value::Bool(b) => Some(b.to_string()),
        _ => None,
    };
    Entry {
        key: text,
        spot: key.spot,
        value,
    }
}

/// Replaces merge keys (`<<: *base`, the YAML 1.1 type that people use with anchors) by the entries they stand for; what is written beside them wins.
fn merged(entries: Vec<(Entry, bool)>) -> Vec<Entry> {
    let is_merge = |entry: &Entry, plain: bool| {
        plain && entry.key.as_deref() == Some("<<") && entry.value.one_or_many().iter().all(|node| matches!(node.value, Value::Map(_)))
    };
    let (merges, mut own): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(entry, plain)| is_merge(entry, *plain));
    for (merge, _) in merges {
        for node in merge.value.one_or_many() {
            let Value::Map(inherited) = &node.value else { continue };
            for entry in inherited {
                if !own.iter().any(|(present, _)| present.key == entry.key) {
                    own.push((entry.clone(), false));
                }
            }
        }
    }
    own.into_iter().map(|(entry, _)| entry).collect()
}
