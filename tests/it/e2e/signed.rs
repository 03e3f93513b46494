//! What goes out is signed, and verified by programs of others: dkimpy, and OpenDKIM with the record that `check` says to publish.

use std::path::Path;
use std::process::Command;

use super::desk::{Desk, SUPPORT, batond, said, until};
use super::peers::{peer, run};
use super::wire::a_question;

/// Verifies each file by dkimpy, asking no name server: the records stand in a file, a name and a text in each line.
const DKIMPY: &str = r#"
import sys, dkim
records = dict(line.rstrip("\n").split(" ", 1) for line in open(sys.argv[1]))
def dnsfunc(name, timeout=5):
    name = name.decode() if isinstance(name, bytes) else name
    return records.get(name.rstrip("."), "").encode()
for path in sys.argv[2:]:
    mail = open(path, "rb").read()
    mail = mail.split(b"\r\n", 1)[1]  # the Return-Path that the folder adds
    count = mail.count(b"DKIM-Signature:")
    good = sum(dkim.DKIM(mail).verify(idx=n, dnsfunc=dnsfunc) for n in range(count))
    bad = mail.replace(b"Subject: ", b"Subject: Not ", 1)
    twice = b"From: boss@ops.example\r\n" + mail
    spoiled = sum(dkim.DKIM(m).verify(idx=n, dnsfunc=dnsfunc) for m in (bad, twice) for n in range(count))
    print(count, good, spoiled)
"#;

/// A key by openssl.
fn genpkey(folder: &Path, name: &str, arguments: &[&str]) -> Option<()> {
    let made = run(Command::new(peer("openssl")?)
        .arg("genpkey")
        .args(arguments)
        .arg("-out")
        .arg(folder.join(name)));
    assert!(made.status.success(), "{}", said(&made));
    Some(())
}

/// The record `check` says to publish: a name and its text.
fn records(said: &str) -> Vec<(String, String)> {
    let parts = said.split("IN TXT (");
    let names = parts
        .clone()
        .filter_map(|part| part.lines().last()?.trim().strip_suffix('.').map(str::to_owned));
    let texts = parts.skip(1).map(|part| {
        let record = part.split_once(" )").expect("an end").0;
        record.split('"').skip(1).step_by(2).collect::<String>()
    });
    names.zip(texts).collect()
}

#[test]
fn others_verify_what_is_signed_with_rsa_and_ed25519() {
    let keys = tempfile::tempdir().unwrap();
    let made = [
        ("rsa.pem", &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"][..]),
        ("ed25519.pem", &["-algorithm", "ed25519"]),
    ];
    if made.iter().any(|(name, arguments)| genpkey(keys.path(), name, arguments).is_none()) {
        return;
    }
    let at = keys.path().display();
    let send = format!(
        r#"{{ relay: "file:out", dkim: [
  {{ domain: ops.example, selector: rsa1, key: "${{file:{at}/rsa.pem}}" }},
  {{ domain: ops.example, selector: ed1, key: "${{file:{at}/ed25519.pem}}" }}] }}"#
    );
    let mut desk = Desk::sending(&send, SUPPORT);
    let checked = batond(desk.folder.path(), &["check"]).output().unwrap();
    let records = records(&said(&checked));
    assert_eq!(records.len(), 2, "{}", said(&checked));
    assert_eq!(records[0].0, "rsa1._domainkey.ops.example");
    a_question(desk.smtp);
    until("a notice", || (!super::notices::all(&desk.out()).is_empty()).then_some(()));
    desk.stop();
    let mails: Vec<_> = std::fs::read_dir(desk.out()).unwrap().map(|entry| entry.unwrap().path()).collect();

    let zone = keys.path().join("zone");
    let lines: Vec<String> = records.iter().map(|(name, text)| format!("{name} {text}\n")).collect();
    std::fs::write(&zone, lines.concat()).unwrap();
    let output = run(Command::new("/usr/bin/python3").args(["-c", DKIMPY]).arg(&zone).args(&mails));
    if output.status.success() {
        let text = said(&output);
        println!("dkimpy, signatures / good / good after a change, a mail a line:\n{text}");
        assert_eq!(text.lines().count(), mails.len());
        assert!(text.lines().all(|line| line == "2 2 0"), "{text}");
    } else if said(&output).contains("No module named") {
        eprintln!("=== NOT RUN: dkimpy is missing (python3-dkim); nobody else verified our signatures. ===");
    } else {
        panic!("{}", said(&output));
    }
    opendkim(keys.path(), &zone, &mails[0]);
}

/// OpenDKIM in its test mode, on one mail.
fn opendkim(folder: &Path, zone: &Path, mail: &Path) {
    let Some(program) = peer("opendkim") else { return };
    let bytes = std::fs::read(mail).unwrap();
    let at = bytes.iter().position(|b| *b == b'\n').unwrap() + 1;
    let bare = folder.join("mail");
    std::fs::write(&bare, &bytes[at..]).unwrap();
    let conf = folder.join("opendkim.conf");
    let text = format!("Mode v\nTestPublicKeys {}\nSyslog no\nRequireSafeKeys no\n", zone.display());
    std::fs::write(&conf, text).unwrap();
    let output = run(Command::new(program).arg("-x").arg(&conf).arg("-t").arg(&bare));
    println!("OpenDKIM: {}", said(&output).trim());
    assert!(
        said(&output).contains("verification (s=rsa1, d=ops.example") && said(&output).contains("succeeded"),
        "{}",
        said(&output)
    );
}
