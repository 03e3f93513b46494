//! The unit and its companions, judged by systemd's own tools.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The highest exposure `systemd-analyze security` may print for the unit.
const MAX_EXPOSURE: f64 = 1.5;

fn unit_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd")
}

/// Runs a tool, or says loudly that it is missing.
fn run(program: &str, arguments: &[&str]) -> Option<Output> {
    match Command::new(program).args(arguments).env("SYSTEMD_COLORS", "0").output() {
        Ok(output) => Some(output),
        Err(error) => {
            println!("NOT TESTED: {program}: {error} (Debian: apt-get install systemd)");
            None
        }
    }
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// The unit with ExecStart pointing at something that exists here: `verify` looks for the program.
fn unit_for_verify(folder: &Path, change: impl Fn(String) -> String) -> PathBuf {
    let text = std::fs::read_to_string(unit_dir().join("batond.service")).unwrap();
    let path = folder.join("batond.service");
    let text = text.replace("/usr/bin/batond", "/bin/true");
    std::fs::write(&path, change(text)).unwrap();
    path
}

/// What `systemd-analyze verify` says against the unit. It names other units of the machine too; only lines about ours count.
fn verify(path: &Path) -> Option<String> {
    let output = run("systemd-analyze", &["verify", "--man=no", path.to_str().unwrap()])?;
    let said = said(&output);
    Some(
        said.lines()
            .filter(|line| line.contains("batond.service"))
            .collect::<Vec<_>>()
            .join("\n"),
    )
}

#[test]
fn the_unit_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let Some(complaints) = verify(&unit_for_verify(folder.path(), |text| text)) else {
        return;
    };
    assert_eq!(complaints, "");
    let broken = unit_for_verify(folder.path(), |text| text.replace("WatchdogSec=90", "WatchdogSec=often"));
    assert_ne!(verify(&broken).unwrap(), "", "a broken unit has to be noticed");
}

#[test]
fn the_unit_is_hardened() {
    let unit = unit_dir().join("batond.service");
    let Some(output) = run(
        "systemd-analyze",
        &["security", "--offline=true", "--no-pager", unit.to_str().unwrap()],
    ) else {
        return;
    };
    let said = said(&output);
    let line = said
        .lines()
        .find(|line| line.contains("Overall exposure level"))
        .unwrap_or_else(|| panic!("no verdict in:\n{said}"));
    let exposure = line
        .split_whitespace()
        .find_map(|word| word.parse::<f64>().ok())
        .unwrap_or_else(|| panic!("no figure in {line:?}"));
    println!("exposure {exposure}");
    assert!(exposure <= MAX_EXPOSURE, "{line}");
}

#[test]
fn users_and_folders_are_well_formed() {
    let folder = tempfile::tempdir().unwrap();
    let root = format!("--root={}", folder.path().display());
    let users = unit_dir().join("batond.sysusers.conf");
    if let Some(output) = run("systemd-sysusers", &["--dry-run", &root, users.to_str().unwrap()]) {
        let said = said(&output);
        assert!(output.status.success() && said.contains("batond"), "{said}");
    }
    let folders = std::fs::read_to_string(unit_dir().join("batond.tmpfiles.conf")).unwrap();
    let shaped = |line: &&str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words.len() == 7 && words[0] == "d" && words[1].starts_with('/') && words[2].len() == 4 && words[2].starts_with('0')
    };
    let lines: Vec<&str> = folders.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(lines.len() >= 3 && lines.iter().all(shaped), "{lines:?}");
}
