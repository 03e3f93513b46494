//! A small SMTP server over loopback that does as it is told. Only built for tests: it takes mails, refuses them, falls silent or cuts the line at a given step. May import nothing of the crate.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A step of a session at which something can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    Connect,
    Ehlo,
    Mail,
    Rcpt,
    Data,
    Dot,
}

/// What to do at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Answer with this line.
    Say(&'static str),
    /// Close the connection.
    Cut,
    /// Close the connection, but keep the mail.
    TakeAndCut,
    /// Answer nothing.
    Silence,
}

/// A mail as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taken {
    pub from: String,
    pub to: String,
    /// As on the wire, dot-stuffed, without the final dot.
    pub data: Vec<u8>,
}

type Plan = Box<dyn Fn(At, usize, &str) -> Option<Act> + Send + Sync>;

/// A running sink.
pub(super) struct Sink {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    plan: Plan,
    taken: Mutex<Vec<Taken>>,
    connections: AtomicUsize,
    tries: AtomicUsize,
}

impl Sink {
    /// A sink that asks `plan` at every step, with the number of the mail, from 0 (of the connection, before any mail). `None` is to go on.
    pub async fn start(plan: impl Fn(At, usize) -> Option<Act> + Send + Sync + 'static) -> Self {
        Self::start_for(move |at, number, _| plan(at, number)).await
    }

    /// The same with the recipient, from RCPT on.
    pub async fn start_for(plan: impl Fn(At, usize, &str) -> Option<Act> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            plan: Box::new(plan),
            taken: Mutex::default(),
            connections: AtomicUsize::new(0),
            tries: AtomicUsize::new(0),
        });
        let inner = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&inner);
                tokio::spawn(async move {
                    // A cut by the other side ends the session; the tests look at what was taken.
                    let _ = session(stream, &shared).await;
                });
            }
        });
        Self { address, shared, task }
    }

    pub fn url(&self) -> String {
        format!("smtp://{}/desk.ops.example", self.address)
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.shared.taken.lock().expect("the sink").clone()
    }

    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Does what the plan says at a step, else says `usual`. `false` ends the session.
async fn step(
    stream: &mut BufReader<TcpStream>,
    shared: &Shared,
    at: At,
    (number, to): (usize, &str),
    usual: &str,
) -> std::io::Result<bool> {
    let line = match (shared.plan)(at, number, to) {
        None => usual,
        Some(Act::Say(line)) => line,
        Some(Act::Cut | Act::TakeAndCut) => return Ok(false),
        Some(Act::Silence) => std::future::pending().await,
    };
    stream.write_all(format!("{line}\r\n").as_bytes()).await?;
    Ok(true)
}

async fn session(stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    // Without this the sink's own answers would wait, and the figures would say nothing about the sender.
    stream.set_nodelay(true)?;
    let connection = shared.connections.fetch_add(1, Ordering::SeqCst);
    let mut stream = BufReader::new(stream);
    if !step(&mut stream, shared, At::Connect, (connection, ""), "220 sink.example").await? {
        return Ok(());
    }
    let (mut from, mut to, mut number) = (String::new(), String::new(), 0);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let words = line.trim_end();
        let verb = words.get(..4).unwrap_or(words).to_ascii_uppercase();
        let go_on = match verb.as_str() {
            "EHLO" => step(&mut stream, shared, At::Ehlo, (connection, ""), "250-sink.example\r\n250 8BITMIME").await?,
            "MAIL" => {
                number = shared.tries.fetch_add(1, Ordering::SeqCst);
                from = words.get(10..).unwrap_or_default().to_owned();
                step(&mut stream, shared, At::Mail, (number, ""), "250 ok").await?
            }
            "RCPT" => {
                to = words.get(8..).unwrap_or_default().to_owned();
                step(&mut stream, shared, At::Rcpt, (number, &to), "250 ok").await?
            }
            "DATA" => {
                let go_on = step(&mut stream, shared, At::Data, (number, &to), "354 go on").await?;
                let refused = matches!((shared.plan)(At::Data, number, &to), Some(Act::Say(_)));
                if go_on && !refused {
                    let data = data(&mut stream).await?;
                    let act = (shared.plan)(At::Dot, number, &to);
                    if matches!(act, None | Some(Act::TakeAndCut)) {
                        let (from, to) = (from.clone(), to.clone());
                        shared.taken.lock().expect("the sink").push(Taken { from, to, data });
                    }
                    step(&mut stream, shared, At::Dot, (number, &to), "250 taken").await?
                } else {
                    go_on
                }
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").await?;
                false
            }
            _ => {
                stream.write_all(b"250 ok\r\n").await?;
                true
            }
        };
        if !go_on {
            return Ok(());
        }
    }
}

async fn data(stream: &mut BufReader<TcpStream>) -> std::io::Result<Vec<u8>> {
    let mut data = Vec::new();
    while !data.ends_with(b"\r\n.\r\n") {
        if stream.read_until(b'\n', &mut data).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    data.truncate(data.len() - b".\r\n".len());
    Ok(data)
}
