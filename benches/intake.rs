//! Durable intake beside Postfix, adnanh/webhook and a bare listener over a raw log, in one run. Prints rates, ratios and memory. `cargo bench --bench intake [-- ROUNDS | -- webhooks | -- alone]`
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a benchmark reads the real clock, and its bare peer keeps things bare"
)]
#![allow(missing_docs)]

#[allow(dead_code, reason = "what is sent is measured elsewhere")]
mod peers;
mod support;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use peers::Fallible;
use peers::batond::Batond;
use peers::postfix::Postfix;
use peers::raw_log::{self, RawLog};
use peers::webhook::Webhook;
use support::Figures;
use support::http_load::{self, HttpLoad};
use support::smtp_load::{self, SmtpLoad};

/// How often each measurement is made; the median counts. The peers take turns, so that a busy moment of the machine hits all of them.
const ROUNDS: usize = 3;
/// How long one measurement takes at most.
const LONGEST: Duration = Duration::from_secs(4);
/// The most mails or deliveries of one measurement.
const MOST: usize = 20_000;
/// Octets of a mail or a webhook's body.
const BYTES: usize = 2_048;
/// How many mails have come in when memory is looked at a second time.
const MEMORY_AFTER: usize = 20_000;
/// Sessions of mail at once.
const SESSIONS: [usize; 3] = [1, 20, 100];
/// Connections of webhooks at once.
const CONNECTIONS: [usize; 2] = [64, 100];

fn main() -> Fallible<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let runtime = tokio::runtime::Runtime::new()?;
    match arguments.as_slice() {
        [word, log, smtp, web] if word == raw_log::WORD => runtime.block_on(raw_log::serve(Path::new(log), smtp.parse()?, web.parse()?)),
        // `cargo test --benches` only wants to see it run.
        [word] if word == "--test" => runtime.block_on(compare(&SESSIONS, 1, Duration::from_millis(200), 100)),
        [word] if word == "webhooks" => runtime.block_on(compare(&[], ROUNDS, LONGEST, 0)),
        [word] if word == "alone" => runtime.block_on(alone()),
        [rounds] => runtime.block_on(compare(&SESSIONS, rounds.parse()?, LONGEST, MEMORY_AFTER)),
        _ => runtime.block_on(compare(&SESSIONS, ROUNDS, LONGEST, MEMORY_AFTER)),
    }
}

/// What one peer came to in all rounds.
struct Row {
    name: &'static str,
    figures: Vec<Figures>,
}

impl Row {
    fn new(name: &'static str) -> Self {
        Self { name, figures: Vec::new() }
    }

    /// The round with the median rate.
    fn median(&self) -> Option<&Figures> {
        let mut sorted: Vec<&Figures> = self.figures.iter().collect();
        sorted.sort_by(|a, b| a.rate().total_cmp(&b.rate()));
        sorted.get(sorted.len() / 2).copied()
    }
}

