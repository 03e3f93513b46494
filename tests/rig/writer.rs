//! Drives a store for the torture rig: writes numbered records and says which were acknowledged; reads them back and says what is lost. May import batond.
//! A binary of its own because it is to be killed, have its power cut and its system calls failed. Run by `cargo test` it only looks whether it works.
#![allow(
    clippy::disallowed_methods,
    reason = "a test program: it measures real time, waits to be killed and reads whole files"
)]

mod sample;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use batond::engine::Past;
use batond::model::ItemId;
use batond::store::{Begun, DamageKind, EmbeddedStore, Entry, Options, Store};

const USAGE: &str = "\
usage: rig_writer write DIR FROM COUNT SIZE GROUP stay|close
           prints the number of each record once it is acknowledged; SIZE is bytes of raw message, `mixed` for 1 KB to 5 MB.
           Afterwards it stays until it is killed, or closes the store. Ends with 74 when the store fails.
       rig_writer read DIR ACKS
           opens the store and looks for every number in the file ACKS; ends with 1 when one is lost, damaged or doubled, 2 when the store does not open.";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["write", dir, from, count, size, group, then @ ("stay" | "close")] => {
            let numbers = (from.parse(), count.parse(), group.parse());
            let (Ok(from), Ok(count), Ok(group)) = numbers else {
                return usage();
            };
            match write(Path::new(dir), from, count, size, group) {
                Ok(mut store) if *then == "close" => store.close().map_or(ExitCode::from(74), |()| ExitCode::SUCCESS),
                Ok(store) => {
                    // The store must not be dropped: an orderly end would hide what the fault took.
                    loop {
                        std::thread::park();
                        std::hint::black_box(&store);
                    }
                }
                Err(error) => {
                    eprintln!("rig_writer: {error}");
                    ExitCode::from(74)
                }
            }
        }
        ["read", dir, acks] => read(Path::new(dir), Path::new(acks)),
        _ if args.contains(&"--list") => ExitCode::SUCCESS,
        [] | [_] => self_check(),
        _ => usage(),
    }
}

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(64)
}

fn size_of(size: &str, number: u64) -> usize {
    const MIXED: [usize; 8] = [1 << 10, 2 << 10, 1 << 10, 100 << 10, 4 << 10, 300 << 10, 1 << 10, 5 << 20];
    size.parse().unwrap_or(MIXED[usize::try_from(number % 8).unwrap_or(0)])
}

fn write(dir: &Path, from: u64, count: u64, size: &str, group: u64) -> Result<EmbeddedStore, Box<dyn std::error::Error>> {
    let (mut store, _) = EmbeddedStore::open(dir, Options::default(), sample::project)?;
    let mut out = io::stdout();
    let end = from + count;
    let mut first = from;
    while first < end {
        let mut entries = Vec::new();
        for (number, seq) in (first..end.min(first + group)).zip(store.next_seq()..) {
            let raw = sample::message(number, size_of(size, number));
            let record = sample::new_mail(seq, number, &raw);
            let changes = sample::project(&record, &store)?;
            let raw = Some(raw);
            entries.push(Entry { record, raw, changes });
        }
        let last = first + entries.len() as u64;
        // As the daemon does: synced on another thread.
        if let Begun::UnderWay = store.begin(entries, Box::new(|| {}))? {
            store.settle()?;
        }
        let lines: String = (first..last).map(|number| format!("{number}\n")).collect();
        out.write_all(lines.as_bytes())?;
        out.flush()?;
        first = last;
    }
    Ok(store)
}

fn read(dir: &Path, acks: &Path) -> ExitCode {
    let text = std::fs::read_to_string(acks).unwrap_or_default();
    // A last line that a kill cut short was not told to anybody.
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let numbers: Vec<u64> = whole.lines().filter_map(|line| line.parse().ok()).collect();
    let began = Instant::now();
    let (store, report) = match EmbeddedStore::open(dir, Options::default(), sample::project) {
        Ok(opened) => opened,
        Err(error) => {
            println!("open_failed=1 {error}");
            return ExitCode::from(2);
        }
    };
    let restart_ms = began.elapsed().as_millis();
    let (mut lost, mut damaged, mut doubled, mut told) = (0, 0, 0, 0);
    for number in &numbers {
        let id = ItemId::new("RIG", *number);
        let Ok(Some(item)) = store.item(&id) else {
            lost += 1;
            continue;
        };
        let history = store.history(&id).unwrap_or_default();
        if history.len() > 1 || item.messages > 1 {
            doubled += 1;
        }
        let raw = history.first().and_then(|record| record.raw.clone());
        let bytes = raw.as_ref().map(|raw| store.raw(raw));
        match (raw, bytes) {
            (Some(raw), Some(Ok(Some(bytes)))) if bytes == sample::message(*number, usize::try_from(raw.size_bytes).unwrap_or(0)) => {}
            // Damage that is named where it is met, by an error or on the timeline.
            (Some(_), Some(Err(error))) if error.to_string().contains("damaged") => told += 1,
            (None, _) if format!("{history:?}").contains("is damaged") => told += 1,
            _ => damaged += 1,
        }
    }
    let named: u64 = report
        .damages
        .iter()
        .filter_map(|d| d.lost)
        .map(|(first, last)| last - first + 1)
        .sum();
    let short = report.damages.iter().any(|d| d.kind == DamageKind::Short);
    println!(
        "open_failed=0 acked={} lost={lost} damaged={damaged} doubled={doubled} told={told} named={named} found={} short={} cut={} restart_ms={restart_ms} replayed={} rebuilt={}",
        numbers.len(),
        report.damages.len(),
        u8::from(short),
        report.cut_bytes,
        report.replayed,
        u8::from(report.rebuilt.is_some()),
    );
    for damage in &report.damages {
        eprintln!("{damage}");
    }
    ExitCode::from(u8::from(lost + damaged + doubled > 0))
}

/// What `cargo test` runs: a few records there and back.
fn self_check() -> ExitCode {
    println!("rig_writer: driven by tests/rig/torture.sh; checking that it works");
    let dir = tempfile::tempdir().expect("a folder");
    let acks = dir.path().join("acks");
    let store = write(&dir.path().join("store"), 1, 6, "1024", 2);
    drop(store.expect("writes"));
    std::fs::write(&acks, "1\n2\n3\n4\n5\n6\n7").expect("writes");
    let good = read(&dir.path().join("store"), &acks);
    std::fs::write(&acks, "6\n7\n").expect("writes");
    let lost = read(&dir.path().join("store"), &acks);
    // A reader that cannot see a loss proves nothing.
    if good == ExitCode::SUCCESS && lost == ExitCode::from(1) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
