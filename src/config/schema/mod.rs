//! The JSON Schema of a configuration file, for completion and checking in editors. May import nothing of the crate but names. Its keys are those the sections read; a test holds both together.
//!
//! The types are documentation in the form of types: nothing reads a configuration into them. What only `batond check` can know, such as whether
//! a queue exists or a template compiles, is not in the schema.
#![expect(dead_code, reason = "types that are described and never filled")]

mod case;
mod condition;
mod mailbox;
mod root;
mod round;
mod rule;
mod scalar;
mod sending;
mod site;
mod work;

#[cfg(test)]
mod tests;

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema};
use serde_json::Value;

/// Where the schema says it lives; nothing is fetched from there.
const ID: &str = "https://batond.example/schema/configuration.json";

/// The schema of any file of a configuration folder, draft 2020-12.
#[must_use]
pub fn schema() -> Value {
    let mut root = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<root::Configuration>();
    RecursiveTransform(no_null).transform(&mut root);
    may_be_empty(&mut root);
    root.insert("$id".to_owned(), ID.into());
    root.to_value()
}

/// An optional key may be left out; its value is never `null`.
fn no_null(schema: &mut Schema) {
    let is_null = |value: &Value| value.get("type").is_some_and(|kind| kind == "null");
    if let Some(Value::Array(kinds)) = schema.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [one] = kinds.as_slice() {
            let one = one.clone();
            schema.insert("type".to_owned(), one);
        }
    }
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.retain(|choice| !is_null(choice));
        if let [one] = choices.as_slice() {
            let one = one.clone();
            schema.remove("anyOf");
            if let Value::Object(one) = one {
                for (key, value) in one {
                    schema.insert(key, value);
                }
            }
        }
    }
    if let Some(Value::Array(words)) = schema.get_mut("enum") {
        words.retain(|word| !word.is_null());
    }
}

/// Sections and lists may be left empty, as `queues:` with nothing below it.
fn may_be_empty(root: &mut Schema) {
    let sections = root.get_mut("properties").and_then(Value::as_object_mut);
    for section in sections.into_iter().flat_map(|sections| sections.values_mut()) {
        let of_many = section.get("additionalProperties").is_some() || section.get("items").is_some();
        if of_many && let Some(kind) = section.get("type").cloned() {
            section["type"] = Value::Array(vec![kind, "null".into()]);
        }
    }
}

/// A section that may be left empty, as `queues:` with nothing below it.
type Named<T> = std::collections::BTreeMap<scalar::Name, T>;

/// A schema of its own for `T`, as a reference where it has a name.
fn of<T: JsonSchema>(generator: &mut schemars::SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}
