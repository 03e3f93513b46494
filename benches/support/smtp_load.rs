//! Mails over persistent SMTP sessions, with the envelope pipelined (RFC 2920).

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::{Figures, answer};

/// What is sent.
#[derive(Debug, Clone)]
pub struct SmtpLoad {
    /// The server.
    pub server: SocketAddr,
    /// Sessions at once.
    pub sessions: usize,
    /// Mails in all, at most.
    pub mails: usize,
    /// No mail is begun after this time.
    pub longest: Duration,
    /// Octets of each mail, headers included.
    pub mail_bytes: usize,
    /// Whom they are for.
    pub recipient: String,
    /// What each of them is, lines ended by CRLF, with a number of its own for every `@NUMBER@`; `None` is text of that many octets.
    pub text: Option<Arc<str>>,
}

/// The number of the next mail: no two of a process are the same, whichever run they belong to.
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// Sends, and measures. Each mail has a Message-ID and a subject of its own.
pub async fn run(load: &SmtpLoad) -> io::Result<Figures> {
    let begin = Instant::now();
    let mut sessions = JoinSet::new();
    for session in 0..load.sessions {
        sessions.spawn(one(load.clone(), session, begin + load.longest));
    }
    let mut workers = Vec::new();
    while let Some(done) = sessions.join_next().await {
        workers.push(done.map_err(io::Error::other)??);
    }
    Ok(Figures::of(workers, begin.elapsed()))
}

async fn one(load: SmtpLoad, session: usize, end: Instant) -> io::Result<Vec<(bool, Duration)>> {
    let mut stream = TcpStream::connect(load.server).await?;
    stream.set_nodelay(true)?;
    let mut input = Vec::new();
    expect(&mut stream, &mut input, 1).await?;
    stream.write_all(b"EHLO load.example\r\n").await?;
    expect(&mut stream, &mut input, 1).await?;
    let envelope = format!("MAIL FROM:<load@load.example>\r\nRCPT TO:<{}>\r\nDATA\r\n", load.recipient);
    let mut results = Vec::new();
    for _ in (session..load.mails).step_by(load.sessions) {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let mail = match &load.text {
            Some(text) => format!("{}\r\n.\r\n", text.replace("@NUMBER@", &number.to_string())).into_bytes(),
            None => mail(number, load.mail_bytes),
        };
        let begin = Instant::now();
        if begin > end {
            break;
        }
        stream.write_all(envelope.as_bytes()).await?;
        let ready = expect(&mut stream, &mut input, 3).await?;
        if !ready.starts_with(b"354") {
            stream.write_all(b"RSET\r\n").await?;
            expect(&mut stream, &mut input, 1).await?;
            results.push((false, begin.elapsed()));
            continue;
        }
        stream.write_all(&mail).await?;
        let reply = expect(&mut stream, &mut input, 1).await?;
        results.push((reply.starts_with(b"250"), begin.elapsed()));
    }
    stream.write_all(b"QUIT\r\n").await?;
    Ok(results)
}

/// The last of so many replies.
async fn expect(stream: &mut TcpStream, input: &mut Vec<u8>, replies: usize) -> io::Result<Vec<u8>> {
    let mut last = Vec::new();
    for _ in 0..replies {
        last = answer(stream, input, |input| {
            let mut start = 0;
            loop {
                let end = start + input.get(start..)?.iter().position(|octet| *octet == b'\n')? + 1;
                // A hyphen after the code means that the reply goes on (RFC 5321 section 4.2.1).
                if input.get(start + 3) != Some(&b'-') {
                    return Some(end);
                }
                start = end;
            }
        })
        .await?;
    }
    Ok(last)
}

fn mail(number: usize, bytes: usize) -> Vec<u8> {
    let mut mail = format!(
        "From: Load <load@load.example>\r\nTo: Support <support@ops.example>\r\nSubject: load {number}\r\n\
         Message-ID: <load-{number}-{}@load.example>\r\nDate: Mon, 23 Nov 2026 09:00:00 +0000\r\n\r\n",
        std::process::id()
    )
    .into_bytes();
    while mail.len() < bytes {
        mail.extend_from_slice(b"The printer on the second floor is out of paper, and has been since Monday.\r\n");
    }
    mail.extend_from_slice(b".\r\n");
    mail
}
