//! What a durable record costs: the store beside a bare append log (one write and one sync a group), in one run, as ratios. May import batond.
#![allow(missing_docs, clippy::disallowed_methods, reason = "a bench measures real time")]

#[path = "../tests/rig/sample.rs"]
mod sample;

use std::fs::File;
use std::io::Write;
use std::time::Instant;

use batond::engine::{DeliveryEvent, Step};
use batond::model::Delivery;
use batond::store::{EmbeddedStore, Entry, Options, Store};

/// Bytes of a mail.
const RAW_BYTES: usize = 2_048;

fn main() {
    // `cargo test --benches` only wants to see it run.
    let short = std::env::args().any(|arg| arg == "--test");
    let dir = tempfile::Builder::new()
        .prefix("batond-bench-")
        .tempdir_in(".")
        .expect("a folder beside the sources: /tmp may be memory");
    println!("records of {RAW_BYTES} bytes raw; 1 item, 1 delivery, 1 timer, 2 repeat keys, 2 correlations each");
    println!(
        "{:>6} {:>12} {:>12} {:>7} {:>16} {:>16}",
        "group", "store/s", "bare log/s", "ratio", "cpu us/record", "cpu us/sent"
    );
    for (group, records) in [(1, 1_500), (20, 20_000), (100, 40_000)] {
        let records = if short { group } else { records };
        let path = dir.path().join(format!("store-{group}"));
        let (mut store, _) = EmbeddedStore::open(&path, Options::default(), sample::project).expect("opens");
        let (mut spent, mut sent, mut bytes) = (Spent::default(), Spent::default(), 0);
        for first in (1..=records as u64).step_by(group) {
            let entries = mails(&store, first, group);
            bytes += entries
                .iter()
                .map(|e| serde_json::to_vec(&e.record).unwrap().len() + RAW_BYTES)
                .sum::<usize>();
            spent.commit(&mut store, entries);
            // The outbox sends what is due while mail goes on coming in.
            let entries = sent_mails(&store, group);
            sent.commit(&mut store, entries);
        }
        store.close().expect("closes");
        let log_s = bare_log(&dir.path().join("log"), records / group, bytes / (records / group));
        let per_s = |seconds: f64| records as f64 / seconds;
        println!(
            "{group:>6} {:>12.0} {:>12.0} {:>7.2} {:>16.1} {:>16.1}",
            per_s(spent.seconds),
            per_s(log_s),
            log_s / spent.seconds,
            spent.cpu_us / records as f64,
            sent.cpu_us / records as f64,
        );
    }
}

/// What the commits alone took: neither the making of records nor the rest of the program.
#[derive(Default)]
struct Spent {
    seconds: f64,
    cpu_us: f64,
}

impl Spent {
    fn commit(&mut self, store: &mut EmbeddedStore, entries: Vec<Entry>) {
        let (cpu, began) = (cpu_us(), Instant::now());
        store.commit(entries).expect("commits");
        self.seconds += began.elapsed().as_secs_f64();
        self.cpu_us += cpu_us() - cpu;
    }
}

fn mails(store: &EmbeddedStore, first: u64, group: usize) -> Vec<Entry> {
    let numbers = (first..).take(group).zip(store.next_seq()..);
    let entry = |(number, seq): (u64, u64)| {
        let raw = sample::message(number, RAW_BYTES);
        let record = sample::new_mail(seq, number, &raw);
        let changes = sample::project(&record, store).expect("projects");
        let raw = Some(raw);
        Entry { record, raw, changes }
    };
    numbers.map(entry).collect()
}

/// The records that say that what is due was sent.
fn sent_mails(store: &EmbeddedStore, group: usize) -> Vec<Entry> {
    let due = store.outbox_due(jiff::Timestamp::MAX, group).expect("reads");
    let entry = |(delivery, seq): (&Delivery, u64)| {
        let record = sample::record(seq, sample::at(0), vec![Step::Delivery(delivery.id, vec![DeliveryEvent::Sent])]);
        let changes = sample::project(&record, store).expect("projects");
        Entry {
            record,
            raw: None,
            changes,
        }
    };
    due.iter().zip(store.next_seq()..).map(entry).collect()
}

fn bare_log(path: &std::path::Path, groups: usize, bytes: usize) -> f64 {
    let mut log = File::create(path).expect("a log");
    let data = sample::Dice::new(1).bytes(bytes);
    let began = Instant::now();
    for _ in 0..groups {
        log.write_all(&data).expect("writes");
        log.sync_data().expect("syncs");
    }
    let took = began.elapsed().as_secs_f64();
    std::fs::remove_file(path).expect("removes");
    took
}

/// Microseconds of processor time of this process so far, from the kernel's own count in nanoseconds.
fn cpu_us() -> f64 {
    let mut sum = 0.0;
    for task in std::fs::read_dir("/proc/self/task").expect("proc").flatten() {
        let text = std::fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
        sum += text
            .split_whitespace()
            .next()
            .and_then(|ns| ns.parse::<f64>().ok())
            .unwrap_or_default()
            / 1e3;
    }
    sum
}
