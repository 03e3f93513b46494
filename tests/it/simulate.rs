//! `batond simulate` on a small mailbox and some webhooks, under both examples. `BATOND_UPDATE=1` writes what is expected anew.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const MAIL: &str = "tests/fixtures/simulate/week.mbox";
const HOOKS: &str = "tests/fixtures/simulate/hooks";
const WEEK: [&str; 4] = ["--from", "2026-11-23", "--to", "2026-11-29"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs in the checkout, in another zone than anything simulated, without a terminal.
fn run(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_batond"));
    command
        .current_dir(root())
        .env_remove("BATOND_CONFIG")
        .env("TZ", "America/Lima")
        .arg("simulate");
    command.args(args).output().expect("batond runs")
}

fn simulate(config: &str, more: &[&str]) -> String {
    let args: Vec<&str> = ["--config", config, "--mail", MAIL]
        .into_iter()
        .chain(WEEK)
        .chain(more.iter().copied())
        .collect();
    let output = run(&args);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    // The examples change for reasons of their own.
    let policy = batond::config::load_without_secrets(&root().join(config))
        .config
        .expect("it loads")
        .policy;
    text.replace(policy.revision.as_str(), "REVISION")
}

fn expect(name: &str, seen: &str) {
    let path: PathBuf = root().join("tests/fixtures/simulate/expected").join(name);
    if std::env::var_os("BATOND_UPDATE").is_some() {
        std::fs::write(&path, seen).expect("the expected text can be written");
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(
        seen == expected,
        "{name} differs.\n--- expected\n{expected}\n--- seen\n{seen}\nBATOND_UPDATE=1 takes what was seen."
    );
}

#[test]
fn quickstart_as_text() {
    expect("quickstart.txt", &simulate("examples/quickstart", &[]));
}

#[test]
fn follow_the_sun_as_text_and_without_its_secrets() {
    expect("follow-the-sun.txt", &simulate("examples/follow-the-sun", &["--hooks", HOOKS]));
}

#[test]
fn follow_the_sun_as_json() {
    expect(
        "follow-the-sun.json",
        &simulate("examples/follow-the-sun", &["--hooks", HOOKS, "--format", "json"]),
    );
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_another_week() {
    let seed = |seed: &str| simulate("examples/quickstart", &["--seed", seed]);
    assert_eq!(seed("5"), seed("5"));
    assert_ne!(seed("5"), seed("6"));
}

/// A script with nothing in it: nobody answers, and everything climbs.
#[test]
fn nobody_answers_by_an_empty_script() {
    let text = simulate("examples/quickstart", &["--script", "/dev/null"]);
    assert!(
        text.contains("people answer as the script says") && !text.contains("answers:"),
        "{text}"
    );
    assert!(text.contains("accept 0 met, 7 missed"), "{text}");
}

#[test]
fn people_do_what_the_script_says() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("monday.script");
    let steps =
        "mon 09:30 ana on SUP-1: accept\n+10m ana on SUP-1: done it is out\ntue 10:00 ben on SUP-99: accept\nwed 10:00 down\n+3h wait\n";
    std::fs::write(&script, steps).unwrap();
    let text = simulate("examples/quickstart", &["--script", script.to_str().unwrap()]);
    for line in [
        "Mon 23 Nov 09:30 -       → ana answers: accept",
        "Mon 23 Nov 09:40 -       → ana answers: done it is out",
        "Wed 25 Nov 10:00 -       → batond is down",
        "Wed 25 Nov 13:00 -       → batond is up again",
        "line 3 of the script was not played: ben got no mail to answer",
    ] {
        assert!(text.contains(line), "no line `{line}` in\n{text}");
    }
}

#[test]
fn what_cannot_be_simulated_is_said() {
    let failed = |args: &[&str], code: i32, why: &str| {
        let output = run(args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(code) && said.contains(why), "{args:?}: {output:?}");
        assert!(output.stdout.is_empty(), "{args:?}: {output:?}");
    };
    let quickstart = ["--config", "examples/quickstart", "--mail", MAIL];
    let with = |more: &[&'static str]| quickstart.into_iter().chain(more.iter().copied()).collect::<Vec<_>>();
    failed(&["--config", "examples/quickstart"], 2, "there is nothing to simulate");
    failed(&with(&["--from", "yesterday"]), 2, "`yesterday` is no time");
    failed(&with(&["--from", "2026-11-23", "--to", "2026-11-22"]), 2, "--to lies before --from");
    failed(&with(&["--time-zone", "Atlantis"]), 2, "`Atlantis` is no time zone");
    failed(&with(&["--script", "no/such/script"]), 2, "the script no/such/script");
    failed(&["--config", "no/such/folder", "--mail", MAIL], 78, "no/such/folder");
    let nowhere = ["--config", "examples/quickstart", "--mail", "no/such/mailbox"];
    failed(&nowhere, 2, "no message says when it came");
    let args: Vec<&str> = nowhere.into_iter().chain(WEEK).collect();
    let text = String::from_utf8(run(&args).stdout).unwrap();
    assert!(
        text.contains("1 message left out:\n  1, because it cannot be read: No such file"),
        "{text}"
    );
}

/// Real mail, when it is there: every message is played or named, and time stays within bounds.
#[test]
fn a_folder_of_real_mail() {
    let folder = root().join("../shared/corpora/mail");
    if !folder.is_dir() {
        eprintln!(
            "=== NOT RUN: {} is not there; nothing was simulated with real mail. ===",
            folder.display()
        );
        return;
    }
    let begun = std::time::Instant::now();
    let folder = folder.to_str().unwrap();
    let args = [
        "--config",
        "examples/quickstart",
        "--mail",
        folder,
        "--from",
        "1990-01-01",
        "--to",
        "2026-11-29",
        "--format",
        "json",
    ];
    let output = run(&args);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let seen: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let count = |key: &str| seen[key].as_array().unwrap().len();
    let (played, left_out) = (count("messages"), count("left_out"));
    println!(
        "{played} messages played, {left_out} left out, {:.1} s",
        begun.elapsed().as_secs_f64()
    );
    assert!(played > 150 && played + left_out >= 490, "{played} played, {left_out} left out");
}
