//! The daemon as it is built for release: a hundred rules, one queue with all its clocks, people who are always at work and have the default budget, notices to a relay.

use std::fmt::Write;
use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{Fallible, Process, free_port, get, program};

/// How many rules there are; the last one takes the mail of the benchmark.
const RULES: usize = 100;
/// How long the notices of one run may take to go out.
const DRAIN: Duration = Duration::from_secs(120);

const CONFIG: &str = r#"
desk: { address: desk@ops.example, name: Ops desk }
store: { path: state }
sources:
  inbox: { smtp: { listen: "SMTP", for: ["*@ops.example"], max_connections_per_address: 200, trusted: true } }
  load: { webhook: { verify: none, allow_from: ["127.0.0.1/32"] } }
send: { relay: "RELAY" }
web: { listen: "WEB" }
calendars:
  always: { time_zone: Etc/UTC, hours: { mon-sun: "00:00-24:00" } }
people:
  ana: { name: Ana Ruiz, mail: ana@ops.example, calendar: always, cover: ben }
  ben: { name: Ben Okafor, mail: ben@ops.example, calendar: always }
queues:
  support:
    prefix: SUP
    purpose: Questions and faults reported by customers.
    owner: ana
    calendar: always
    urgent_when: A customer cannot log in or cannot pay.
    handover: Say what the customer was promised, and what you would try next.
    accept_within: 4h
    respond_within: 4 working hours
    resolve_within: 3 working days
    escalation: call-the-owner
escalations:
  call-the-owner:
    - { after: 30m, tell: holder }
    - { after: 2 working hours, tell: owner, pass_to: ben, priority: high }
unmatched: { queue: support }
rules:
"#;

/// A running daemon.
pub struct Batond {
    process: Process,
    /// Where its notices go, if Postfix's smtp-sink is there; else they are files.
    _relay: Option<Process>,
    /// Where it takes mail.
    pub smtp: SocketAddr,
    /// Where it takes webhooks.
    pub web: SocketAddr,
}

impl Batond {
    /// Starts it in `folder`. Ready when both doors answer.
    pub fn start(folder: &Path) -> Fallible<Self> {
        Self::with(folder, &(CONFIG.to_owned() + &rules()))
    }

    /// Starts it with this configuration, in which `SMTP`, `WEB` and `RELAY` stand for the addresses.
    pub fn with(folder: &Path, config: &str) -> Fallible<Self> {
        let sink = free_port()?;
        let relay = match program("smtp-sink") {
            Some(program) => {
                let mut command = Command::new(program);
                command.args(["-u", "nobody", "-c", &sink.to_string(), "200"]).stdout(Stdio::null());
                if !rustix::process::geteuid().is_root() {
                    command = Command::new(command.get_program());
                    command.args([&sink.to_string(), "200"]);
                }
                Some(Process::start(&mut command, &[sink])?)
            }
            None => None,
        };
        let url = if relay.is_some() {
            format!("smtp://{sink}")
        } else {
            format!("file://{}", folder.join("out").display())
        };
        Ok(Self {
            _relay: relay,
            ..Self::by(folder, config, &url)?
        })
    }

    /// Starts it with this configuration, whose mail goes by `relay`.
    pub fn by(folder: &Path, config: &str, relay: &str) -> Fallible<Self> {
        let (smtp, web) = (free_port()?, free_port()?);
        let text = config.replace("SMTP", &smtp.to_string()).replace("WEB", &web.to_string());
        std::fs::write(folder.join("batond.yaml"), text.replace("RELAY", relay))?;
        let log = File::create(folder.join("log"))?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_batond"));
        command.args(["run", "--config"]).arg(folder).stdout(Stdio::null()).stderr(log);
        let process = Process::start(&mut command, &[smtp, web]);
        let process = process.map_err(|error| format!("{error}; see {}", folder.join("log").display()))?;
        Ok(Self {
            process,
            _relay: None,
            smtp,
            web,
        })
    }

    /// Resident memory in KiB.
    pub fn resident_kib(&self) -> u64 {
        self.process.resident_kib()
    }

    /// Waits until every notice is with the relay; says how long that took. Otherwise sending would slow down whoever is measured next.
    pub fn drain(&self) -> Fallible<Duration> {
        let begin = Instant::now();
        loop {
            let metrics = get(self.web, "/metrics")?;
            let due = metrics.lines().find_map(|line| line.strip_prefix("batond_outbox_due "));
            if due.and_then(|due| due.trim().parse::<f64>().ok()).is_none_or(|due| due <= 0.0) {
                return Ok(begin.elapsed());
            }
            if begin.elapsed() > DRAIN {
                return Err("the notices do not go out".into());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Ends it in good order.
    pub fn end(mut self) -> Fallible<()> {
        self.process.end()
    }
}

/// Rules as people write them: none but the last takes the mail of the benchmark.
fn rules() -> String {
    let mut text = String::new();
    for number in 1..RULES {
        let when = match number % 4 {
            0 => format!("subject: \"*word{number:03}*printer*\""),
            1 => format!("body: {{ contains: \"invoice {number:03}\" }}"),
            2 => format!("from: \"*@customer{number:03}.example\""),
            _ => format!("subject: {{ regex: '(?i)\\bincident\\s+{number:03}\\b' }}"),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "  - {{ name: rule {number}, when: {{ source: inbox, {when} }}, then: {{ queue: support, priority: high }} }}"
        );
    }
    text.push_str("  - { name: everything for support, when: { to: \"support@*\" }, then: { queue: support } }\n");
    text.push_str("  - { name: hooks, when: { source: load }, then: { queue: support, title: \"Number {{ json.number }}\" } }\n");
    text
}
