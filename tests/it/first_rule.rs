//! The newcomer's path of `docs/first-rule.md`, walked as it is written: each file is written, each command run, and each output is what the page shows.

use std::path::Path;
use std::process::Command;

use crate::config::at;

/// A block of the page: what its fence says, and its lines.
struct Block<'p> {
    kind: &'p str,
    lines: Vec<&'p str>,
}

/// The fenced blocks up to the part that needs a daemon.
fn blocks(page: &str) -> Vec<Block<'_>> {
    let alone = page.split("## 6.").next().expect("a page");
    let mut found: Vec<Block<'_>> = Vec::new();
    let mut within = false;
    for line in alone.lines() {
        match (line.strip_prefix("```"), within) {
            (Some(kind), false) => {
                within = true;
                found.push(Block { kind, lines: Vec::new() });
            }
            (Some(_), true) => within = false,
            (None, true) => found.last_mut().expect("a block").lines.push(line),
            (None, false) => {}
        }
    }
    found
}

/// What differs from run to run, and how wide a column is, is no difference.
fn still(line: &str) -> String {
    let mut words: Vec<&str> = line.split_whitespace().collect();
    if matches!(words.first(), Some(&("passed" | "failed"))) && words.len() > 2 {
        words[1] = "MS";
    }
    if let Some(place) = words.iter().position(|word| *word == "ms") {
        words[place - 1] = "MS";
    }
    words.join(" ")
}

/// Whether a text is what is shown; `…` stands for any lines.
fn is_shown(shown: &[String], said: &[String]) -> bool {
    match shown.split_first() {
        None => said.is_empty(),
        Some((first, rest)) if first == "…" => (0..=said.len()).any(|skip| is_shown(rest, &said[skip..])),
        Some((first, rest)) => said.first() == Some(first) && is_shown(rest, &said[1..]),
    }
}

fn run(folder: &Path, command: &str) -> Vec<String> {
    let words: Vec<&str> = command.split_whitespace().collect();
    assert_eq!(words[0], "batond", "{command}");
    let ran = Command::new(env!("CARGO_BIN_EXE_batond"))
        .args(&words[1..])
        .current_dir(folder)
        .env("BATOND_CONFIG", "desk")
        .env("COLUMNS", "80")
        .env("TZ", "UTC")
        .output()
        .expect("it runs");
    let all = [ran.stdout, ran.stderr].map(|bytes| String::from_utf8(bytes).expect("UTF-8"));
    all.concat().lines().map(still).filter(|line| !line.is_empty()).collect()
}

#[test]
fn the_page_shows_what_comes() {
    let page = std::fs::read_to_string(at("docs/first-rule.md")).expect("the page");
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, lines: &[&str], more: bool| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).unwrap();
        let before = if more {
            std::fs::read_to_string(&path).unwrap()
        } else {
            String::new()
        };
        std::fs::write(path, format!("{before}{}\n", lines.join("\n"))).unwrap();
    };
    let (mut commands, mut mails) = (0, 0);
    for block in blocks(&page) {
        match block.kind {
            "yaml" => write("desk/rules/05-printers.yaml", &block.lines, block.lines[0] == "tests:"),
            "" => {
                mails += 1;
                write(&format!("lastweek/{mails}.eml"), &block.lines, false);
            }
            _ => {
                for part in block.lines.join("\n").split("$ ").skip(1) {
                    let (command, shown) = part.split_once('\n').unwrap_or((part, ""));
                    if !command.starts_with("batond ") {
                        continue;
                    }
                    commands += 1;
                    let said = run(folder.path(), command);
                    let shown: Vec<String> = shown.lines().map(still).filter(|line| !line.is_empty()).collect();
                    let init = command.starts_with("batond init");
                    assert!(
                        init || is_shown(&shown, &said),
                        "`{command}` shows\n{}\nand the page\n{}",
                        said.join("\n"),
                        shown.join("\n")
                    );
                }
                // "Write `support`, and check again."
                let rule = folder.path().join("desk/rules/05-printers.yaml");
                if let Ok(text) = std::fs::read_to_string(&rule) {
                    std::fs::write(rule, text.replace("suport", "support")).unwrap();
                }
            }
        }
    }
    assert_eq!((commands, mails), (6, 2), "the page is walked to its sixth part");
}
