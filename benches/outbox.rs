//! What waits in the outbox, sent to smtp-sink, beside Postfix relaying the same mails to one, in one run. `cargo bench --bench outbox [-- ROUNDS]`
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the real clock")]
#![allow(missing_docs)]

#[allow(dead_code, reason = "of the peers only the two that send are measured here")]
mod peers;
#[allow(dead_code, reason = "nothing is measured by the generator")]
mod support;

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use peers::batond::Batond;
use peers::postfix::Postfix;
use peers::sink::{Counted, Sink};
use peers::{Fallible, free_port};
use support::smtp_load::{self, SmtpLoad};

/// How often each measurement is made; the median counts. The two take turns.
const ROUNDS: usize = 3;
/// How many people have mail waiting, and how much each. No budget of mails lets more than 1,000 go to one person in a while.
const PEOPLE: usize = 10;
const MAILS_EACH: usize = 600;
/// How long all that may take, with the half minute after which a relay is asked again.
const PATIENCE: Duration = Duration::from_secs(180);
/// The last so many are not timed: those that found out that our relay was down are due a minute later.
const LAST: usize = 32;
/// How long it is watched after the last mail whether one comes twice.
const AFTER: Duration = Duration::from_millis(500);

/// No digest and no weekly mail: a run over the full hour at which they are due would count more mails than it sent for.
const CONFIG: &str = r#"
desk: { address: desk@ops.example, name: Ops desk, budget: { mails: 1000, in: 1m, per_item: 3 }, digest: none, coverage: none }
store: { path: state }
sources:
  inbox: { smtp: { listen: "SMTP", for: ["*@ops.example"], max_connections_per_address: 200, trusted: true } }
send: { relay: "RELAY" }
web: { listen: "WEB" }
calendars:
  always: { time_zone: Etc/UTC, hours: { mon-sun: "00:00-24:00" } }
"#;

fn main() -> Fallible<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let runtime = tokio::runtime::Runtime::new()?;
    match arguments.as_slice() {
        // `cargo test --benches` only wants to see it run.
        [word] if word == "--test" => runtime.block_on(compare(1, 5)),
        [rounds] => runtime.block_on(compare(rounds.parse()?, MAILS_EACH)),
        _ => runtime.block_on(compare(ROUNDS, MAILS_EACH)),
    }
}

async fn compare(rounds: usize, each: usize) -> Fallible<()> {
    let folder = tempfile::Builder::new()
        .prefix("batond-outbox-")
        .tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    // The postfix user must get to its part.
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let place = |name: &str| -> Fallible<std::path::PathBuf> {
        let place = folder.path().join(name);
        std::fs::create_dir(&place)?;
        Ok(place)
    };
    let (our_relay, their_relay) = (free_port()?, free_port()?);
    let batond = Batond::by(&place("batond")?, &config(), &format!("smtp://{our_relay}"))?;
    let notice: Arc<str> = notice(&batond, our_relay, &place("notice")?).await?.into();
    let postfix = Postfix::relaying(&place("postfix")?, their_relay)?;
    println!(
        "{} mails of {} octets a round; load average {}",
        PEOPLE * each,
        notice.len(),
        std::fs::read_to_string("/proc/loadavg")?.trim_end()
    );
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        load(batond.smtp, each, None).await?;
        ours.push(sent(our_relay, PEOPLE * each, || Ok(()))?);
        batond.drain()?;
        match &postfix {
            Ok(postfix) => {
                load(postfix.smtp, each, Some(&notice)).await?;
                theirs.push(sent(their_relay, PEOPLE * each, || postfix.release())?);
            }
            Err(why) => println!("without Postfix: {why}"),
        }
    }
    let ours = show("batond", &mut ours);
    let theirs = show("Postfix", &mut theirs);
    println!("batond / Postfix {:>16.2}", ours / theirs);
    println!("load average {}", std::fs::read_to_string("/proc/loadavg")?.trim_end());
    batond.end()
}

