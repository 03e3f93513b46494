//! HTTP over real sockets, written octet by octet where it matters.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arc_swap::ArcSwap;
use aws_lc_rs::hmac;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{HookTable, Readiness, Ready, WebLimits, WebState, router, serve};
use crate::clock::VirtualClock;
use crate::config::{
    ClientHeader, HmacAlgorithm, HmacEncoding, HmacScheme, HookDoor, Proxies, Rate, Signed, StampFormat, StampHeader, Verify,
};
use crate::driver::{Accept, Acceptance, Arrival, ArrivalKind, HookParts, Receipt, Refusal};

mod deliveries;
mod life;
mod marks;
mod shaped;

/// No test waits longer for anything.
const PATIENCE: Duration = Duration::from_secs(10);

type Answer = Box<dyn Fn(usize) -> Result<Receipt, Refusal> + Send + Sync>;

/// A driver that remembers what it was given, and answers as told.
struct Fake {
    arrivals: Mutex<Vec<Arrival>>,
    answer: Answer,
    delay: Duration,
    ready: AtomicBool,
}

impl Fake {
    fn answering(answer: impl Fn(usize) -> Result<Receipt, Refusal> + Send + Sync + 'static) -> Self {
        Self {
            arrivals: Mutex::default(),
            answer: Box::new(answer),
            delay: Duration::ZERO,
            ready: AtomicBool::new(true),
        }
    }

    fn taking() -> Self {
        Self::answering(|count| {
            Ok(Receipt {
                items: vec![format!("SUP-{count}").parse().unwrap()],
                repeat: false,
            })
        })
    }

    fn deliveries(&self) -> Vec<(String, HookParts, Vec<u8>)> {
        let arrivals = self.arrivals.lock().unwrap();
        arrivals
            .iter()
            .map(|arrival| match &arrival.kind {
                ArrivalKind::Hook(parts) => (arrival.source.to_string(), parts.clone(), arrival.raw.to_vec()),
                ArrivalKind::Mail(_) | ArrivalKind::Lying(..) | ArrivalKind::Aside(..) => panic!("a webhook made a mail"),
            })
            .collect()
    }
}

impl Accept for Fake {
    fn accept(&self, arrival: Arrival) -> Acceptance<'_> {
        Box::pin(async move {
            tokio::time::sleep(self.delay).await;
            let count = {
                let mut arrivals = self.arrivals.lock().unwrap();
                arrivals.push(arrival);
                arrivals.len()
            };
            (self.answer)(count)
        })
    }
}

impl Ready for Fake {
    fn ready(&self) -> Readiness<'_> {
        let ready = self.ready.load(Ordering::SeqCst);
        Box::pin(async move { ready.then(Vec::new).ok_or_else(|| "Not every source is listening.".to_owned()) })
    }
}

