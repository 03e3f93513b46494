//! A site of one file for tests on virtual time: the head that all have, and what the test adds.

use std::sync::Arc;

use batond::policy::Policy;

/// The desk, its store, one way in and one way out.
const HEAD: &str = r#"desk: { address: desk@ops.example, name: Ops desk }
store: { path: state }
sources:
  inbox: { smtp: { listen: "127.0.0.1:2525", for: ["*@ops.example"], trusted: true } }
send: { relay: "file:outbox" }
"#;

/// One person, one queue, and everything nobody took goes there.
pub const ONE_QUEUE: &str = r#"
people:
  ana: { name: Ana Ruiz, mail: ana@ops.example, time_zone: Europe/Berlin, hours: { mon-fri: "09:00-17:00" } }
queues:
  ops:
    prefix: OPS
    purpose: What the machines need.
    owner: ana
    urgent_when: Customers notice.
    handover: What was tried.
unmatched: { queue: ops }
"#;

/// The policy of a site that has this besides.
#[track_caller]
pub fn site(rest: &str) -> Arc<Policy> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("batond.yaml"), format!("{HEAD}{rest}")).unwrap();
    let loaded = batond::config::load_without_secrets(folder.path());
    Arc::new(loaded.config.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics)).policy)
}
