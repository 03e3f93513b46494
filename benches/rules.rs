//! How long one message takes as the rules grow, beside a plain loop over the same rules. Prints a table; judges nothing. `cargo bench --bench rules`
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the real clock")]
#![allow(missing_docs)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use batond::model::{Body, Mail, Mailbox, Message, Place, RawRef};
use batond::rules::{Actions, Cond, Facts, Field, RuleDef, RuleSet, Test, Text};

const COUNTS: [usize; 4] = [10, 100, 1_000, 10_000];
/// How many messages are judged for one figure; the median is printed.
const ROUNDS: usize = 201;

fn main() {
    // Cargo passes `--bench`; any other word chooses the mixes whose name holds it.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    type Make = fn(usize) -> RuleDef;
    let mixes: [(&str, Make); 3] = [("literals", literal_rule), ("mixed", mixed_rule), ("regexes", regex_rule)];
    println!("| rules | mix | compile | resident | no rule matches | last rule matches | plain loop, no rule matches |");
    println!("|---:|---|---:|---:|---:|---:|---:|");
    for (name, make) in mixes {
        if !wanted.is_empty() && !wanted.iter().any(|w| name.contains(w.as_str())) {
            continue;
        }
        for count in COUNTS {
            row(name, count, make);
        }
    }
}

fn row(name: &str, count: usize, make: fn(usize) -> RuleDef) {
    let rules: Vec<RuleDef> = (0..count).map(make).collect();
    let before = resident_kib();
    let start = Instant::now();
    let (set, faults) = RuleSet::compile(rules.clone());
    let compile = start.elapsed();
    let memory = resident_kib().saturating_sub(before);
    assert!(faults.is_empty(), "{faults:?}");
    let facts = Facts::default();
    let miss = mail("Minutes of Tuesday's call");
    let hit = mail(&format!(
        "Trouble with word{:05}x on the printer, incident {:05}",
        count - 1,
        count - 1
    ));
    assert!(set.judge(&miss, &facts).outcomes.is_empty());
    assert_eq!(set.judge(&hit, &facts).outcomes.len(), 1);
    let missing = median(ROUNDS, || set.judge(&miss, &facts).outcomes.len());
    let hitting = median(ROUNDS, || set.judge(&hit, &facts).outcomes.len());
    let plain = Plain::new(&rules);
    let loop_rounds = (ROUNDS * 100 / count).clamp(5, ROUNDS);
    let looping = median(loop_rounds, || usize::from(plain.first(&miss).is_some()));
    println!(
        "| {count} | {name} | {:.1} ms | {:.1} MiB | {:.1} µs | {:.1} µs | {:.1} µs |",
        compile.as_secs_f64() * 1e3,
        memory as f64 / 1024.0,
        micros(missing),
        micros(hitting),
        micros(looping),
    );
}

