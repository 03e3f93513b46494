//! The demo as a process: it ends by itself with every step seen, leaves nothing behind, and can fail.

use std::path::Path;
use std::process::{Command, Output};

/// Plays it with temporary files below `folder`.
fn demo(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_batond"))
        .arg("demo")
        .args(arguments)
        .env("TMPDIR", folder)
        .env_remove("BATOND_LOG")
        .output()
        .unwrap()
}

#[test]
fn every_step_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let output = demo(folder.path(), &[]);
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{complained}");
    for line in [
        "Dora gets mail (done): Re: Cannot pay for order #9313 [SUP-1]",
        "One with a wrong signature: 401, and nothing changes.",
        "REL-1 is accepted; ana holds it.",
        "SUP-2 is accepted; ben holds it.",
        "X-Batond-Reason: assigned",
        "timer: escalation step 2: pass to ben; priority high",
        "ben answers for it now.",
        "Every step was seen.",
    ] {
        assert!(said.contains(line), "`{line}` is missing in\n{said}\n{complained}");
    }
    assert!(complained.is_empty(), "{complained}");
    assert!(!said.contains('\u{1b}'), "colours outside a terminal");
    // Header lines are printed as they came; everything else keeps to the width.
    let wide: Vec<&str> = said.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(wide.iter().all(|line| line.contains('@')), "{wide:#?}");
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        0,
        "the demo left something behind"
    );
}

#[test]
fn a_notice_that_cannot_come_fails_the_demo() {
    let folder = tempfile::tempdir().unwrap();
    let output = demo(folder.path(), &["--broken-relay"]);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{complained}");
    for line in [
        "the demo FAILED",
        "step:     Dora gets mail about SUP-1",
        "expected: a notice `received` to dora@customer.example within 10 s",
        "seen:     0 mails in all",
        "Its folder is left for you to look at:",
    ] {
        assert!(complained.contains(line), "`{line}` is missing in\n{complained}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "the folder to look at");
}
