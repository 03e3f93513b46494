//! Where a door listens: a port, or a socket in the file system. May import its peers in intake. Accepting is the same for both.

use std::io::{self, Write};
use std::net::IpAddr;

use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};

use super::stream::Stream;

/// Where connections come in.
#[derive(Debug)]
pub enum Listener {
    /// A port.
    Tcp(TcpListener),
    /// A socket in the file system.
    Unix(UnixListener),
}

impl From<TcpListener> for Listener {
    fn from(listener: TcpListener) -> Self {
        Self::Tcp(listener)
    }
}

impl From<UnixListener> for Listener {
    fn from(listener: UnixListener) -> Self {
        Self::Unix(listener)
    }
}

/// A connection that came in.
#[derive(Debug)]
pub enum Caller {
    /// From an address.
    Tcp(TcpStream, IpAddr),
    /// From this machine.
    Unix(UnixStream),
}

impl Listener {
    /// The next one.
    ///
    /// # Errors
    /// The system's, as when file descriptors have run out.
    pub async fn accept(&self) -> io::Result<Caller> {
        Ok(match self {
            Self::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                Caller::Tcp(stream, peer.ip().to_canonical())
            }
            Self::Unix(listener) => Caller::Unix(listener.accept().await?.0),
        })
    }
}

impl Caller {
    /// The network address, if it has one.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Tcp(_, address) => Some(*address),
            Self::Unix(_) => None,
        }
    }

    /// The connection, whatever it is.
    #[must_use]
    pub fn stream(self) -> Box<dyn Stream> {
        match self {
            Self::Tcp(stream, _) => {
                // Without it each small reply would wait for the peer's delayed acknowledgement.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "TCP_NODELAY could not be set");
                }
                Box::new(stream)
            }
            Self::Unix(stream) => Box::new(stream),
        }
    }

    /// Says a line and closes, without waiting for anything: whoever is turned away costs no task and no memory.
    pub fn turn_away(self, reply: &str) {
        let line = format!("{reply}\r\n");
        // A send buffer that has just been made has room; if it has not, the peer sees the connection close.
        let _ = match self {
            Self::Tcp(stream, _) => stream.into_std().and_then(|mut stream| stream.write_all(line.as_bytes())),
            Self::Unix(stream) => stream.into_std().and_then(|mut stream| stream.write_all(line.as_bytes())),
        };
    }
}
