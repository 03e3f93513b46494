//! Whom the intake is measured beside: each is a process of its own in a folder of its own, and ends with its value.

pub mod batond;
pub mod postfix;
pub mod raw_log;
pub mod sink;
pub mod webhook;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// A result of a benchmark: whatever goes wrong ends it.
pub type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// How long a peer may take to listen or to end.
const PATIENCE: Duration = Duration::from_secs(30);

/// A process that ends with its value.
pub struct Process(Child);

impl Process {
    /// Starts it and waits until it listens on all of `ports`.
    pub fn start(command: &mut Command, ports: &[SocketAddr]) -> Fallible<Self> {
        let mut process = Self(
            command
                .spawn()
                .map_err(|error| format!("{}: {error}", command.get_program().display()))?,
        );
        let begin = Instant::now();
        for port in ports {
            while TcpStream::connect(port).is_err() {
                if let Some(status) = process.0.try_wait()? {
                    return Err(format!("{command:?} ended with {status}").into());
                }
                if begin.elapsed() > PATIENCE {
                    return Err(format!("{command:?} does not listen on {port}").into());
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        Ok(process)
    }

    /// Resident memory in KiB, as the kernel counts it.
    pub fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
    }

    /// Asks it to end, and waits.
    pub fn end(&mut self) -> Fallible<()> {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.0), rustix::process::Signal::TERM)?;
        let begin = Instant::now();
        while self.0.try_wait()?.is_none() {
            if begin.elapsed() > PATIENCE {
                return Err("a process does not end".into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) && (self.end().is_err()) {
            // Nothing more can be done about it here.
            let _ = self.0.kill();
        }
    }
}

/// A port of this machine that is free now.
pub fn free_port() -> Fallible<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// Where a program is, looked for in the folders of system programs too.
pub fn program(name: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let system = ["/usr/sbin", "/sbin", "/usr/local/sbin"].map(std::path::PathBuf::from);
    std::env::split_paths(&path)
        .chain(system)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// The body of an answer to a plain GET.
pub fn get(server: SocketAddr, path: &str) -> Fallible<String> {
    let mut stream = TcpStream::connect(server)?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: bench.example\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}
