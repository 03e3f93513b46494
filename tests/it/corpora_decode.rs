//! Decoding of mail and webhooks nobody here wrote. Reads `../shared/corpora` in place; says loudly when it is not there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use batond::decode::{self, HookInput};
use batond::model::{Envelope, Hook, Kind, Mail, Mailbox};
use serde_json::Value;

/// No file of the corpora may take longer, in a debug build on a busy machine.
const MAX_TIME: Duration = Duration::from_secs(2);

fn corpora() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora");
    if path.is_dir() {
        return Some(path);
    }
    eprintln!(
        "=== NOT RUN: {} is not there; decoding was not measured on real mail. ===",
        path.display()
    );
    None
}

/// The lines of a kind's `expected.jsonl`: path and expectation.
fn expected(corpora: &Path, kind: &str) -> Vec<(PathBuf, Value)> {
    let list = fs::read_to_string(corpora.join(kind).join("expected.jsonl")).expect("the list of expectations");
    list.lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON"))
        .map(|line| (corpora.join(line["path"].as_str().expect("a path")), line))
        .collect()
}

fn all_files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all_files(&path, out);
        } else {
            out.push(path);
        }
    }
}

fn one_line(text: &str) -> bool {
    !text.contains(['\r', '\n', '\0']) && !text.chars().any(char::is_control)
}

/// What holds for every decoded mail, whatever it was made from.
fn assert_clean(mail: &Mail, of: &Path) {
    let of = of.display();
    for (name, value) in &mail.headers {
        assert!(one_line(name) && one_line(value), "{of}: header {name:?}: {value:?}");
    }
    assert!(one_line(&mail.subject), "{of}: subject {:?}", mail.subject);
    for Mailbox { name, address } in [&mail.from, &mail.reply_to, &mail.to, &mail.cc].into_iter().flatten() {
        assert!(one_line(address), "{of}: address {address:?}");
        assert!(name.as_deref().is_none_or(one_line), "{of}: name {name:?}");
    }
    for id in mail.message_id.iter().chain(&mail.in_reply_to).chain(&mail.references) {
        assert!(one_line(id) && !id.contains(['<', '>', ' ']), "{of}: id {id:?}");
    }
    for attached in &mail.attachments {
        let name = attached.name.as_deref().unwrap_or_default();
        assert!(one_line(name) && !name.contains(['/', '\\']), "{of}: file name {name:?}");
        assert!(one_line(&attached.media_type), "{of}: media type {:?}", attached.media_type);
    }
    assert!(
        !mail.text.chars().any(|c| c.is_control() && c != '\n' && c != '\t'),
        "{of}: controls in the text"
    );
    assert!(
        mail.text.len() <= decode::limits::MAX_TEXT_BYTES + 1,
        "{of}: text of {} octets",
        mail.text.len()
    );
}

fn assert_hook_clean(hook: &Hook, of: &Path) {
    for (name, value) in &hook.headers {
        assert!(one_line(name) && one_line(value), "{}: header {name:?}", of.display());
    }
    assert!(!hook.text.contains(['\r', '\0']), "{}: text", of.display());
}

fn timed<T>(of: &Path, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let out = work();
    assert!(start.elapsed() < MAX_TIME, "{} took {:?}", of.display(), start.elapsed());
    out
}

/// A mail of the corpora, read and looked at; the reason if it cannot be read.
fn decode_mail(path: &Path) -> Result<Mail, String> {
    let raw = fs::read(path).expect("a readable file");
    let (mail, _) = timed(path, || decode::mail(&raw, Envelope::default())).map_err(|why| why.code)?;
    assert_clean(&mail, path);
    Ok(mail)
}