fn median(rounds: usize, mut work: impl FnMut() -> usize) -> Duration {
    black_box(work());
    let mut times: Vec<Duration> = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            black_box(work());
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// Resident memory in KiB, as the kernel counts it; 0 where it does not say.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|l| l.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}

/// The same rules one after the other, each test on the lower-case value: what a filter without an index does.
struct Plain<'r> {
    rules: Vec<(&'r RuleDef, Vec<regex::Regex>)>,
}

impl<'r> Plain<'r> {
    fn new(rules: &'r [RuleDef]) -> Self {
        let regexes = |rule: &RuleDef| {
            let Cond::All(conds) = &rule.when else { return Vec::new() };
            let tests = conds.iter().filter_map(|c| match c {
                Cond::Field { tests, .. } => Some(tests),
                _ => None,
            });
            let regexes = tests.flatten().filter_map(|t| match t {
                Test::Regex(text) => regex::Regex::new(text).ok(),
                _ => None,
            });
            regexes.collect()
        };
        Self {
            rules: rules.iter().map(|rule| (rule, regexes(rule))).collect(),
        }
    }

    fn first(&self, message: &Message) -> Option<usize> {
        let mail = message.mail()?;
        let (subject, body) = (mail.subject.to_lowercase(), mail.new_text.to_lowercase());
        let from = mail.from.first()?.address.to_lowercase();
        self.rules.iter().position(|(rule, regexes)| {
            let Cond::All(conds) = &rule.when else { return false };
            conds.iter().all(|cond| {
                let Cond::Field { field, tests, .. } = cond else { return false };
                let (folded, raw) = match field {
                    Field::Subject => (subject.as_str(), mail.subject.as_str()),
                    Field::Body => (body.as_str(), mail.new_text.as_str()),
                    Field::From => (from.as_str(), from.as_str()),
                    _ => (message.source.as_str(), message.source.as_str()),
                };
                tests.iter().any(|test| match test {
                    Test::Contains(text) => folded.contains(text.as_str()),
                    Test::Glob(text) => folded.contains(text.trim_matches('*')),
                    Test::EndsWith(text) => folded.ends_with(text.as_str()),
                    Test::Is(text) => folded == text,
                    Test::Regex(_) => regexes.iter().all(|regex| regex.is_match(raw)),
                    _ => false,
                })
            })
        })
    }
}

fn literal_rule(n: usize) -> RuleDef {
    let field = if n.is_multiple_of(2) { Field::Subject } else { Field::Body };
    rule(n, vec![when(field, Test::Glob(format!("*word{n:05}x*")))])
}

/// Source and sender as people write them, then a word or a regex.
fn mixed_rule(n: usize) -> RuleDef {
    let what = match n % 4 {
        0 => when(Field::Body, Test::Contains(format!("word{n:05}x"))),
        1 => when(Field::Subject, Test::Glob(format!("*word{n:05}x*printer*"))),
        2 => when(Field::Body, Test::Regex(format!(r"\bincident\s+{n:05}\b"))),
        _ => when(Field::Subject, Test::Contains(format!("word{n:05}x"))),
    };
    rule(n, vec![when(Field::Source, Test::Is("inbox".into())), what])
}

fn regex_rule(n: usize) -> RuleDef {
    rule(n, vec![when(Field::Subject, Test::Regex(format!(r"(?i)\bword{n:05}x\b.*\d+")))])
}

fn rule(n: usize, conds: Vec<Cond>) -> RuleDef {
    RuleDef {
        name: format!("rule {n}").into(),
        place: place(n),
        when: Cond::All(conds),
        each: None,
        extract: Vec::new(),
        then: Actions {
            queue: Some("support".into()),
            title: Some(Text {
                text: "{{ subject }}".into(),
                place: place(n),
            }),
            ..Actions::default()
        },
        continues: false,
    }
}

fn when(field: Field, test: Test) -> Cond {
    Cond::Field {
        field,
        tests: vec![test],
        place: place(1),
    }
}

fn place(n: usize) -> Place {
    Place {
        file: Arc::from("rules.yaml"),
        line: u32::try_from(n).unwrap_or(u32::MAX),
        column: 1,
    }
}

/// A mail of about 2 KiB of text.
fn mail(subject: &str) -> Message {
    let line = "We met, talked the open points through and wrote down who does what until the end of next week.\n";
    let text = format!("{}{subject}\n", line.repeat(20));
    Message {
        source: "inbox".into(),
        received: jiff::Timestamp::UNIX_EPOCH,
        raw: RawRef {
            sha256: "0".repeat(64),
            size_bytes: 1,
        },
        oddities: Vec::new(),
        body: Body::Mail(Box::new(Mail {
            from: vec![Mailbox {
                name: Some("Ana Ruiz".into()),
                address: "ana@ops.example".into(),
            }],
            subject: subject.to_owned(),
            new_text: text.clone(),
            text,
            ..Mail::default()
        })),
    }
}
