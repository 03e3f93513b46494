//! Debian's smtp-sink with each of its options, one sink each, and then one without any in its place: nothing is lost, and what comes twice has the same Message-ID. A table is printed.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::{Duration, Instant};

use super::faults_tests::SmtpSink;
use super::tests::delivery;
use super::worker_tests::{Bench, is_sent};
use super::*;
use crate::config;
use crate::model::DeliveryState;

/// Mails of a row.
const MAILS: usize = 3;
/// Longer than any delay of the table that is to be waited for.
const DEADLINE: Duration = Duration::from_millis(1_500);
/// How long the sink with the option stays.
const FAULTY: Duration = Duration::from_secs(3);
/// How long what is left may take with the one in its place.
const PATIENCE: Duration = Duration::from_secs(60);

/// What becomes of the mails of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// All are taken by the sink with the option.
    Taken,
    /// None is, and all go out once it is gone.
    Later,
    /// Some may be, and the others go out later.
    Some,
    /// The same, where the sink ends after a dot before it has answered: that mail comes twice.
    Ends,
    /// All are captured each time, and refused for now each time: the sink writes down what it does not take.
    Captured,
    /// Refused for good.
    Dead,
    /// The line broke after the dot: nobody can know, so they go out again and may come twice.
    Twice,
}

/// Every option that says how it behaves; those of its output (`-c`, `-d`, `-D`, `-S`, `-s`, `-v`) are in use or change nothing on the wire.
const TABLE: &[(&[&str], End)] = &[
    (&[], End::Taken),
    (&["-4"], End::Taken),
    (&["-8"], End::Taken),
    (&["-a"], End::Taken),
    (&["-C"], End::Taken),
    // Without ESMTP there is no EHLO, and lettre knows no other greeting.
    (&["-e"], End::Later),
    (&["-E"], End::Taken),
    (&["-F"], End::Taken),
    (&["-N"], End::Taken),
    (&["-p"], End::Taken),
    (&["-P"], End::Later),
    (&["-h", "relay.example"], End::Taken),
    (&["-m", "1"], End::Some),
    (&["-T", "1024"], End::Taken),
    (&["-H", "1"], End::Taken),
    (&["-w", "1"], End::Taken),
    (&["-w", "20"], End::Later),
    (&["-W", "rcpt:1"], End::Taken),
    (&["-W", "ehlo:20"], End::Later),
    (&["-W", ".:20"], End::Twice),
    (&["-t", "1"], End::Taken),
    (&["-M", "2"], End::Ends),
    (&["-n", "1"], End::Some),
    (&["-L"], End::Later),
    (&["-A", "0"], End::Dead),
    (&["-f", "connect"], End::Later),
    (&["-f", "ehlo"], End::Later),
    (&["-f", "mail"], End::Dead),
    (&["-f", "rcpt"], End::Dead),
    (&["-f", "data"], End::Dead),
    (&["-f", "."], End::Dead),
    (&["-f", "rset"], End::Taken),
    (&["-f", "noop,quit"], End::Taken),
    (&["-f", "rcpt", "-B", "550 5.1.1 nobody here"], End::Dead),
    (&["-f", "rcpt", "-B", "530 5.7.0 sign in first"], End::Later),
    (&["-r", "connect"], End::Later),
    (&["-r", "ehlo"], End::Later),
    (&["-r", "mail"], End::Later),
    (&["-r", "rcpt"], End::Later),
    (&["-r", "data"], End::Later),
    (&["-r", "."], End::Captured),
    (&["-r", "rcpt", "-b", "450 4.7.1 grey"], End::Later),
    (&["-q", "connect"], End::Later),
    (&["-q", "ehlo"], End::Later),
    (&["-q", "mail"], End::Later),
    (&["-q", "rcpt"], End::Later),
    (&["-q", "data"], End::Later),
    (&["-q", "."], End::Twice),
    (&["-q", "quit"], End::Taken),
    (&["-Q", "connect"], End::Later),
    (&["-Q", "mail"], End::Later),
    (&["-Q", "rcpt"], End::Later),
    (&["-Q", "data"], End::Later),
    (&["-Q", "."], End::Captured),
];

