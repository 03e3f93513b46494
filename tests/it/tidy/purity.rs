//! The core has no async, no I/O, no clock, no logging, no randomness.

use super::layers::{CORE, layer};
use super::source::Source;

/// What the core must not mention, and why.
const BANNED: &[(&str, &str)] = &[
    ("tokio", "async belongs to the shells"),
    ("async fn", "async belongs to the shells"),
    (".await", "async belongs to the shells"),
    ("std::fs", "files belong to the shells"),
    ("stdin", "input and output belong to the shells"),
    ("stdout", "input and output belong to the shells"),
    ("stderr", "input and output belong to the shells"),
    ("TcpStream", "sockets belong to the shells"),
    ("TcpListener", "sockets belong to the shells"),
    ("UdpSocket", "sockets belong to the shells"),
    ("UnixStream", "sockets belong to the shells"),
    ("ToSocketAddrs", "names are resolved by the shells"),
    ("std::process", "processes belong to the shells"),
    ("std::env", "the core has no surroundings"),
    ("std::thread", "the core runs where it is called"),
    ("SystemTime", "time comes in as `now`"),
    ("std::time::Instant", "time comes in as `now`"),
    ("Timestamp::now", "time comes in as `now`"),
    ("Zoned::now", "time comes in as `now`"),
    ("RandomState", "ids come from committed state"),
    ("aws_lc_rs::rand", "ids come from committed state"),
    ("tracing", "the core does not log"),
    ("metrics::", "the core does not count"),
    ("println!", "the core does not print"),
    ("print!", "the core does not print"),
    ("eprintln!", "the core does not print"),
    ("sled", "the core does not store"),
];

/// Complaints about core files.
pub fn check(sources: &[Source]) -> Vec<String> {
    let core = |source: &&Source| !source.is_test() && layer(source.module()).is_some_and(|layer| layer < CORE);
    let mut complaints = Vec::new();
    for source in sources.iter().filter(core) {
        for (word, why) in BANNED {
            for (at, _) in source.code.match_indices(word) {
                let inside = |c: char| c.is_alphanumeric() || c == '_';
                let before = word.starts_with(inside) && source.code[..at].ends_with(inside);
                let after = word.ends_with(inside) && source.code[at + word.len()..].starts_with(inside);
                if !before && !after {
                    complaints.push(format!("{}:{}: `{word}`: {why}", source.path, source.line_of(at)));
                }
            }
        }
    }
    complaints
}

#[test]
fn impure_core_is_found() {
    let found = |path: &str, text: &str| check(&[Source::new(path, text)]).len();
    for (word, _) in BANNED {
        assert_eq!(found("src/engine/mod.rs", &format!("{word} ")).min(1), 1, "{word}");
    }
    assert_eq!(found("src/engine/mod.rs", "// tokio\nfn retracing() { \"println!\" }"), 0);
    assert_eq!(found("src/store/mod.rs", "use std::fs::File;"), 0);
    assert_eq!(
        check(&[Source::new("src/rules/set.rs", "\nuse std::fs;")]),
        ["src/rules/set.rs:2: `std::fs`: files belong to the shells"]
    );
}
