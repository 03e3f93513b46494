//! Webhook deliveries over connections kept alive.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::{Figures, answer};

/// What is sent.
#[derive(Debug, Clone)]
pub struct HttpLoad {
    /// The server.
    pub server: SocketAddr,
    /// Connections at once.
    pub connections: usize,
    /// Deliveries in all, at most.
    pub deliveries: usize,
    /// No delivery is begun after this time.
    pub longest: Duration,
    /// The path, such as `/hooks/load`.
    pub path: String,
    /// Further header lines, each ended by CR LF.
    pub headers: String,
    /// Octets of each body.
    pub body_bytes: usize,
}

/// The number of the next delivery: no two of a process are the same, whichever run they belong to.
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// Sends, and measures. Each body has a number of its own.
pub async fn run(load: &HttpLoad) -> io::Result<Figures> {
    let begin = Instant::now();
    let mut connections = JoinSet::new();
    for connection in 0..load.connections {
        connections.spawn(one(load.clone(), connection, begin + load.longest));
    }
    let mut workers = Vec::new();
    while let Some(done) = connections.join_next().await {
        workers.push(done.map_err(io::Error::other)??);
    }
    Ok(Figures::of(workers, begin.elapsed()))
}

async fn one(load: HttpLoad, connection: usize, last: Instant) -> io::Result<Vec<(bool, Duration)>> {
    let mut stream = TcpStream::connect(load.server).await?;
    stream.set_nodelay(true)?;
    let mut input = Vec::new();
    let mut results = Vec::new();
    for _ in (connection..load.deliveries).step_by(load.connections) {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let head = format!("{{\"number\":{number},\"run\":{},\"text\":\"", std::process::id());
        let fill = "x".repeat(load.body_bytes.saturating_sub(head.len() + 2));
        let (path, headers, length) = (&load.path, &load.headers, head.len() + fill.len() + 2);
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: load.example\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{headers}\r\n{head}{fill}\"}}"
        );
        let begin = Instant::now();
        if begin > last {
            break;
        }
        stream.write_all(request.as_bytes()).await?;
        let answer = answer(&mut stream, &mut input, end).await?;
        results.push((answer.get(9) == Some(&b'2'), begin.elapsed()));
    }
    Ok(results)
}

/// Where an answer with a Content-Length ends.
fn end(input: &[u8]) -> Option<usize> {
    let head = input.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(input.get(..head)?).ok()?;
    let length = text
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse::<usize>().ok())
        .unwrap_or(0);
    (input.len() >= head + length).then_some(head + length)
}
