//! `docs/packs.md` and a page for each pack, written from the packs and compared. `BATOND_UPDATE=1` writes them anew.

use std::fmt::Write;

use batond::config::{PACKS, Pack};
use serde_yaml::Value;

use super::shape::yaml;
use crate::config::{at, compare};

#[test]
fn every_pack_has_its_page() {
    let differs: Vec<String> = PACKS
        .iter()
        .map(|pack| compare(&at(&format!("docs/packs/{}.md", pack.name)), &page(pack)))
        .chain([compare(&at("docs/packs.md"), &index())])
        .filter_map(Result::err)
        .collect();
    assert!(differs.is_empty(), "{}\nBATOND_UPDATE=1 writes what is actual", differs.join("\n"));
}

#[test]
fn no_page_is_without_its_pack() {
    for page in std::fs::read_dir(at("docs/packs")).expect("docs/packs is there").flatten() {
        let name = page.file_name().into_string().expect("a plain name");
        let name = name.trim_end_matches(".md");
        assert!(Pack::named(name).is_some(), "docs/packs/{name}.md is left over");
    }
}

fn index() -> String {
    let mut text = String::from(
        "# Packs: ready rules\n\n\
         A pack is a file of rules for one kind of sender. `batond init DIR --with alertmanager,support` writes a new folder with packs and the queues\n\
         they suggest; [rules/README.md](../rules/README.md) says how to add one to a folder you have. The pages are made from the packs by a test.\n\n\
         | pack | for | reads | queues it fills |\n|---|---|---|---|\n",
    );
    let mut packs: Vec<&Pack> = PACKS.iter().collect();
    packs.sort_by_key(|pack| pack.name);
    for pack in packs {
        let reads = if pack.has_source() {
            "its own webhook"
        } else {
            "the mail of any source"
        };
        let queues = code(pack.queues);
        writeln!(
            text,
            "| [{0}](packs/{0}.md) | {1} | {reads} | {queues} |",
            pack.name,
            pack.summary()
        )
        .unwrap();
    }
    text
}

fn page(pack: &Pack) -> String {
    let tree = yaml(pack.text);
    let mut lines = pack.text.lines().take_while(|line| line.starts_with('#'));
    let _summary = lines.next();
    let prose: Vec<&str> = lines.map(|line| line.strip_prefix("# ").unwrap_or_default()).collect();
    let mut text = format!(
        "# The pack `{0}`\n\n{1}. `batond init DIR --with {0}` copies it; the file is [rules/{0}.yaml](../../rules/{0}.yaml).\n\n{2}\n\n\
         | rule | what follows | key |\n|---|---|---|\n",
        pack.name,
        pack.summary(),
        prose.join("\n").trim()
    );
    for rule in tree["rules"].as_sequence().expect("a list of rules") {
        let then = &rule["then"];
        let name = rule["name"]
            .as_str()
            .unwrap_or_default()
            .split_once(", ")
            .map_or("all the rest", |(_, name)| name);
        let key = then.get("key").or_else(|| then.get("close")?.get("key")).and_then(Value::as_str);
        let key = key.map_or_else(String::new, |key| format!("`{}`", cell(key)));
        writeln!(text, "| {name} | {} | {key} |", what_follows(then)).unwrap();
    }
    if pack.has_source() {
        let source = pack
            .text
            .lines()
            .skip_while(|line| *line != "sources:")
            .take_while(|line| !line.is_empty());
        let source: Vec<&str> = source.collect();
        write!(text, "\nThe source it brings:\n\n```yaml\n{}\n```\n", source.join("\n")).unwrap();
    }
    let files: Vec<String> = pack
        .queues
        .iter()
        .map(|queue| format!("[{queue}](../../rules/queues/{queue}.yaml)"))
        .collect();
    writeln!(text, "\nThe queues it suggests: {}.", files.join(", ")).unwrap();
    text
}

/// What a rule comes to, in a few words.
fn what_follows(then: &Value) -> String {
    if let Some(queue) = then.get("queue").and_then(Value::as_str) {
        let priority = then.get("priority").and_then(Value::as_str).unwrap_or("normal");
        return format!("an item in `{queue}`, {priority}");
    }
    match then.get("drop") {
        Some(_) => "let go".to_owned(),
        None => "closes the item".to_owned(),
    }
}

/// Text that stays in its cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn code(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
