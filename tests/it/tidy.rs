//! What the tree itself must be like: layers, purity of the core, module headers, sizes, names, and documentation that cites what exists.
//! Each check is a function from text to complaints; its own tests show on made-up text that it can complain.

mod docs;
mod layers;
mod package;
mod purity;
mod shape;
mod source;

use std::path::{Path, PathBuf};

use source::Source;

/// The checkout.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below `folder` with this ending, sorted, as paths from the checkout. Hidden folders, `target` and `run` are left out.
fn files(folder: &str, ending: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.map(|entry| entry.unwrap()) {
            let name = entry.file_name().into_string().unwrap();
            if entry.file_type().unwrap().is_dir() {
                if !name.starts_with('.') && name != "target" && name != "run" {
                    folders.push(entry.path());
                }
            } else if name.ends_with(ending) {
                found.push(entry.path().strip_prefix(root()).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

fn text(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All Rust files of `src`.
fn sources() -> Vec<Source> {
    let sources: Vec<_> = files("src", ".rs")
        .into_iter()
        .map(|path| Source::new(&path, &text(&path)))
        .collect();
    assert!(sources.len() > 40, "the walk over src found only {} files", sources.len());
    sources
}

fn complain(title: &str, complaints: &[String]) {
    assert!(complaints.is_empty(), "{title}:\n  {}\n", complaints.join("\n  "));
}

#[test]
fn layers_import_only_downward() {
    complain("imports against the layer table of ARCHITECTURE.md", &layers::check(&sources()));
}

#[test]
fn the_core_is_pure() {
    complain("the core mentions what only shells may", &purity::check(&sources()));
}

#[test]
fn every_module_says_what_it_is_for() {
    complain("line 1 of a module", &shape::headers(&sources()));
}

#[test]
fn files_are_small() {
    let mut all = sources();
    all.extend(files("tests", ".rs").into_iter().map(|path| Source::new(&path, &text(&path))));
    let sizes = shape::sizes(&all);
    println!("{}", sizes.summary);
    for warning in &sizes.warnings {
        println!("warning: {warning}");
    }
    complain("files over the limit", &sizes.failures);
}

#[test]
fn no_module_is_a_drawer_for_everything() {
    complain("names that say nothing", &shape::names(&files("src", ".rs")));
}

#[test]
fn documentation_cites_what_exists() {
    let tree = docs::Tree::new(files("", ""), &sources());
    let mut complaints = Vec::new();
    for path in [
        "ARCHITECTURE.md",
        "src/engine/LIFECYCLE.md",
        "docs/lexicon.md",
        "docs/running.md",
        "README.md",
    ] {
        complaints.extend(docs::check(path, &text(path), &tree));
    }
    complain("documentation that is not true any more", &complaints);
}

#[test]
fn the_map_fits_its_promise() {
    let lines = text("ARCHITECTURE.md").lines().count();
    assert!(lines < 200, "ARCHITECTURE.md has {lines} lines; a map has under 200");
}

#[test]
fn the_package_keeps_its_promises() {
    complain(
        "Cargo.toml and src/lib.rs",
        &package::promises(&text("Cargo.toml"), &text("src/lib.rs")),
    );
    complain("dependencies without a use", &package::unused(&text("Cargo.toml"), &sources()));
}

#[test]
fn every_invalid_fixture_has_its_expected_text() {
    complain(
        "fixtures of broken configuration",
        &package::pairs(&files("tests/fixtures/config/invalid", "")),
    );
}
