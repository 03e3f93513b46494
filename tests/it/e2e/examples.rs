//! The examples: both pass `check`, and the quickstart takes a mail.

use std::path::{Path, PathBuf};

use super::desk::{batond, free_port, http, said, until};
use super::wire::{Wire, plain_mail};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)
}

#[test]
fn examples_pass_check() {
    let credentials = tempfile::tempdir().unwrap();
    let token = credentials.path().join("alertmanager");
    std::fs::write(&token, "a token\n").unwrap();
    std::fs::set_permissions(&token, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    for name in ["quickstart", "follow-the-sun"] {
        let mut check = batond(&example(name), &["check"]);
        check
            .env("CREDENTIALS_DIRECTORY", credentials.path())
            .env("GITHUB_WEBHOOK_SECRET", "a secret")
            .env("RELAY_LOGIN", "batond:a password");
        let output = check.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{name}: {}", said(&output));
        // Which holidays lie ahead depends on the day: of these alone an example is warned.
        let others = said(&output)
            .lines()
            .filter(|line| line.contains("warning[") && !line.contains("[B0604]"))
            .count();
        assert_eq!(others, 0, "{name}: {}", said(&output));
    }
    // Without what it asks for it says so: the check above can fail.
    let bare = batond(&example("follow-the-sun"), &["check"]).output().unwrap();
    assert_eq!(bare.status.code(), Some(78), "{}", said(&bare));
    assert!(said(&bare).contains("GITHUB_WEBHOOK_SECRET"), "{}", said(&bare));
}

#[test]
fn warnings_are_refused_when_asked() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/config/invalid/queue_without_rule.yaml");
    let output = batond(&fixture, &["check"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(
        said(&output).contains("warning[B0601]") && said(&output).contains("can be used"),
        "{}",
        said(&output)
    );
    let denied = batond(&fixture, &["check", "--deny-warnings"]).output().unwrap();
    assert_eq!(denied.status.code(), Some(78), "{}", said(&denied));
    assert!(said(&denied).contains("--deny-warnings refuses them"), "{}", said(&denied));
}

#[test]
fn the_quickstart_takes_a_mail() {
    let folder = tempfile::tempdir().unwrap();
    let [smtp, web] = [free_port(), free_port()];
    let text = std::fs::read_to_string(example("quickstart").join("batond.yaml")).unwrap();
    let text = text
        .replace("127.0.0.1:2525", &format!("127.0.0.1:{smtp}"))
        .replace("127.0.0.1:8025", &format!("127.0.0.1:{web}"));
    std::fs::write(folder.path().join("batond.yaml"), text).unwrap();
    let log = std::fs::File::create(folder.path().join("log")).unwrap();
    let mut running = super::peers::Served(batond(folder.path(), &["run"]).stderr(log).spawn().unwrap());
    until("the quickstart is ready", || {
        http(web, "/readyz").filter(|answer| answer.starts_with("HTTP/1.1 200"))
    });

    let data = plain_mail(
        "dora@customer.example",
        "support@ops.example",
        "The printer is on fire",
        "one@customer.example",
        "It burns.",
    );
    let reply = Wire::open(smtp)
        .mail("dora@customer.example", "support@ops.example", &data)
        .unwrap();
    assert_eq!(reply, "250 2.0.0 Ok: queued as SUP-1");
    let outbox = folder.path().join("outbox");
    let told = until("ana and dora are told", || {
        Some(super::notices::all(&outbox)).filter(|told| told.len() == 2)
    });
    let mut readers: Vec<&str> = told.iter().map(super::notices::Notice::to).collect();
    readers.sort_unstable();
    assert_eq!(readers, ["ana@ops.example", "dora@customer.example"]);

    rustix::process::kill_process(rustix::process::Pid::from_child(&running.0), rustix::process::Signal::TERM).unwrap();
    let status = until("the end of the quickstart", || running.0.try_wait().unwrap());
    assert_eq!(status.code(), Some(0));
}
