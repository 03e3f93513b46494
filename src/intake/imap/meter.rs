//! A stream that reads only so much. May import nothing of the crate. The library buffers what a server sends without an end; this is the end.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What carries a connection: TCP, or TLS on it.
pub trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

/// How much may still be read; shared with whoever gives commands.
#[derive(Debug, Clone)]
pub struct Allowance(Arc<AtomicU64>);

impl Allowance {
    /// From now on so many bytes.
    pub fn set(&self, bytes: u64) {
        self.0.store(bytes, Ordering::Relaxed);
    }
}

/// The stream.
pub struct Meter {
    inner: Box<dyn Duplex>,
    left: Allowance,
}

impl Meter {
    /// Over a stream, with this much to begin with.
    pub fn new(inner: impl Duplex + 'static, bytes: u64) -> Self {
        Self {
            inner: Box::new(inner),
            left: Allowance(Arc::new(AtomicU64::new(bytes))),
        }
    }

    /// How much may be read.
    #[must_use]
    pub fn allowance(&self) -> Allowance {
        self.left.clone()
    }

    /// The stream without its meter.
    #[must_use]
    pub fn into_inner(self) -> Box<dyn Duplex> {
        self.inner
    }
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meter").field("left", &self.left).finish_non_exhaustive()
    }
}

impl AsyncRead for Meter {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(cx, buf);
        let read = (buf.filled().len() - before) as u64;
        let left = self.left.0.load(Ordering::Relaxed);
        if read > left {
            return Poll::Ready(Err(io::Error::other("the server sends more than was asked for")));
        }
        self.left.0.store(left - read, Ordering::Relaxed);
        polled
    }
}

impl AsyncWrite for Meter {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
