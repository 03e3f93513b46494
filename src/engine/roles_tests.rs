//! The table of verbs: whole, and printed alike wherever it is printed. `BATOND_UPDATE=1` prints it anew.

use std::fmt::Write as _;
use std::path::Path;

use super::{TABLE, Who};
use crate::engine::HELP;
use crate::reply::Verb;

const BEGIN: &str = "<!-- verbs -->\n";
const END: &str = "<!-- end of verbs -->\n";
const PRINTED_IN: [&str; 2] = ["src/engine/LIFECYCLE.md", "docs/trust.md"];

/// One line for all verbs of one tier that the same people may say.
fn printed() -> String {
    let mut text = String::from("| verb | tier | worker | colleague |\n|---|---|---|---|\n");
    let mut kinds: Vec<(u8, Who)> = Vec::new();
    for rule in TABLE {
        if !kinds.contains(&(rule.tier.number(), rule.who)) {
            kinds.push((rule.tier.number(), rule.who));
        }
    }
    for (tier, who) in kinds {
        let verbs: Vec<String> = TABLE
            .iter()
            .filter(|rule| (rule.tier.number(), rule.who) == (tier, who))
            .map(|rule| format!("`{}`", rule.verb))
            .collect();
        let colleague = match who {
            Who::Ours => "yes",
            Who::Workers => "no",
            Who::Asked => "once it is not on offer",
        };
        writeln!(text, "| {} | {tier} | yes | {colleague} |", verbs.join(", ")).expect("a text takes all");
    }
    text
}

#[test]
fn every_verb_stands_in_the_table_once_and_in_its_order() {
    let table: Vec<&str> = TABLE.iter().map(|rule| rule.verb).collect();
    assert_eq!(table, Verb::WORDS);
}

#[test]
fn help_names_every_verb() {
    for rule in TABLE {
        assert!(HELP.contains(rule.verb), "help says nothing of `{}`", rule.verb);
    }
}

#[test]
fn the_table_is_printed_as_it_is() {
    for name in PRINTED_IN {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (before, rest) = text
            .split_once(BEGIN)
            .unwrap_or_else(|| panic!("{name} has no place for the table"));
        let (stands, after) = rest.split_once(END).unwrap_or_else(|| panic!("{name} has no end of the table"));
        if std::env::var_os("BATOND_UPDATE").is_some() {
            std::fs::write(&path, format!("{before}{BEGIN}{}{END}{after}", printed())).expect("it can be written");
            continue;
        }
        assert_eq!(stands, printed(), "{name} prints another table; BATOND_UPDATE=1 prints this one");
    }
}
