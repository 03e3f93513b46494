//! Lines in, replies out, on one connection. May import its peers in intake. Replies wait until more input is needed, so that a pipelined batch is answered in one write.

use std::net::IpAddr;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_util::sync::CancellationToken;

use super::limits::{MAX_COMMAND_BYTES, MAX_SKIPPED_BYTES, READ_BYTES};
use super::proxy::{Header, header};
use super::stream::{DoorTls, Stream, secured};

/// How long a closing connection is read, so that its peer gets the last reply.
const LINGER: Duration = Duration::from_secs(2);

/// How many reads that are at most.
const LINGER_READS: usize = 32;

/// Why nothing more comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The peer is gone, or the connection broke.
    Gone,
    /// Nothing came in time.
    Late,
    /// The daemon stops.
    Stop,
    /// A line without an end.
    Endless,
    /// The seat is needed for somebody else.
    Crowded,
}

/// A command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// With its CR LF, and no other CR or LF in it.
    Whole(Bytes),
    /// It was longer than [`MAX_COMMAND_BYTES`]; it has been skipped.
    Long,
    /// It ended with a bare LF, or held a bare CR; it has been skipped. Never obeyed: a peer that sends such lines may have
    /// been tricked into sending somebody else's text as commands.
    Bare,
}

/// When the daemon stops.
#[derive(Debug, Clone)]
pub struct Stops {
    /// Whoever has nothing in hand goes now.
    pub idle: CancellationToken,
    /// Everybody goes now.
    pub all: CancellationToken,
}

/// How long a read may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Until then.
    pub until: Instant,
    /// Whether a mail is in hand, so that a first stop is not for this session.
    pub busy: bool,
}

/// One connection.
#[derive(Debug)]
pub struct Wire {
    stream: Box<dyn Stream>,
    input: BytesMut,
    output: Vec<u8>,
    /// Octets of an overlong line that are gone already.
    skipped_bytes: usize,
    write_wait: Duration,
    stops: Stops,
}

impl Wire {
    /// Over a connection that has just been accepted.
    #[must_use]
    pub fn new(stream: Box<dyn Stream>, write_wait: Duration, stops: Stops) -> Self {
        Self {
            stream,
            input: BytesMut::new(),
            output: Vec::with_capacity(256),
            skipped_bytes: 0,
            write_wait,
            stops,
        }
    }

    /// Puts a reply line into the next write.
    pub fn say(&mut self, reply: &str) {
        self.output.extend_from_slice(reply.as_bytes());
        self.output.extend_from_slice(b"\r\n");
    }

