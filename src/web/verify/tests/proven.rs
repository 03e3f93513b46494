//! What is proven here as a sender would is let in, by each scheme; and nothing else is.

use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;

use super::super::{NoProof, prove, scheme};
use super::{AT, HmacAlgorithm, HmacEncoding, HmacScheme, Signed, StandardKey, TOLERANCE, Verify, github, hmac, secrets};
use crate::config::{StampFormat, StampHeader};

const BODY: &[u8] = b"{\"id\": \"\xc3\xa4 1\"}\n";

fn spelled_out(format: StampFormat, encoding: HmacEncoding) -> Verify {
    Verify::Hmac(Box::new(HmacScheme {
        secrets: secrets(&["new", "old"]),
        header: "x-sum".to_owned(),
        algorithm: HmacAlgorithm::Sha512,
        encoding,
        prefix: "v1=".to_owned(),
        id_header: Some("x-id".to_owned()),
        stamp: Some(StampHeader {
            header: "x-time".to_owned(),
            format,
            tolerance: TOLERANCE,
        }),
        signs: vec![
            Signed::Timestamp,
            Signed::Text(".".to_owned()),
            Signed::Id,
            Signed::Text(".".to_owned()),
            Signed::Body,
        ],
    }))
}

fn every_scheme() -> Vec<Verify> {
    let (tolerance, key) = (TOLERANCE, || StandardKey::Shared(vec![7; 24].into()));
    vec![
        github(&["new", "old"]),
        Verify::Gitlab {
            secrets: secrets(&["new", "old"]),
        },
        Verify::Stripe {
            secrets: secrets(&["new", "old"]),
            tolerance,
        },
        Verify::Slack {
            secrets: secrets(&["new", "old"]),
            tolerance,
        },
        Verify::Standard {
            keys: vec![key()],
            tolerance,
        },
        Verify::Standard {
            keys: vec![StandardKey::Public([1; 32]), key()],
            tolerance,
        },
        Verify::Bearer {
            secrets: secrets(&["new", "old"]),
        },
        Verify::Basic {
            user: "grafana".to_owned(),
            secrets: secrets(&["p:s n\u{e4}h", "old"]),
        },
        hmac(&["new"], HmacAlgorithm::Sha1, HmacEncoding::Hex, ""),
        spelled_out(StampFormat::Seconds, HmacEncoding::Base64),
        spelled_out(StampFormat::Milliseconds, HmacEncoding::Hex),
        spelled_out(StampFormat::Rfc3339, HmacEncoding::Hex),
        Verify::None,
    ]
}

fn with_ids() -> HeaderMap {
    let mut headers = HeaderMap::new();
    for name in ["webhook-id", "x-id"] {
        headers.insert(name, HeaderValue::from_static("try-1"));
    }
    headers
}

#[test]
fn each_scheme_lets_in_what_was_proven_here() {
    let now = Timestamp::from_second(AT).unwrap();
    for verify in every_scheme() {
        let mut headers = with_ids();
        // What stood there before does not count, and does not stand beside it.
        headers.insert("authorization", HeaderValue::from_static("Bearer stale"));
        let before = headers.clone();
        prove(&verify, &mut headers, BODY, now).unwrap();
        let scheme = scheme(&verify);
        let passes = |headers: &HeaderMap, body: &[u8]| scheme.gate(headers, now).and_then(|()| scheme.seal(headers, body)).is_ok();
        assert!(passes(&headers, BODY), "{verify:?}: {headers:?}");
        let open = matches!(verify, Verify::None);
        assert_eq!(passes(&before, BODY), open, "{verify:?}");
        let by_body = !matches!(
            verify,
            Verify::None | Verify::Gitlab { .. } | Verify::Bearer { .. } | Verify::Basic { .. }
        );
        assert_eq!(passes(&headers, &BODY[1..]), !by_body, "{verify:?}");
        // The secret of neither is shown by whoever prints the head.
        assert!(!format!("{headers:?}").contains("new"), "{headers:?}");
    }
}

#[test]
fn what_cannot_be_proven_here_says_why() {
    let now = Timestamp::from_second(AT).unwrap();
    let tried = |verify: &Verify, headers: HeaderMap| prove(verify, &mut { headers }, BODY, now);
    let public = Verify::Standard {
        keys: vec![StandardKey::Public([1; 32])],
        tolerance: TOLERANCE,
    };
    assert_eq!(tried(&public, with_ids()), Err(NoProof::PublicKey));
    let broken = Verify::Bearer {
        secrets: secrets(&["two\nlines"]),
    };
    assert_eq!(tried(&broken, with_ids()), Err(NoProof::NotAHeader));
    let by_id = spelled_out(StampFormat::Seconds, HmacEncoding::Hex);
    assert_eq!(tried(&by_id, HeaderMap::new()), Err(NoProof::Missing("x-id".to_owned())));
}
