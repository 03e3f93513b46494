//! The daemon as a process: ready only when it is, reloads, refuses, stops in good order, and says so to the service manager.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

/// How long anything may take on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(60);

const CONFIG: &str = r#"
desk: { address: desk@ops.example, name: Ops desk }
store: { path: data }
sources:
  inbox: { smtp: { listen: "127.0.0.1:SMTP", for: ["*@ops.example"], trusted: true } }
send: { relay: "file://FOLDER/out" }
web: { listen: "127.0.0.1:WEB" }
calendars:
  always: { time_zone: Etc/UTC, hours: { mon-sun: "00:00-24:00" } }
people:
  ana: { name: Ana Ruiz, mail: ana@ops.example, calendar: always }
queues:
  triage:
    prefix: TRI
    purpose: What no rule took.
    owner: ana
    urgent_when: Somebody cannot work.
    handover: Who waits, and for what.
    accept_within: 4h
unmatched: { queue: triage }
"#;

/// A daemon in a folder of its own, told to notify a socket of ours.
struct Daemon {
    folder: tempfile::TempDir,
    process: Child,
    notified: UnixDatagram,
    smtp: u16,
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Daemon {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let smtp = free_port();
        let text = CONFIG.replace("SMTP", &smtp.to_string()).replace("WEB", &free_port().to_string());
        std::fs::write(
            folder.path().join("batond.yaml"),
            text.replace("FOLDER", folder.path().to_str().unwrap()),
        )
        .unwrap();
        let socket = folder.path().join("notify");
        let notified = UnixDatagram::bind(&socket).unwrap();
        notified.set_read_timeout(Some(PATIENCE)).unwrap();
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let process = command(folder.path(), &["run"])
            .env("NOTIFY_SOCKET", &socket)
            .env("WATCHDOG_USEC", "1000000")
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        Self {
            folder,
            process,
            notified,
            smtp,
        }
    }

    /// Everything said to the service manager up to the first message that holds `wanted`.
    fn hears(&self, wanted: &str) -> String {
        let began = Instant::now();
        let mut heard = String::new();
        while began.elapsed() < PATIENCE {
            let mut bytes = [0; 4096];
            let length = self
                .notified
                .recv(&mut bytes)
                .unwrap_or_else(|error| panic!("no `{wanted}` but {heard}: {error}\n{}", self.log()));
            let said = String::from_utf8_lossy(&bytes[..length]).into_owned();
            heard.push_str(&said);
            heard.push('\n');
            if said.contains(wanted) {
                return heard;
            }
        }
        panic!("no `{wanted}` in time but {heard}\n{}", self.log());
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    fn ask(&self, arguments: &[&str]) -> Output {
        command(self.folder.path(), arguments).output().unwrap()
    }

    fn ends(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(began.elapsed() < PATIENCE, "it did not end\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn command(config: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(PathBuf::from(env!("CARGO_BIN_EXE_batond")));
    // Before the words: `do` takes everything after the item as words.
    command.arg("--config").arg(config).args(arguments);
    command
        .env_remove("RUNTIME_DIRECTORY")
        .env_remove("BATOND_LOG")
        .env_remove("JOURNAL_STREAM");
    command
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// One mail, told accepted.
fn mail(port: u16) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let lines = [
        "",
        "EHLO here.example",
        "MAIL FROM:<joe@home.example>",
        "RCPT TO:<help@ops.example>",
        "DATA",
        "From: joe@home.example\r\nSubject: Wet\r\n\r\nIt rains.\r\n.",
        "QUIT",
    ];
    for line in lines {
        if !line.is_empty() {
            stream.write_all(format!("{line}\r\n").as_bytes()).unwrap();
        }
        let mut answer = [0; 1024];
        let length = stream.read(&mut answer).unwrap();
        assert!(
            matches!(answer[0], b'2' | b'3'),
            "{line}: {}",
            String::from_utf8_lossy(&answer[..length])
        );
    }
}

#[test]
fn a_life_from_ready_to_stopped() {
    let mut daemon = Daemon::start();
    let heard = daemon.hears("READY=1");
    assert!(heard.contains("STATUS=ready, policy "), "{heard}");
    mail(daemon.smtp);
    daemon.hears("WATCHDOG=1");

    let list = daemon.ask(&["list", "--format", "json"]);
    let items: serde_json::Value = serde_json::from_slice(&list.stdout).unwrap_or_else(|_| panic!("{}", said(&list)));
    assert_eq!(
        (&items["items"][0]["id"], &items["items"][0]["accountable"]),
        (&"TRI-1".into(), &"ana".into())
    );
    assert_eq!(daemon.ask(&["show", "TRI-9"]).status.code(), Some(3));
    let why = daemon.ask(&["why", "tri-1"]);
    assert!(
        why.status.success() && said(&why).contains("ana answers for it now"),
        "{}",
        said(&why)
    );
    let done = daemon.ask(&["do", "TRI-1", "done,", "an umbrella"]);
    assert!(done.status.success(), "{}", said(&done));
    let list = daemon.ask(&["list"]);
    assert_eq!(String::from_utf8_lossy(&list.stdout), "Nothing is open.\n");

    daemon.signal(rustix::process::Signal::TERM);
    daemon.hears("STOPPING=1");
    assert_eq!(daemon.ends().code(), Some(0), "{}", daemon.log());
    assert_eq!(daemon.ask(&["list"]).status.code(), Some(69));
    let log = daemon.log();
    assert!(!log.contains("It rains") && !log.contains("joe@home"), "{log}");
}

#[test]
fn a_bad_reload_leaves_the_old_one_running() {
    let mut daemon = Daemon::start();
    daemon.hears("READY=1");
    let path = daemon.folder.path().join("batond.yaml");
    let good = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, good.replace("owner: ana", "owner: eve")).unwrap();
    daemon.signal(rustix::process::Signal::HUP);
    let heard = daemon.hears("the old configuration runs on");
    assert!(heard.contains("RELOADING=1") && heard.contains("READY=1"), "{heard}");
    let refused = daemon.ask(&["reload"]);
    assert_eq!(refused.status.code(), Some(78), "{}", said(&refused));
    assert!(said(&refused).contains("batond.yaml:"), "{}", said(&refused));
    mail(daemon.smtp);

    std::fs::write(&path, good.replace("What no rule took.", "All the rest.")).unwrap();
    let taken = daemon.ask(&["reload"]);
    assert!(
        taken.status.success() && said(&taken).contains("reloaded, policy "),
        "{}",
        said(&taken)
    );
    daemon.signal(rustix::process::Signal::INT);
    assert_eq!(daemon.ends().code(), Some(0), "{}", daemon.log());
}

#[test]
fn a_start_that_cannot_be_says_why() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("batond.yaml"), CONFIG.replace("unmatched", "unmatchd")).unwrap();
    let refused = command(folder.path(), &["run"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(78), "{}", said(&refused));
    assert!(said(&refused).contains("unmatchd"), "{}", said(&refused));

    let mut first = Daemon::start();
    first.hears("READY=1");
    let second = first.ask(&["run"]);
    assert_eq!(second.status.code(), Some(74), "{}", said(&second));
    assert!(said(&second).contains("another batond"), "{}", said(&second));
    first.signal(rustix::process::Signal::TERM);
    assert_eq!(first.ends().code(), Some(0));
}
