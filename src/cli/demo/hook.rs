//! The smallest HTTP client: one request a connection, signed as GitHub signs. May import nothing of the crate. Every read has a limit and a deadline.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use aws_lc_rs::hmac;
use data_encoding::HEXLOWER;

/// How long a connection may be silent.
const PATIENCE: Duration = Duration::from_secs(20);
/// The longest answer.
const MAX_ANSWER_BYTES: u64 = 256 * 1024;

/// What came back.
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body.
    pub body: String,
}

/// GET.
pub fn get(server: SocketAddr, path: &str) -> io::Result<Answer> {
    ask(server, &format!("GET {path} HTTP/1.1\r\n"), b"")
}

/// One delivery by GitHub, signed with `secret`.
pub fn deliver(server: SocketAddr, secret: &str, delivery: &str, body: &str) -> io::Result<Answer> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = HEXLOWER.encode(hmac::sign(&key, body.as_bytes()).as_ref());
    let head = format!(
        "POST /hooks/github HTTP/1.1\r\nContent-Type: application/json\r\nX-GitHub-Event: workflow_run\r\n\
         X-GitHub-Delivery: {delivery}\r\nX-Hub-Signature-256: sha256={signature}\r\n"
    );
    ask(server, &head, body.as_bytes())
}

fn ask(server: SocketAddr, head: &str, body: &[u8]) -> io::Result<Answer> {
    let mut stream = TcpStream::connect_timeout(&server, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "{head}Host: {server}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(body)?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER_BYTES).read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "that is no HTTP answer"))?;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body).to_owned();
    Ok(Answer { status, body })
}
