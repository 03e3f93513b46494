//! The secrets of reply keys under a running daemon: a new one leaves the old answers good, a revoked one ends them.

use super::desk::{Desk, SUPPORT, said, until};
use super::peers::peer;
use super::wire::a_question;

const ANA: &str = "ana@ops.example";

#[test]
fn an_old_notice_is_answered_until_its_secret_is_revoked() {
    if peer("swaks").is_none() {
        return;
    }
    let mut desk = Desk::start(SUPPORT);
    a_question(desk.smtp);
    let old = desk.notice("SUP-1", ANA, "assigned", 1);
    let first = desk.json(&["keys"])["secrets"][0]["name"].as_str().unwrap().to_owned();

    let rotated = said(&desk.ask(&["keys", "rotate"]));
    assert!(rotated.contains(&first) && rotated.contains("stay good"), "{rotated}");
    assert_eq!(desk.json(&["keys"])["secrets"][1]["name"], first);
    assert!(desk.answer(&old, ANA, "accept"));
    desk.reaches("SUP-1", "accepted");
    let new = desk.notice("SUP-1", ANA, "receipt", 1);
    assert_ne!(new.answers_to(), old.answers_to());

    // Also over a restart, and not twice.
    desk.stop();
    desk.restart();
    assert!(!desk.ask(&["keys", "rotate"]).status.success());
    assert!(desk.ask(&["keys", "revoke", &first]).status.success());
    assert!(!desk.ask(&["keys", "revoke", &first]).status.success(), "it is gone");
    assert!(desk.answer(&old, ANA, "done it was the proxy"));
    until("the answer is kept", || (desk.item("SUP-1")["messages"] == 2).then_some(()));
    assert_eq!(desk.item("SUP-1")["state"], "accepted", "it does nothing");
    assert!(desk.answer(&new, ANA, "done it was the proxy"));
    desk.reaches("SUP-1", "done");
    desk.stop();
}
