//! F1 and F3: Debian's smtp-sink with each of its faults at each step, and a relay that is down for days. What was not run is said loudly; figures are printed.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use super::sink::{Act, At, Sink};
use super::tests::{delivery, only, smtp};
use super::worker_tests::{Bench, is_sent};
use super::*;
use crate::config;
use crate::engine::SendOutcome;
use crate::model::{Delivery, DeliveryState};

/// A smtp-sink that ends with its test.
pub(super) struct SmtpSink(Child, SocketAddr);

impl SmtpSink {
    fn start(options: &[&str]) -> Option<Self> {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
        Self::at(free, options, "nobody")
    }

    /// On this address, as this user where root has to be told. `None`, said loudly, where it is not installed.
    pub(super) fn at(free: SocketAddr, options: &[&str], user: &str) -> Option<Self> {
        let program = ["/usr/sbin/smtp-sink", "/usr/bin/smtp-sink"]
            .into_iter()
            .find(|path| Path::new(path).exists());
        let Some(program) = program else {
            eprintln!("=== NOT RUN: smtp-sink is missing (apt-get install postfix); its faults were not tried. ===");
            return None;
        };
        let mut command = Command::new(program);
        // As root it wants to be told as whom to run.
        if rustix::process::geteuid().is_root() {
            command.args(["-u", user]);
        }
        let process = command.args(options).arg(free.to_string()).arg("16");
        let process = process
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("smtp-sink starts");
        let sink = Self(process, free);
        let began = Instant::now();
        while std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, free.port())).is_err() {
            assert!(began.elapsed() < Duration::from_secs(10), "smtp-sink does not listen");
            std::thread::sleep(Duration::from_millis(5));
        }
        Some(sink)
    }

    fn relays(&self) -> Relays {
        let relay = Relay::new(&config::Relay::Smtp(config::SmtpRelay::at(format!("smtp://{}", self.1)))).expect("a relay");
        only(relay.with_deadline(Duration::from_millis(600)))
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn meaning(outcome: &SendOutcome) -> &'static str {
    match outcome {
        SendOutcome::Sent => "sent",
        SendOutcome::Retry(_) | SendOutcome::RetryAfter(..) => "again",
        SendOutcome::NoRelay(_) => "other relay",
        SendOutcome::GiveUp(_) => "dead letter",
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_of_smtp_sink_has_its_meaning() {
    const RELAY: &str = "other relay";
    // What comes of it at CONNECT, EHLO, MAIL, RCPT, DATA and the dot.
    let table = [
        (
            "-f",
            "5xx",
            [RELAY, RELAY, "dead letter", "dead letter", "dead letter", "dead letter"],
        ),
        ("-r", "4xx", [RELAY; 6]),
        ("-q", "cut", [RELAY, RELAY, RELAY, "again", "again", "again"]),
        ("-Q", "421", [RELAY; 6]),
        ("-W", "silence", [RELAY, RELAY, RELAY, "again", "again", "again"]),
    ];
    println!(
        "F1: {:8} {:12} {:12} {:12} {:12} {:12} {:12}",
        "", "CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "dot"
    );
    for (option, name, meanings) in table {
        let mut seen = Vec::new();
        for step in ["connect", "ehlo", "mail", "rcpt", "data", "."] {
            let value = if option == "-W" { format!("{step}:30") } else { step.to_owned() };
            let Some(sink) = SmtpSink::start(&[option, &value]) else { return };
            let began = Instant::now();
            let outcome = sink.relays().send(&delivery(1), None).await;
            assert!(
                began.elapsed() < Duration::from_secs(4),
                "{name} at {step} took {:?}",
                began.elapsed()
            );
            seen.push(meaning(&outcome));
        }
        println!(
            "F1: {name:8} {:12} {:12} {:12} {:12} {:12} {:12}",
            seen[0], seen[1], seen[2], seen[3], seen[4], seen[5]
        );
        assert_eq!(seen, meanings, "{name}");
    }
    let Some(sink) = SmtpSink::start(&[]) else { return };
    assert_eq!(
        sink.relays().send(&delivery(1), None).await,
        SendOutcome::Sent,
        "and without a fault it takes mail"
    );
}

/// The relay is away for five days and comes back: what was given up, how soon the first mail is out, how many go at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_five_days_the_relay_comes_back() {
    let up = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let sink = Sink::start({
        let up = std::sync::Arc::clone(&up);
        move |at, _| {
            if at == At::Dot {
                std::thread::sleep(Duration::from_millis(2));
            }
            (at == At::Connect && !up.load(std::sync::atomic::Ordering::SeqCst)).then_some(Act::Cut)
        }
    })
    .await;
    let now = Timestamp::now();
    let queued = |number: u64| {
        // The first hundred for longer than five days, the others for up to four.
        let hours = if number <= 100 { 121 } else { 96 * (400 - number) / 300 };
        now - SignedDuration::from_hours(i64::try_from(hours).expect("few"))
    };
    let mails = (1..=400).map(|number| Delivery {
        queued: queued(number),
        ..delivery(number)
    });
    let bench = Bench::start(smtp(&sink), mails, Duration::from_secs(1));
    let is_dead = |delivery: &Delivery| matches!(delivery.state, DeliveryState::Dead(_));
    bench
        .until("what is too old is given up", |bench| bench.count(is_dead) == 100)
        .await;
    let tried = bench.count(|delivery| delivery.attempts > 0 && !is_dead(delivery));
    assert_eq!(bench.count(is_sent), 0);
    up.store(true, std::sync::atomic::Ordering::SeqCst);
    let back = Instant::now();
    bench.until("the first mail", |bench| bench.count(is_sent) > 0).await;
    let first = back.elapsed();
    bench.until("all that is left", |bench| bench.count(is_sent) == 300).await;
    println!(
        "F3: relay back after five days: first delivery after {first:?} (asked again at most every 30 s), 300 after {:?}; 100 given up, {tried} of 300 had an attempt meanwhile",
        back.elapsed()
    );
    assert!(first < Duration::from_secs(31) && tried <= MAX_IN_FLIGHT * 2, "{tried}");
    assert_eq!(sink.taken().len(), 300, "each once");
    bench.stop().await;
}
