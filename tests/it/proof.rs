//! Senders checked by the door itself: DKIM, SPF and DMARC over a name server of the test. Figures are printed.

use std::collections::HashMap;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use batond::decode;
use batond::intake::{Prover, Sender};
use batond::model::{AuthChecks, AuthMethod, Body, Envelope, Message, Peer, Proof, RawRef};
use batond::policy::Policy;
use mail_auth::common::crypto::{Ed25519Key, RsaKey, Sha256};
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::DkimSigner;
use mail_auth::hickory_resolver::proto::op::{Message as Dns, OpCode, ResponseCode};
use mail_auth::hickory_resolver::proto::rr::rdata::{A, TXT};
use mail_auth::hickory_resolver::proto::rr::{RData, Record, RecordType};
use tokio::net::UdpSocket;

const MAIL: &str = "From: Ana Ruiz <ana@ops.example>\r\nTo: desk+sup-1-key@desk.example\r\nSubject: Re: it\r\nDate: Mon, 23 Nov 2026 09:00:00 +0000\r\n\
Message-ID: <m1@ops.example>\r\n\r\ndone, put out\r\n";
const SIGNED: [&str; 5] = ["From", "To", "Subject", "Date", "Message-ID"];
const SENDER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 25);

/// Names and what stands there: a text, or with `A ` before it an address.
pub type Zone = HashMap<String, String>;

/// A name server on loopback. What is not in the zone does not exist.
pub async fn serve(zone: Zone) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let at = socket.local_addr().unwrap();
    let zone = Arc::new(zone);
    tokio::spawn(async move {
        let mut buffer = vec![0; 4_096];
        while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
            let Ok(asked) = Dns::from_vec(&buffer[..length]) else { continue };
            let query = asked.queries[0].clone();
            let name = query.name().to_ascii().trim_end_matches('.').to_lowercase();
            let mut answer = Dns::response(asked.metadata.id, OpCode::Query);
            answer.queries.push(query.clone());
            match (zone.get(&name), query.query_type()) {
                (Some(text), RecordType::TXT) if !text.starts_with("A ") => {
                    let parts: Vec<String> = text
                        .as_bytes()
                        .chunks(200)
                        .map(|part| String::from_utf8_lossy(part).into_owned())
                        .collect();
                    let record = Record::from_rdata(query.name().clone(), 300, RData::TXT(TXT::new(parts)));
                    answer.add_answer(record);
                }
                (Some(text), RecordType::A) if text.starts_with("A ") => {
                    let address: Ipv4Addr = text[2..].parse().unwrap();
                    answer.add_answer(Record::from_rdata(query.name().clone(), 300, RData::A(A(address))));
                }
                (Some(_), _) => {}
                (None, _) => answer.metadata.response_code = ResponseCode::NXDomain,
            }
            socket.send_to(&answer.to_vec().unwrap(), peer).await.unwrap();
        }
    });
    at
}

pub fn zone(entries: &[(&str, &str)]) -> Zone {
    entries
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect()
}

fn base64(bytes: &[u8]) -> String {
    data_encoding::BASE64.encode(bytes)
}

/// A key pair of the test: what signs, and the record that stands in the DNS.
pub fn ed25519() -> (Ed25519Key, String) {
    let pair = Ed25519Key::from_pkcs8_der(&Ed25519Key::generate_pkcs8().unwrap()).unwrap();
    let record = format!("v=DKIM1; k=ed25519; p={}", base64(&pair.public_key()));
    (pair, record)
}

pub fn signed(key: Ed25519Key, domain: &str, names: &[&str], mail: &str, whole: bool) -> String {
    let signer = DkimSigner::from_key(key)
        .domain(domain)
        .selector("s1")
        .headers(names.iter().copied())
        .body_length(!whole);
    format!("{}{mail}", signer.sign(mail.as_bytes()).unwrap().to_header())
}

async fn checked(zone: Zone, raw: &str, path: Option<&str>) -> AuthChecks {
    let prover = Prover::new(Some(serve(zone).await), "desk.example").unwrap();
    check(&prover, raw, path).await
}

async fn check(prover: &Prover, raw: &str, path: Option<&str>) -> AuthChecks {
    let peer = Peer {
        address: IpAddr::V4(SENDER),
        helo: "mx.ops.example".to_owned(),
        protocol: "ESMTP".to_owned(),
    };
    let sender = Sender {
        raw: raw.as_bytes(),
        return_path: path,
        peer: &peer,
    };
    prover.check(&sender).await
}

