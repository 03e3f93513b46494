//! Load generators for benchmarks. Each worker keeps one connection and waits for every answer, as a mail server or a webhook sender does.

pub mod http_load;
pub mod smtp_load;

use std::fmt;
use std::io;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// What a run came to.
pub struct Figures {
    /// How many were accepted.
    pub accepted: usize,
    /// How many were refused.
    pub refused: usize,
    /// How long all of it took.
    pub took: Duration,
    /// Per message, from the first octet to the answer, sorted.
    pub latencies: Vec<Duration>,
}

impl Figures {
    /// Of what the workers measured.
    pub fn of(workers: Vec<Vec<(bool, Duration)>>, took: Duration) -> Self {
        let all: Vec<(bool, Duration)> = workers.into_iter().flatten().collect();
        let accepted = all.iter().filter(|(good, _)| *good).count();
        let mut latencies: Vec<Duration> = all.iter().map(|(_, latency)| *latency).collect();
        latencies.sort_unstable();
        Self {
            accepted,
            refused: all.len() - accepted,
            took,
            latencies,
        }
    }

    /// Accepted in a second.
    pub fn rate(&self) -> f64 {
        self.accepted as f64 / self.took.as_secs_f64()
    }

    /// The latency that this share of the messages stayed below.
    pub fn percentile(&self, share: f64) -> Duration {
        let last = self.latencies.len().saturating_sub(1);
        let at = (last as f64 * share).round() as usize;
        self.latencies.get(at).copied().unwrap_or_default()
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |share| self.percentile(share).as_secs_f64() * 1e3;
        let (rate, accepted, refused) = (self.rate(), self.accepted, self.refused);
        write!(
            f,
            "{rate:>8.0} a second, p50 {:>6.2} ms, p99 {:>6.2} ms, {accepted} accepted, {refused} refused",
            ms(0.5),
            ms(0.99)
        )
    }
}

/// Reads until `whole` finds an answer in the input, takes it out and returns it.
async fn answer(stream: &mut TcpStream, input: &mut Vec<u8>, whole: impl Fn(&[u8]) -> Option<usize>) -> io::Result<Vec<u8>> {
    loop {
        if let Some(end) = whole(input) {
            return Ok(input.drain(..end).collect());
        }
        if stream.read_buf(input).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}
