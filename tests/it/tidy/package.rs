//! The package: lints that hold promises, dependencies that are used, fixtures that say what they expect.

use super::source::Source;

/// What Cargo.toml must say, whatever else it says.
const REQUIRED: &[&str] = &[
    "edition = \"2024\"",
    "rust-version = ",
    "unsafe_code = \"forbid\"",
    "missing_docs = ",
    "dbg_macro = ",
    "todo = ",
];

/// Dependencies that are needed without being named in code, and why.
const UNNAMED: &[(&str, &str)] = &[];

/// Complaints about the promises of the package.
pub fn promises(manifest: &str, lib: &str) -> Vec<String> {
    let missing = REQUIRED.iter().filter(|line| !manifest.lines().any(|l| l.starts_with(**line)));
    let mut complaints: Vec<_> = missing.map(|line| format!("Cargo.toml: no line `{line}…`")).collect();
    if !lib.contains("#![forbid(unsafe_code)]") {
        complaints.push("src/lib.rs: no `#![forbid(unsafe_code)]`".into());
    }
    complaints
}

/// Complaints about dependencies that no code names: a crate comes in with the code that needs it.
pub fn unused(manifest: &str, sources: &[Source]) -> Vec<String> {
    let section = manifest.split("\n[dependencies]").nth(1).unwrap_or_default();
    let section = section.split("\n[").next().unwrap_or_default();
    let names = section
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(" = "));
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    let used = |name: &str| {
        let name = name.replace('-', "_");
        sources
            .iter()
            .any(|source| source.code.split(|c| !inside(c)).any(|word| word == name))
    };
    names
        .map(|(name, _)| name.trim())
        .filter(|name| !used(name) && !UNNAMED.iter().any(|(known, _)| known == name))
        .map(|name| format!("Cargo.toml: `{name}` is not used in src"))
        .collect()
}

/// Complaints about fixtures: `<defect>.yaml` or a folder `<defect>/` stands beside `<defect>.txt`, its expected diagnostics.
pub fn pairs(paths: &[String]) -> Vec<String> {
    let base = "tests/fixtures/config/invalid/";
    let mut defects = std::collections::BTreeMap::<&str, (bool, bool)>::new();
    for path in paths.iter().filter_map(|path| path.strip_prefix(base)) {
        let (defect, is_text) = match path.split_once('/') {
            Some((folder, _)) => (folder, false),
            None => (path.rsplit_once('.').map_or(path, |(stem, _)| stem), path.ends_with(".txt")),
        };
        let seen = defects.entry(defect).or_default();
        if is_text { seen.1 = true } else { seen.0 = true }
    }
    let mut complaints: Vec<_> = defects
        .iter()
        .filter(|(_, (input, expected))| !input || !expected)
        .map(|(defect, (input, _))| {
            format!(
                "{base}{defect}: {} is missing",
                if *input { "the expected text" } else { "the input" }
            )
        })
        .collect();
    if defects.is_empty() {
        complaints.push(format!("{base}: no fixtures at all"));
    }
    complaints
}

#[test]
fn broken_promises_are_found() {
    assert_eq!(promises("edition = \"2021\"\n", "").len(), REQUIRED.len() + 1);
    assert_eq!(promises(&REQUIRED.join("\n"), "#![forbid(unsafe_code)]"), Vec::<String>::new());
}

#[test]
fn idle_dependencies_are_found() {
    let manifest = "[package]\nname = \"x\"\n[dependencies]\n# why\nhttp-body = \"1\"\nurl = \"2\"\n[dev-dependencies]\ninsta = \"1\"\n";
    let source = Source::new("src/web/mod.rs", "use http_body::Body; // url");
    assert_eq!(unused(manifest, &[source]), ["Cargo.toml: `url` is not used in src"]);
}

#[test]
fn unpaired_fixtures_are_found() {
    let list = |names: &[&str]| {
        names
            .iter()
            .map(|name| format!("tests/fixtures/config/invalid/{name}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        pairs(&list(&["a.yaml", "a.txt", "b/batond.yaml", "b/more.yaml", "b.txt"])),
        Vec::<String>::new()
    );
    assert_eq!(pairs(&list(&["a.yaml", "b.txt"])).len(), 2);
    assert_eq!(pairs(&[]).len(), 1);
}
