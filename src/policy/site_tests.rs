//! A site for tests of the policy: the head that all have, and what a test adds. May import config.

use crate::policy::Policy;

/// The desk, its store, one way in and one way out.
const HEAD: &str = r#"
desk: { address: desk@ops.example, name: Ops desk }
store: { path: state }
sources: { inbox: { smtp: { listen: "127.0.0.1:2525", for: ["*@ops.example"], trusted: true } } }
send: { relay: "file:outbox" }
"#;

/// The policy of a site that has this besides.
#[track_caller]
pub(crate) fn policy(rest: &str) -> Policy {
    let site = tempfile::tempdir().expect("a folder");
    std::fs::write(site.path().join("batond.yaml"), format!("{HEAD}{rest}")).expect("writes");
    let loaded = crate::config::load_without_secrets(site.path());
    loaded.config.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics)).policy
}
