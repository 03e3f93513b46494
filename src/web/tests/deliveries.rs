//! Deliveries, and every way to be refused.

use super::{Fake, Refusal, WebLimits, ask, github_post, post, sum, web};
use crate::driver::Receipt;

const JSON: (&str, &str) = ("Content-Type", "application/json");
const TOKEN: (&str, &str) = ("Authorization", "Bearer canary-secret");

#[tokio::test]
async fn a_delivery_is_taken_and_named() {
    let web = web(Fake::taking(), WebLimits::default()).await;
    let body = b"{ \"action\":\"opened\",  \"title\":\"gr\\u00fc\xc3\x9fe\" }\n";
    let heard = ask(
        &web,
        github_post(
            body,
            &[
                ("Content-Type", "application/json; charset=utf-8"),
                ("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958"),
                ("X-GitHub-Event", "issues"),
                ("X-Hub-Signature", "sha1=feed"),
                ("Cookie", "a=canary-secret"),
                ("X-Api-Token", "canary-secret"),
                ("User-Agent", "GitHub-Hookshot/1"),
            ],
        ),
    )
    .await;
    assert_eq!(
        (heard.status, heard.body.as_str()),
        (202, "{\"items\":[\"SUP-1\"],\"repeat\":false}\n")
    );
    assert_eq!(heard.header("content-type"), Some("application/json"));
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("referrer-policy", "no-referrer"),
    ] {
        assert_eq!(heard.header(name), Some(value));
    }
    let deliveries = web.fake.deliveries();
    let [(source, parts, raw)] = deliveries.as_slice() else {
        panic!("one delivery")
    };
    assert_eq!((source.as_str(), raw.as_slice()), ("github", &body[..]));
    assert_eq!(parts.delivery_id.as_deref(), Some("72d3162e-cc78-11e3-81ab-4c9367dc0958"));
    assert_eq!(parts.event.as_deref(), Some("issues"));
    assert_eq!(parts.content_type.as_deref(), Some("application/json; charset=utf-8"));
    let names: Vec<&str> = parts.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "host",
            "content-length",
            "content-type",
            "x-github-delivery",
            "x-github-event",
            "user-agent"
        ]
    );
    assert!(!format!("{parts:?}").contains("canary"), "{parts:?}");
}

#[tokio::test]
async fn every_scheme_lets_its_own_in() {
    let web = web(Fake::taking(), WebLimits::default()).await;
    assert_eq!(ask(&web, post("/hooks/am", &[JSON, TOKEN], b"{}")).await.status, 202);
    let second = [JSON, ("authorization", "bearer second")];
    assert_eq!(ask(&web, post("/hooks/am", &second, b"{}")).await.status, 202);
    let proof = data_encoding::BASE64.encode(&sum("second", b"a=1&b=2"));
    let form = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("X-Shop-Proof", &proof),
        ("X-Shop-Id", "o-1"),
    ];
    assert_eq!(
        ask(&web, post("/hooks/shop?kind=order&token=canary-secret", &form, b"a=1&b=2"))
            .await
            .status,
        202
    );
    assert_eq!(ask(&web, post("/hooks/open", &[], b"plain words")).await.status, 202);
    let deliveries = web.fake.deliveries();
    assert_eq!(deliveries[2].1.delivery_id.as_deref(), Some("o-1"));
    assert_eq!(deliveries[2].1.query, [("kind".to_owned(), "order".to_owned())]);
    assert!(!format!("{deliveries:?}").contains("canary") && !format!("{deliveries:?}").contains(&proof));
    let chunked = "POST /hooks/am HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer second\r\nContent-Type: application/json\r\n\
        Transfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n5\r\n\": 1}\r\n0\r\n\r\n";
    assert_eq!(ask(&web, chunked).await.status, 202);
    assert_eq!(web.fake.deliveries()[4].2, b"{\"a\": 1}");
}

