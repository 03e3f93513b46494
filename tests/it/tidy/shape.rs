//! Module headers, file sizes, names.

use super::source::Source;

/// Past this many lines a file is worth a look.
const WARN_LINES: usize = 400;
/// Past this many lines it has to be divided.
const MAX_LINES: usize = 600;
/// What no module is called: a drawer for everything grows for ever.
const DRAWERS: &[&str] = &["util", "utils", "common", "helper", "helpers", "misc", "shared", "manager"];

/// Complaints about line 1: it says what the module is for, what it may import, what it promises.
pub fn headers(sources: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    for source in sources.iter().filter(|source| !source.is_test()) {
        let first = source.text.lines().next().unwrap_or_default();
        let is_root = matches!(source.path.as_str(), "src/lib.rs" | "src/main.rs");
        if !first.starts_with("//! ") {
            complaints.push(format!(
                "{}: line 1 is not `//! what it is for. May import …. What it promises.`",
                source.path
            ));
        } else if !is_root && !first.contains("May import") {
            complaints.push(format!("{}: line 1 does not say `May import …`", source.path));
        }
    }
    complaints
}

/// What the sizes of files come to.
pub struct Sizes {
    pub summary: String,
    pub warnings: Vec<String>,
    pub failures: Vec<String>,
}

/// Counts lines.
pub fn sizes(sources: &[Source]) -> Sizes {
    let mut sorted: Vec<(usize, &str)> = sources.iter().map(|s| (s.text.lines().count(), s.path.as_str())).collect();
    sorted.sort_unstable();
    let median = sorted.get(sorted.len() / 2).map_or(0, |(lines, _)| *lines);
    let say = |(lines, path): &(usize, &str)| format!("{path}: {lines} lines, divide it (warning at {WARN_LINES}, failure at {MAX_LINES})");
    Sizes {
        summary: format!("{} files, median {median} lines, largest {:?}", sorted.len(), sorted.last()),
        warnings: sorted
            .iter()
            .filter(|(n, _)| (WARN_LINES + 1..=MAX_LINES).contains(n))
            .map(say)
            .collect(),
        failures: sorted.iter().filter(|(n, _)| *n > MAX_LINES).map(say).collect(),
    }
}

/// Complaints about names.
pub fn names(paths: &[String]) -> Vec<String> {
    let drawer = |path: &&String| path.trim_end_matches(".rs").split('/').any(|part| DRAWERS.contains(&part));
    paths
        .iter()
        .filter(drawer)
        .map(|path| format!("{path}: name it after the noun it holds"))
        .collect()
}

#[test]
fn missing_headers_are_found() {
    let found = |path: &str, text: &str| headers(&[Source::new(path, text)]).len();
    assert_eq!(found("src/model/item.rs", "use std::fmt;\n//! Items. May import nothing."), 1);
    assert_eq!(found("src/model/item.rs", "//! Items."), 1);
    assert_eq!(found("src/model/item.rs", ""), 1);
    assert_eq!(found("src/model/item.rs", "//! Items. May import nothing."), 0);
    assert_eq!(found("src/main.rs", "//! The command."), 0);
}

#[test]
fn long_files_are_found() {
    let file = |lines: usize| Source::new("src/model/item.rs", &"x\n".repeat(lines));
    let at = |lines: usize| (sizes(&[file(lines)]).warnings.len(), sizes(&[file(lines)]).failures.len());
    assert_eq!([at(400), at(401), at(600), at(601)], [(0, 0), (1, 0), (1, 0), (0, 1)]);
    assert!(sizes(&[file(1), file(5), file(9)]).summary.starts_with("3 files, median 5 lines"));
}

#[test]
fn drawers_are_found() {
    let paths = [
        "src/util.rs",
        "src/web/helpers/mod.rs",
        "src/web/common.rs",
        "src/web/utility_pole.rs",
    ]
    .map(str::to_owned);
    assert_eq!(names(&paths).len(), 3);
}
