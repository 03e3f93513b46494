//! Payloads nobody here wrote, shown to the packs. Reads `../shared/corpora` in place; says loudly when it is not there. `BATOND_SHOW=1` prints every file.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use batond::config::PACKS;
use batond::rules::{Outcome, Verdict};
use serde_json::Value;

use super::Site;

/// Which folders of the corpora hold what a pack's sender sends.
const SENDERS: [(&str, &[&str]); 8] = [
    ("alertmanager", &["goalert/prometheusalertmanager", "keep/prometheus"]),
    ("gitea", &["go-playground/gitea", "go-playground/gogs"]),
    ("github", &["go-playground/github", "octokit"]),
    ("gitlab", &["go-playground/gitlab"]),
    ("grafana", &["goalert/grafana", "keep/grafana"]),
    ("pagerduty", &["zulip/pagerduty"]),
    ("sentry", &["keep/sentry"]),
    ("uptime-kuma", &["keep/uptimekuma"]),
];

/// What became of a sender's files.
#[derive(Debug, Default)]
struct Tally {
    files: usize,
    items: usize,
    titled: usize,
    keyed: usize,
    closings: usize,
    drops: usize,
    /// Files that no rule took, or on which one failed.
    lost: Vec<String>,
}

fn corpora() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora/webhooks");
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("=== NOT RUN: {} is not there; the packs saw no real payload. ===", path.display());
    None
}

#[test]
fn every_real_payload_is_taken_by_its_pack() {
    let Some(corpora) = corpora() else { return };
    let list = fs::read_to_string(corpora.join("expected.jsonl")).expect("the list of expectations");
    let site = Site::with(&PACKS.iter().collect::<Vec<_>>());
    let mut table: BTreeMap<&str, Tally> = BTreeMap::new();
    for line in list.lines() {
        let line: Value = serde_json::from_str(line).expect("a line of JSON");
        let path = line["path"]
            .as_str()
            .and_then(|path| path.strip_prefix("webhooks/"))
            .expect("a path");
        let Some((sender, _)) = SENDERS
            .iter()
            .find(|(_, folders)| folders.iter().any(|folder| path.starts_with(folder)))
        else {
            continue;
        };
        let headers: Vec<(String, String)> = line["expected"]["headers"].as_object().map_or_else(Vec::new, |headers| {
            let values = headers
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
            values.collect()
        });
        let body = fs::read(corpora.join(path)).expect("a readable file");
        table.entry(sender).or_default().count(path, &site.hook(sender, &headers, &body));
    }
    println!(
        "{:14} {:>5} {:>5} {:>6} {:>5} {:>6} {:>7} {:>4}",
        "sender", "files", "items", "titled", "keyed", "closed", "dropped", "lost"
    );
    for (sender, t) in &table {
        println!(
            "{sender:14} {:5} {:5} {:6} {:5} {:6} {:7} {:4}",
            t.files,
            t.items,
            t.titled,
            t.keyed,
            t.closings,
            t.drops,
            t.lost.len()
        );
    }
    for (sender, tally) in &table {
        assert!(tally.lost.is_empty(), "{sender}: {:#?}", tally.lost);
        assert!(
            tally.files > 0 && tally.titled == tally.items && tally.keyed == tally.items,
            "{sender}: {tally:?}"
        );
    }
    assert_eq!(table.len(), SENDERS.len(), "senders without a payload");
}

impl Tally {
    fn count(&mut self, path: &str, verdict: &Verdict) {
        self.files += 1;
        if let Some(failure) = &verdict.failure {
            self.lost
                .push(format!("{path}: rule `{}` failed: {}", failure.rule.name, failure.why));
        } else if verdict.outcomes.is_empty() {
            self.lost.push(format!("{path}: no rule takes it"));
        }
        for outcome in &verdict.outcomes {
            let said = match outcome {
                Outcome::Item(item) => {
                    self.items += 1;
                    self.titled += usize::from(item.title.as_deref().is_some_and(is_title));
                    self.keyed += usize::from(item.key.is_some());
                    format!(
                        "{} {:?} {:?} key {} {:?}\n{}",
                        item.queue,
                        item.priority,
                        item.labels,
                        item.key.as_deref().unwrap_or("-"),
                        item.title.as_deref().unwrap_or("-"),
                        item.note
                            .as_deref()
                            .unwrap_or_default()
                            .replace("\r\n", "\n")
                            .lines()
                            .take(3)
                            .map(|line| format!("      | {line}\n"))
                            .collect::<String>()
                    )
                }
                Outcome::Close(closing) => {
                    self.closings += 1;
                    format!("close {} {:?}", closing.key, closing.note)
                }
                Outcome::Drop(dropping) => {
                    self.drops += 1;
                    format!("drop {}", dropping.reason)
                }
            };
            if std::env::var_os("BATOND_SHOW").is_some() {
                println!("{path}\n    {said}");
            }
        }
    }
}

/// Words that a person can read: no template left, no value that was not there.
fn is_title(title: &str) -> bool {
    let odd = ["{{", "}}", "none", "undefined", "[object"];
    title.chars().count() > 2 && !odd.iter().any(|odd| title == *odd || title.contains(&format!(": {odd}")))
}
