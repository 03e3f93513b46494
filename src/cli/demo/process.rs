//! The daemon the demo talks to: this very program as a process of its own, asked over its socket as any command asks. May import client, control.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::hook;
use super::place::Place;
use super::wait;
use crate::cli::client::Client;
use crate::daemon::{Exit, Failure};
use crate::model::ItemId;
use crate::web::control::Ask;
use serde_json::Value;

/// How long a start or a stop may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// Where the secret of the GitHub source comes from.
const SECRET_NAME: &str = "BATOND_DEMO_SECRET";
/// Stands in nobody's configuration: the door it opens is on loopback and lives for a minute.
pub const SECRET: &str = "not-a-secret-outside-the-demo";

/// A daemon that runs. It does not outlive the demo.
pub struct Daemon {
    process: Child,
}

impl Daemon {
    /// Starts it, and waits until `/readyz` says so.
    pub fn start(place: &Place) -> Result<Self, Failure> {
        let started = spawn(&place.folder, &place.log());
        let process = started.map_err(|error| Failure::new(Exit::Io, format!("the daemon cannot be started: {error}")))?;
        let mut daemon = Self { process };
        let ready = wait::until(PATIENCE, || {
            if let Some(status) = daemon.process.try_wait().map_err(io_failure)? {
                return Err(Failure::new(Exit::Failed, format!("the daemon ended at its start: {status}")));
            }
            let answer = hook::get(place.web, "/readyz");
            Ok(answer.ok().filter(|answer| answer.status == 200).map(drop))
        })?;
        match ready {
            Some(()) => Ok(daemon),
            None => Err(Failure::new(
                Exit::Failed,
                format!("the daemon was not ready within {} s", PATIENCE.as_secs()),
            )),
        }
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Ends it as a power cut would, with SIGKILL: it hears nothing of it.
    pub fn kill(mut self) -> Result<(), Failure> {
        self.process.kill().map_err(io_failure)?;
        self.process.wait().map(drop).map_err(io_failure)
    }

    /// Ends it with SIGTERM, and waits until it has ended well.
    pub fn stop(mut self) -> Result<(), Failure> {
        let pid = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).map_err(|error| io_failure(error.into()))?;
        match wait::until(PATIENCE, || self.process.try_wait().map_err(io_failure))? {
            Some(status) if status.success() => Ok(()),
            Some(status) => Err(Failure::new(Exit::Failed, format!("the daemon did not end well: {status}"))),
            None => Err(Failure::new(
                Exit::Failed,
                format!("the daemon had not ended {} s after SIGTERM", PATIENCE.as_secs()),
            )),
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn spawn(config: &Path, log: &Path) -> io::Result<Child> {
    let log = File::options().create(true).append(true).open(log)?;
    Command::new(std::env::current_exe()?)
        .arg("--config")
        .arg(config)
        .args(["run", "--log-format", "text", "--end-with-parent"])
        .env(SECRET_NAME, SECRET)
        .env_remove("RUNTIME_DIRECTORY")
        .env_remove("NOTIFY_SOCKET")
        .env_remove("WATCHDOG_USEC")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
}

/// What `show --format json` gives.
pub fn show(place: &Place, item: &ItemId) -> Result<Value, Failure> {
    Client::connect(&place.folder)?.ask(&Ask::Show {
        id: item.clone(),
        person: None,
    })
}

/// What `why --format json` gives.
pub fn why(place: &Place, item: &ItemId) -> Result<Value, Failure> {
    Client::connect(&place.folder)?.ask(&Ask::Why {
        id: item.clone(),
        person: None,
    })
}

fn io_failure(error: io::Error) -> Failure {
    Failure::new(Exit::Io, format!("the daemon's process cannot be reached: {error}"))
}
