//! The table of codes, and the reference made from it.

use std::fmt::Write;

use batond::config::Code;

use super::{at, compare};

const GROUPS: [(&str, &str); 7] = [
    ("B01", "Files, YAML, keys"),
    ("B02", "Names"),
    ("B03", "Values"),
    ("B04", "Rules, queues, escalations"),
    ("B05", "Safety"),
    ("B06", "What is most likely not meant"),
    ("B07", "Cases of `batond test`"),
];

#[test]
fn codes_are_numbered_in_order_without_gaps() {
    let mut expected = Vec::new();
    for (group, _) in GROUPS {
        let count = Code::ALL.iter().filter(|code| code.as_str().starts_with(group)).count();
        expected.extend((1..=count).map(|n| format!("{group}{n:02}")));
    }
    assert_eq!(Code::ALL.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
}

/// Of the fixtures that show a mistake, the plainest: the fewest diagnostics, then the shortest. What `check` says of it, without the count.
fn example(code: Code, texts: &[String]) -> String {
    let mark = format!("[{code}]: ");
    let mut found: Vec<(usize, &str)> = Vec::new();
    for text in texts {
        let blocks: Vec<&str> = text.trim_end().split("\n\n").collect();
        let first = |block: &&&str| block.lines().next().is_some_and(|line| line.contains(&mark));
        found.extend(blocks.iter().find(first).map(|block| (blocks.len(), *block)));
    }
    let plainest = found.into_iter().min_by_key(|(blocks, block)| (*blocks, block.len(), *block));
    plainest.unwrap_or_else(|| panic!("{code} has no fixture")).1.to_owned()
}

#[test]
fn the_reference_of_errors_is_up_to_date() {
    let texts = super::invalid::texts();
    let mut text = String::from(
        "# What `batond check` can find\n\n\
         Every mistake has a code that never changes its meaning. `batond check` prints all of them at once, with file, line and column;\n\
         errors end it with exit code 78, warnings only with `--deny-warnings`. `batond explain B0203` prints the page of a code. This file is made from the table in\n\
         `src/config/code.rs` and the fixtures by a test.\n",
    );
    for (group, title) in GROUPS {
        write!(text, "\n## {group}xx: {title}\n\n| code | what |\n|---|---|\n").unwrap();
        let codes = || Code::ALL.iter().filter(|code| code.as_str().starts_with(group));
        for code in codes() {
            writeln!(text, "| {code} | {} |", code.title()).unwrap();
        }
        for code in codes() {
            let example = example(*code, &texts);
            let (title, explanation) = (code.title(), code.explanation());
            write!(text, "\n### {code}: {title}\n\n{explanation}\n\n```text\n{example}\n```\n").unwrap();
        }
    }
    compare(&at("docs/errors.md"), &text).unwrap();
}
