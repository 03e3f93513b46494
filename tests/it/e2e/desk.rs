//! A daemon in a folder of its own, on ports of its own, ended in good order.

use std::fmt::Debug;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// How long anything may take on a loaded machine.
pub const PATIENCE: Duration = Duration::from_secs(40);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(20);
/// How often other ports are tried when somebody else took one meanwhile.
const STARTS: usize = 3;

/// How much of a daemon's log is shown when its test fails.
const LOG_LINES: usize = 40;

/// The secrets the desk's webhooks are verified with.
pub const GITHUB_SECRET: &str = "a secret typed into a form";
pub const BEARER: &str = "a-token-for-alerts";

/// What every desk here has. Queues and rules are each test's own.
const COMMON: &str = r#"
desk: { address: desk@ops.example, name: Ops desk, budget: { mails: 1000, in: 1m, per_item: 1000 } }
store: { path: data }
sources:
  inbox: { smtp: { listen: "127.0.0.1:@SMTP@", for: ["*@ops.example"], trusted: true } }
  local: { lmtp: { listen: "127.0.0.1:@LMTP@", for: ["*@ops.example"], trusted: true } }
  github: { webhook: { verify: github, secret: "${env:E2E_GITHUB}" } }
  alertmanager: { webhook: { verify: bearer, secret: "${env:E2E_BEARER}" } }
send: { relay: "@RELAY@" }
web: { listen: "127.0.0.1:@WEB@" }
calendars:
  always: { time_zone: Etc/UTC, hours: { daily: "00:00-24:00" } }
people:
  ana: { name: Ana Ruiz, mail: ana@ops.example, calendar: always }
  ben: { name: Ben Okafor, mail: [ben@ops.example, ben@home.example], calendar: always }
  cat: { name: Cat Lim, mail: cat@ops.example, calendar: always }
teams: { support: [ana, ben] }
"#;

/// A queue and rules for tests that need nothing special: to ana, owned by cat, with hours to spare.
pub const SUPPORT: &str = r#"
queues:
  support:
    prefix: SUP
    purpose: Questions and faults reported by customers.
    owner: cat
    assign: ana
    urgent_when: A customer cannot log in.
    handover: Say what the customer was promised.
    accept_within: 4h
    resolve_within: 3d
rules:
  - name: everything for support
    when: { to: "support@*" }
    then: { queue: support, labels: [mail, customer] }
unmatched: { queue: support }
"#;

/// A running daemon.
pub struct Desk {
    pub folder: tempfile::TempDir,
    process: Child,
    pub smtp: u16,
    pub lmtp: u16,
    pub web: u16,
    https: bool,
    /// Variables of its own, for it and for what it is asked.
    variables: Vec<(String, String)>,
}

/// A port that was free a moment ago, and that no other test of this process was given.
pub fn free_port() -> u16 {
    static GIVEN: Mutex<Vec<u16>> = Mutex::new(Vec::new());
    let mut given = GIVEN.lock().unwrap();
    loop {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        if !given.contains(&port) {
            given.push(port);
            return port;
        }
    }
}

/// Looks until there is something to see.
pub fn until<T>(what: impl Debug, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(began.elapsed() < PATIENCE, "not seen in time: {what:?}");
        std::thread::sleep(LOOK);
    }
}

/// The binary under test, with nothing of our own surroundings.
pub fn batond(config: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_batond"));
    command.arg("--config").arg(config).args(arguments);
    for name in [
        "RUNTIME_DIRECTORY",
        "BATOND_LOG",
        "JOURNAL_STREAM",
        "NOTIFY_SOCKET",
        "CREDENTIALS_DIRECTORY",
    ] {
        command.env_remove(name);
    }
    command.env("E2E_GITHUB", GITHUB_SECRET).env("E2E_BEARER", BEARER).env("TZ", "UTC");
    command.stdin(Stdio::null());
    command
}

/// Everything a program said.
pub fn said(output: &Output) -> String {
    let text = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    text.concat()
}

