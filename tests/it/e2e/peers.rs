//! Other people's programs: whether they are there, and how they are called.

use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use super::desk::said;

/// Where programs are that an ordinary PATH leaves out.
const SYSTEM: [&str; 3] = ["/usr/sbin", "/sbin", "/usr/local/sbin"];

/// The program's path. Without it says loudly what is missing, and the caller has nothing to do.
pub fn peer(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .chain(SYSTEM.map(PathBuf::from))
        .map(|folder| folder.join(name));
    let found = found.into_iter().find(|path| path.is_file());
    if found.is_none() {
        eprintln!("=== NOT RUN: {name} is not installed (tests/setup.sh installs it); nothing was shown with it. ===");
    }
    found
}

/// A program that serves until it is dropped.
pub struct Served(pub Child);

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a peer to its end.
pub fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

/// A mail by swaks. `more` are its further options.
pub fn swaks(port: u16, from: &str, to: &str, more: &[&str]) -> Option<Output> {
    let mut command = Command::new(peer("swaks")?);
    command.args(["--server", "127.0.0.1", "--port", &port.to_string(), "--from", from, "--to", to]);
    command.args(["--timeout", "30", "--helo", "there.example"]).args(more);
    Some(run(&mut command))
}

/// A mail by swaks that must be taken. `None` where there is no swaks.
pub fn swaks_sends(port: u16, from: &str, to: &str, more: &[&str]) -> Option<String> {
    let output = swaks(port, from, to, more)?;
    assert!(output.status.success(), "{}", said(&output));
    Some(said(&output))
}