/// So many people, each with a queue of their own.
fn config() -> String {
    let mut text = CONFIG.to_owned();
    // Writing to a String cannot fail.
    text.push_str("people:\n");
    for n in 0..PEOPLE {
        let _ = writeln!(text, "  p{n}: {{ name: Reader {n}, mail: p{n}@ops.example, calendar: always }}");
    }
    text.push_str("queues:\n");
    for n in 0..PEOPLE {
        let _ = writeln!(
            text,
            "  q{n}: {{ prefix: Q{}, purpose: Questions of customers., owner: p{n}, calendar: always, urgent_when: Never., handover: Say what you tried., accept_within: 4h }}",
            char::from(b'A' + u8::try_from(n).unwrap_or_default())
        );
    }
    text.push_str("unmatched: { queue: q0 }\nrules:\n");
    for n in 0..PEOPLE {
        let _ = writeln!(text, "  - {{ name: for {n}, when: {{ to: \"q{n}@*\" }}, then: {{ queue: q{n} }} }}");
    }
    text
}

/// One notice as it goes over the wire, with a place for a number in its Message-ID: what Postfix will relay.
async fn notice(batond: &Batond, relay: SocketAddr, folder: &Path) -> Fallible<String> {
    let sink = Sink::start(relay, Some(folder))?;
    to(batond.smtp, "q0", 1, None).await?;
    sink.wait_for(1, PATIENCE)?;
    batond.drain()?;
    drop(sink);
    let file = std::fs::read_dir(folder)?.next().ok_or("smtp-sink wrote no file")??;
    let dump = std::fs::read_to_string(file.path())?;
    // smtp-sink's own lines stand above.
    let lines = dump
        .lines()
        .skip_while(|line| !line.starts_with("From:"))
        .map(|line| line.trim_end_matches('\r'));
    let mail: Vec<String> = lines
        .map(|line| match line.strip_prefix("Message-ID: <") {
            Some(id) => format!("Message-ID: <@NUMBER@.{id}"),
            None => line.to_owned(),
        })
        .collect();
    if mail.iter().any(|line| line.contains("@NUMBER@")) {
        return Ok(mail.join("\r\n").trim_end().to_owned());
    }
    Err(format!("no mail in {dump}").into())
}

/// Fills a queue whose relay does not answer.
async fn load(server: SocketAddr, each: usize, text: Option<&Arc<str>>) -> Fallible<()> {
    for n in 0..PEOPLE {
        let name = if text.is_some() { "p" } else { "q" };
        to(server, &format!("{name}{n}"), each, text).await?;
    }
    Ok(())
}

async fn to(server: SocketAddr, name: &str, mails: usize, text: Option<&Arc<str>>) -> Fallible<()> {
    let load = SmtpLoad {
        server,
        sessions: 20.min(mails),
        mails,
        longest: PATIENCE,
        mail_bytes: 2_048,
        recipient: format!("{name}@ops.example"),
        text: text.cloned(),
    };
    let figures = smtp_load::run(&load).await?;
    if figures.accepted == mails {
        return Ok(());
    }
    Err(format!("{} of {mails} mails were taken", figures.accepted).into())
}

/// The relay comes up: how fast it gets what waits.
fn sent(relay: SocketAddr, mails: usize, release: impl FnOnce() -> Fallible<()>) -> Fallible<Counted> {
    let sink = Sink::start(relay, None)?;
    let begin = Instant::now();
    release()?;
    sink.wait_for(mails, PATIENCE)?;
    std::thread::sleep(AFTER);
    let counted = sink.counted();
    if counted.mails != mails {
        return Err(format!("{} mails came for {mails} after {:?}", counted.mails, begin.elapsed()).into());
    }
    Ok(counted)
}

/// Prints the rounds, and returns the median rate.
fn show(name: &str, rounds: &mut [Counted]) -> f64 {
    let rate = |round: &Counted| round.rate(round.mails.saturating_sub(LAST));
    rounds.sort_by(|a, b| rate(a).total_cmp(&rate(b)));
    let rates: Vec<String> = rounds.iter().map(|round| format!("{:.0}", rate(round))).collect();
    let Some(median) = rounds.get(rounds.len() / 2) else {
        return f64::NAN;
    };
    println!(
        "{name:<10} {:>9.0} mails a second ({}), over {} connections",
        rate(median),
        rates.join(", "),
        median.sessions
    );
    rate(median)
}
