//! Vectors of each scheme, right and wrong.

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;

use super::scheme;
use crate::config::{HmacAlgorithm, HmacEncoding, HmacScheme, Signed, StandardKey, Verify};

mod corpus;
mod proven;
mod signed;

/// When the vectors of stamped schemes were signed.
const AT: i64 = 1_614_265_330;
const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

fn secrets(texts: &[&str]) -> Vec<SecretString> {
    texts.iter().map(|text| SecretString::from(*text)).collect()
}

fn hmac(secret: &[&str], algorithm: HmacAlgorithm, encoding: HmacEncoding, prefix: &str) -> Verify {
    Verify::Hmac(Box::new(HmacScheme {
        secrets: secrets(secret),
        header: "x-sum".to_owned(),
        algorithm,
        encoding,
        prefix: prefix.to_owned(),
        id_header: None,
        stamp: None,
        signs: vec![Signed::Body],
    }))
}

fn github(texts: &[&str]) -> Verify {
    Verify::Github { secrets: secrets(texts) }
}

/// 200 if the delivery is proven at this time, else what the sender is told.
fn judge(verify: &Verify, headers: &[(&str, &str)], body: &[u8], now: i64) -> StatusCode {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
    }
    let scheme = scheme(verify);
    let now = Timestamp::from_second(now).unwrap();
    let outcome = scheme.gate(&map, now).and_then(|()| scheme.seal(&map, body));
    outcome.map_or_else(
        |problem| axum::response::IntoResponse::into_response(problem).status(),
        |()| StatusCode::OK,
    )
}

