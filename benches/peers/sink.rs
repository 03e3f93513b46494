//! Postfix's smtp-sink as the place where mail ends, with its own counter of mails read as it counts.

use std::io::Read;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Fallible, program};

/// How long it may take to listen.
const PATIENCE: Duration = Duration::from_secs(10);

/// What it has counted.
#[derive(Debug, Clone, Default)]
pub struct Counted {
    /// Sessions.
    pub sessions: usize,
    /// Mails whose final dot it has seen.
    pub mails: usize,
    /// When it had counted how many mails.
    pub course: Vec<(Instant, usize)>,
}

impl Counted {
    /// Mails in a second, from the first one to the one of this number.
    pub fn rate(&self, until: usize) -> f64 {
        let Some((first, before)) = self.course.first() else { return 0.0 };
        let Some((last, mails)) = self.course.iter().find(|(_, mails)| *mails >= until) else {
            return 0.0;
        };
        (mails - before) as f64 / last.duration_since(*first).as_secs_f64()
    }
}

/// A running sink.
pub struct Sink {
    process: Child,
    counted: Arc<Mutex<Counted>>,
}

impl Sink {
    /// Starts one on `address`. With `dump`, each mail becomes a file in that folder.
    pub fn start(address: SocketAddr, dump: Option<&Path>) -> Fallible<Self> {
        let program = program("smtp-sink").ok_or("smtp-sink is not installed: tests/setup.sh bench")?;
        let mut command = Command::new(program);
        // As root it wants to be told as whom to run.
        if rustix::process::geteuid().is_root() {
            command.args(["-u", if dump.is_some() { "root" } else { "nobody" }]);
        }
        if let Some(folder) = dump {
            command.arg("-d").arg(folder.join("mail"));
        }
        command.args(["-c", &address.to_string(), "200"]);
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let counted = Arc::new(Mutex::new(Counted::default()));
        let mut counts = process.stdout.take().ok_or("smtp-sink has no output")?;
        std::thread::spawn({
            let counted = Arc::clone(&counted);
            move || {
                let mut chunk = [0; 4_096];
                // It ends with the process.
                while let Ok(length @ 1..) = counts.read(&mut chunk) {
                    note(&counted, &String::from_utf8_lossy(&chunk[..length]));
                }
            }
        });
        let sink = Self { process, counted };
        let begin = Instant::now();
        while !is_listening(address) {
            if begin.elapsed() > PATIENCE {
                return Err("smtp-sink does not listen".into());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(sink)
    }

    /// What it has counted so far.
    pub fn counted(&self) -> Counted {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for so many mails.
    pub fn wait_for(&self, mails: usize, patience: Duration) -> Fallible<()> {
        let begin = Instant::now();
        loop {
            let came = self.counted.lock().unwrap_or_else(PoisonError::into_inner).mails;
            if came >= mails {
                return Ok(());
            }
            if begin.elapsed() > patience {
                return Err(format!("{came} of {mails} mails came").into());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // It has nothing to lose.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Whether somebody listens there, asked of the kernel: a connection of ours would be counted.
fn is_listening(address: SocketAddr) -> bool {
    let SocketAddr::V4(address) = address else { return false };
    let wanted = format!("{:08X}:{:04X}", u32::from_le_bytes(address.ip().octets()), address.port());
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    table.lines().any(|line| {
        let mut words = line.split_whitespace().skip(1);
        words.next() == Some(wanted.as_str()) && words.nth(1) == Some("0A")
    })
}

/// Reads `sess=1 quit=0 mesg=5`, of which the last whole one counts.
fn note(counted: &Mutex<Counted>, text: &str) {
    let now = Instant::now();
    let number = |line: &str, name: &str| -> Option<usize> { line.split_once(name)?.1.split_whitespace().next()?.parse().ok() };
    let Some(line) = text.split_inclusive(['\r', '\n']).rfind(|line| line.ends_with(['\r', '\n'])) else {
        return;
    };
    let Some((sessions, mails)) = number(line, "sess=").zip(number(line, "mesg=")) else {
        return;
    };
    let mut counted = counted.lock().unwrap_or_else(PoisonError::into_inner);
    if mails > counted.mails {
        counted.course.push((now, mails));
    }
    counted.sessions = sessions;
    counted.mails = mails;
}