    /// Writes what is waiting.
    ///
    /// # Errors
    /// [`End::Gone`] if the peer does not take it in time.
    pub async fn flush(&mut self) -> Result<(), End> {
        let deadline = Instant::now() + self.write_wait;
        while !self.output.is_empty() {
            // What is written is taken out at once, so that nothing is said twice if this future is dropped half way.
            match timeout_at(deadline, self.stream.write(&self.output)).await {
                Ok(Ok(written @ 1..)) => drop(self.output.drain(..written)),
                Ok(Ok(0) | Err(_)) | Err(_) => return Err(End::Gone),
            }
        }
        // TLS keeps back what the socket did not take at once.
        match timeout_at(deadline, self.stream.flush()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }

    /// Writes what is waiting, then shakes hands. Whatever the peer sent behind its last line is dropped: it was said in the clear, perhaps by somebody else
    /// (RFC 3207 section 4.2, CVE-2011-0411). The count of octets dropped.
    ///
    /// # Errors
    /// [`End::Gone`]: there is no connection any more.
    pub async fn secure(&mut self, tls: &DoorTls, until: Instant) -> Result<usize, End> {
        self.flush().await?;
        let dropped = self.input.len();
        self.input.clear();
        let plain = std::mem::replace(&mut self.stream, Box::new(tokio::io::empty()));
        self.stream = secured(plain, tls, until).await.map_err(|error| {
            tracing::debug!(%error, "a TLS handshake failed");
            End::Gone
        })?;
        Ok(dropped)
    }

    /// The PROXY header a connection begins with, and who is behind it.
    ///
    /// # Errors
    /// [`End::Gone`] when it is none, or the peer went.
    pub async fn proxied(&mut self, patience: Patience) -> Result<Option<IpAddr>, End> {
        loop {
            match header(&self.input) {
                Header::Whole(bytes, client) => {
                    self.input.advance(bytes);
                    return Ok(client);
                }
                Header::Bad => return Err(End::Gone),
                Header::More => self.fill(patience, READ_BYTES).await?,
            }
        }
    }

    /// Whether something comes before then.
    ///
    /// # Errors
    /// Why nothing can come any more.
    pub async fn is_early(&mut self, until: Instant) -> Result<bool, End> {
        if !self.input.is_empty() {
            return Ok(true);
        }
        match self.fill(Patience { until, busy: false }, READ_BYTES).await {
            Ok(()) => Ok(true),
            Err(End::Late) => Ok(false),
            Err(end) => Err(end),
        }
    }

    /// Writes what is waiting and ends the connection in good order: a close with input unread would make the kernel throw away
    /// the last reply, so what the peer is still sending is read for a moment and dropped.
    pub async fn close(mut self) {
        if self.flush().await.is_err() {
            return;
        }
        let Self { stream, stops, .. } = &mut self;
        let linger = async {
            let mut waste = vec![0; READ_BYTES];
            if stream.shutdown().await.is_err() {
                return;
            }
            for _ in 0..LINGER_READS {
                if !matches!(stream.read(&mut waste).await, Ok(1..)) {
                    break;
                }
            }
        };
        // Nothing depends on how this ends: the reply is written, and nothing that still comes is wanted.
        tokio::select! {
            biased;
            () = linger => {}
            () = stops.idle.cancelled() => {}
            () = sleep_until(Instant::now() + LINGER) => {}
        }
    }

    /// What has been read and not been used.
    #[must_use]
    pub fn input(&self) -> &[u8] {
        &self.input
    }

    /// Marks input as used.
    pub fn used(&mut self, bytes: usize) {
        self.input.advance(bytes.min(self.input.len()));
    }

    /// The next command line. Dropping the future half way loses nothing.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn line(&mut self, patience: Patience) -> Result<Line, End> {
        loop {
            if let Some(at) = memchr::memchr(b'\n', &self.input) {
                let line = self.input.split_to(at + 1).freeze();
                let length = std::mem::take(&mut self.skipped_bytes) + line.len();
                return match length {
                    _ if length <= MAX_COMMAND_BYTES => Ok(whole(line)),
                    _ if length <= MAX_SKIPPED_BYTES => Ok(Line::Long),
                    _ => Err(End::Endless),
                };
            }
            if self.skipped_bytes + self.input.len() > MAX_COMMAND_BYTES {
                self.skipped_bytes += self.input.len();
                self.input.clear();
            }
            if self.skipped_bytes > MAX_SKIPPED_BYTES {
                return Err(End::Endless);
            }
            self.fill(patience, READ_BYTES).await?;
        }
    }

    /// Reads some more, after writing what is waiting.
    ///
    /// # Errors
    /// Why nothing came.
    pub async fn fill(&mut self, patience: Patience, want_bytes: usize) -> Result<(), End> {
        self.flush().await?;
        self.input.reserve(want_bytes);
        let stop = if patience.busy { &self.stops.all } else { &self.stops.idle };
        // All three can be dropped half way without loss: `read_buf` is cancel-safe.
        tokio::select! {
            biased;
            read = self.stream.read_buf(&mut self.input) => match read {
                Ok(0) | Err(_) => Err(End::Gone),
                Ok(_) => Ok(()),
            },
            () = stop.cancelled() => Err(End::Stop),
            () = sleep_until(patience.until) => Err(End::Late),
        }
    }

    /// Whether the daemon stops.
    #[must_use]
    pub fn stopping(&self) -> bool {
        self.stops.idle.is_cancelled()
    }

    /// Resolves when everybody has to go.
    pub async fn last_call(&self) {
        self.stops.all.cancelled().await;
    }
}

fn whole(line: Bytes) -> Line {
    match line.strip_suffix(b"\r\n") {
        Some(text) if memchr::memchr(b'\r', text).is_none() => Line::Whole(line),
        _ => Line::Bare,
    }
}
