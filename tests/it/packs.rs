//! The rule packs under `rules/`: each loads beside a configuration that has what its first lines ask for.

use std::path::Path;

const BASE: &str = r#"
desk: { address: desk@ops.example, name: Ops desk }
store: { path: store }
sources:
  inbox: { smtp: { listen: "127.0.0.1:2525", for: ["*@ops.example"] } }
  alertmanager: { webhook: { verify: none, allow_from: ["127.0.0.1/32"] } }
  github: { webhook: { verify: none, allow_from: ["127.0.0.1/32"] } }
send: { relay: "file:outbox" }
web: { listen: "127.0.0.1:8025" }
people: { ana: { name: Ana Ruiz, mail: ana@ops.example, time_zone: UTC, hours: { mon-fri: "09:00-17:00" } } }
queues:
  triage: &queue { prefix: TRI, purpose: What no rule took., owner: ana, urgent_when: Somebody waits., handover: Say where it belongs. }
QUEUES
unmatched: { queue: triage }
"#;

/// Every queue a pack sends to.
fn queues_of(pack: &str) -> Vec<String> {
    let words = pack.split("queue: ").skip(1);
    let mut names: Vec<String> = words
        .map(|rest| {
            rest.split(|c: char| !c.is_alphanumeric() && c != '-')
                .next()
                .unwrap_or_default()
                .to_owned()
        })
        .collect();
    names.sort();
    names.dedup();
    names
}

#[test]
fn every_pack_loads() {
    let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut loaded = 0;
    for entry in std::fs::read_dir(packs).expect("rules/ is there").flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|ending| ending != "yaml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a pack is text");
        let folder = tempfile::tempdir().expect("a folder");
        let line = |(n, name): (usize, &String)| {
            format!(
                "  {name}: {{ prefix: Q{n}, purpose: A queue., owner: ana, urgent_when: Somebody waits., handover: Say what was tried. }}\n"
            )
        };
        let queues: String = queues_of(&text).iter().enumerate().map(line).collect();
        std::fs::write(folder.path().join("batond.yaml"), BASE.replace("QUEUES\n", &queues)).expect("writes");
        std::fs::write(folder.path().join("pack.yaml"), &text).expect("writes");
        let found = batond::config::load(folder.path());
        assert!(
            found.config.is_some(),
            "{}:\n{}",
            path.display(),
            batond::config::render_text(&found, false)
        );
        loaded += 1;
    }
    assert!(loaded >= 4, "only {loaded} packs were found");
}