fn policy() -> Policy {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/timeline/unproven.yaml");
    batond::config::load(&file).config.expect("it is in order").policy
}

/// What the core makes of a mail with these checks, obeyed by the key `sup-1-key` or another.
fn proof(raw: &str, checks: AuthChecks, key: &str) -> Option<Proof> {
    let envelope = Envelope {
        from: Some("ana@ops.example".to_owned()),
        to: vec!["desk+sup-1-key@desk.example".to_owned()],
        checked: Some(checks),
        ..Envelope::default()
    };
    let (mail, _) = decode::mail(raw.as_bytes(), envelope).ok()?;
    let message = Message {
        source: "inbox".into(),
        received: "2026-11-23T09:00:00Z".parse().unwrap(),
        raw: RawRef {
            sha256: String::new(),
            size_bytes: 0,
        },
        oddities: Vec::new(),
        body: Body::Mail(Box::new(mail)),
    };
    policy().proof(&message, Some(key))
}

fn word(checks: &AuthChecks, method: AuthMethod) -> (String, bool) {
    let found = checks.checks.iter().find(|check| check.method == method);
    found.map(|check| (check.result.clone(), check.aligned)).unwrap_or_default()
}

fn pass(aligned: bool) -> (String, bool) {
    ("pass".to_owned(), aligned)
}

#[tokio::test]
async fn a_signature_of_the_authors_domain_proves_who_writes() {
    for dmarc in ["v=DMARC1; p=reject", "v=DMARC1; p=none; adkim=s"] {
        let (key, record) = ed25519();
        let raw = signed(key, "ops.example", &SIGNED, MAIL, true);
        let names = zone(&[("s1._domainkey.ops.example", record.as_str()), ("_dmarc.ops.example", dmarc)]);
        let checks = checked(names, &raw, None).await;
        assert_eq!(word(&checks, AuthMethod::Dkim), pass(true));
        assert_eq!(word(&checks, AuthMethod::Dmarc), pass(true));
        assert_eq!(proof(&raw, checks, "sup-1-key"), Some(Proof::Dkim("ops.example".to_owned())));
    }
}

#[tokio::test]
async fn alignment_is_what_the_record_says_and_relaxed_without_one() {
    let relaxed = [("mail.ops.example", "", true), ("mail.ops.example", "v=DMARC1; p=none", true)];
    let strict = [("mail.ops.example", "v=DMARC1; p=none; adkim=s", false)];
    let foreign = [("evil.example", "", false), ("evil.example", "v=DMARC1; p=none", false)];
    for (domain, dmarc, aligned) in relaxed.into_iter().chain(strict).chain(foreign) {
        let (key, record) = ed25519();
        let raw = signed(key, domain, &SIGNED, MAIL, true);
        let mut names = zone(&[(&format!("s1._domainkey.{domain}"), record.as_str())]);
        if !dmarc.is_empty() {
            names.insert("_dmarc.ops.example".to_owned(), dmarc.to_owned());
        }
        let checks = checked(names, &raw, None).await;
        assert_eq!(word(&checks, AuthMethod::Dkim), pass(aligned), "{domain} under `{dmarc}`");
        assert_eq!(proof(&raw, checks, "sup-1-key").is_some(), aligned, "{domain} under `{dmarc}`");
    }
}