struct Web {
    address: SocketAddr,
    fake: Arc<Fake>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

fn doors() -> HookTable {
    let secrets = || vec!["canary-secret".into(), "second".into()];
    let tolerance = jiff::SignedDuration::from_mins(5);
    let door = |verify, networks: &[&str]| HookDoor {
        verify,
        allow_from: networks.iter().map(|network| network.parse().unwrap()).collect(),
        max_body_bytes: 2_000,
        rate: None,
        proxies: Default::default(),
    };
    let hmac = |stamp: Option<StampHeader>, signs| {
        Verify::Hmac(Box::new(HmacScheme {
            secrets: secrets(),
            header: "x-shop-proof".to_owned(),
            algorithm: HmacAlgorithm::Sha256,
            encoding: HmacEncoding::Base64,
            prefix: String::new(),
            id_header: Some("x-shop-id".to_owned()),
            stamp,
            signs,
        }))
    };
    let stamp = StampHeader {
        header: "x-shop-time".to_owned(),
        format: StampFormat::Milliseconds,
        tolerance,
    };
    let signs = vec![Signed::Text("shop:".to_owned()), Signed::Id, Signed::Timestamp, Signed::Body];
    HashMap::from([
        ("github".into(), door(Verify::Github { secrets: secrets() }, &[])),
        ("gitlab".into(), door(Verify::Gitlab { secrets: secrets() }, &[])),
        ("am".into(), door(Verify::Bearer { secrets: secrets() }, &[])),
        (
            "stripe".into(),
            door(
                Verify::Stripe {
                    secrets: secrets(),
                    tolerance,
                },
                &[],
            ),
        ),
        (
            "slack".into(),
            door(
                Verify::Slack {
                    secrets: secrets(),
                    tolerance,
                },
                &[],
            ),
        ),
        ("shop".into(), door(hmac(None, vec![Signed::Body]), &[])),
        ("till".into(), door(hmac(Some(stamp), signs), &[])),
        ("open".into(), door(Verify::None, &["127.0.0.0/8"])),
        ("shut".into(), door(Verify::None, &["192.0.2.0/24"])),
        ("forgotten".into(), door(Verify::None, &[])),
        (
            "busy".into(),
            HookDoor {
                rate: Some(Rate {
                    deliveries: 2,
                    within: jiff::SignedDuration::from_secs(60),
                }),
                ..door(Verify::Bearer { secrets: secrets() }, &[])
            },
        ),
        (
            "behind".into(),
            HookDoor {
                proxies: Proxies {
                    networks: vec!["127.0.0.0/8".parse().unwrap()],
                    header: ClientHeader::XForwardedFor,
                },
                ..door(Verify::None, &["192.0.2.0/24"])
            },
        ),
        ("away".into(), door(Verify::Github { secrets: secrets() }, &["192.0.2.0/24"])),
    ])
}

async fn web(fake: Fake, limits: WebLimits) -> Web {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let fake = Arc::new(fake);
    let stop = CancellationToken::new();
    let state = WebState {
        hooks: Arc::new(ArcSwap::from_pointee(doors())),
        accept: fake.clone(),
        clock: Arc::new(VirtualClock::new("2026-11-23T09:00:00Z".parse().unwrap())),
        ready: fake.clone(),
        metrics: Arc::new(|| "# HELP batond_up Up.\n# TYPE batond_up gauge\nbatond_up 1\n".to_owned()),
        limits,
    };
    let task = serve(listener, None, router(state), limits, stop.clone());
    Web { address, fake, stop, task }
}

/// An answer, read to its length.
#[derive(Debug, PartialEq, Eq)]
struct Heard {
    status: u16,
    head: String,
    body: String,
}

impl Heard {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    fn problem(&self) -> serde_json::Value {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        let problem: serde_json::Value = serde_json::from_str(&self.body).unwrap();
        assert_eq!(problem["status"], self.status);
        for name in ["type", "title", "detail"] {
            assert!(problem[name].as_str().is_some_and(|text| !text.is_empty()), "{problem}");
        }
        problem
    }
}

struct Http {
    stream: TcpStream,
    input: Vec<u8>,
}

impl Http {
    async fn connect(address: SocketAddr) -> Self {
        let stream = timeout(PATIENCE, TcpStream::connect(address)).await.unwrap().unwrap();
        Self { stream, input: Vec::new() }
    }

    async fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        timeout(PATIENCE, self.stream.write_all(bytes.as_ref())).await.unwrap().is_ok()
    }

    /// The next answer; `None` when the connection is closed before one is whole.
    async fn heard(&mut self) -> Option<Heard> {
        loop {
            if let Some(at) = self.input.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = String::from_utf8(self.input[..at].to_vec()).unwrap();
                let mut heard = Heard {
                    status: head[9..12].parse().unwrap(),
                    head,
                    body: String::new(),
                };
                let length: usize = heard.header("content-length").map_or(0, |length| length.parse().unwrap());
                if self.input.len() >= at + 4 + length {
                    heard.body = String::from_utf8(self.input[at + 4..at + 4 + length].to_vec()).unwrap();
                    self.input.drain(..at + 4 + length);
                    return Some(heard);
                }
            }
            match timeout(PATIENCE, self.stream.read_buf(&mut self.input))
                .await
                .expect("an answer in time")
            {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }
}

/// One request on its own connection.
async fn ask(web: &Web, request: impl AsRef<[u8]>) -> Heard {
    let mut http = Http::connect(web.address).await;
    http.send(request).await;
    http.heard().await.expect("an answer")
}

/// A POST with the headers, a length and a body.
fn post(path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut request = format!("POST {path} HTTP/1.1\r\nHost: ops.example\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    [request.as_bytes(), b"\r\n", body].concat()
}

fn sum(secret: &str, body: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), body)
        .as_ref()
        .to_vec()
}

fn github_post(body: &[u8], headers: &[(&str, &str)]) -> Vec<u8> {
    let proof = format!("sha256={}", data_encoding::HEXLOWER.encode(&sum("canary-secret", body)));
    let all = [&[("X-Hub-Signature-256", proof.as_str())], headers].concat();
    post("/hooks/github", &all, body)
}
