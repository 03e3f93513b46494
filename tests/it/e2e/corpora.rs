//! Mail nobody here wrote, through the SMTP door of a running daemon: nothing is lost, not a byte is changed, and the ledger closes.
//! Reads `../shared/corpora` in place; says loudly when it is not there.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use serde_json::{Value, json};

use super::desk::{Desk, PATIENCE};
use super::wire::{Wire, canonical};

const RULES: &str = r#"
queues:
  triage:
    prefix: TRI
    purpose: What people write.
    owner: ana
    urgent_when: Somebody cannot work.
    handover: Who waits.
    accept_within: 4h
  machines:
    prefix: MAC
    purpose: What machines write.
    owner: cat
    urgent_when: Never.
    handover: Which machine.
    accept_within: 4h
rules:
  - name: automatic
    when: { kind: automatic }
    then: { queue: machines }
unmatched: { queue: triage }
"#;

fn corpora() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora");
    if path.is_dir() {
        return Some(path);
    }
    eprintln!(
        "=== NOT RUN: {} is not there; no mail of others went through SMTP. ===",
        path.display()
    );
    None
}

/// The mails of a kind, by its list.
fn mails(corpora: &Path, kind: &str) -> Vec<PathBuf> {
    let list = std::fs::read_to_string(corpora.join(kind).join("expected.jsonl")).unwrap();
    let lines = list.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .map(|line| {
            corpora
                .join(kind)
                .join(line["path"].as_str().unwrap().trim_start_matches(&format!("{kind}/")))
        })
        .collect()
}

/// Questions to the daemon over one connection: hundreds of them would be slow as a command each.
struct Socket(BufReader<UnixStream>);

impl Socket {
    fn open(desk: &Desk) -> Self {
        let stream = UnixStream::connect(desk.folder.path().join("data/batond.sock")).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(BufReader::new(stream))
    }

    fn raw(&mut self, item: &str, message: usize) -> Vec<u8> {
        let ask = json!({ "op": "raw", "id": item, "message": message });
        self.0.get_mut().write_all(format!("{ask}\n").as_bytes()).unwrap();
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap();
        let text = answer["ok"]["base64"]
            .as_str()
            .unwrap_or_else(|| panic!("{item} {message}: {answer}"));
        BASE64.decode(text.as_bytes()).unwrap()
    }
}

/// What became of the mails that were sent.
#[derive(Default)]
struct Ledger {
    /// Bytes sent, by the item that has them, in the order they were accepted.
    kept: BTreeMap<String, Vec<(PathBuf, Vec<u8>)>>,
    repeats: usize,
    refused: Vec<String>,
}

fn send_all(desk: &Desk, paths: &[PathBuf]) -> Ledger {
    let mut ledger = Ledger::default();
    let mut wire = Wire::open(desk.smtp);
    for path in paths {
        let data = canonical(&std::fs::read(path).unwrap());
        let reply = wire.mail("someone@there.example", "support@ops.example", &data);
        let reply = reply.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        if let Some(item) = reply.strip_prefix("250 2.0.0 Ok: queued as ") {
            ledger.kept.entry(item.to_owned()).or_default().push((path.clone(), data));
        } else if reply.starts_with("250 2.0.0 Ok: had it before as ") {
            ledger.repeats += 1;
        } else {
            ledger.refused.push(format!("{}: {reply}", path.display()));
        }
    }
    ledger
}

#[test]
fn every_mail_of_others_is_kept_byte_for_byte() {
    let Some(corpora) = corpora() else { return };
    let paths: Vec<PathBuf> = ["mail", "hostile"].iter().flat_map(|kind| mails(&corpora, kind)).collect();
    let mut desk = Desk::start(RULES);
    let ledger = send_all(&desk, &paths);
    assert_eq!(ledger.refused, Vec::<String>::new());

    let items = desk.items();
    let sum = |name: &str| items.iter().map(|item| item[name].as_u64().unwrap() as usize).sum::<usize>();
    let in_queue = |name: &str| items.iter().filter(|item| item["queue"] == name).count();
    let joins = sum("messages") - items.len();
    println!(
        "corpora by SMTP: {} mails; {} items ({} in triage, {} from machines, {} quarantined), {joins} joined, {} repeats, 0 refused",
        paths.len(),
        items.len(),
        in_queue("triage"),
        in_queue("machines"),
        in_queue("quarantine"),
        sum("repeats"),
    );
    assert_eq!(
        paths.len(),
        items.len() + joins + ledger.repeats,
        "accepted = items + joins + repeats"
    );
    assert_eq!(ledger.repeats, sum("repeats"));
    assert_eq!(desk.metric("batond_messages_received_total"), paths.len() as f64);

    let mut socket = Socket::open(&desk);
    for (item, sent) in &ledger.kept {
        for (number, (path, bytes)) in sent.iter().enumerate() {
            let kept = socket.raw(item, number + 1);
            assert!(
                kept == *bytes,
                "{item} message {}: {} is not what was sent",
                number + 1,
                path.display()
            );
        }
    }
    desk.kill_and_restart();
    assert_eq!(desk.items(), items, "the same after a kill");
    let (item, sent) = ledger.kept.iter().next_back().unwrap();
    assert!(desk.ask(&["show", item, "--raw"]).stdout == sent[0].1, "{item} by the command");
    desk.stop();
}