#[test]
fn every_file_decodes_clean_and_in_time() {
    let Some(corpora) = corpora() else { return };
    for kind in ["mail", "hostile", "auto", "bounces", "replies", "webhooks"] {
        let mut files = Vec::new();
        all_files(&corpora.join(kind), &mut files);
        let (mut mails, mut codes) = (0, BTreeMap::<String, usize>::new());
        let (mut hooks, mut odd) = (0, BTreeMap::<String, usize>::new());
        for path in &files {
            let raw = fs::read(path).expect("a readable file");
            match timed(path, || decode::mail(&raw, Envelope::default())) {
                Ok((mail, oddities)) => {
                    mails += 1;
                    assert_clean(&mail, path);
                    for oddity in oddities {
                        *odd.entry(oddity.code).or_default() += 1;
                    }
                }
                Err(why) => *codes.entry(why.code).or_default() += 1,
            }
            for content_type in [
                None,
                Some("application/json"),
                Some("application/x-www-form-urlencoded"),
                Some("text/plain; charset=iso-8859-1"),
            ] {
                let input = HookInput {
                    content_type,
                    ..HookInput::default()
                };
                if let Ok((hook, _)) = timed(path, || decode::hook(&raw, input)) {
                    hooks += 1;
                    assert_hook_clean(&hook, path);
                }
            }
        }
        assert!(!codes.contains_key("parser-panic"), "{kind}: a parser panicked");
        println!(
            "{kind}: {} files; as mail {mails} read, unparsed {codes:?}, oddities {odd:?}; as hooks {hooks} of {} read",
            files.len(),
            files.len() * 4
        );
    }
}

#[test]
fn webhook_samples_are_json() {
    let Some(corpora) = corpora() else { return };
    let (mut read, mut total) = (0, 0);
    for (path, line) in expected(&corpora, "webhooks") {
        if line["format"] != "json" {
            continue;
        }
        total += 1;
        let raw = fs::read(&path).expect("a readable file");
        let input = HookInput {
            content_type: Some("application/json"),
            ..HookInput::default()
        };
        match decode::hook(&raw, input) {
            Ok((hook, _)) if hook.json.is_some() => read += 1,
            other => println!("not read as JSON: {}: {other:?}", path.display()),
        }
    }
    println!("webhooks: {read} of {total} JSON samples read");
    assert!(read * 100 >= total * 98, "{read} of {total}");
}

