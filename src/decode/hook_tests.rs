//! Webhook bodies, by type and by what they are.

use serde_json::json;

use crate::model::{Hook, Oddity};

use super::{HookInput, hook, sha256_hex};

fn read(content_type: &str, body: &[u8]) -> Result<(Hook, Vec<String>), String> {
    let input = HookInput {
        content_type: (!content_type.is_empty()).then_some(content_type),
        ..HookInput::default()
    };
    let codes = |odd: Vec<Oddity>| odd.into_iter().map(|o| o.code).collect();
    hook(body, input).map(|(hook, odd)| (hook, codes(odd))).map_err(|why| why.code)
}

#[test]
fn json_is_read_under_its_types() {
    for kind in [
        "application/json",
        "application/json; charset=utf-8",
        "Application/Vnd.X+JSON",
        "text/json",
    ] {
        let (hook, odd) = read(kind, br#"{"a": [1, "b"]}"#).expect("read");
        assert_eq!(hook.json, Some(json!({"a": [1, "b"]})), "{kind}");
        assert!(odd.is_empty(), "{odd:?}");
    }
    let (hook, odd) = read("application/json", b"\xEF\xBB\xBF{}").expect("read");
    assert_eq!((hook.json, odd), (Some(json!({})), vec!["bom".to_owned()]));
}

#[test]
fn json_at_and_past_its_depth() {
    let nested = |depth: usize| [vec![b'['; depth], vec![b']'; depth]].concat();
    assert!(read("application/json", &nested(127)).is_ok());
    assert_eq!(read("application/json", &nested(128)), Err("json-depth".to_owned()));
    assert_eq!(read("application/json", &vec![b'['; 1_000_000]), Err("json-depth".to_owned()));
    for bad in [&b"{"[..], b"{\"a\":1}x", b"{'a':1}", b"\xff"] {
        assert_eq!(read("application/json", bad), Err("bad-json".to_owned()), "{bad:?}");
    }
}

#[test]
fn forms_give_pairs_and_a_payload() {
    let (hook, _) = read(
        "application/x-www-form-urlencoded",
        b"a=1&b=x+y%21&a=%0D%0A2&payload=%7B%22n%22%3A1%7D",
    )
    .expect("read");
    let pairs: Vec<(&str, &str)> = hook.form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(pairs, [("a", "1"), ("b", "x y!"), ("a", "\n2"), ("payload", "{\"n\":1}")]);
    assert_eq!(hook.json, Some(json!({"n": 1})));
    assert_eq!(read("application/x-www-form-urlencoded", b"payload=no").expect("read").0.json, None);
    let many = "a=1&".repeat(super::limits::MAX_PAIRS + 1);
    let (hook, odd) = read("application/x-www-form-urlencoded", many.as_bytes()).expect("read");
    assert_eq!((hook.form.len(), odd), (super::limits::MAX_PAIRS, vec!["pairs-capped".to_owned()]));
}

#[test]
fn other_bodies_are_json_or_text_or_unparsed() {
    assert_eq!(
        read("text/plain; charset=iso-8859-1", b"caf\xe9\r\nx").expect("read").0.text,
        "café\nx"
    );
    assert_eq!(read("", b"[1]").expect("read").0.json, Some(json!([1])));
    assert_eq!(read("application/octet-stream", b"[1]").expect("read").1, ["json-unannounced"]);
    let (hook, odd) = read("application/x-own", b"hello").expect("read");
    assert_eq!((hook.text.as_str(), odd), ("hello", vec!["unknown-type".to_owned()]));
    assert_eq!(read("", b"\xff\xfe\x00"), Err("binary".to_owned()));
    assert_eq!(read("application/json", b" \n").expect("read").1, ["empty-body"]);
    let long = "a".repeat(super::limits::MAX_TEXT_BYTES + 1);
    let (hook, odd) = read("text/plain", long.as_bytes()).expect("read");
    assert_eq!(
        (hook.text.len(), odd),
        (super::limits::MAX_TEXT_BYTES, vec!["text-capped".to_owned()])
    );
}

#[test]
fn secrets_do_not_pass() {
    let headers: Vec<(String, String)> = [
        ("Authorization", "Bearer x"),
        ("Cookie", "x"),
        ("X-Hub-Signature-256", "x"),
        ("X-Hub-Mode", "x"),
        ("X-Gitlab-Token", "x"),
        ("Stripe-Signature", "x"),
        ("X-Client-Secret", "x"),
        ("X-Api-Key", "x"),
        ("Proxy-Authorization", "x"),
        ("X-GitHub-Event", "pu\r\nsh"),
        ("User-Agent", "hookshot"),
    ]
    .map(|(n, v)| (n.to_owned(), v.to_owned()))
    .to_vec();
    let query = [("a".to_owned(), "1\r\n2".to_owned())];
    let input = HookInput {
        content_type: Some("application/json"),
        delivery_id: Some("d\n1"),
        event: Some(""),
        headers: &headers,
        query: &query,
    };
    let (hook, _) = hook(b"{}", input).expect("read");
    let kept: Vec<(&str, &str)> = hook.headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(kept, [("x-github-event", "pu sh"), ("user-agent", "hookshot")]);
    assert_eq!((hook.delivery_id.as_deref(), hook.event.as_deref()), (Some("d 1"), None));
    assert_eq!(hook.query, [("a".to_owned(), "1\n2".to_owned())]);
}

#[test]
fn the_digest_is_sha_256() {
    assert_eq!(
        sha256_hex(b"abc"),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}
