//! How long a mail takes as the rules grow, beside Pigeonhole's `sieve-test` and a plain loop over the same rules. Prints tables; judges nothing. `cargo bench --bench rules`
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a benchmark reads the real clock and runs its peer"
)]
#![allow(missing_docs)]

#[path = "../../src/rules/tests/dice.rs"]
mod dice;
mod mails;
mod mix;
/// The evaluator the property tests compare with.
#[path = "../../src/rules/tests/naive.rs"]
mod naive;
mod sieve;

use std::hint::black_box;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

// What `naive` calls by the names it has in the library.
use batond::{model, rules};

use batond::rules::{Facts, Outcome, RuleDef, RuleSet};
use mails::Sample;
use sieve::Script;

const COUNTS: [usize; 4] = [10, 100, 1_000, 10_000];
/// How often all mails are judged, one after the other, so that no mail finds its own rules in the processor's cache.
const ROUNDS: usize = 21;
/// How many mails the peers are shown.
const PEER_MAILS: usize = 24;
/// How long the plain loop may take for one count of rules; it stops after the mail in which that ends.
const LOOP_FOR: Duration = Duration::from_secs(6);
/// The word that has the process build one set and say what it took.
const BUILD: &str = "--build";

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Fallible<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let Some(at) = words.iter().position(|word| word == BUILD) {
        return build(words.get(at + 1).ok_or("how many rules?")?.parse()?);
    }
    // `cargo test --benches` only wants to see it run.
    let quick = words.iter().any(|word| word == "--test");
    let counts = if quick { &COUNTS[..2] } else { &COUNTS[..] };
    let own = mails::generated();
    let others = mails::corpora();
    if others.is_empty() {
        eprintln!("=== THERE IS NO ../shared/corpora/mail: only generated mail is judged. ===");
    }
    ours(counts, &own, &others, if quick { 1 } else { ROUNDS })?;
    peers(counts, &own)
}

fn defs(count: usize) -> Vec<RuleDef> {
    (0..count).map(mix::rule).collect()
}

fn compiled(count: usize) -> RuleSet {
    let (set, faults) = RuleSet::compile(defs(count));
    assert!(faults.is_empty(), "{faults:?}");
    set
}

/// In a process of its own, so that one set's memory is not what another has left.
fn build(count: usize) -> Fallible<()> {
    let rules = defs(count);
    let before = status_kib("VmRSS:");
    let start = Instant::now();
    let (set, _) = RuleSet::compile(rules);
    let took = start.elapsed();
    println!("{:.1} {:.1}", millis(took), mib(status_kib("VmRSS:").saturating_sub(before)));
    black_box(set);
    Ok(())
}

/// Times of single judgements, sorted.
struct Times(Vec<Duration>);

impl Times {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// In microseconds.
    fn at(&self, share: f64) -> f64 {
        let last = self.0.len().saturating_sub(1);
        let at = (last as f64 * share).round() as usize;
        self.0.get(at).map_or(f64::NAN, Duration::as_secs_f64) * 1e6
    }
}

fn ours(counts: &[usize], own: &[Sample], others: &[Sample], rounds: usize) -> Fallible<()> {
    let kinds = [("generated", own), ("corpora", others)]
        .into_iter()
        .filter(|(_, samples)| !samples.is_empty());
    let kinds: Vec<(&str, &[Sample])> = kinds.collect();
    for (kind, samples) in &kinds {
        let mut sizes: Vec<usize> = samples.iter().filter_map(|s| Some(s.message.mail()?.new_text.len())).collect();
        sizes.sort_unstable();
        if let (Some(median), Some(most)) = (sizes.get(sizes.len() / 2), sizes.last()) {
            println!(
                "{kind}: {} mails, new text of {median} bytes in the median, {most} at most",
                samples.len()
            );
        }
    }
    println!("\n| rules | build ms | memory MiB | mails | matched | median µs | p99 µs | of 10 rules |");
    println!("|---:|---:|---:|---|---:|---:|---:|---:|");
    let mut first = Vec::new();
    for count in counts {
        let said = Command::new(std::env::current_exe()?).args([BUILD, &count.to_string()]).output()?;
        let said = String::from_utf8(said.stdout)?;
        let (took, memory) = said.trim().split_once(' ').ok_or("no figures of the build")?;
        let set = compiled(*count);
        for (at, (kind, samples)) in kinds.iter().enumerate() {
            let matched = samples.iter().filter(|sample| chosen(&set, sample).is_some()).count();
            let times = judged(&set, samples, rounds);
            let (median, p99) = (times.at(0.5), times.at(0.99));
            if first.len() <= at {
                first.push(median);
            }
            let ratio = median / first.get(at).copied().unwrap_or(f64::NAN);
            let share = matched * 100 / samples.len();
            println!("| {count} | {took} | {memory} | {kind} | {share} % | {median:.1} | {p99:.1} | {ratio:.1} |");
        }
    }
    Ok(())
}

