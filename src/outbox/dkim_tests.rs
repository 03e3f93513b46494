//! What only shows inside. That other people's programs verify what is signed is shown in tests/it/dkim.rs.

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair as RsaPair, KeySize};
use aws_lc_rs::signature::Ed25519KeyPair;
use data_encoding::BASE64;

use super::super::message::tests::letter;
use super::super::to_message;
use super::*;

fn pem(der: &[u8]) -> String {
    let text = BASE64.encode(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).expect("base64"))
        .collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
}

fn keys() -> [config::DkimKey; 2] {
    let rsa = RsaPair::generate(KeySize::Rsa2048).expect("a key");
    let rsa: Pkcs8V1Der<'_> = rsa.as_der().expect("its bytes");
    let ed25519 = Ed25519KeyPair::generate().expect("a key");
    let ed25519: Pkcs8V1Der<'_> = ed25519.as_der().expect("its bytes");
    [rsa.as_ref(), ed25519.as_ref()].map(|der| config::DkimKey {
        domain: "ops.example".to_owned(),
        selector: "batond1".to_owned(),
        key: pem(der).into(),
        record: String::new(),
    })
}

fn signed() -> String {
    let signer = Signer::new(&keys()).expect("keys");
    let letter = letter();
    let mail = to_message(&letter, None).expect("a mail");
    let wire = signer.signed(mail.clone(), letter.date).expect("signs");
    assert_eq!(
        signer.signed(mail.clone(), letter.date).expect("signs"),
        wire,
        "the same mail, the same bytes"
    );
    assert!(wire.bytes.ends_with(&mail.bytes) && wire.envelope == mail.envelope);
    String::from_utf8(wire.bytes).expect("ASCII")
}

#[test]
fn who_wrote_it_and_what_it_is_about_cannot_be_said_twice() {
    let mail = signed();
    let unfolded = mail.replace("\r\n\t", "");
    let signatures: Vec<&str> = unfolded.lines().filter(|line| line.starts_with("DKIM-Signature:")).collect();
    assert_eq!(signatures.len(), 2, "one a key");
    assert!(signatures[0].contains("a=rsa-sha256") && signatures[1].contains("a=ed25519-sha256"));
    for signature in signatures {
        let names = signature
            .split("h=")
            .nth(1)
            .and_then(|rest| rest.split(';').next())
            .expect("what is signed");
        let count = |name: &str| names.split(':').filter(|one| one.eq_ignore_ascii_case(name)).count();
        for twice in ["From", "To", "Subject", "Date", "Reply-To"] {
            assert_eq!(count(twice), 2, "{twice} in {names}");
        }
        assert_eq!(
            (count("Cc"), count("Message-ID"), count("List-Id"), count("List-Unsubscribe")),
            (1, 1, 1, 0),
            "{names}"
        );
        assert!(
            signature.contains("t=1795513200") && signature.contains("d=ops.example") && signature.contains("c=relaxed/relaxed"),
            "{signature}"
        );
    }
}

#[test]
fn every_line_of_it_ends_as_it_must() {
    let mail = signed();
    assert!(!mail.replace("\r\n", "").contains(['\r', '\n']));
    assert!(mail.lines().all(|line| line.len() <= 998));
    assert!(
        mail.ends_with("--\r\n"),
        "no blank lines at the end, which verifiers have counted differently"
    );
}

#[test]
fn what_is_no_key_is_refused_without_being_shown() {
    let [mut key, _] = keys();
    key.key = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"
        .to_owned()
        .into();
    let why = Signer::new(&[key]).err().expect("no key");
    assert!(why.contains("batond1._domainkey.ops.example") && !why.contains("c2VjcmV0"), "{why}");
}