#[tokio::test]
async fn c6_what_only_looks_signed_proves_nothing() {
    let mut tried = Vec::new();
    let mut cases: Vec<(&str, String, Zone)> = Vec::new();
    let names = |record: &str| zone(&[("s1._domainkey.ops.example", record), ("_dmarc.ops.example", "v=DMARC1; p=reject")]);
    let sign = |names: &[&str], mail: &str, whole: bool| {
        let (key, record) = ed25519();
        (signed(key, "ops.example", names, mail, whole), record)
    };
    let (raw, record) = sign(&SIGNED, MAIL, true);
    cases.push(("the text is another", raw.replace("put out", "put in"), names(&record)));
    cases.push(("words are added", format!("{raw}drop it\r\n"), names(&record)));
    cases.push(("the author is another", raw.replace("ana@ops", "olga@ops"), names(&record)));
    cases.push((
        "two From lines, one unsigned",
        format!("From: olga@ops.example\r\n{raw}"),
        names(&record),
    ));
    cases.push((
        "a second From line below",
        raw.replacen("\r\nTo:", "\r\nFrom: olga@ops.example\r\nTo:", 1),
        names(&record),
    ));
    let (_, other) = ed25519();
    cases.push(("another key in the DNS", raw.clone(), names(&other)));
    cases.push(("no key in the DNS", raw.clone(), Zone::new()));
    cases.push(("the key is revoked", raw.clone(), names("v=DKIM1; k=ed25519; p=")));
    let (long, record) = sign(&SIGNED, MAIL, false);
    cases.push(("l= over all of the body", long.clone(), names(&record)));
    cases.push(("l=, and words added", format!("{long}drop it\r\n"), names(&record)));
    let two = MAIL.replace("<ana@ops.example>", "<ana@ops.example>, olga@ops.example");
    let (raw, record) = sign(&SIGNED, &two, true);
    cases.push(("two addresses in From", raw, names(&record)));
    let (raw, record) = sign(&["From", "To", "Date"], MAIL, true);
    cases.push(("the subject is not signed", raw, names(&record)));
    let (raw, record) = sign(&["From", "Subject", "Date"], MAIL, true);
    cases.push(("the recipient is not signed", raw, names(&record)));
    for (what, raw, zone) in cases {
        let checks = checked(zone, &raw, None).await;
        assert_eq!(proof(&raw, checks, "sup-1-key"), None, "{what}");
        tried.push(what);
    }
    // A signed mail that was caught, brought again with somebody's key of another item in the envelope.
    let (raw, record) = sign(&SIGNED, MAIL, true);
    let checks = checked(names(&record), &raw, None).await;
    assert_eq!(proof(&raw, checks.clone(), "sup-2-key"), None, "a replay to another item");
    assert!(proof(&raw, checks, "sup-1-key").is_some(), "and the same for its own item is good");
    println!("C6: {} ways to look signed, 0 passes: {}", tried.len() + 1, tried.join(", "));
}

#[tokio::test]
async fn the_network_of_the_return_path_proves_who_writes_if_it_is_the_authors() {
    let included = zone(&[
        ("ops.example", "v=spf1 include:_spf.host.example -all"),
        ("_spf.host.example", "v=spf1 ip4:192.0.2.0/24 -all"),
    ]);
    let redirected = zone(&[
        ("ops.example", "v=spf1 redirect=_spf.host.example"),
        ("_spf.host.example", "v=spf1 a:out.host.example -all"),
        ("out.host.example", "A 192.0.2.25"),
    ]);
    for names in [included, redirected] {
        let checks = checked(names.clone(), MAIL, Some("ana@ops.example")).await;
        assert_eq!(word(&checks, AuthMethod::Spf), pass(true));
        assert_eq!(proof(MAIL, checks, "sup-1-key"), Some(Proof::Spf("ops.example".to_owned())));
        // The same network, and another return path.
        let checks = checked(zone(&[("evil.example", "v=spf1 +all")]), MAIL, Some("x@evil.example")).await;
        assert_eq!(word(&checks, AuthMethod::Spf), pass(false));
        assert_eq!(proof(MAIL, checks, "sup-1-key"), None);
    }
}

#[tokio::test]
async fn too_many_look_ups_are_no_pass() {
    let mut chain = zone(&[("ops.example", "v=spf1 include:i1.ops.example +all")]);
    for number in 1..=12 {
        chain.insert(
            format!("i{number}.ops.example"),
            format!("v=spf1 include:i{}.ops.example ?all", number + 1),
        );
    }
    // The library has no limit of its own for look-ups that find nothing: they count among the others.
    let nothing: String = (1..=12).map(|number| format!("a:n{number}.ops.example ")).collect();
    let void = format!("v=spf1 {nothing} ip4:192.0.2.25 -all");
    for (what, names) in [
        ("12 includes", chain),
        ("12 void look-ups", zone(&[("ops.example", void.as_str())])),
    ] {
        let checks = checked(names, MAIL, Some("ana@ops.example")).await;
        println!("SPF with {what}: {}", word(&checks, AuthMethod::Spf).0);
        assert_ne!(word(&checks, AuthMethod::Spf).0, "pass", "{what}");
        assert_eq!(proof(MAIL, checks, "sup-1-key"), None, "{what}");
    }
}