fn judged(set: &RuleSet, samples: &[Sample], rounds: usize) -> Times {
    let facts = Facts::default();
    let mut times = Vec::with_capacity(samples.len() * rounds);
    for round in 0..=rounds {
        for sample in samples {
            let start = Instant::now();
            black_box(set.judge(&sample.message, &facts));
            if round > 0 {
                times.push(start.elapsed());
            }
        }
    }
    Times::of(times)
}

/// The queue of the first rule that matches.
fn chosen(set: &RuleSet, sample: &Sample) -> Option<String> {
    let verdict = set.judge(&sample.message, &Facts::default());
    assert_eq!(verdict.failure, None);
    verdict.outcomes.iter().find_map(|outcome| match outcome {
        Outcome::Item(item) => Some(item.queue.to_string()),
        _ => None,
    })
}

/// The same rules and mails for the others; of every mail it is seen whether they choose what we choose.
fn peers(counts: &[usize], own: &[Sample]) -> Fallible<()> {
    // An odd step, so that what stands in every second or fourth mail is not in all of these or in none.
    let step = (own.len() / PEER_MAILS).max(1) | 1;
    let samples: Vec<&Sample> = own.iter().step_by(step).take(PEER_MAILS).collect();
    println!("\nThe same rules over {} of the generated mails:\n", samples.len());
    println!("| rules | batond µs | plain loop µs | alike | sieve-test µs | without its start µs | script: rules, ms to compile | alike |");
    println!("|---:|---:|---:|---:|---:|---:|---|---:|");
    let folder = tempfile::Builder::new()
        .prefix("batond-rules-")
        .tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    // Dovecot's nobody must get to it.
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let mails = sieve::files(folder.path(), &samples)?;
    let start = match sieve::is_there() {
        true => Some(sieve_over(&Script::compile(folder.path(), "empty", &[])?, &mails)?.0.at(0.5)),
        false => {
            eprintln!("=== THERE IS NO sieve-test: Debian has it in dovecot-sieve. ===");
            None
        }
    };
    for count in counts {
        let rules = defs(*count);
        let set = compiled(*count);
        let ours: Vec<Option<String>> = samples.iter().map(|sample| chosen(&set, sample)).collect();
        let times = samples.iter().map(|sample| {
            let times = judged(&set, std::slice::from_ref(*sample), ROUNDS);
            Duration::from_secs_f64(times.at(0.5) / 1e6)
        });
        let median = Times::of(times.collect()).at(0.5);
        let (looped, alike) = plain(&rules, &samples, &ours);
        let tried = looped.0.len();
        print!("| {count} | {median:.1} | {:.0} | {alike} of {tried} ", looped.at(0.5));
        let Some(start) = start else {
            println!("| | | | |");
            continue;
        };
        let script = Script::compile(folder.path(), &count.to_string(), &rules)?;
        let (times, theirs) = sieve_over(&script, &mails)?;
        let alike = ours
            .iter()
            .zip(&theirs)
            .filter(|(ours, theirs)| same(ours.as_deref(), theirs))
            .count();
        let (median, compile) = (times.at(0.5), millis(script.compile));
        let without = median - start;
        println!(
            "| {median:.0} | {without:.0} | {}, {compile:.0} | {alike} of {} |",
            script.rules,
            mails.len()
        );
    }
    Ok(())
}

/// The plain loop, and how many of the mails it tried went where ours went.
fn plain(rules: &[RuleDef], samples: &[&Sample], ours: &[Option<String>]) -> (Times, usize) {
    let facts = Facts::default();
    let (mut times, mut alike) = (Vec::new(), 0);
    let begin = Instant::now();
    // The first judgement compiles the regexes.
    let judge = |sample: &Sample| naive::judge(rules, &sample.message, &facts, &mut naive::Past::new());
    samples.first().map(|sample| judge(sample));
    for (sample, ours) in samples.iter().zip(ours) {
        let start = Instant::now();
        let matched = black_box(judge(sample));
        times.push(start.elapsed());
        let queue = matched
            .first()
            .and_then(|name| rules.iter().find(|rule| rule.name.as_str() == name)?.then.queue.as_ref());
        alike += usize::from(queue.map(ToString::to_string) == *ours);
        if begin.elapsed() > LOOP_FOR {
            break;
        }
    }
    (Times::of(times), alike)
}

fn sieve_over(script: &Script, mails: &[PathBuf]) -> Fallible<(Times, Vec<String>)> {
    let runs: Result<Vec<(Duration, String)>, String> = mails.iter().map(|mail| script.run(mail)).collect();
    let (times, folders) = runs?.into_iter().unzip();
    Ok((Times::of(times), folders))
}

/// What no rule takes stays in the inbox.
fn same(ours: Option<&str>, theirs: &str) -> bool {
    ours.unwrap_or("INBOX") == theirs
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

/// A line of what the kernel says of this process, in KiB; 0 where it does not say.
fn status_kib(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(name));
    line.and_then(|l| l.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}