/// What was seen of a row.
struct Seen {
    /// Recorded as sent, and as dead, when the sink with the option was gone.
    first: (usize, usize),
    /// The same at the end.
    last: (usize, usize),
    /// How often each Message-ID came.
    copies: BTreeMap<String, usize>,
}

async fn row(folder: &Path, number: usize, options: &[&str]) -> Option<Seen> {
    let address: SocketAddr = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let dump = folder.join(format!("row{number}"));
    let output = ["-D", dump.to_str().expect("a path")];
    let faulty = SmtpSink::at(address, &[options, &output].concat(), "root")?;
    let url = format!("smtp://{address}");
    let relay = Relay::new(&config::Relay::Smtp(config::SmtpRelay::at(url))).expect("a relay");
    let mails = (1..=MAILS as u64).map(delivery);
    let bench = Bench::start(relay.with_deadline(DEADLINE), mails, Duration::from_millis(300));
    let count = |bench: &Bench| {
        (
            bench.count(is_sent),
            bench.count(|mail| matches!(mail.state, DeliveryState::Dead(_))),
        )
    };
    let began = Instant::now();
    while began.elapsed() < FAULTY && count(&bench).0 + count(&bench).1 < MAILS {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let first = count(&bench);
    drop(faulty);
    let good = SmtpSink::at(address, &output, "root")?;
    let began = Instant::now();
    while count(&bench).0 + count(&bench).1 < MAILS && began.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let last = count(&bench);
    bench.stop().await;
    drop(good);
    // What it captured and was not ended by a dot it takes back.
    let captured = std::fs::read_to_string(&dump).unwrap_or_default();
    let mut copies = BTreeMap::new();
    for line in captured.lines().filter(|line| line.starts_with("Message-ID:")) {
        *copies.entry(line.trim_end().to_owned()).or_default() += 1;
    }
    Some(Seen { first, last, copies })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_every_option_of_smtp_sink_nothing_is_lost() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("=== NOT RUN: smtp-sink captures mail as root only; its options were not tried. ===");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut rows = tokio::task::JoinSet::new();
    for (number, (options, _)) in TABLE.iter().enumerate() {
        let folder = folder.path().to_owned();
        rows.spawn(async move { (number, row(&folder, number, options).await) });
    }
    let mut seen = BTreeMap::new();
    while let Some(done) = rows.join_next().await {
        let (number, row) = done.expect("no panic");
        let Some(row) = row else { return };
        seen.insert(number, row);
    }
    let mut wrong = Vec::new();
    for ((options, end), row) in TABLE.iter().zip(seen.values()) {
        let (ids, most) = (row.copies.len(), row.copies.values().max().copied().unwrap_or_default());
        let text = format!(
            "smtp-sink {:40} first {:?}, at the end {} sent and {} dead; {ids} Message-IDs came, each at most {most} times: {end:?}",
            options.join(" "),
            row.first,
            row.last.0,
            row.last.1,
        );
        println!("F1: {text}");
        let (sent, dead) = row.last;
        let good = match end {
            End::Taken => row.first == (MAILS, 0) && most == 1,
            End::Later => row.first == (0, 0) && sent == MAILS && most == 1,
            End::Some => sent == MAILS && most == 1,
            End::Ends => row.first.0 < MAILS && sent == MAILS && most <= 2,
            End::Captured => row.first == (0, 0) && sent == MAILS,
            End::Dead => dead == MAILS && most <= 1,
            End::Twice => sent == MAILS && most >= 1,
        };
        // No mail that is recorded as sent is missing, and no other Message-ID came.
        if !good || sent + dead != MAILS || ids < sent || ids > MAILS {
            wrong.push(text);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("F1: {} options of smtp-sink, {} mails, 0 lost", TABLE.len(), TABLE.len() * MAILS);
}