async fn compare(sessions: &[usize], rounds: usize, longest: Duration, memory_after: usize) -> Fallible<()> {
    let folder = tempfile::Builder::new()
        .prefix("batond-bench-")
        .tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let place = |name: &str| -> Fallible<std::path::PathBuf> {
        let place = folder.path().join(name);
        std::fs::create_dir(&place)?;
        Ok(place)
    };
    // The postfix user must get to its part.
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let batond = Batond::start(&place("batond")?)?;
    let at_start = batond.resident_kib();
    let raw = RawLog::start(&place("raw-log")?)?;
    let postfix = Postfix::start(&place("postfix")?)?;
    let webhook = Webhook::start(&place("webhook")?)?;
    println!("load average {}", std::fs::read_to_string("/proc/loadavg")?.trim_end());
    if let Err(why) = &postfix {
        println!("without Postfix: {why}");
    }
    if webhook.is_none() {
        println!("without adnanh/webhook: it is not installed: tests/setup.sh bench");
    }

    let mut mails = 0;
    let mut memory = None;
    let mut drained = Duration::ZERO;
    for sessions in sessions.iter().copied() {
        let [mut ours, mut theirs, mut bare] = [Row::new("batond"), Row::new("Postfix"), Row::new("bare listener")];
        for _ in 0..rounds {
            let load = |server| mail(server, sessions, longest);
            ours.figures.push(load(batond.smtp).await?);
            drained += batond.drain()?;
            bare.figures.push(load(raw.smtp).await?);
            if let Ok(postfix) = &postfix {
                theirs.figures.push(load(postfix.smtp).await?);
            }
        }
        mails += ours.figures.iter().map(|figures| figures.accepted).sum::<usize>();
        print(&format!("mail, {sessions} sessions"), &[ours, theirs, bare]);
    }
    while mails < memory_after {
        mails += mail(batond.smtp, 20, longest).await?.accepted;
        drained += batond.drain()?;
    }
    memory.replace(batond.resident_kib());

    for connections in CONNECTIONS {
        let [mut ours, mut theirs, mut bare] = [Row::new("batond"), Row::new("adnanh/webhook"), Row::new("bare listener")];
        for _ in 0..rounds {
            let load = |server| hooks(server, connections, longest);
            ours.figures.push(load(batond.web).await?);
            drained += batond.drain()?;
            bare.figures.push(load(raw.web).await?);
            if let Some(webhook) = &webhook {
                theirs.figures.push(load(webhook.web).await?);
            }
        }
        print(&format!("webhooks, {connections} connections"), &[ours, theirs, bare]);
    }
    println!(
        "memory of batond: {:.1} MiB after the start, {:.1} MiB after {mails} mails, {:.1} MiB at the end; notices took {:.1} s more than the loads to go out",
        at_start as f64 / 1024.0,
        memory.unwrap_or_default() as f64 / 1024.0,
        batond.resident_kib() as f64 / 1024.0,
        drained.as_secs_f64(),
    );
    if let Ok(postfix) = &postfix {
        println!(
            "Postfix holds {} mails; load average {}",
            postfix.held(),
            std::fs::read_to_string("/proc/loadavg")?.trim_end()
        );
    }
    batond.end()
}

/// Our daemon without peers, to look at while it works: 20 sessions of mail for as long as a measurement takes, three times over, then 64 connections of webhooks.
async fn alone() -> Fallible<()> {
    let folder = tempfile::Builder::new()
        .prefix("batond-bench-")
        .tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let batond = Batond::start(folder.path())?;
    for _ in 0..ROUNDS {
        let mut ours = Row::new("batond");
        ours.figures.push(mail(batond.smtp, 20, LONGEST).await?);
        batond.drain()?;
        print("mail, 20 sessions", &[ours]);
    }
    for _ in 0..ROUNDS {
        let mut ours = Row::new("batond");
        ours.figures.push(hooks(batond.web, 64, LONGEST).await?);
        batond.drain()?;
        print("webhooks, 64 connections", &[ours]);
    }
    batond.end()
}

async fn mail(server: SocketAddr, sessions: usize, longest: Duration) -> Fallible<Figures> {
    let load = SmtpLoad {
        server,
        sessions,
        mails: MOST,
        longest,
        mail_bytes: BYTES,
        recipient: "support@ops.example".to_owned(),
        text: None,
    };
    Ok(smtp_load::run(&load).await?)
}

async fn hooks(server: SocketAddr, connections: usize, longest: Duration) -> Fallible<Figures> {
    let load = HttpLoad {
        server,
        connections,
        deliveries: MOST,
        longest,
        path: "/hooks/load".to_owned(),
        headers: String::new(),
        body_bytes: BYTES,
    };
    Ok(http_load::run(&load).await?)
}

/// One line a peer; the last column is our rate as a multiple of theirs.
fn print(what: &str, rows: &[Row]) {
    println!(
        "\n{what:<26} {:>9} {:>10} {:>10} {:>9} {:>14}",
        "a second", "p50 ms", "p99 ms", "refused", "batond / it"
    );
    let ours = rows.first().and_then(Row::median).map_or(0.0, Figures::rate);
    for row in rows {
        let Some(figures) = row.median() else { continue };
        let ms = |share| figures.percentile(share).as_secs_f64() * 1e3;
        println!(
            "  {:<24} {:>9.0} {:>10.2} {:>10.2} {:>9} {:>14.2}",
            row.name,
            figures.rate(),
            ms(0.5),
            ms(0.99),
            figures.refused,
            ours / figures.rate()
        );
    }
}