fn check_at(now: i64, verify: &Verify, headers: &[(&str, &str)], body: &[u8], good: bool) {
    let want = if good { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
    assert_eq!(judge(verify, headers, body, now), want, "{headers:?} at {now}");
}

fn check(verify: &Verify, headers: &[(&str, &str)], body: &[u8], good: bool) {
    check_at(AT, verify, headers, body, good);
}

/// RFC 4231 section 4.3 and RFC 2202 section 3, case 2: the key is text there.
const KEY: &str = "Jefe";
const BODY: &[u8] = b"what do ya want for nothing?";
const SHA1: &str = "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79";
const SHA256: &str = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
const SHA512: &str =
    "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737";

#[test]
fn the_rfc_vectors_in_every_spelling() {
    use HmacAlgorithm::{Sha1, Sha256, Sha512};
    for (algorithm, digest) in [(Sha1, SHA1), (Sha256, SHA256), (Sha512, SHA512)] {
        let hex = hmac(&[KEY], algorithm, HmacEncoding::Hex, "");
        check(&hex, &[("x-sum", digest)], BODY, true);
        check(&hex, &[("x-sum", &digest.to_uppercase())], BODY, true);
        check(&hex, &[("X-SUM", &format!("  {digest} "))], BODY, true);
        check(&hex, &[("x-sum", digest)], &BODY[1..], false);
        check(&hex, &[("x-sum", &digest[1..])], BODY, false);
        check(&hex, &[("x-sum", &digest[..digest.len() - 2])], BODY, false);
        check(&hex, &[("x-sum", &format!("{digest}00"))], BODY, false);
        check(&hex, &[("x-sum", "")], BODY, false);
        check(&hex, &[], BODY, false);
        check(&hex, &[("x-sum", digest), ("x-sum", digest)], BODY, false);
        check(&hex, &[("x-sum", &format!("{digest},{digest}"))], BODY, false);
        let octets = data_encoding::HEXLOWER.decode(digest.as_bytes()).unwrap();
        let base64 = hmac(&[KEY], algorithm, HmacEncoding::Base64, "v1=");
        let text = data_encoding::BASE64.encode(&octets);
        check(&base64, &[("x-sum", &format!("v1={text}"))], BODY, true);
        check(&base64, &[("x-sum", &text)], BODY, false);
        check(&base64, &[("x-sum", &format!("v1={digest}"))], BODY, false);
    }
}

#[test]
fn every_flipped_bit_is_seen() {
    let verify = hmac(&[KEY], HmacAlgorithm::Sha256, HmacEncoding::Hex, "");
    let octets = data_encoding::HEXLOWER.decode(SHA256.as_bytes()).unwrap();
    for bit in 0..octets.len() * 8 {
        let mut wrong = octets.clone();
        wrong[bit / 8] ^= 1 << (bit % 8);
        check(&verify, &[("x-sum", &data_encoding::HEXLOWER.encode(&wrong))], BODY, false);
    }
}

#[test]
fn two_secrets_live_at_once_and_an_empty_one_never() {
    for list in [&["old", KEY][..], &[KEY, "new"], &["", KEY]] {
        check(
            &hmac(list, HmacAlgorithm::Sha256, HmacEncoding::Hex, ""),
            &[("x-sum", SHA256)],
            BODY,
            true,
        );
    }
    // The HMAC of nothing under an empty key.
    let empty = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
    for list in [&[][..], &[""], &["", "other"]] {
        check(
            &hmac(list, HmacAlgorithm::Sha256, HmacEncoding::Hex, ""),
            &[("x-sum", empty)],
            b"",
            false,
        );
        check(
            &Verify::Bearer { secrets: secrets(list) },
            &[("authorization", "Bearer ")],
            b"",
            false,
        );
    }
}

#[test]
fn github_signs_with_a_prefix() {
    let name = "X-Hub-Signature-256";
    let verify = github(&["other", KEY]);
    check(&verify, &[(name, &format!("sha256={SHA256}"))], BODY, true);
    check(&verify, &[(name, &format!("sha256={}", SHA256.to_uppercase()))], BODY, true);
    check(&verify, &[(name, SHA256)], BODY, false);
    check(&verify, &[(name, &format!("sha1={SHA1}"))], BODY, false);
    check(&verify, &[("X-Hub-Signature", &format!("sha1={SHA1}"))], BODY, false);
    check(&verify, &[(name, &format!("sha256={SHA256}")), (name, "sha256=00")], BODY, false);
}

#[test]
fn bearer_tokens() {
    let verify = Verify::Bearer {
        secrets: secrets(&["t0ken", "next"]),
    };
    for (value, good) in [
        ("Bearer t0ken", true),
        ("bearer next", true),
        ("BEARER   t0ken", true),
        ("Bearer t0ke", false),
        ("Bearer t0ken2", false),
        ("Bearer", false),
        ("Bearert0ken", false),
        ("Basic t0ken", false),
        ("t0ken", false),
        ("", false),
    ] {
        check(&verify, &[("Authorization", value)], b"", good);
    }
    check(&verify, &[], b"", false);
    check(
        &verify,
        &[("Authorization", "Bearer t0ken"), ("Authorization", "Bearer t0ken")],
        b"",
        false,
    );
}

#[test]
fn basic_is_a_user_and_a_password() {
    let verify = Verify::Basic {
        user: "grafana".to_owned(),
        secrets: secrets(&["pa:ss", "näher"]),
    };
    let of = |text: &str| data_encoding::BASE64.encode(text.as_bytes());
    for (value, good) in [
        (format!("Basic {}", of("grafana:pa:ss")), true),
        (format!("basic   {}", of("grafana:näher")), true),
        (format!("Basic {}", of("grafana:pa:ss2")), false),
        (format!("Basic {}", of("grafana:pa:s")), false),
        (format!("Basic {}", of("Grafana:pa:ss")), false),
        (format!("Basic {}", of("grafana:")), false),
        (format!("Basic {}", of(":pa:ss")), false),
        (format!("Basic {}", of("pa:ss")), false),
        (format!("Bearer {}", of("grafana:pa:ss")), false),
        ("Basic grafana:pa:ss".to_owned(), false),
        ("Basic".to_owned(), false),
        (String::new(), false),
    ] {
        check(&verify, &[("Authorization", &value)], b"", good);
    }
    let right = format!("Basic {}", of("grafana:pa:ss"));
    check(&verify, &[], b"", false);
    check(&verify, &[("Authorization", &right), ("Authorization", &right)], b"", false);
    let empty = Verify::Basic {
        user: "grafana".to_owned(),
        secrets: secrets(&[""]),
    };
    check(&empty, &[("Authorization", &format!("Basic {}", of("grafana:")))], b"", false);
}

#[test]
fn gitlab_sends_its_secret() {
    let verify = Verify::Gitlab {
        secrets: secrets(&["t0ken", "next"]),
    };
    for (value, good) in [("t0ken", true), ("  next ", true), ("T0ken", false), ("t0ke", false), ("", false)] {
        check(&verify, &[("X-Gitlab-Token", value)], b"", good);
    }
    check(&verify, &[], b"", false);
    check(&verify, &[("X-Gitlab-Token", "t0ken"), ("X-Gitlab-Token", "t0ken")], b"", false);
    check(&verify, &[("Authorization", "Bearer t0ken")], b"", false);
    check(&Verify::Gitlab { secrets: secrets(&[""]) }, &[("X-Gitlab-Token", "")], b"", false);
}
