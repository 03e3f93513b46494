//! Where each scheme has its ids and events, what a replay is told by, and what Slack asks.

use super::{Fake, Heard, Web, WebLimits, ask, post, sum, web};
use crate::driver::HookParts;

/// The clock of these tests, in seconds.
const NOW: i64 = 1_795_424_400;
const JSON: (&str, &str) = ("Content-Type", "application/json");

fn hex(secret: &str, parts: &[&[u8]]) -> String {
    data_encoding::HEXLOWER.encode(&sum(secret, &parts.concat()))
}

fn slack(stamp: i64, kind: &str, body: &[u8]) -> Vec<u8> {
    let stamp = stamp.to_string();
    let proof = format!("v0={}", hex("second", &[b"v0:", stamp.as_bytes(), b":", body]));
    let headers = [
        ("X-Slack-Request-Timestamp", stamp.as_str()),
        ("X-Slack-Signature", &proof),
        ("Content-Type", kind),
    ];
    post("/hooks/slack", &headers, body)
}

fn stripe(stamp: i64, body: &[u8]) -> Vec<u8> {
    let stamp = stamp.to_string();
    let proof = format!("t={stamp},v0=00,v1={}", hex("second", &[stamp.as_bytes(), b".", body]));
    post("/hooks/stripe", &[JSON, ("Stripe-Signature", &proof)], body)
}

async fn last(web: &Web, request: Vec<u8>) -> (Heard, HookParts) {
    let heard = ask(web, request).await;
    let parts = web.fake.deliveries().pop().map(|(_, parts, _)| parts).unwrap_or_default();
    (heard, parts)
}

#[tokio::test]
async fn the_test_clock_stands_at_now() {
    assert_eq!(jiff::Timestamp::from_second(NOW).unwrap().to_string(), "2026-11-23T09:00:00Z");
}

#[tokio::test]
async fn ids_and_events_stand_where_each_sender_writes_them() {
    let web = web(Fake::taking(), WebLimits::default()).await;
    let gitlab = [
        JSON,
        ("X-Gitlab-Token", "second"),
        ("X-Gitlab-Event", "Pipeline Hook"),
        ("Idempotency-Key", "g-1"),
    ];
    let (heard, parts) = last(&web, post("/hooks/gitlab", &gitlab, b"{}")).await;
    assert_eq!(
        (heard.status, parts.delivery_id.as_deref(), parts.event.as_deref()),
        (202, Some("g-1"), Some("Pipeline Hook"))
    );
    let (heard, parts) = last(&web, stripe(NOW, br#"{"id":"evt_1","type":"charge.failed"}"#)).await;
    assert_eq!(
        (heard.status, parts.delivery_id.as_deref(), parts.event.as_deref()),
        (202, Some("evt_1"), Some("charge.failed"))
    );
    let body = br#"{"type":"event_callback","event_id":"Ev1","event":{"type":"app_mention"}}"#;
    let (heard, parts) = last(&web, slack(NOW, "application/json", body)).await;
    assert_eq!(
        (heard.status, parts.delivery_id.as_deref(), parts.event.as_deref()),
        (202, Some("Ev1"), Some("app_mention"))
    );
    let stamp = (NOW * 1_000).to_string();
    let proof = data_encoding::BASE64.encode(&sum("second", format!("shop:o-1{stamp}{{}}").as_bytes()));
    let till = [
        JSON,
        ("X-Shop-Proof", proof.as_str()),
        ("X-Shop-Id", "o-1"),
        ("X-Shop-Time", &stamp),
    ];
    let (heard, parts) = last(&web, post("/hooks/till", &till, b"{}")).await;
    assert_eq!((heard.status, parts.delivery_id.as_deref()), (202, Some("o-1")));
    assert_eq!(parts.identity, None, "the id is signed");
    let other = [
        JSON,
        ("X-Shop-Proof", proof.as_str()),
        ("X-Shop-Id", "o-2"),
        ("X-Shop-Time", &stamp),
    ];
    assert_eq!(ask(&web, post("/hooks/till", &other, b"{}")).await.status, 401, "another id");
    assert!(!format!("{:?}", web.fake.deliveries()).contains(&proof));
}

#[tokio::test]
async fn what_was_signed_too_long_ago_or_in_the_future_is_refused() {
    let web = web(Fake::taking(), WebLimits::default()).await;
    for (apart, status) in [(0, 202), (-300, 202), (300, 202), (-301, 401), (301, 401), (-604_800, 401)] {
        let body = format!("{{\"apart\":{apart}}}");
        let heard = ask(&web, slack(NOW + apart, "application/json", body.as_bytes())).await;
        assert_eq!(heard.status, status, "{apart}: {heard:?}");
        let heard = ask(&web, stripe(NOW + apart, body.as_bytes())).await;
        assert_eq!(heard.status, status, "{apart}: {heard:?}");
        if status == 401 {
            assert!(heard.problem()["detail"].as_str().unwrap().contains("clock"), "{heard:?}");
        }
    }
}

#[tokio::test]
async fn the_same_again_under_a_new_id_has_the_same_identity() {
    let web = web(Fake::taking(), WebLimits::default()).await;
    let github = |id: &str, body: &[u8]| super::github_post(body, &[JSON, ("X-GitHub-Delivery", id)]);
    let (_, first) = last(&web, github("d-1", b"{}")).await;
    let (_, again) = last(&web, github("d-2", b"{}")).await;
    let (_, other) = last(&web, github("d-3", b"{ }")).await;
    assert!(first.identity.is_some() && first.identity == again.identity && first.identity != other.identity);
    // A command has no id: sent again it carries its stamp; typed again it has another.
    let form = "application/x-www-form-urlencoded";
    let (_, first) = last(&web, slack(NOW, form, b"command=%2Fdesk&text=help")).await;
    let (_, again) = last(&web, slack(NOW, form, b"command=%2Fdesk&text=help")).await;
    let (_, later) = last(&web, slack(NOW + 1, form, b"command=%2Fdesk&text=help")).await;
    assert!(first.identity == again.identity && first.identity != later.identity);
    assert_eq!(first.delivery_id, None);
}

#[tokio::test]
async fn slack_is_answered_in_its_own_way() {
    let web = web(Fake::taking(), WebLimits::default()).await;
    let question = br#"{"token":"x","challenge":"3eZbrw1aB","type":"url_verification"}"#;
    let heard = ask(&web, slack(NOW, "application/json", question)).await;
    assert_eq!((heard.status, heard.body.as_str()), (200, "3eZbrw1aB"));
    assert_eq!(heard.header("content-type"), Some("text/plain; charset=utf-8"));
    assert!(web.fake.deliveries().is_empty(), "a question is no delivery");
    let unsigned = ask(&web, post("/hooks/slack", &[JSON], question)).await;
    assert_eq!(unsigned.status, 401);
    assert!(!unsigned.body.contains("3eZbrw1aB"));
    let elsewhere = ask(&web, super::github_post(question, &[JSON])).await;
    assert_eq!(elsewhere.status, 202, "only Slack asks this way");
    let command = slack(NOW, "application/x-www-form-urlencoded", b"command=%2Fdesk&text=help");
    let heard = ask(&web, command).await;
    assert_eq!((heard.status, heard.body.as_str()), (200, "Taken: SUP-2."));
}
