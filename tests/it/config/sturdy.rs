//! No text makes the loader panic, and none that is wrong gives a configuration.

use std::fs;

use batond::config::{load_with, render_json, render_text, starter};
use proptest::prelude::*;

use super::{ambient, folder};

/// The starter folder as one text.
fn base() -> String {
    starter(&[]).iter().map(|(_, text)| *text).collect::<Vec<_>>().join("\n")
}

fn survives(text: &str) {
    let folder = folder(&[("batond.yaml", text)]);
    let loaded = load_with(folder.path(), &ambient(None));
    let errors = render_json(&loaded)["errors"].as_u64().unwrap();
    assert_eq!(loaded.config.is_some(), errors == 0);
    for color in [false, true] {
        assert_eq!(render_text(&loaded, color).is_empty(), loaded.diagnostics.is_empty());
    }
}

#[test]
fn each_line_can_be_missing_or_be_something_else() {
    let base = base();
    let lines: Vec<&str> = base.lines().collect();
    let junk = [
        "", "  - ", "{{ x }}", "x: [", "\t", "  é: ü", "? - a", "<<: 5", "&a *a", "!t x", "9: 9", "- - - 1",
    ];
    for (n, line) in lines.iter().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#')) {
        let mut changed = lines.clone();
        changed.remove(n);
        survives(&changed.join("\n"));
        let with = junk[n % junk.len()];
        let mut changed = lines.clone();
        changed[n] = with;
        survives(&changed.join("\n"));
        if let Some((key, _)) = line.split_once(':') {
            let replaced = [
                format!("{key}: 5"),
                format!("{key}: [ ]"),
                format!("{key}:"),
                format!("{key}: {{ a: b }}"),
            ];
            let mut changed = lines.clone();
            changed[n] = &replaced[n % replaced.len()];
            survives(&changed.join("\n"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn cuts_and_splices(from in 0_usize..6_000, length in 0_usize..80, splice in "\\PC{0,12}") {
        let base = base();
        let chars: Vec<char> = base.chars().collect();
        let from = from.min(chars.len());
        let to = (from + length).min(chars.len());
        let text: String = chars[..from].iter().copied().chain(splice.chars()).chain(chars[to..].iter().copied()).collect();
        survives(&text);
    }

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("batond.yaml"), &bytes).unwrap();
        let loaded = load_with(folder.path(), &ambient(None));
        prop_assert!(loaded.config.is_none());
        prop_assert!(!render_text(&loaded, false).is_empty());
    }
}
