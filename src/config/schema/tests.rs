//! The schema and the sections know the same keys: whatever a section opens has its like in the schema, and the other way round.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::super::fields::OPENED;
use super::super::secret::Ambient;
use super::super::section::{comparison, field};
use super::super::{PACKS, load_all, sections, starter};
use super::schema;

type Keys = BTreeSet<String>;

/// The keys of a mapping in the schema.
fn keys(object: &Value) -> Keys {
    let properties = object["properties"].as_object();
    properties.into_iter().flatten().map(|(key, _)| key.clone()).collect()
}

/// The mappings with fixed keys, by name.
fn objects(schema: &Value) -> Vec<(String, Keys)> {
    let defs = schema["$defs"].as_object().expect("definitions").iter();
    let objects = defs.filter(|(_, def)| def["properties"].is_object() && def["additionalProperties"] == Value::Bool(false));
    // Tests and parts are held to their tables below; clocks are words of the model.
    let objects = objects.filter(|(name, _)| !["Tests", "Conditions", "Deadlines"].contains(&name.as_str()));
    objects.map(|(name, def)| (name.clone(), keys(def))).collect()
}

/// Everything under a folder that is YAML, and the folders themselves.
fn configurations(under: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(under).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            out.push(path.clone());
            configurations(&path, out);
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            out.push(path);
        }
    }
}

/// The mappings that sections open anywhere in the examples, the packs and the fixtures.
fn opened() -> BTreeSet<(String, Keys)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in ["examples", "rules", "tests/fixtures/config"] {
        configurations(&root.join(folder), &mut paths);
    }
    for path in paths {
        drop(load_all(&path, &Ambient::without_secrets()));
    }
    // In the packs' cases people answer, who are only known in a whole folder.
    let site = tempfile::tempdir().expect("a folder");
    for (path, text) in starter(&PACKS.iter().collect::<Vec<_>>()) {
        let path = site.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("is made");
        std::fs::write(path, text).expect("writes");
    }
    drop(load_all(site.path(), &Ambient::without_secrets()));
    let opened = OPENED.take();
    opened.into_iter().map(|(what, keys)| (what, keys.into_iter().collect())).collect()
}

#[test]
fn every_mapping_a_section_reads_has_its_like_in_the_schema() {
    let schema = schema();
    let objects = objects(&schema);
    let step = keys(&schema["$defs"]["CaseStep"]);
    let opened = opened();
    for (what, known) in &opened {
        // In a step people answer under their own names.
        let found = if what == "this step" {
            step.is_subset(known)
        } else {
            objects.iter().any(|(_, keys)| keys == known)
        };
        assert!(
            found,
            "{what} has the keys {known:?}; no definition of src/config/schema has exactly these"
        );
    }
    for (name, keys) in &objects {
        let read = opened.iter().any(|(_, known)| known == keys);
        assert!(
            read,
            "no fixture opens `{name}` of the schema, or it has other keys than the section: {keys:?}"
        );
    }
}

#[test]
fn the_top_the_parts_and_the_tests_are_those_that_are_read() {
    let set = |names: &mut dyn Iterator<Item = &'static str>| names.map(str::to_owned).collect::<Keys>();
    let schema = schema();
    assert_eq!(keys(&schema), set(&mut sections::keys().into_iter()));
    let nesting = ["any", "all", "not", "within", "outside", "more_than", "expr"];
    assert_eq!(keys(&schema["$defs"]["Conditions"]), set(&mut field::names().chain(nesting)));
    let tests = comparison::TESTS.into_iter().chain(["default"]);
    assert_eq!(keys(&schema["$defs"]["Tests"]), set(&mut tests.into_iter()));
}

#[test]
fn everything_is_described_and_nothing_is_null() {
    let schema = schema();
    let defs = schema["$defs"].as_object().expect("definitions");
    for (name, def) in defs {
        assert!(def["description"].is_string(), "{name} is not described");
        for (key, property) in def["properties"].as_object().into_iter().flatten() {
            assert!(property["description"].is_string(), "{name}.{key} is not described");
            assert!(!property.to_string().contains("\"null\""), "{name}.{key} may be null");
        }
    }
}
