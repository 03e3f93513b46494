//! Health, timeouts, caps, stops, and a panic.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::time::timeout;

use super::{Fake, Http, PATIENCE, WebLimits, ask, post, web};

const TOKEN: &[(&str, &str)] = &[("Authorization", "Bearer canary-secret")];
const HEALTH: &str = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";

#[tokio::test]
async fn health_readiness_metrics() {
    let web = web(Fake::taking(), WebLimits::default()).await;
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
    let heard = ask(&web, get("/healthz")).await;
    assert_eq!((heard.status, heard.body.as_str()), (200, "ok\n"));
    let heard = ask(&web, get("/readyz")).await;
    assert_eq!((heard.status, heard.body.as_str()), (200, "ready\n"));
    web.fake.ready.store(false, Ordering::SeqCst);
    let heard = ask(&web, get("/readyz")).await;
    assert_eq!((heard.status, heard.header("retry-after")), (503, Some("5")));
    assert_eq!(heard.problem()["detail"], "Not every source is listening.");
    let heard = ask(&web, get("/metrics")).await;
    assert_eq!(heard.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    assert!(heard.body.ends_with("batond_up 1\n"));
    for path in ["/healthz", "/readyz", "/metrics"] {
        let heard = ask(&web, post(path, &[], b"")).await;
        assert_eq!((heard.status, heard.header("allow")), (405, Some("GET, HEAD")), "{path}");
        heard.problem();
    }
}

#[tokio::test]
async fn a_slow_head_and_an_idle_connection_are_closed() {
    let limits = WebLimits {
        head: Duration::from_millis(100),
        ..WebLimits::default()
    };
    let web = web(Fake::taking(), limits).await;
    let mut slow = Http::connect(web.address).await;
    slow.send("POST /hooks/am HTTP/1.1\r\nHost:").await;
    let mut idle = Http::connect(web.address).await;
    idle.send(HEALTH).await;
    assert_eq!(idle.heard().await.unwrap().status, 200);
    assert_eq!(slow.heard().await.map(|heard| heard.status), None);
    assert_eq!(idle.heard().await, None);
    let mut silent = Http::connect(web.address).await;
    assert_eq!(silent.heard().await, None);
}

#[tokio::test]
async fn a_slow_body_is_408_and_an_endless_one_413() {
    let limits = WebLimits {
        body: Duration::from_millis(100),
        ..WebLimits::default()
    };
    let web = web(Fake::taking(), limits).await;
    let head = "POST /hooks/am HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer second\r\n";
    let heard = ask(&web, format!("{head}Content-Length: 10\r\n\r\nhalf")).await;
    assert_eq!(heard.status, 408);
    heard.problem();
    let mut endless = Http::connect(web.address).await;
    endless.send(format!("{head}Transfer-Encoding: chunked\r\n\r\n")).await;
    let mut chunks = 0;
    while chunks < 10_000 && endless.send(format!("400\r\n{}\r\n", "x".repeat(1024))).await {
        chunks += 1;
    }
    assert!(chunks < 10_000, "the server reads for ever");
    assert!(web.fake.deliveries().is_empty());
}

#[tokio::test]
async fn too_much_head_is_431() {
    let web = web(Fake::taking(), WebLimits::default()).await;
    let many = "a: b\r\n".repeat(101);
    assert_eq!(
        ask(&web, format!("GET /healthz HTTP/1.1\r\nHost: a\r\n{many}\r\n")).await.status,
        431
    );
    let long = "x".repeat(300_000);
    let mut http = Http::connect(web.address).await;
    http.send(format!("GET /healthz HTTP/1.1\r\nHost: a\r\nlong: {long}\r\n\r\n")).await;
    let status = http.heard().await.map(|heard| heard.status);
    assert!(matches!(status, Some(431) | None), "{status:?}");
}

#[tokio::test]
async fn a_slow_commit_is_503() {
    let limits = WebLimits {
        accept: Duration::from_millis(50),
        ..WebLimits::default()
    };
    let fake = Fake {
        delay: PATIENCE,
        ..Fake::taking()
    };
    let heard = ask(&web(fake, limits).await, post("/hooks/am", TOKEN, b"x")).await;
    assert_eq!((heard.status, heard.header("retry-after")), (503, Some("30")));
}

#[tokio::test]
async fn past_the_cap_senders_are_told_to_come_back() {
    let limits = WebLimits {
        max_connections: 1,
        max_turned_away: 1,
        ..WebLimits::default()
    };
    let web = web(Fake::taking(), limits).await;
    let mut first = Http::connect(web.address).await;
    first.send(HEALTH).await;
    assert_eq!(first.heard().await.unwrap().status, 200);
    let mut second = Http::connect(web.address).await;
    second.send(HEALTH).await;
    let heard = second.heard().await.unwrap();
    assert_eq!((heard.status, heard.header("connection")), (503, Some("close")));
    heard.problem();
    drop((first, second));
    let recovered = async {
        while ask(&web, HEALTH).await.status != 200 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, recovered).await.unwrap();
}

#[tokio::test]
async fn a_stop_finishes_what_is_in_hand() {
    let fake = Fake {
        delay: Duration::from_millis(100),
        ..Fake::taking()
    };
    let web = web(fake, WebLimits::default()).await;
    let mut idle = Http::connect(web.address).await;
    idle.send(HEALTH).await;
    assert_eq!(idle.heard().await.unwrap().status, 200);
    let mut busy = Http::connect(web.address).await;
    busy.send(post("/hooks/am", TOKEN, b"x")).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let begin = Instant::now();
    web.stop.cancel();
    assert_eq!(idle.heard().await, None);
    assert_eq!(busy.heard().await.unwrap().status, 202);
    timeout(PATIENCE, web.task).await.unwrap().unwrap();
    assert!(begin.elapsed() < Duration::from_secs(2), "took {:?}", begin.elapsed());
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever() {
    let fake = Fake {
        delay: PATIENCE,
        ..Fake::taking()
    };
    let limits = WebLimits {
        stop: Duration::from_millis(100),
        ..WebLimits::default()
    };
    let web = web(fake, limits).await;
    let mut stuck = Http::connect(web.address).await;
    stuck.send(post("/hooks/am", TOKEN, b"x")).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    web.stop.cancel();
    timeout(Duration::from_secs(5), web.task).await.unwrap().unwrap();
    assert_eq!(stuck.heard().await, None);
}

#[tokio::test]
async fn a_panic_ends_one_request() {
    let web = web(
        Fake::answering(|count| {
            if count == 1 {
                panic!("on purpose")
            } else {
                Fake::taking().answer.as_ref()(count)
            }
        }),
        WebLimits::default(),
    )
    .await;
    let mut http = Http::connect(web.address).await;
    http.send(post("/hooks/am", TOKEN, b"x")).await;
    let heard = http.heard().await.unwrap();
    assert_eq!(heard.status, 500);
    assert!(!heard.body.contains("on purpose"));
    heard.problem();
    http.send(post("/hooks/am", TOKEN, b"x")).await;
    assert_eq!(http.heard().await.unwrap().status, 202);
}