impl Desk {
    /// Mail out goes into a folder.
    pub fn start(queues_and_rules: &str) -> Self {
        Self::sending_to("file:./out", queues_and_rules)
    }

    /// Mail out goes to a relay.
    pub fn sending_to(relay: &str, queues_and_rules: &str) -> Self {
        Self::with(COMMON, relay, queues_and_rules)
    }

    /// Mail out goes as this says: the value of `send`.
    pub fn sending(send: &str, queues_and_rules: &str) -> Self {
        let common = COMMON.replace(r#"{ relay: "@RELAY@" }"#, send);
        assert!(common.contains(send));
        Self::with(&common, "", queues_and_rules)
    }

    /// LMTP comes from a server that checks signatures and says so under this name: nothing else proves who writes. `people`, where given, are there instead of the usual ones, with
    /// their calendars and teams.
    pub fn behind(receiver: &str, relay: &str, people: Option<&str>, queues_and_rules: &str) -> Self {
        let lmtp = r#"lmtp: { listen: "127.0.0.1:@LMTP@", for: ["*@ops.example"], "#;
        let common = COMMON.replace(&format!("{lmtp}trusted: true"), &format!("{lmtp}trusted_receiver: {receiver}"));
        assert!(common.contains("trusted_receiver"));
        let (site, usual) = common.split_once("calendars:").expect("calendars behind all else");
        let people = people.map_or_else(|| format!("calendars:{usual}"), str::to_owned);
        Self::with(&format!("{site}{people}"), relay, queues_and_rules)
    }

    /// The SMTP door checks DKIM, SPF and DMARC itself, and asks this name server.
    pub fn checking(resolver: SocketAddr, queues_and_rules: &str) -> Self {
        let smtp = r#"smtp: { listen: "127.0.0.1:@SMTP@", for: ["*@ops.example"], "#;
        let verify = format!("{smtp}verify: {{ resolver: \"{resolver}\" }}");
        let common = COMMON.replace(&format!("{smtp}trusted: true"), &verify);
        assert!(common.contains("resolver"));
        Self::with(&common, "file:./out", queues_and_rules)
    }

    /// What every desk has, changed: the folder is there to put files into, the text is the configuration. With `https` the web side is encrypted.
    pub fn changed(https: bool, change: &dyn Fn(&Path, &str) -> String) -> Self {
        Self::changed_with(https, &[], change)
    }

    /// The same with variables in its environment, and in that of what it is asked.
    pub fn changed_with(https: bool, variables: &[(&str, &str)], change: &dyn Fn(&Path, &str) -> String) -> Self {
        Self::made(&|folder| change(folder, COMMON), "file:./out", SUPPORT, https, variables)
    }

    fn with(common: &str, relay: &str, queues_and_rules: &str) -> Self {
        Self::made(&|_| common.to_owned(), relay, queues_and_rules, false, &[])
    }

    fn made(common: &dyn Fn(&Path) -> String, relay: &str, queues_and_rules: &str, https: bool, variables: &[(&str, &str)]) -> Self {
        let variables: Vec<_> = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        for _ in 0..STARTS {
            let folder = tempfile::tempdir().unwrap();
            let common = common(folder.path());
            let [smtp, lmtp, web] = [free_port(), free_port(), free_port()];
            let common = [
                ("@SMTP@", smtp.to_string()),
                ("@LMTP@", lmtp.to_string()),
                ("@WEB@", web.to_string()),
            ]
            .iter()
            .fold(common.replace("@RELAY@", relay), |text, (name, value)| text.replace(name, value));
            std::fs::write(folder.path().join("batond.yaml"), common).unwrap();
            std::fs::write(folder.path().join("work.yaml"), queues_and_rules).unwrap();
            let process = Self::process(folder.path(), &variables);
            let mut desk = Self {
                folder,
                process,
                smtp,
                lmtp,
                web,
                https,
                variables: variables.clone(),
            };
            if desk.is_ready() {
                return desk;
            }
        }
        panic!("no free ports in {STARTS} tries");
    }

    fn process(folder: &Path, variables: &[(String, String)]) -> Child {
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(folder.join("log"))
            .unwrap();
        let mut command = batond(folder, &["run"]);
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        command.stdout(Stdio::null()).stderr(log).spawn().unwrap()
    }

    /// Waits until it is ready; `false` if somebody else took one of its ports.
    fn is_ready(&mut self) -> bool {
        let began = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                let log = self.log();
                assert!(
                    status.code() == Some(74) && log.contains("cannot listen"),
                    "it ended: {status}\n{log}"
                );
                return false;
            }
            let ready = if self.https {
                // The control socket is served with all the rest.
                self.ask(&["status"]).status.success()
            } else {
                http(self.web, "/readyz").is_some_and(|answer| answer.starts_with("HTTP/1.1 200"))
            };
            if ready {
                return true;
            }
            assert!(began.elapsed() < PATIENCE, "not ready in time\n{}", self.log());
            std::thread::sleep(LOOK);
        }
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// The folder mail out goes to.
    pub fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.process), signal).unwrap();
    }

    /// Pulls the plug, and starts it again on the same folder and ports.
    pub fn kill_and_restart(&mut self) {
        self.kill();
        self.restart();
    }

    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub fn restart(&mut self) {
        self.start_again(&[]);
    }

    /// The same with variables in its environment.
    pub fn restart_with(&mut self, variables: &[(String, String)]) {
        self.start_again(variables);
    }

    fn start_again(&mut self, variables: &[(String, String)]) {
        // What held the ports may still be closing.
        let again = (0..STARTS).any(|_| {
            let variables: Vec<_> = self.variables.iter().chain(variables).cloned().collect();
            self.process = Self::process(self.folder.path(), &variables);
            self.is_ready()
        });
        assert!(again, "its ports were taken meanwhile\n{}", self.log());
    }

    /// Tells it to stop, and sees that it did so in good order.
    pub fn stop(&mut self) {
        self.signal(Signal::TERM);
        let status = until("the end after SIGTERM", || self.process.try_wait().unwrap());
        let log = self.log();
        assert_eq!(status.code(), Some(0), "{log}");
        assert!(!log.contains("panicked"), "{log}");
    }

    /// What a command of batond says.
    pub fn ask(&self, arguments: &[&str]) -> Output {
        let mut command = batond(self.folder.path(), arguments);
        command
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .output()
            .unwrap()
    }

    /// The data of a command that succeeds.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let output = self.ask(&[arguments, &["--format", "json"]].concat());
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {}", said(&output)))
    }

    /// Every item, closed ones too.
    pub fn items(&self) -> Vec<Value> {
        self.json(&["list", "--all"])["items"].as_array().unwrap().clone()
    }

    pub fn item(&self, id: &str) -> Value {
        self.json(&["show", id])
    }

    /// Waits until an item is in a state.
    pub fn reaches(&self, id: &str, state: &str) -> Value {
        until((id, state), || Some(self.item(id)).filter(|item| item["state"] == state))
    }

    /// The value of a metric, all its labels added up. It must be there.
    pub fn metric(&self, name: &str) -> f64 {
        let text = http(self.web, "/metrics").expect("metrics");
        assert!(text.contains(&format!("# TYPE {name} ")), "no metric {name}: {text}");
        let lines = text
            .lines()
            .filter(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '{'])));
        lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok()).sum()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // It has ended already unless the test failed.
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            eprintln!(
                "--- end of the daemon's log\n{}",
                lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
            );
        }
    }
}

/// A GET; `None` while nobody listens.
pub fn http(port: u16, path: &str) -> Option<String> {
    http_as(port, "GET", path)
}

/// The same by another method.
pub fn http_as(port: u16, method: &str, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    Some(String::from_utf8_lossy(&answer).into_owned())
}
