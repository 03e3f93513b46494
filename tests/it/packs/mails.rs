//! Mail nobody here wrote, shown to all packs at once. Reads `../shared/corpora` in place; says loudly when it is not there. `BATOND_SHOW=1` prints every mail.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use batond::config::PACKS;
use batond::rules::{Outcome, Verdict};
use serde_json::Value;

use super::Site;

fn corpora() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora");
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("=== NOT RUN: {} is not there; the packs saw no real mail. ===", path.display());
    None
}

/// The mails of a kind, with what the corpora say of each.
fn mails(corpora: &Path, kind: &str) -> Vec<(PathBuf, Value)> {
    let list = fs::read_to_string(corpora.join(kind).join("expected.jsonl")).expect("the list of expectations");
    let lines = list
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON"));
    lines
        .filter(|line| line["format"] == "rfc822")
        .map(|line| (corpora.join(line["path"].as_str().expect("a path")), line))
        .collect()
}

/// The rule that took it, and what it came to.
fn end(verdict: &Verdict) -> String {
    if let Some(failure) = &verdict.failure {
        return format!("FAILED {}: {}", failure.rule.name, failure.why);
    }
    match verdict.outcomes.first() {
        None => "no rule".to_owned(),
        Some(Outcome::Item(item)) => format!("{} -> {}", item.rule.name, item.queue),
        Some(Outcome::Close(closing)) => format!("{} -> closes", closing.rule.name),
        Some(Outcome::Drop(dropping)) => format!("{} -> let go", dropping.rule.name),
    }
}

#[test]
fn real_mail_to_a_shared_mailbox_is_taken_and_no_rule_fails() {
    let Some(corpora) = corpora() else { return };
    let site = Site::with(&PACKS.iter().collect::<Vec<_>>());
    for to in ["support@ops.example", "nobody@ops.example"] {
        for kind in ["mail", "auto", "bounces"] {
            let mut table: BTreeMap<String, usize> = BTreeMap::new();
            for (path, _) in mails(&corpora, kind) {
                let raw = fs::read(&path).expect("a readable file");
                let verdict = site.mail(&raw, to);
                let end = end(&verdict);
                if std::env::var_os("BATOND_SHOW").is_some() {
                    let title = verdict.outcomes.iter().find_map(|outcome| match outcome {
                        Outcome::Item(item) => item.title.clone().or(item.key.clone()),
                        _ => None,
                    });
                    println!("{to} {}\n    {end} {}", path.display(), title.unwrap_or_default());
                }
                assert!(!end.starts_with("FAILED"), "{}: {end}", path.display());
                *table.entry(end).or_default() += 1;
            }
            println!("{kind} to {to}:");
            for (end, count) in &table {
                println!("  {count:4} {end}");
            }
            let untaken = table.get("no rule").copied().unwrap_or_default();
            let unread = table.values().sum::<usize>() / 20;
            assert!(
                to.starts_with("nobody") || untaken <= unread,
                "{kind}: {untaken} mails to {to} were taken by no rule"
            );
        }
    }
}
