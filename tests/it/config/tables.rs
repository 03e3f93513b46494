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

#[test]
fn the_reference_of_errors_is_up_to_date() {
    let mut text = String::from(
        "# What `batond check` can find\n\n\
         Every mistake has a code that never changes its meaning. `batond check` prints all of them at once, with file, line and column;\n\
         errors end it with exit code 78, warnings only with `--deny-warnings`. This page is made from the table in `src/config/code.rs` by a test.\n",
    );
    for (group, title) in GROUPS {
        write!(text, "\n## {group}xx: {title}\n\n| code | what | what it means |\n|---|---|---|\n").unwrap();
        for code in Code::ALL.iter().filter(|code| code.as_str().starts_with(group)) {
            let explanation = code.explanation().replace('|', "\\|");
            writeln!(text, "| {code} | {} | {explanation} |", code.title()).unwrap();
        }
    }
    compare(&at("docs/errors.md"), &text).unwrap();
}
