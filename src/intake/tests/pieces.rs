//! Whole conversations cut at random, and real mails of every kind: what is stored is what was sent.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tokio::time::timeout;

use super::{Client, PATIENCE, Setting};

/// Two mails, a refused recipient, a long line, a bare LF, a false end: enough to go wrong in.
fn conversation() -> Vec<u8> {
    let long = "x".repeat(1_100);
    [
        b"EHLO a.example\r\nNOOP\nMAIL FROM:<kim@cust.example> SIZE=99\r\nRCPT TO:<ana@ops.example>\r\n".as_slice(),
        b"RCPT TO:<ana@else.example>\r\nDATA\r\n..one\r\n.\n.\r\r\n.x\r\n.\r\nNOOP ",
        long.as_bytes(),
        b"\r\nMAIL FROM:<>\r\nRCPT TO:<ben@ops.example>\r\nDATA\r\n.\r\nQUIT\r\n",
    ]
    .concat()
}

async fn converse(sizes: &[usize]) -> (Vec<String>, Vec<Vec<u8>>) {
    let door = Setting::default().open().await;
    let mut client = Client::connect(door.address).await;
    client.send(&conversation(), sizes).await;
    let mut heard = Vec::new();
    while heard.last().is_none_or(|line| line != "<closed>") {
        heard.push(client.line().await);
    }
    (heard, door.fake.mails().into_iter().map(|(_, raw)| raw).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn pieces_do_not_matter(sizes in prop::collection::vec(1usize..60, 1..20)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (whole, cut) = runtime.block_on(async { (converse(&[usize::MAX]).await, converse(&sizes).await) });
        prop_assert_eq!(whole.1.len(), 2);
        prop_assert_eq!(whole, cut);
    }
}

/// Lines that start with a dot get another one, lines being what CR LF ends.
fn stuffed(mail: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(mail.len() + 16);
    for (at, octet) in mail.iter().enumerate() {
        if *octet == b'.' && (at == 0 || mail[..at].ends_with(b"\r\n")) {
            out.push(b'.');
        }
        out.push(*octet);
    }
    out
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            files(&entry.path(), found);
        } else {
            found.push(entry.path());
        }
    }
}

async fn deliver(client: &mut Client, mail: &[u8]) -> String {
    client.talk(&["MAIL FROM:<>", "RCPT TO:<ana@ops.example>", "DATA"]).await;
    client.send(&[&stuffed(mail), b".\r\n".as_slice()].concat(), &[4_096, 1, 700]).await;
    client.line().await
}

#[tokio::test]
async fn collected_mails_come_through_unchanged() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora");
    let mut found = Vec::new();
    files(&shared.join("mail"), &mut found);
    files(&shared.join("hostile"), &mut found);
    if found.is_empty() {
        println!("NOT RUN: no mails at {}", shared.display());
        return;
    }
    let door = Setting {
        max_message_bytes: 25 << 20,
        ..Setting::default()
    }
    .open()
    .await;
    let mut client = Client::connect(door.address).await;
    client.talk(&["HELO a.example"]).await;
    assert!(client.line().await.starts_with("250"));
    for path in &found {
        let mut mail = std::fs::read(path).unwrap();
        if !mail.ends_with(b"\r\n") {
            mail.extend_from_slice(b"\r\n");
        }
        let reply = timeout(PATIENCE, deliver(&mut client, &mail)).await.unwrap();
        assert!(reply.starts_with("250 2.0.0 Ok: queued as SUP-"), "{}: {reply}", path.display());
        let last = door.fake.arrivals.lock().unwrap().pop().unwrap();
        assert!(last.raw == mail, "{} was changed", path.display());
    }
    println!("{} mails, all unchanged", found.len());
}
