//! All packs have one shape: a file with a summary, a suggested door, rules named after the pack; queues in files of their own.

use std::collections::BTreeSet;

use batond::config::{Ambient, PACKS, Pack, load_all, render_text, starter, suggested_queue};
use batond::simulate::cases::{Trial, advise};
use serde_yaml::Value;

use super::text_of;
use crate::config::{at, folder};

pub fn yaml(text: &str) -> Value {
    let mut tree: Value = serde_yaml::from_str(text).expect("a pack is YAML");
    tree.apply_merge().expect("merge keys of mappings");
    tree
}

fn keys(value: &Value) -> Vec<&str> {
    let keys = value.as_mapping().into_iter().flatten().map(|(key, _)| key);
    keys.filter_map(Value::as_str).collect()
}

/// The queues its rules name.
fn queues_of(rules: &Value) -> BTreeSet<String> {
    let rules = rules.as_sequence().expect("a list of rules");
    let queues = rules.iter().filter_map(|rule| rule["then"].get("queue")?.as_str());
    queues.map(str::to_owned).collect()
}

#[test]
fn every_file_under_rules_is_built_in() {
    let files = std::fs::read_dir(at("rules")).expect("rules/ is there").flatten();
    let files = files.filter_map(|file| file.file_name().into_string().ok());
    let there: BTreeSet<String> = files
        .filter(|name| !name.ends_with(".test.yaml"))
        .filter_map(|name| name.strip_suffix(".yaml").map(str::to_owned))
        .collect();
    let built_in: BTreeSet<String> = PACKS.iter().map(|pack| pack.name.to_owned()).collect();
    assert_eq!(there, built_in);
    for pack in PACKS {
        assert_eq!(
            pack.text,
            text_of(&at(&format!("rules/{}.yaml", pack.name))),
            "built from another file"
        );
    }
}

#[test]
fn every_pack_has_the_same_shape() {
    for pack in PACKS {
        let name = pack.name;
        let summary = pack.summary();
        assert!(pack.text.starts_with("# ") && summary.chars().count() <= 72, "{name}: {summary:?}");
        let tree = yaml(pack.text);
        let rules = if pack.has_source() {
            vec!["sources", "rules"]
        } else {
            vec!["rules"]
        };
        let expecting = [&rules[..], &["expect"]].concat();
        assert!(keys(&tree) == rules || keys(&tree) == expecting, "{name}: {:?}", keys(&tree));
        if pack.has_source() {
            assert_eq!(keys(&tree["sources"]), [name], "{name}: the source is named as the pack is");
        }
        let named: BTreeSet<String> = pack.queues.iter().map(|queue| (*queue).to_owned()).collect();
        assert_eq!(queues_of(&tree["rules"]), named, "{name}: the queues it names and those it brings");
        for rule in tree["rules"].as_sequence().expect("a list of rules") {
            let rule = rule["name"].as_str().expect("a rule has a name");
            let word = name.replace('-', " ");
            assert!(rule.starts_with(&word), "{name}: rule `{rule}` does not begin with `{word}`");
        }
    }
}

#[test]
fn every_suggested_queue_has_its_four_texts() {
    let wanted: BTreeSet<&str> = PACKS.iter().flat_map(|pack| pack.queues).copied().collect();
    for queue in wanted {
        let text = suggested_queue(queue).unwrap_or_else(|| panic!("rules/queues/{queue}.yaml is not built in"));
        assert_eq!(text, text_of(&at(&format!("rules/queues/{queue}.yaml"))));
        let tree = yaml(text);
        assert_eq!(keys(&tree["queues"]), [queue]);
        for key in ["purpose", "owner", "urgent_when", "handover"] {
            assert!(
                tree["queues"][queue][key].as_str().is_some_and(|text| !text.is_empty()),
                "{queue}: {key}"
            );
        }
    }
}

#[test]
fn every_pack_passes_its_own_cases_alone_and_beside_all_others() {
    let all: Vec<&Pack> = PACKS.iter().collect();
    for packs in PACKS.iter().map(|pack| vec![pack]).chain([all]) {
        let folder = folder(&starter(&packs));
        let loaded = load_all(folder.path(), &Ambient::without_secrets());
        assert_eq!(render_text(&loaded, false), "");
        let mut config = loaded.config.expect("a configuration without mistakes");
        let cases = std::mem::take(&mut config.cases);
        assert!(cases.len() >= 2 * packs.len(), "{} cases for {} packs", cases.len(), packs.len());
        let trial = Trial::of(config);
        for case in &cases {
            let report = trial.play(case);
            assert!(
                report.passed(),
                "`{}`, beside {} packs: {:#?}",
                case.name,
                packs.len() - 1,
                report.differences
            );
        }
    }
}

#[test]
fn every_rule_of_every_pack_is_tried_by_a_case() {
    let every: Vec<&Pack> = PACKS.iter().collect();
    let alone = PACKS.iter().map(|pack| vec![pack]);
    for packs in alone.chain([Vec::new(), every]) {
        let folder = folder(&starter(&packs));
        let config = load_all(folder.path(), &Ambient::without_secrets()).config;
        let found = advise(config.expect("a configuration without mistakes"));
        let found: Vec<String> = found.into_iter().map(|found| format!("{}: {}", found.place, found.text)).collect();
        assert_eq!(found, Vec::<String>::new());
    }
}

/// As somebody does who asks for a pack: by the program itself, with every warning an error.
#[test]
fn each_pack_as_init_writes_it_passes_check_and_test() {
    for pack in PACKS {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("desk");
        let run = |arguments: &[&str]| {
            let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_batond"));
            let ran = program.env_remove("BATOND_CONFIG").args(arguments).arg(&site).output();
            let ran = ran.expect("it runs");
            let said = [ran.stdout, ran.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            assert_eq!(ran.status.code(), Some(0), "{}: {arguments:?}: {}", pack.name, said.concat());
            said.concat()
        };
        run(&["init", "--with", pack.name]);
        run(&["check", "--deny-warnings", "--config"]);
        let tested = run(&["test", "--config"]);
        assert!(tested.contains("all passed"), "{}: {tested}", pack.name);
    }
}
