//! The JSON Schema under an independent validator: PyPI's check-jsonschema, which `tests/setup.sh` installs under target/. Says loudly when it is not there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use batond::config::schema;
use serde_json::Value;

use crate::config::at;

/// The mistakes of form: what `check` says of these fixtures, an editor with the schema says too.
const STRUCTURAL: [&str; 10] = [
    "B0108", "B0110", "B0111", "B0315", "B0319", "B0401", "B0402", "B0405", "B0406", "B0407",
];

fn validator() -> Option<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| at("target"), PathBuf::from);
    let program = target.join("validator/bin/check-jsonschema");
    if program.is_file() {
        return Some(program);
    }
    eprintln!(
        "=== NOT RUN: {} is not there; `tests/setup.sh` installs it. Nothing independent looked at the schema. ===",
        program.display()
    );
    None
}

fn yaml_under(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            yaml_under(&path, out);
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            out.push(path);
        }
    }
}

/// The files the validator refuses, each with its first complaint.
fn refused(validator: &Path, files: &[PathBuf]) -> BTreeMap<PathBuf, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("batond.schema.json");
    fs::write(&file, schema().to_string()).expect("writes");
    let checked = Command::new(validator).arg("--check-metaschema").arg(&file).output().expect("runs");
    assert!(
        checked.status.success(),
        "not a schema: {}",
        String::from_utf8_lossy(&checked.stdout)
    );
    let mut command = Command::new(validator);
    command.args(["--output-format", "json", "--schemafile"]).arg(&file).args(files);
    let output = command.output().expect("runs");
    let said: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!(output.status.success(), said["status"] == "ok");
    let list = |key: &str| said[key].as_array().cloned().unwrap_or_default();
    let all = list("errors").into_iter().chain(list("parse_errors"));
    all.map(|error| {
        let file = error["filename"].as_str().expect("a file name");
        (PathBuf::from(file), format!("{}: {}", error["path"], error["message"]))
    })
    .collect()
}

#[test]
fn every_example_starter_and_pack_is_valid() {
    let Some(validator) = validator() else { return };
    let mut files = Vec::new();
    for folder in ["examples", "rules", "src/config/starter"] {
        yaml_under(&at(folder), &mut files);
    }
    assert!(files.len() > 50, "only {} files", files.len());
    let refused = refused(&validator, &files);
    assert!(refused.is_empty(), "{refused:#?}");
    println!("{} files are valid under check-jsonschema", files.len());
}

#[test]
fn mistakes_of_form_are_refused() {
    let Some(validator) = validator() else { return };
    let codes: BTreeSet<&str> = STRUCTURAL.into_iter().collect();
    let mut files = Vec::new();
    for entry in fs::read_dir(at("tests/fixtures/config/invalid")).expect("fixtures").flatten() {
        let path = entry.path();
        let told = fs::read_to_string(path.with_extension("txt")).unwrap_or_default();
        let first = told.split_once("error[").and_then(|(_, rest)| rest.get(..5));
        if path.extension().is_some_and(|ending| ending == "yaml") && first.is_some_and(|code| codes.contains(code)) {
            files.push(path);
        }
    }
    assert!(files.len() >= 20, "only {} fixtures have a mistake of form", files.len());
    let refused = refused(&validator, &files);
    let accepted: Vec<&PathBuf> = files.iter().filter(|file| !refused.contains_key(*file)).collect();
    assert!(accepted.is_empty(), "the schema lets these pass: {accepted:#?}");
    println!("{} fixtures with a mistake of form are refused", files.len());
}
