//! What batond reads in mail nobody here wrote: the new text of replies, automatic answers, bounces. Reads `../shared/corpora` in place; `make corpora` prints the tables.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use batond::decode;
use batond::model::{Envelope, Kind, Mail, Reader};
use batond::reply::{self, ReadContext};
use data_encoding::BASE64;
use serde_json::Value;

/// The head of a mail around a text that came without one.
const HEAD: &str = "From: Dora <dora@customer.example>\r\nTo: desk@ops.example\r\nSubject: Re: hello\r\nDate: Mon, 3 Aug 2026 09:15:00 +0000\r\nMIME-Version: 1.0\r\n";

fn corpora() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora");
    if path.is_dir() {
        return Some(path);
    }
    eprintln!(
        "=== NOT RUN: {} is not there; reading was not measured on real mail. ===",
        path.display()
    );
    None
}

/// Each line of a kind's expectations that is a mail or a text, and that mail.
fn mails(corpora: &Path, kind: &str) -> Vec<(String, Value, Mail)> {
    let list = fs::read_to_string(corpora.join(kind).join("expected.jsonl")).expect("the list of expectations");
    let mut all = Vec::new();
    for line in list.lines() {
        let line: Value = serde_json::from_str(line).expect("a line of JSON");
        let path = line["path"].as_str().expect("a path").to_owned();
        let bytes = fs::read(corpora.join(&path)).expect("a readable file");
        let raw = match line["format"].as_str() {
            Some("rfc822") => bytes,
            Some("body_text") => wrapped("plain", &bytes),
            Some("body_html") => wrapped("html", &bytes),
            _ => continue,
        };
        // What cannot be read at all becomes an item with its bytes; nothing is taken from it.
        let Ok((mut mail, _)) = decode::mail(&raw, Envelope::default()) else {
            continue;
        };
        mail.new_text = reply::new_text(&mail);
        all.push((path, line["expected"].clone(), mail));
    }
    all
}

