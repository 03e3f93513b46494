//! Vectors and deliveries of other projects, read where they are; never copied.

use std::path::PathBuf;

use serde_json::Value;

use super::{HmacAlgorithm, HmacEncoding, StandardKey, TOLERANCE, Verify, check, check_at, github, hmac, secrets};

fn webhooks() -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora/webhooks");
    if path.is_dir() {
        return Some(path);
    }
    println!("NOT RUN: no webhooks at {}", path.display());
    None
}

/// The key of Standard Webhooks behind its prefix.
fn standard(secret: &str) -> Verify {
    let octets = data_encoding::BASE64
        .decode(secret.strip_prefix("whsec_").unwrap().as_bytes())
        .unwrap();
    Verify::Standard {
        keys: vec![StandardKey::Shared(octets.into())],
        tolerance: TOLERANCE,
    }
}

#[test]
fn vectors_of_other_projects() {
    let Some(folder) = webhooks() else { return };
    let text = std::fs::read_to_string(folder.join("sdk-vectors/signature-vectors.jsonl")).unwrap();
    let mut counts = std::collections::BTreeMap::<(String, bool), u32>::new();
    for line in text.lines() {
        let vector: Value = serde_json::from_str(line).unwrap();
        let field = |name: &str| vector[name].as_str().unwrap_or_default().to_owned();
        let (body, mut good, secret) = (field("body"), vector["valid"].as_bool().unwrap(), field("secret"));
        let now = vector["now"].as_i64().unwrap_or(super::AT);
        let mut headers: Vec<(String, String)> = vector["headers"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
            .collect();
        let scheme = field("scheme");
        let verify = match scheme.as_str() {
            "github" => github(&[&secret]),
            "slack" => Verify::Slack {
                secrets: secrets(&[&secret]),
                tolerance: TOLERANCE,
            },
            "stripe" => Verify::Stripe {
                secrets: secrets(&[&secret]),
                tolerance: TOLERANCE,
            },
            "standard-webhooks" => standard(&secret),
            "hmac-sha256-hex" => {
                let value = field("signature");
                let prefix = if value.starts_with("sha256=") { "sha256=" } else { "" };
                // A list of signatures in one header is not a form this scheme has: refused, whatever it holds.
                good &= !value.contains(',');
                headers.push(("x-sum".to_owned(), value));
                hmac(&[&secret], HmacAlgorithm::Sha256, HmacEncoding::Hex, prefix)
            }
            other => panic!("a scheme without a test: {other}"),
        };
        let borrowed: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        check_at(now, &verify, &borrowed, body.as_bytes(), good);
        *counts.entry((scheme, good)).or_default() += 1;
    }
    println!("vectors of other projects: {counts:?}");
    let good: u32 = counts.iter().filter(|((_, good), _)| *good).map(|(_, count)| count).sum();
    let bad: u32 = counts.iter().filter(|((_, good), _)| !*good).map(|(_, count)| count).sum();
    assert!(good >= 8 && bad >= 9, "{counts:?}");
}

#[test]
fn bodies_of_real_senders_are_signed_as_they_are() {
    let Some(folder) = webhooks() else { return };
    let text = std::fs::read_to_string(folder.join("expected.jsonl")).unwrap();
    let (mut asserted, mut own) = (0, 0);
    for line in text.lines() {
        let known: Value = serde_json::from_str(line).unwrap();
        let path = known["path"].as_str().unwrap().strip_prefix("webhooks/").unwrap();
        let Ok(body) = std::fs::read(folder.join(path)) else { continue };
        let signature = &known["expected"]["signature"];
        if let Some(secret) = signature["secret"].as_str() {
            let name = signature["header"].as_str().unwrap();
            let value = known["expected"]["headers"][name].as_str().unwrap();
            let prefix = if value.starts_with("sha256=") { "sha256=" } else { "" };
            let verify = hmac(&[secret], HmacAlgorithm::Sha256, HmacEncoding::Hex, prefix);
            check(&verify, &[("x-sum", value)], &body, true);
            check(&verify, &[("x-sum", value)], &body[..body.len() - 1], false);
            asserted += 1;
        }
        // Whatever stands in it, it is signed and checked as it is: spaces, escapes, byte order marks, line ends.
        let digest = super::signed::sign(b"Jefe", &[&body]);
        let value = format!("sha256={}", data_encoding::HEXUPPER.encode(&digest));
        check(&github(&["Jefe"]), &[("x-hub-signature-256", &value)], &body, true);
        own += 1;
    }
    println!("{asserted} signatures of other projects hold, {own} bodies signed here");
    assert!(asserted >= 10 && own >= 100, "{asserted}, {own}");
}
