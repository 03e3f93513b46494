//! The socket itself: bound for its owner only, a bounded number of connections, bounded lines, bounded waits. May import driver, clock.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use serde::Serialize;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::ahead::LoadPolicy;
use super::answer::answer;
use super::keys::ChangeKeys;
use super::{Answer, Ask, ErrorKind, MAX_REQUEST_BYTES, Trouble};
use crate::clock::{Clock, Jump};
use crate::driver::Handle;
use crate::model::PersonKey;
use crate::policy::Policy;
use crate::reply::Line;

/// How many connections are served at once; further ones wait in the kernel's queue.
const MAX_CONNECTIONS: usize = 16;
/// How long a connection may take to send a line.
const READ_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an answer may take: a reload reads files, and a commit waits for a slow disk.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(90);
/// How long the other end may take to read its answer.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// The pause after a failed accept, as when file descriptors have run out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);
/// The mode of the socket: its owner alone.
const SOCKET_MODE: u32 = 0o600;

/// Asks for the configuration to be read again; the answer is a sentence either way.
pub type ReloadRequest = oneshot::Sender<Result<String, String>>;

/// Reads words as commands, for a person, under a policy, at an instant.
pub type ReadWords = dyn Fn(&str, &PersonKey, &Policy, Timestamp) -> Vec<Line> + Send + Sync;

/// How the last reading of the configuration went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LastReload {
    /// When.
    pub at: Timestamp,
    /// Whether the configuration on disk is the one that runs.
    pub ok: bool,
    /// What was said about it.
    pub text: String,
}

/// What became of the time of day since the start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ClockState {
    /// How often it jumped.
    pub jumps: u64,
    /// The last time it did.
    pub last_jump: Option<Jump>,
}

/// What the socket needs of the daemon.
#[derive(Clone)]
pub struct Control {
    /// The driver.
    pub handle: Handle,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// What became of it.
    pub clock_state: Arc<ArcSwap<ClockState>>,
    /// When the daemon started.
    pub started: Timestamp,
    /// Where reloads are asked for.
    pub reloads: mpsc::Sender<ReloadRequest>,
    /// How the last one went.
    pub last_reload: Arc<ArcSwap<LastReload>>,
    /// How the configuration on disk is read, without deciding by it.
    pub load: Arc<LoadPolicy>,
    /// How the secrets of the reply keys are changed.
    pub change_keys: Arc<ChangeKeys>,
    /// How words become commands.
    pub read_words: Arc<ReadWords>,
    /// How the certificates of the doors stand, by door.
    pub certificates: Arc<Certificates>,
}

/// Tells by door until when its certificate is good, and what is wrong with the one on disk.
pub type Certificates = dyn Fn() -> serde_json::Value + Send + Sync;

impl Control {
    pub(super) async fn reload(&self) -> Result<String, Trouble> {
        let (answer, wait) = oneshot::channel();
        let gone = || Trouble::new(ErrorKind::Unavailable, "the service is stopping; try again");
        self.reloads.send(answer).await.map_err(|_| gone())?;
        wait.await
            .map_err(|_| gone())?
            .map_err(|text| Trouble::new(ErrorKind::BadConfig, text))
    }

    pub(super) fn last_reload(&self) -> Arc<LastReload> {
        self.last_reload.load_full()
    }

    pub(super) fn read_words(&self, words: &str, person: &PersonKey, policy: &Policy) -> Result<Vec<Line>, Trouble> {
        let lines = (self.read_words)(words, person, policy, self.clock.now());
        if lines.is_empty() {
            return Err(Trouble::new(
                ErrorKind::BadRequest,
                "nothing was said; write for example `accept` or `note …`",
            ));
        }
        Ok(lines)
    }
}

/// Why the socket cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Somebody answers there.
    #[error("another batond answers on {0}; stop it first")]
    Running(PathBuf),
    /// Anything else.
    #[error("the control socket {path} cannot be made: {error}")]
    Io {
        /// Where.
        path: PathBuf,
        /// What went wrong.
        error: io::Error,
    },
}

/// Binds the socket for its owner alone. One left by a killed daemon is replaced; one that answers is not.
///
/// # Errors
/// [`BindError`].
pub fn bind(path: &Path) -> Result<UnixListener, BindError> {
    let failed = |error| BindError::Io {
        path: path.to_owned(),
        error,
    };
    match std::os::unix::net::UnixStream::connect(path) {
        Ok(_) => return Err(BindError::Running(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => std::fs::remove_file(path).map_err(failed)?,
        Err(error) => return Err(failed(error)),
    }
    let listener = UnixListener::bind(path).map_err(failed)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(SOCKET_MODE)).map_err(failed)?;
    Ok(listener)
}

/// Serves until `stop`, then until the requests in hand are answered.
pub async fn serve(listener: UnixListener, control: Control, stop: CancellationToken) {
    let seats = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = next(&listener, &seats) => accepted,
        };
        match accepted {
            Ok((stream, seat)) => {
                let (control, stop) = (control.clone(), stop.clone());
                connections.spawn(async move {
                    if let Err(error) = converse(stream, &control, &stop).await {
                        tracing::debug!(%error, "control connection ended");
                    }
                    drop(seat);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "control socket cannot accept");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    connections.close();
    connections.wait().await;
}

async fn next(listener: &UnixListener, seats: &Arc<Semaphore>) -> io::Result<(UnixStream, tokio::sync::OwnedSemaphorePermit)> {
    let seat = Arc::clone(seats).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    Ok((stream, seat))
}

/// One connection: a line in, a line out, until its end.
async fn converse(stream: UnixStream, control: &Control, stop: &CancellationToken) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut reader = BufReader::new(read.take(0));
    loop {
        // One byte more than is allowed, so that too long a line is told from one that just fits.
        reader.get_mut().set_limit(MAX_REQUEST_BYTES as u64 + 1);
        let mut line = Vec::new();
        let length = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            read = tokio::time::timeout(READ_TIMEOUT, reader.read_until(b'\n', &mut line)) => read??,
        };
        if length == 0 {
            return Ok(());
        }
        let too_long = line.len() > MAX_REQUEST_BYTES;
        let answer = if too_long {
            Answer::Error(Trouble::new(
                ErrorKind::BadRequest,
                format!("a request has at most {MAX_REQUEST_BYTES} bytes"),
            ))
        } else {
            respond(&line, control).await
        };
        let mut bytes = serde_json::to_vec(&answer)?;
        bytes.push(b'\n');
        tokio::time::timeout(WRITE_TIMEOUT, write.write_all(&bytes)).await??;
        if too_long {
            return Ok(());
        }
    }
}

async fn respond(line: &[u8], control: &Control) -> Answer {
    let ask: Ask = match serde_json::from_slice(line) {
        Ok(ask) => ask,
        Err(error) => return Answer::Error(Trouble::new(ErrorKind::BadRequest, format!("this is not a request: {error}"))),
    };
    match tokio::time::timeout(ANSWER_TIMEOUT, answer(ask, control)).await {
        Ok(answer) => answer,
        Err(_) => Answer::Error(Trouble::new(ErrorKind::Unavailable, "no answer in time; try again")),
    }
}
