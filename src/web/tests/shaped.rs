//! Compressed bodies, rates, proxies in front.

use std::io::Write;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

use super::{Fake, WebLimits, ask, github_post, post, web};

const JSON: (&str, &str) = ("Content-Type", "application/json");
const TOKEN: (&str, &str) = ("Authorization", "Bearer canary-secret");
const GZIP: (&str, &str) = ("Content-Encoding", "gzip");

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_compressed_body_is_signed_as_sent_and_kept_as_written() {
    let web = web(Fake::taking(), WebLimits::default()).await;
    let body = b"{ \"a\": [1,  2] }";
    for (coding, sent) in [
        ("gzip", gzip(body)),
        ("X-GZIP", gzip(body)),
        ("deflate", deflate(body)),
        ("identity, gzip", gzip(body)),
        // One body in two members, as some loggers write it (RFC 1952 section 2.2).
        ("gzip", [gzip(&body[..5]), gzip(&body[5..])].concat()),
    ] {
        let heard = ask(&web, github_post(&sent, &[JSON, ("Content-Encoding", coding)])).await;
        assert_eq!(heard.status, 202, "{coding}: {heard:?}");
        assert_eq!(web.fake.deliveries().pop().unwrap().2, body, "{coding}");
    }
    // Signed before it was compressed: not what was sent.
    let proof = format!("sha256={}", data_encoding::HEXLOWER.encode(&super::sum("canary-secret", body)));
    let early = post("/hooks/github", &[JSON, GZIP, ("X-Hub-Signature-256", &proof)], &gzip(body));
    assert_eq!(ask(&web, early).await.status, 401);
}

#[tokio::test]
async fn what_cannot_be_inflated_is_refused_and_a_bomb_costs_no_more_than_its_limit() {
    let web = web(Fake::taking(), WebLimits::default()).await;
    let full = gzip(&[b' '; 1_999]);
    let whole = gzip(b"{}");
    for (what, coding, sent, status) in [
        ("exactly the limit", "gzip", gzip(&[&b"[]"[..], &[b' '; 1_998]].concat()), 202),
        ("one more", "gzip", gzip(&[&b"[]"[..], &[b' '; 1_999]].concat()), 413),
        ("a bomb", "gzip", gzip(&vec![b' '; 1 << 20]), 413),
        ("a bomb by zlib", "deflate", deflate(&vec![b' '; 1 << 20]), 413),
        ("cut off", "gzip", whole[..whole.len() - 4].to_vec(), 400),
        ("not compressed", "gzip", b"{}".to_vec(), 400),
        ("nothing", "gzip", Vec::new(), 400),
        ("spaces are no JSON", "gzip", full, 400),
        ("another coding", "br", whole.clone(), 415),
        ("twice", "gzip, gzip", gzip(&whole), 415),
    ] {
        let heard = ask(&web, github_post(&sent, &[JSON, ("Content-Encoding", coding)])).await;
        assert_eq!(heard.status, status, "{what}: {heard:?}");
    }
}

#[tokio::test]
async fn past_its_rate_a_source_is_told_when_to_come_again() {
    let web = web(Fake::taking(), WebLimits::default()).await;
    let stranger = post("/hooks/busy", &[JSON, ("Authorization", "Bearer no")], b"{}");
    for _ in 0..5 {
        assert_eq!(ask(&web, &stranger).await.status, 401, "what is not proven does not count");
    }
    let good = post("/hooks/busy", &[JSON, TOKEN], b"{}");
    assert_eq!(ask(&web, &good).await.status, 202);
    assert_eq!(ask(&web, &good).await.status, 202);
    let heard = ask(&web, &good).await;
    assert_eq!((heard.status, heard.header("retry-after")), (429, Some("31")));
    let problem = heard.problem();
    assert!(
        problem["detail"].as_str().unwrap().contains("2 deliveries in 60 seconds"),
        "{problem}"
    );
    assert_eq!(web.fake.deliveries().len(), 2);
}

#[tokio::test]
async fn a_named_proxy_says_who_sends() {
    let web = web(Fake::taking(), WebLimits::default()).await;
    let from = |headers: &[(&str, &str)]| post("/hooks/behind", headers, b"words");
    for (headers, status) in [
        (&[("X-Forwarded-For", "192.0.2.7")][..], 202),
        (&[("X-Forwarded-For", "203.0.113.9, 192.0.2.7")], 202),
        (&[("X-Forwarded-For", "192.0.2.7, 203.0.113.9")], 403),
        (&[("X-Forwarded-For", "192.0.2.7"), ("X-Forwarded-For", "203.0.113.9")], 403),
        (&[("X-Forwarded-For", "unknown")], 403),
        (&[("Forwarded", "for=192.0.2.7")], 403),
        (&[], 403),
    ] {
        assert_eq!(ask(&web, from(headers)).await.status, status, "{headers:?}");
    }
    // Where no proxy is named, what stands there is a stranger's word.
    let forged = post("/hooks/shut", &[("X-Forwarded-For", "192.0.2.7")], b"words");
    assert_eq!(ask(&web, forged).await.status, 403);
}