#[tokio::test]
async fn refusals_say_what_to_do_and_store_nothing() {
    let web = web(Fake::taking(), WebLimits::default()).await;
    let long_id = "x".repeat(256);
    let big = vec![b'x'; 2_001];
    let signed = |proof: &'static str| post("/hooks/github", &[JSON, ("X-Hub-Signature-256", proof)], b"{}");
    let am = |headers: &[(&str, &str)], body: &[u8]| post("/hooks/am", &[&[TOKEN], headers].concat(), body);
    for (what, request, status, detail) in [
        ("no signature", post("/hooks/github", &[JSON], b"{}"), 401, "x-hub-signature-256"),
        ("wrong signature", signed("sha256=00"), 401, "does not fit"),
        ("no hex", signed("sha256=zz"), 401, "sha256="),
        ("no token", post("/hooks/am", &[JSON], b"{}"), 401, "authorization"),
        (
            "wrong token",
            post("/hooks/am", &[("Authorization", "Bearer no")], b"{}"),
            401,
            "token",
        ),
        ("foreign network", post("/hooks/shut", &[JSON], b"{}"), 403, "allow_from"),
        ("no network named", post("/hooks/forgotten", &[JSON], b"{}"), 403, "allow_from"),
        ("proof from elsewhere", post("/hooks/away", &[JSON], b"{}"), 403, "allow_from"),
        ("unknown source", post("/hooks/nowhere", &[JSON], b"{}"), 404, "sources:"),
        ("no text in the path", post("/hooks/%ff", &[JSON], b"{}"), 400, "UTF-8"),
        ("nothing there", post("/elsewhere", &[], b""), 404, "/hooks/<source>"),
        ("GET", b"GET /hooks/am HTTP/1.1\r\nHost: a\r\n\r\n".to_vec(), 405, "POST"),
        ("too large", am(&[JSON], &big), 413, "2000"),
        ("broken JSON", am(&[JSON], b"{\n \"a\": }"), 400, "line 2, column 7"),
        ("empty JSON", am(&[JSON], b""), 400, "JSON"),
        ("two JSON values", am(&[JSON], b"{} {}"), 400, "JSON"),
        (
            "JSON in Latin-1",
            am(&[("Content-Type", "application/vnd.x+json")], b"\"\xe9\""),
            400,
            "UTF-8",
        ),
        ("XML", am(&[("Content-Type", "application/xml")], b"<a/>"), 415, "application/json"),
        ("not UTF-8", am(&[("Content-Type", "text/plain")], b"\xff\xfe"), 415, "UTF-8"),
        ("two types", am(&[JSON, JSON], b"{}"), 415, "one Content-Type"),
        ("long id", github_post(b"{}", &[JSON, ("X-GitHub-Delivery", &long_id)]), 400, "255"),
    ] {
        let heard = ask(&web, request).await;
        assert_eq!(heard.status, status, "{what}: {heard:?}");
        let problem = heard.problem();
        assert!(problem["detail"].as_str().unwrap().contains(detail), "{what}: {problem}");
        assert_eq!(heard.header("www-authenticate").is_some(), status == 401, "{what}");
        assert_eq!(heard.header("allow"), (status == 405).then_some("POST"), "{what}");
        assert_eq!(heard.header("x-content-type-options"), Some("nosniff"), "{what}");
        assert!(!heard.body.contains("canary"), "{what}");
    }
    assert!(web.fake.deliveries().is_empty());
}

#[tokio::test]
async fn a_byte_order_mark_is_no_reason_to_refuse() {
    let web = web(Fake::taking(), WebLimits::default()).await;
    let body = b"\xef\xbb\xbf{\"a\":1}";
    assert_eq!(ask(&web, github_post(body, &[JSON])).await.status, 202);
    assert_eq!(web.fake.deliveries()[0].2, body);
    assert_eq!(ask(&web, github_post(&vec![b' '; 1_998], &[])).await.status, 202);
    // Valid, if odd: not the sender's fault, so it is taken and whoever cannot read it sets it aside.
    let deep = [b"[".repeat(900), b"]".repeat(900)].concat();
    assert_eq!(ask(&web, github_post(&deep, &[JSON])).await.status, 202);
    let edge = [b"[]".to_vec(), vec![b' '; 1_998]].concat();
    assert_eq!(ask(&web, github_post(&edge, &[JSON])).await.status, 202, "exactly `max_size`");
}

#[tokio::test]
async fn a_repeat_is_200_and_a_refusal_503() {
    let repeat = Fake::answering(|_| {
        Ok(Receipt {
            items: vec!["SUP-7".parse().unwrap()],
            repeat: true,
        })
    });
    let heard = ask(&web(repeat, WebLimits::default()).await, post("/hooks/am", &[JSON, TOKEN], b"{}")).await;
    assert_eq!(
        (heard.status, heard.body.as_str()),
        (200, "{\"items\":[\"SUP-7\"],\"repeat\":true}\n")
    );
    for (refusal, seconds) in [
        (Refusal::Busy, "5"),
        (Refusal::Full, "120"),
        (Refusal::Clock, "60"),
        (Refusal::Stopping, "15"),
        (Refusal::Store, "30"),
    ] {
        let web = web(Fake::answering(move |_| Err(refusal.clone())), WebLimits::default()).await;
        let heard = ask(&web, post("/hooks/am", &[JSON, TOKEN], b"{}")).await;
        assert_eq!((heard.status, heard.header("retry-after")), (503, Some(seconds)));
        heard.problem();
    }
}
