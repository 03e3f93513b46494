//! What the doors cost by themselves: mail and webhooks into a driver that keeps nothing. `cargo bench --bench doors [-- serve SECONDS]`
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the real clock")]

mod support;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use batond::clock::SystemClock;
use batond::config::{HookDoor, Listen, MailDoor, Verify};
use batond::driver::{Accept, Acceptance, Arrival, Receipt};
use batond::intake::{MailService, Protocol, SessionLimits, serve_mail};
use batond::web::{Readiness, Ready, WebLimits, WebState, router, serve};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use support::http_load::{self, HttpLoad};
use support::smtp_load::{self, SmtpLoad};

/// How long one measurement takes at most.
const LONGEST: Duration = Duration::from_secs(5);

/// Says that it has everything, and has nothing.
#[derive(Default)]
struct Nothing(AtomicU64);

impl Accept for Nothing {
    fn accept(&self, _: Arrival) -> Acceptance<'_> {
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        let items = format!("SUP-{number}").parse().into_iter().collect();
        Box::pin(async move { Ok(Receipt { items, repeat: false }) })
    }
}

impl Ready for Nothing {
    fn ready(&self) -> Readiness<'_> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

async fn mail(protocol: Protocol, stop: &CancellationToken) -> Fallible<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let service = MailService {
        prover: None,
        room: batond::intake::Room::new(std::env::temp_dir().join("batond-bench"), 0),
        logins: None,
        tls: None,
        protocol,
        source: "inbox".into(),
        door: MailDoor {
            verify: None,
            tls: None,
            listen: Listen::Tcp(address),
            recipients: vec!["*@ops.example".to_owned()],
            max_message_bytes: 25 << 20,
            max_connections: 200,
            max_connections_per_address: 200,
            max_connections_per_network: 1_000,
            auth: None,
            proxies: Vec::new(),
            greeting_delay: std::time::Duration::ZERO,
        },
        desk: "desk@ops.example".parse()?,
        accept: Arc::new(Nothing::default()),
        clock: Arc::new(SystemClock),
        limits: SessionLimits::default(),
    };
    serve_mail(listener, service, stop.clone())?;
    Ok(address)
}

async fn web(stop: &CancellationToken) -> Fallible<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let door = HookDoor {
        verify: Verify::Bearer {
            secrets: vec!["load".into()],
        },
        allow_from: Vec::new(),
        max_body_bytes: 1 << 20,
        rate: None,
        proxies: Default::default(),
    };
    let nothing = Arc::new(Nothing::default());
    let limits = WebLimits::default();
    let state = WebState {
        hooks: Arc::new(ArcSwap::from_pointee(HashMap::from([("load".into(), door)]))),
        accept: nothing.clone(),
        clock: Arc::new(SystemClock),
        ready: nothing,
        metrics: Arc::new(String::new),
        limits,
    };
    serve(listener, None, router(state), limits, stop.clone());
    Ok(address)
}

#[tokio::main]
async fn main() -> Fallible<()> {
    let stop = CancellationToken::new();
    let smtp = mail(Protocol::Smtp, &stop).await?;
    let lmtp = mail(Protocol::Lmtp, &stop).await?;
    let http = web(&stop).await?;
    println!("smtp {smtp}  lmtp {lmtp}  http {http}");
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [word, seconds] = arguments.as_slice()
        && word == "serve"
    {
        tokio::time::sleep(Duration::from_secs(seconds.parse()?)).await;
        return Ok(());
    }
    for sessions in [1, 20, 100] {
        let load = SmtpLoad {
            server: smtp,
            sessions,
            mails: if sessions == 1 { 2_000 } else { 20_000 },
            longest: LONGEST,
            mail_bytes: 2_048,
            recipient: "support@ops.example".to_owned(),
            text: None,
        };
        println!("mail,     {sessions:>3} sessions:    {}", smtp_load::run(&load).await?);
    }
    let load = HttpLoad {
        server: http,
        connections: 64,
        deliveries: 20_000,
        longest: LONGEST,
        path: "/hooks/load".to_owned(),
        headers: "Authorization: Bearer load\r\n".to_owned(),
        body_bytes: 2_048,
    };
    println!("webhooks, {:>3} connections: {}", load.connections, http_load::run(&load).await?);
    stop.cancel();
    Ok(())
}
