//! Sessions over real sockets, written as dialogues.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arc_swap::ArcSwap;
use ipnet::IpNet;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::stream::Stream;
use super::{Accept, Acceptance, DoorTls, MailService, Protocol, Room, SessionLimits, serve_mail};
use crate::clock::VirtualClock;
use crate::config::{Listen, Logins, MailDoor};
use crate::driver::{Arrival, ArrivalKind, Receipt, Refusal};
use crate::model::Envelope;

mod dialogues;
mod life;
mod load;
mod logins;
mod pieces;
mod proxied;
mod smuggling;
mod tls;

/// No test waits longer for anything.
const PATIENCE: Duration = Duration::from_secs(10);

type Answer = Box<dyn Fn(usize) -> Result<Receipt, Refusal> + Send + Sync>;

/// A driver that remembers what it was given, and answers as told.
struct Fake {
    arrivals: Mutex<Vec<Arrival>>,
    answer: Answer,
    delay: Duration,
}

impl Fake {
    /// Opens `SUP-1`, `SUP-2`, …
    fn taking() -> Self {
        Self::answering(|count| {
            Ok(Receipt {
                items: vec![format!("SUP-{count}").parse().unwrap()],
                repeat: false,
            })
        })
    }

    fn answering(answer: impl Fn(usize) -> Result<Receipt, Refusal> + Send + Sync + 'static) -> Self {
        Self {
            arrivals: Mutex::default(),
            answer: Box::new(answer),
            delay: Duration::ZERO,
        }
    }

    fn mails(&self) -> Vec<(Envelope, Vec<u8>)> {
        let arrivals = self.arrivals.lock().unwrap();
        arrivals
            .iter()
            .map(|arrival| match &arrival.kind {
                ArrivalKind::Mail(envelope) | ArrivalKind::Lying(envelope, _) | ArrivalKind::Aside(envelope, ..) => {
                    (envelope.clone(), arrival.raw.to_vec())
                }
                ArrivalKind::Hook(_) => panic!("a mail listener made a webhook delivery"),
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

/// A listener on loopback.
struct Door {
    address: SocketAddr,
    fake: Arc<Fake>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// What a test sets differently.
struct Setting {
    protocol: Protocol,
    fake: Fake,
    max_message_bytes: usize,
    max_connections: usize,
    max_connections_per_address: usize,
    limits: SessionLimits,
    tls: Option<DoorTls>,
    max_connections_per_network: usize,
    proxies: Vec<IpNet>,
    greeting_delay: Duration,
    logins: Option<Logins>,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            protocol: Protocol::Smtp,
            fake: Fake::taking(),
            max_message_bytes: 100_000,
            max_connections: 200,
            max_connections_per_address: 200,
            limits: SessionLimits::default(),
            tls: None,
            max_connections_per_network: 1_000,
            proxies: Vec::new(),
            greeting_delay: Duration::ZERO,
            logins: None,
        }
    }
}

impl Setting {
    async fn open(self) -> Door {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let fake = Arc::new(self.fake);
        let stop = CancellationToken::new();
        let service = MailService {
            prover: None,
            tls: self.tls,
            room: Room::new(std::env::temp_dir().join("batond-doors-tests"), 0),
            logins: self.logins.map(|logins| Arc::new(ArcSwap::from_pointee(logins))),
            protocol: self.protocol,
            source: "inbox".into(),
            door: MailDoor {
                verify: None,
                tls: None,
                listen: Listen::Tcp(address),
                recipients: vec!["*@ops.example".to_owned(), "zoë@help.example".to_owned()],
                max_message_bytes: self.max_message_bytes,
                max_connections: self.max_connections,
                max_connections_per_address: self.max_connections_per_address,
                max_connections_per_network: self.max_connections_per_network,
                auth: None,
                proxies: self.proxies,
                greeting_delay: self.greeting_delay,
            },
            desk: "desk@ops.example".parse().unwrap(),
            accept: fake.clone(),
            clock: Arc::new(VirtualClock::new("2026-11-23T09:00:00Z".parse().unwrap())),
            limits: self.limits,
        };
        let task = serve_mail(listener, service, stop.clone()).unwrap();
        Door { address, fake, stop, task }
    }
}

/// A client that reads line by line.
struct Client {
    stream: Box<dyn Stream>,
    input: Vec<u8>,
}

impl Client {
    async fn connect(address: SocketAddr) -> Self {
        let stream = timeout(PATIENCE, TcpStream::connect(address)).await.unwrap().unwrap();
        stream.set_nodelay(true).unwrap();
        Self::over(Box::new(stream))
    }

    fn over(stream: Box<dyn Stream>) -> Self {
        Self { stream, input: Vec::new() }
    }

    /// Writes in pieces of the given sizes, over and over; each piece is its own packet as far as loopback allows.
    async fn send(&mut self, bytes: &[u8], sizes: &[usize]) {
        let mut rest = bytes;
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, after) = rest.split_at((*size).min(rest.len()));
            if timeout(PATIENCE, self.stream.write_all(piece)).await.unwrap().is_err() {
                break; // The server has closed; what it said last is still to be read.
            }
            tokio::task::yield_now().await;
            rest = after;
        }
    }

    async fn say(&mut self, text: &str) {
        self.send(text.as_bytes(), &[usize::MAX]).await;
    }

    /// The next line without its CR LF; `<closed>` at the end of the connection.
    async fn line(&mut self) -> String {
        loop {
            if let Some(at) = self.input.windows(2).position(|two| two == b"\r\n") {
                let line = String::from_utf8(self.input[..at].to_vec()).unwrap();
                self.input.drain(..at + 2);
                return line;
            }
            match timeout(PATIENCE, self.stream.read_buf(&mut self.input))
                .await
                .expect("a reply in time")
            {
                Ok(0) | Err(_) => return "<closed>".to_owned(),
                Ok(_) => {}
            }
        }
    }

    /// Reads up to and including the last line of a reply.
    async fn reply(&mut self) -> String {
        loop {
            let line = self.line().await;
            if line.as_bytes().get(3) != Some(&b'-') {
                return line;
            }
        }
    }

    /// Says each and reads its reply.
    async fn talk(&mut self, lines: &[&str]) -> Vec<String> {
        let mut replies = Vec::new();
        for line in lines {
            self.say(&format!("{line}\r\n")).await;
            replies.push(self.reply().await);
        }
        replies
    }
}
