//! How late timers fire: 100,000 items pending, 1,000 of them due in one second. `cargo bench --bench timers [-- PENDING]`
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "a benchmark reads the real clock")]
#![allow(missing_docs)]

#[allow(dead_code, reason = "of the peers only the daemon itself is measured here")]
mod peers;

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use peers::Fallible;
use peers::batond::Batond;

/// How many items wait, each with its clocks, and are not due.
const PENDING: usize = 100_000;
/// How many come due at the same instant.
const DUE: usize = 1_000;
/// Items of one delivery: the most that `each` goes through.
const A_DELIVERY: usize = 1_000;
/// How long after they came in the items of the quick queue are due.
const WITHIN: Duration = Duration::from_secs(20);
/// How long to wait for all of them after that.
const PATIENCE: Duration = Duration::from_secs(60);

const CONFIG: &str = r#"
desk: { address: desk@ops.example, name: Ops desk }
store: { path: state }
sources:
  inbox: { smtp: { listen: "SMTP", for: ["*@ops.example"], trusted: true } }
  load: { webhook: { verify: none, allow_from: ["127.0.0.1/32"] } }
send: { relay: "RELAY" }
web: { listen: "WEB" }
calendars:
  always: { time_zone: Etc/UTC, hours: { mon-sun: "00:00-24:00" } }
people:
  ana: { name: Ana Ruiz, mail: ana@ops.example, calendar: always, cover: ben }
  ben: { name: Ben Okafor, mail: ben@ops.example, calendar: always }
queues:
  slow: { prefix: SLO, purpose: Work that can wait., owner: ana, assign: ben, calendar: always, urgent_when: Never., handover: Say what you tried.,
          accept_within: 4h, respond_within: 4 working hours, resolve_within: 3 working days, escalation: call-the-owner }
  quick: { prefix: QUI, purpose: Work that is due at once., owner: ana, assign: ben, calendar: always, urgent_when: Always., handover: Say what you tried.,
           accept_within: WITHINs, resolve_within: 3 working days, escalation: call-the-owner }
escalations:
  call-the-owner:
    - { after: 1s, tell: owner }
    - { after: 2h, tell: owner, priority: high }
unmatched: { queue: slow }
rules:
  - { name: quick, when: { source: load, "json.what": quick }, each: json.list, then: { queue: quick, title: "Quick {{ each.n }}" } }
  - { name: slow, when: { source: load, "json.what": slow }, each: json.list, then: { queue: slow, title: "Slow {{ each.n }}" } }
"#;

fn main() -> Fallible<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.as_slice() {
        // `cargo test --benches` only wants to see it run.
        [word] if word == "--test" => measure(A_DELIVERY),
        [pending] => measure(pending.parse()?),
        _ => measure(PENDING),
    }
}

fn measure(pending: usize) -> Fallible<()> {
    let folder = tempfile::Builder::new()
        .prefix("batond-timers-")
        .tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let batond = Batond::with(folder.path(), &CONFIG.replace("WITHIN", &WITHIN.as_secs().to_string()))?;
    let begin = Instant::now();
    for delivery in 0..pending.div_ceil(A_DELIVERY) {
        let from = delivery * A_DELIVERY;
        post(&batond, "slow", from..(from + A_DELIVERY).min(pending))?;
    }
    println!("{pending} items pending after {:.1} s", begin.elapsed().as_secs_f64());
    batond.drain()?;
    post(&batond, "quick", 0..DUE)?;
    let mut late = wait(folder.path())?;
    late.sort_unstable();
    let at = |share: f64| {
        let last = late.len().saturating_sub(1);
        late.get((last as f64 * share).round() as usize).copied().unwrap_or_default() as f64 / 1e3
    };
    println!(
        "{DUE} due at one instant, late until on disk: p50 {:.0} ms, p99 {:.0} ms, the last {:.0} ms; {} fired, {} before their time; {:.1} MiB resident",
        at(0.5),
        at(0.99),
        at(1.0),
        late.len(),
        late.iter().filter(|micros| **micros < 0).count(),
        batond.resident_kib() as f64 / 1024.0,
    );
    batond.end()?;
    if late.len() == DUE && late.iter().all(|micros| *micros >= 0) {
        return Ok(());
    }
    Err("not every timer fired once, in its time".into())
}

/// One delivery with an item for each number.
fn post(batond: &Batond, what: &str, numbers: std::ops::Range<usize>) -> Fallible<()> {
    let mut body = format!("{{\"what\":\"{what}\",\"list\":[");
    for n in numbers.clone() {
        let comma = if n == numbers.start { "" } else { "," };
        // Writing to a String cannot fail.
        let _ = write!(body, "{comma}{{\"n\":{n}}}");
    }
    body.push_str("]}");
    let mut stream = TcpStream::connect(batond.web)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let head = format!(
        "POST /hooks/load HTTP/1.1\r\nHost: load.example\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    if answer.starts_with("HTTP/1.1 202") {
        return Ok(());
    }
    Err(format!("a delivery was refused: {}", answer.lines().next().unwrap_or_default()).into())
}

/// How late each accept clock of the quick queue fired, in microseconds: the log says it when the record is on disk.
fn wait(folder: &Path) -> Fallible<Vec<i64>> {
    let begin = Instant::now();
    loop {
        std::thread::sleep(Duration::from_millis(500));
        let log = std::fs::read_to_string(folder.join("log"))?;
        let passed: Vec<&str> = log
            .lines()
            .filter(|line| line.contains("deadline passed") && line.contains("QUI-") && line.contains("clock=accept"))
            .collect();
        if passed.len() >= DUE || begin.elapsed() > WITHIN + PATIENCE {
            return passed.into_iter().map(lateness).collect();
        }
    }
}

fn lateness(line: &str) -> Fallible<i64> {
    let written: jiff::Timestamp = line.split_whitespace().next().unwrap_or_default().parse()?;
    let deadline = line.split("deadline=").nth(1).and_then(|rest| rest.split_whitespace().next());
    let deadline: jiff::Timestamp = deadline.ok_or("a line without its deadline")?.parse()?;
    Ok(written.as_microsecond() - deadline.as_microsecond())
}
