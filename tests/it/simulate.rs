//! `batond simulate` on a small mailbox and some webhooks, under both examples. `BATOND_UPDATE=1` writes what is expected anew.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const MAIL: &str = "tests/fixtures/simulate/week.mbox";
const HOOKS: &str = "tests/fixtures/simulate/hooks";
const OFFICE: &str = "tests/fixtures/simulate/office";
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
    // Configurations change for reasons of their own.
    let revision = regex::Regex::new(r#"(?i)(policy"?:? "?)[0-9a-f]{12}"#).expect("a pattern");
    revision.replace_all(&text, "${1}REVISION").into_owned()
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
        text.contains("People answer as the script says") && !text.contains("answers:"),
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

/// A folder with the office's configuration, in which Monday's change is written and not yet committed.
fn monday() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let git = |args: &[&str]| {
        let mut command = Command::new("git");
        command
            .arg("-C")
            .arg(folder.path())
            .args(["-c", "user.name=Ana", "-c", "user.email=ana@ops.example"]);
        let output = command.args(args).output().expect("git runs");
        assert!(output.status.success(), "{output:?}");
    };
    let before = std::fs::read_to_string(root().join(OFFICE).join("batond.yaml")).expect("the office");
    let file = folder.path().join("batond.yaml");
    std::fs::write(&file, &before).expect("writes");
    git(&["init", "--quiet"]);
    git(&["add", "batond.yaml"]);
    git(&["commit", "--quiet", "--no-gpg-sign", "-m", "The office"]);
    let now = before.replace("\"*cannot log in*\"]", "\"*cannot log in*\", \"*down*\"]");
    assert_ne!(before, now);
    std::fs::write(&file, now).expect("writes");
    folder
}

#[test]
fn mondays_rule_against_the_last_revision() {
    let folder = monday();
    let config = folder.path().to_str().unwrap();
    let text = simulate(config, &["--against", "HEAD"]);
    expect("against.txt", &text);
    assert!(text.contains("at night"), "{text}");
    let json = simulate(config, &["--against", "HEAD", "--format", "json"]);
    expect("against.json", &json);
    let page = simulate(config, &["--against", "HEAD", "--format", "html"]);
    assert!(page.contains("The shop is down") && page.contains("at night"), "{page}");
    let one_file = folder.path().join("batond.yaml");
    assert_eq!(
        simulate(one_file.to_str().unwrap(), &["--against", "HEAD"]),
        text,
        "one file, as its folder"
    );
}

#[test]
fn another_folder_differs_as_its_revision_does_and_the_same_one_not_at_all() {
    let folder = monday();
    let config = folder.path().to_str().unwrap();
    let against = simulate(config, &["--against", OFFICE]);
    assert_eq!(against.replace(OFFICE, "HEAD"), simulate(config, &["--against", "HEAD"]));
    let same = simulate(OFFICE, &["--against", OFFICE]);
    assert!(same.ends_with("8 messages compared; nothing differs.\n"), "{same}");
}

#[test]
fn what_there_is_nothing_to_compare_with_is_said() {
    let folder = monday();
    let config = folder.path().to_str().unwrap();
    let mail = ["--mail", MAIL, "--against"];
    let run = |config: &str, name: &str| run(&["--config", config].into_iter().chain(mail).chain([name]).collect::<Vec<_>>());
    let output = run(config, "no-such-branch");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.code() == Some(2) && said.contains("neither a folder nor a revision"),
        "{output:?}"
    );
    let output = run(config, "--upload-pack=x");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let broken = tempfile::tempdir().unwrap();
    std::fs::write(broken.path().join("batond.yaml"), "desk: 1\n").unwrap();
    let output = run(config, broken.path().to_str().unwrap());
    assert_eq!(output.status.code(), Some(78), "{output:?}");
    let output = Command::new(env!("CARGO_BIN_EXE_batond"))
        .args(["--format", "html", "version"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn the_page_stands_alone_and_a_strangers_text_stays_text() {
    let folder = tempfile::tempdir().unwrap();
    let mail = folder.path().join("a.eml");
    let text = "From: mallory@home.example\nTo: support@ops.example\nDate: Mon, 23 Nov 2026 09:00:00 +0100\n\
                Subject: <script>alert(1)</script> \"on fire\"\n\nx\n";
    std::fs::write(&mail, text).unwrap();
    let mail = ["--mail", mail.to_str().unwrap(), "--format", "html"];
    let page = simulate(
        "examples/follow-the-sun",
        &mail.into_iter().chain(["--hooks", HOOKS]).collect::<Vec<_>>(),
    );
    assert!(
        page.starts_with("<!DOCTYPE html>") && page.contains("&#60;script&#62;alert(1)"),
        "{page}"
    );
    for never in ["<script", "src=", "href=", "http:", "https:", "url("] {
        assert!(!page.contains(never), "the page has {never}");
    }
    assert!(page.contains("prefers-color-scheme: dark") && page.matches("<svg").count() > 8);
    assert_eq!(
        page,
        simulate(
            "examples/follow-the-sun",
            &mail.into_iter().chain(["--hooks", HOOKS]).collect::<Vec<_>>()
        )
    );
}
