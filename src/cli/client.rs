//! The other end of the control socket: finds the daemon, asks, and turns its answer into an exit code. May import control, daemon's exit codes.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::DEFAULT_CONFIG;
use crate::daemon::{Exit, Failure, SOCKET_NAME};
use crate::web::control::{Answer, Ask, ErrorKind};

/// Where the packaged service keeps its socket.
const SERVICE_FOLDER: &str = "/run/batond";
/// The longest answer: a million items are about half of this.
const MAX_ANSWER_BYTES: u64 = 1 << 30;
/// How long an answer may take; the daemon itself gives up sooner.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(120);

/// A connection to the daemon.
pub struct Client {
    stream: UnixStream,
}

impl Client {
    /// Finds the daemon that runs with this configuration.
    pub fn connect(config: &Path) -> Result<Self, Failure> {
        let path = socket(config)?;
        let stream = UnixStream::connect(&path).map_err(|error| unreachable(&path, &error))?;
        stream
            .set_read_timeout(Some(ANSWER_TIMEOUT))
            .map_err(|error| unreachable(&path, &error))?;
        Ok(Self { stream })
    }

    /// Asks, and waits for the answer.
    pub fn ask(&mut self, ask: &Ask) -> Result<Value, Failure> {
        let broken = |error: io::Error| Failure::new(Exit::Unreachable, format!("the daemon went away: {error}"));
        let mut line = serde_json::to_vec(ask).map_err(|error| Failure::new(Exit::Internal, error.to_string()))?;
        line.push(b'\n');
        self.stream.write_all(&line).map_err(broken)?;
        let mut answer = Vec::new();
        BufReader::new((&self.stream).take(MAX_ANSWER_BYTES))
            .read_until(b'\n', &mut answer)
            .map_err(broken)?;
        if !answer.ends_with(b"\n") {
            return Err(Failure::new(Exit::Unreachable, "the daemon ended in mid-answer; is it stopping?"));
        }
        match serde_json::from_slice(&answer) {
            Ok(Answer::Ok(value)) => Ok(value),
            Ok(Answer::Error(trouble)) => Err(Failure::new(exit(trouble.kind), trouble.text)),
            Err(error) => Err(foreign(&error)),
        }
    }
}

/// An answer as its type.
pub fn typed<T: DeserializeOwned>(value: &Value) -> Result<T, Failure> {
    T::deserialize(value).map_err(|error| foreign(&error))
}

fn foreign(error: &serde_json::Error) -> Failure {
    let text = format!("the daemon's answer cannot be read; is it another version than this command? ({error})");
    Failure::new(Exit::Internal, text)
}

fn exit(kind: ErrorKind) -> Exit {
    match kind {
        ErrorKind::BadRequest => Exit::Usage,
        ErrorKind::NotFound => Exit::NotFound,
        ErrorKind::BadConfig => Exit::Config,
        ErrorKind::Unavailable => Exit::TryAgain,
        ErrorKind::Store => Exit::Io,
    }
}

fn unreachable(path: &Path, error: &io::Error) -> Failure {
    let hint = match error.kind() {
        io::ErrorKind::PermissionDenied => "only the daemon's own user and root may; try sudo",
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => "is it running, and with the same --config?",
        _ => "is it running?",
    };
    Failure::new(
        Exit::Unreachable,
        format!("the daemon cannot be reached at {}: {error}; {hint}", path.display()),
    )
}

/// Where the daemon's socket is: in the runtime folder of a service, else in the store's folder.
#[expect(clippy::disallowed_methods, reason = "RUNTIME_DIRECTORY is how systemd names the folder")]
fn socket(config: &Path) -> Result<PathBuf, Failure> {
    let runtime = std::env::var_os("RUNTIME_DIRECTORY").filter(|folder| !folder.is_empty());
    if let Some(folder) = runtime {
        return Ok(PathBuf::from(folder).join(SOCKET_NAME));
    }
    let service = Path::new(SERVICE_FOLDER).join(SOCKET_NAME);
    if config == Path::new(DEFAULT_CONFIG) && service.exists() {
        return Ok(service);
    }
    let store = super::store_path::of(config)?;
    Ok(store.join(SOCKET_NAME))
}