fn wrapped(subtype: &str, text: &[u8]) -> Vec<u8> {
    let body = BASE64
        .encode(text)
        .as_bytes()
        .chunks(76)
        .map(String::from_utf8_lossy)
        .collect::<Vec<_>>()
        .join("\r\n");
    format!("{HEAD}Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{body}\r\n").into_bytes()
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A table of how many of how many were right, by row.
#[derive(Default)]
struct Share(BTreeMap<String, (usize, usize)>);

impl Share {
    fn count(&mut self, row: &str, right: bool, of: &str) {
        for row in [row, "in all"] {
            let entry = self.0.entry(row.to_owned()).or_default();
            *entry = (entry.0 + usize::from(right), entry.1 + 1);
        }
        if !right && std::env::var_os("BATOND_SHOW").is_some() {
            println!("NOT AS EXPECTED {row}: {of}");
        }
    }

    /// Prints it, and answers the percentage of all.
    fn print(&self, what: &str) -> f64 {
        println!("{what}:");
        let percent = |(right, all): (usize, usize)| 100.0 * right as f64 / all.max(1) as f64;
        for (row, found) in &self.0 {
            println!("  {row:32} {:4} of {:4}  {:5.1} %", found.0, found.1, percent(*found));
        }
        self.0.get("in all").copied().map_or(0.0, percent)
    }
}

/// The verbs that would be done by a text: no notes, and nothing that would be asked back about.
fn commands(text: &str) -> Vec<String> {
    let is_party = |name: &str| ["ana", "ben"].contains(&name.to_lowercase().as_str());
    let policy = crate::site::site(
        "people: { ana: { name: Ana Ruiz, mail: ana@ops.example, time_zone: UTC, hours: { mon-fri: \"09:00-17:00\" } } }
queues: { support: { prefix: SUP, purpose: Questions., owner: ana, urgent_when: Never., handover: Nothing. } }
rules: []
unmatched: { queue: support }
",
    );
    let now = "2026-11-23T09:00:00Z".parse().expect("an instant");
    let context = ReadContext {
        when: batond::engine::when_context(&Reader::Person("ana".into()), &policy, now),
        is_party: &is_party,
    };
    let lines = reply::read(text, "", &context).into_iter();
    lines
        .filter(|line| matches!(&line.said, reply::Said::Verb(verb) if !matches!(verb, reply::Verb::Note(_))))
        .map(|line| line.text.split_whitespace().next().unwrap_or_default().to_lowercase())
        .collect()
}

#[test]
fn new_text_of_replies() {
    let Some(corpora) = corpora() else { return };
    let (mut share, mut kept) = (Share::default(), 0);
    for (path, expected, mail) in mails(&corpora, "replies") {
        let Some(visible) = expected["visible"].as_str() else { continue };
        let row = path.split('/').nth(1).unwrap_or_default().to_owned();
        share.count(&row, folded(visible) == folded(&mail.new_text), &path);
        let (done, written) = (commands(&mail.new_text), commands(visible));
        assert!(done.iter().all(|line| written.contains(line)), "{path}: nobody wrote {done:?}");
        if done.len() < written.len() {
            println!("  left undone: {written:?} of {path}");
            kept += 1;
        }
    }
    let percent = share.print("new text of replies, white space folded");
    println!("  nothing is done that is not in the new text; what it asks for is left undone in {kept}");
    // Two have their words inside a bare `blockquote`, which is a quote here: what it holds is kept with the mail, and not obeyed.
    assert!(kept <= 2, "{kept}");
    assert!(percent >= 90.0, "{percent:.1} %");
}

#[test]
fn automatic_answers_are_told_from_people() {
    let Some(corpora) = corpora() else { return };
    let mut share = Share::default();
    for (path, expected, mail) in mails(&corpora, "auto") {
        let hard = if expected["hard"] == true { ", by words alone" } else { "" };
        let kind = expected["auto_kind"].as_str().unwrap_or_default();
        share.count(&format!("{kind}{hard}"), matches!(mail.kind, Kind::AutoReply | Kind::List), &path);
    }
    let percent = share.print("automatic answers recognised");
    assert!(percent >= 98.0, "{percent:.1} %");
    let ordinary = mails(&corpora, "mail")
        .into_iter()
        .filter(|(_, expected, _)| expected["class"] == "ordinary");
    let taken: Vec<String> = ordinary
        .filter(|(_, _, mail)| matches!(mail.kind, Kind::AutoReply | Kind::Bounce | Kind::Report))
        .map(|(path, ..)| path)
        .collect();
    assert_eq!(taken, Vec::<String>::new(), "mail of people taken for automatic");
}

#[test]
fn bounces_name_the_right_addresses() {
    let Some(corpora) = corpora() else { return };
    let mut share = Share::default();
    for (path, expected, mail) in mails(&corpora, "bounces") {
        if expected["is_bounce"] != true || expected["type"] != "bounce" {
            continue;
        }
        let of = |value: &Value| -> Vec<String> {
            let all = value.as_array().into_iter().flatten();
            let mut all: Vec<String> = all
                .filter_map(|one| one.as_str().or_else(|| one["recipient"].as_str()))
                .map(str::to_lowercase)
                .collect();
            all.sort();
            all.dedup();
            all
        };
        let found = mail.bounce.clone().unwrap_or_default().recipients;
        let mut found: Vec<String> = found.iter().map(|one| one.address.to_lowercase()).collect();
        found.sort();
        let agreed = of(&expected["consensus"]["agreed"]);
        let all_agreed = !agreed.is_empty() && agreed.iter().all(|address| found.contains(address));
        let wanted = of(&expected["recipients"]);
        let right = mail.kind == Kind::Bounce && (found == wanted || wanted.is_empty() || all_agreed);
        let row = path.split('/').nth(1).unwrap_or_default().to_owned();
        share.count(
            &row,
            right,
            &format!("{path}: wanted {wanted:?}, agreed {agreed:?}, found {found:?}"),
        );
    }
    let percent = share.print("bounces recognised, with the right addresses");
    assert!(percent >= 98.0, "{percent:.1} %");
}