/// How often two readings were the same.
#[derive(Default)]
struct Agreement(BTreeMap<&'static str, (usize, usize)>);

impl Agreement {
    fn count(&mut self, what: &'static str, of: &Path, ours: &str, theirs: &str) {
        let entry = self.0.entry(what).or_default();
        entry.1 += 1;
        if ours == theirs {
            entry.0 += 1;
        } else if std::env::var_os("BATOND_SHOW").is_some() {
            println!("{what} {}\n  ours   {ours:?}\n  theirs {theirs:?}", of.display());
        }
    }

    fn percent(&self, what: &str) -> f64 {
        self.0.get(what).map_or(0.0, |(same, all)| 100.0 * *same as f64 / *all as f64)
    }
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn strings(value: &Value) -> Vec<String> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// CPython's reading is a weak oracle: the figures guard against a step back, not for truth. `BATOND_SHOW=1` prints the differences.
#[test]
fn mail_reads_as_python_reads_it() {
    let Some(corpora) = corpora() else { return };
    let mut same = Agreement::default();
    for kind in ["mail", "auto", "bounces"] {
        for (path, line) in expected(&corpora, kind) {
            let reference = &line["expected"]["reference"];
            if line["format"] != "rfc822" || !reference.is_object() {
                continue;
            }
            let Ok(mail) = decode_mail(&path) else {
                same.count("read", &path, "unparsed", "read");
                continue;
            };
            same.count("read", &path, "read", "read");
            same.count(
                "subject",
                &path,
                &folded(&mail.subject),
                &folded(reference["subject"].as_str().unwrap_or_default()),
            );
            let from: Vec<String> = mail
                .from
                .iter()
                .map(|m| m.address.to_lowercase())
                .filter(|a| !a.is_empty())
                .collect();
            let theirs: Vec<String> = strings(&reference["from"])
                .iter()
                .map(|a| a.to_lowercase())
                .filter(|a| !a.is_empty())
                .collect();
            same.count("from", &path, &from.join(" "), &theirs.join(" "));
            let id = reference["message_id"].as_str().unwrap_or_default().trim().trim_matches(['<', '>']);
            same.count("message-id", &path, mail.message_id.as_deref().unwrap_or_default(), id);
            let references: Vec<String> = strings(&reference["references"])
                .iter()
                .map(|r| r.trim_matches(['<', '>']).to_owned())
                .collect();
            same.count("references", &path, &mail.references.join(" "), &references.join(" "));
            let date = mail.date.map(|d| d.as_second().to_string()).unwrap_or_default();
            same.count(
                "date",
                &path,
                &date,
                &reference["date_epoch"].as_i64().map(|d| d.to_string()).unwrap_or_default(),
            );
            let named = mail.attachments.iter().filter(|a| a.name.is_some()).count();
            same.count(
                "named attachments",
                &path,
                &named.to_string(),
                &strings(&reference["attachments"]).len().to_string(),
            );
        }
    }
    println!("agreement with CPython's email:");
    for (what, (equal, all)) in &same.0 {
        println!("  {what:18} {equal:4} of {all:4}  {:5.1} %", same.percent(what));
    }
    for (what, least) in [
        ("read", 98.0),
        ("subject", 95.0),
        ("from", 94.0),
        ("message-id", 95.0),
        ("named attachments", 90.0),
    ] {
        assert!(same.percent(what) >= least, "{what}: {:.1} %", same.percent(what));
    }
}

#[test]
fn kinds_are_recognised() {
    let Some(corpora) = corpora() else { return };
    let mut table: BTreeMap<String, BTreeMap<&'static str, usize>> = BTreeMap::new();
    for kind in ["auto", "bounces", "mail"] {
        for (path, line) in expected(&corpora, kind) {
            if line["format"] != "rfc822" {
                continue;
            }
            let expected = &line["expected"];
            let word = |key: &str| expected[key].as_str().unwrap_or_default().to_owned();
            let hard = if expected["hard"] == true { " (words only)" } else { "" };
            let row = match kind {
                "auto" => format!("auto: {}{hard}", word("auto_kind")),
                "bounces" => format!("bounces: {}", word("type")),
                _ => format!("mail: {}", word("class")),
            };
            let found = decode_mail(&path).map_or("unparsed", |mail| mail.kind.as_str());
            *table.entry(row.clone()).or_default().entry(found).or_default() += 1;
            if std::env::var_os("BATOND_SHOW").is_some() {
                println!("KIND {row}: {found}: {}", path.display());
            }
        }
    }
    println!("kind, expected against found:");
    for (row, found) in &table {
        println!("  {row:36} {found:?}");
    }
    let share = |row: &str, kinds: &[Kind]| {
        let found = table.get(row).cloned().unwrap_or_default();
        let right: usize = kinds.iter().filter_map(|k| found.get(k.as_str())).sum();
        right as f64 / found.values().sum::<usize>().max(1) as f64
    };
    for row in ["auto: vacation", "auto: vacation (words only)", "auto: ticket-notice (words only)"] {
        assert!(share(row, &[Kind::AutoReply]) >= 0.98, "{row}");
    }
    assert!(share("bounces: bounce", &[Kind::Bounce]) >= 0.98);
    // Some abuse reports are plain mails that only their words tell apart.
    assert!(share("bounces: arf", &[Kind::Report]) >= 0.80);
    let ordinary = table.get("mail: ordinary").cloned().unwrap_or_default();
    for wrong in [Kind::AutoReply, Kind::Bounce, Kind::Report] {
        assert_eq!(ordinary.get(wrong.as_str()), None, "ordinary mail taken for {wrong}");
    }
}