#[tokio::test]
async fn a_name_server_that_is_silent_means_less_evidence_and_no_long_wait() {
    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let prover = Prover::new(Some(silent.local_addr().unwrap()), "desk.example").unwrap();
    let (key, _) = ed25519();
    let raw = signed(key, "ops.example", &SIGNED, MAIL, true);
    let begun = Instant::now();
    let checks = check(&prover, &raw, Some("ana@ops.example")).await;
    let took = begun.elapsed();
    println!("a silent name server: {took:?}, DKIM {}", word(&checks, AuthMethod::Dkim).0);
    assert!(took < Duration::from_secs(8), "{took:?}");
    assert_eq!(word(&checks, AuthMethod::Dkim).0, "temperror");
    assert_eq!(proof(&raw, checks, "sup-1-key"), None);
}

/// Signs with dkimpy, if it is there.
fn dkimpy(pem: &str, mail: &str) -> Option<String> {
    let script = "import sys, dkim\nkey, mail = sys.stdin.buffer.read().split(b'\\0', 1)\n\
sys.stdout.buffer.write(dkim.sign(mail, b's1', b'ops.example', key, canonicalize=(b'relaxed', b'relaxed'), include_headers=[b'from', b'to', b'subject', b'date', b'message-id']) + mail)";
    let mut python = Command::new("/usr/bin/python3")
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    python.stdin.take()?.write_all(format!("{pem}\0{mail}").as_bytes()).ok()?;
    let output = python.wait_with_output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A key made by OpenSSL: what signs, and the record.
fn rsa(bits: u32) -> Option<(String, String)> {
    let pem = Command::new("openssl")
        .args(["genrsa", "-traditional", &bits.to_string()])
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let pem = String::from_utf8(pem.stdout).ok().filter(|pem| pem.contains("PRIVATE KEY"))?;
    let mut openssl = Command::new("openssl")
        .args(["rsa", "-pubout", "-outform", "DER"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    openssl.stdin.take()?.write_all(pem.as_bytes()).ok()?;
    let der = openssl.wait_with_output().ok()?.stdout;
    Some((pem, format!("v=DKIM1; k=rsa; p={}", base64(&der))))
}

#[tokio::test]
async fn what_dkimpy_signs_is_read_and_weak_keys_are_not() {
    let mut figures = Vec::new();
    for (bits, good) in [(2_048, true), (1_024, true), (768, false), (512, false)] {
        let Some((pem, record)) = rsa(bits) else {
            figures.push(format!("{bits} bits: openssl makes none"));
            continue;
        };
        let Some(raw) = dkimpy(&pem, MAIL) else {
            println!("NOT RUN for {bits} bits: dkimpy is not there, or does not sign with such a key (apt install python3-dkim)");
            continue;
        };
        let names = zone(&[
            ("s1._domainkey.ops.example", record.as_str()),
            ("_dmarc.ops.example", "v=DMARC1; p=reject"),
        ]);
        let begun = Instant::now();
        let checks = checked(names, &raw, None).await;
        figures.push(format!(
            "{bits} bits: {} in {:?}",
            word(&checks, AuthMethod::Dkim).0,
            begun.elapsed()
        ));
        assert_eq!(proof(&raw, checks, "sup-1-key").is_some(), good, "{bits} bits");
    }
    // The signer of the library, read by itself.
    if let Some((pem, record)) = rsa(2_048) {
        let der: Vec<u8> = data_encoding::BASE64
            .decode(pem.lines().filter(|line| !line.starts_with('-')).collect::<String>().as_bytes())
            .unwrap();
        #[expect(deprecated, reason = "the other way wants a crate of its own for the key's form")]
        let key = RsaKey::<Sha256>::from_der(&der).unwrap();
        let signer = DkimSigner::from_key(key).domain("ops.example").selector("s1").headers(SIGNED);
        let raw = format!("{}{MAIL}", signer.sign(MAIL.as_bytes()).unwrap().to_header());
        let checks = checked(zone(&[("s1._domainkey.ops.example", record.as_str())]), &raw, None).await;
        assert!(proof(&raw, checks, "sup-1-key").is_some());
    }
    println!("DKIM by dkimpy: {}", figures.join(", "));
}
