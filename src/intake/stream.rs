//! What a session runs over: a socket, or TLS over one. May import nothing of the crate. A handshake has its time, and nothing said before it counts after it.

use std::fmt;
use std::io;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsAcceptor;

/// Bytes in, bytes out.
pub trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin + fmt::Debug {}

impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin + fmt::Debug> Stream for T {}

/// How TLS is begun at a door.
#[derive(Clone)]
pub struct DoorTls {
    /// The certificate in use.
    pub acceptor: TlsAcceptor,
    /// Whether it begins with the connection, not with STARTTLS.
    pub implicit: bool,
    /// Whether nothing is taken without it.
    pub required: bool,
}

impl fmt::Debug for DoorTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DoorTls")
            .field("implicit", &self.implicit)
            .field("required", &self.required)
            .finish_non_exhaustive()
    }
}

/// Shakes hands until the deadline.
///
/// # Errors
/// Why there is no TLS.
pub async fn secured(stream: Box<dyn Stream>, tls: &DoorTls, until: Instant) -> io::Result<Box<dyn Stream>> {
    match timeout_at(until, tls.acceptor.accept(stream)).await {
        Ok(Ok(stream)) => Ok(Box::new(stream)),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "the handshake was not finished in time")),
    }
}
